"""The choice of the workspace: a picker in the side bar, and a page of instructions where there is none."""

from __future__ import annotations

import logging

import streamlit as st

from imagespace_core.app.session import resources, trust, url
from imagespace_core.app.session.addresses import WORKSPACE
from imagespace_core.app.text import messages, server_paths
from imagespace_core.app.text.markdown import literal
from imagespace_core.app.text.messages import sentence
from imagespace_core.errors import ImageSpaceError
from imagespace_core.workspace import Found, Workspace

_LOG = logging.getLogger(__name__)
_STATES = {
    "broken": "cannot be opened",
    "newer": "was made by a newer ImageSpace",
    "unfinished": "is not ready",
}


def chosen_workspace() -> Workspace:
    """Draw the picker in the side bar and open what it shows. Without one to open, show what to do and stop the run."""
    found = resources.found()
    ready = [one for one in found if one.state == "ready"]
    others = [one for one in found if one.state != "ready"]
    if not ready:
        _nothing(others)
        st.stop()
    names = [one.name for one in ready]
    linked = st.query_params.get(WORKSPACE)
    url.keep_valid("workspace", names)
    with st.sidebar:
        first = names.index(linked) if linked in names else 0
        name = st.selectbox("Workspace", names, first, key="workspace", persist_state="session", on_change=url.leave)
        for other in others:
            _warn_of(other)
    if linked and linked not in names:
        st.warning(
            f"The link names the workspace {literal(linked)}, which is not here; this is {literal(name)}.",
            icon=":material/link_off:",
        )
    # Written out even where it is the default: the first workspace may be another one when the link is opened.
    # A name that is not here stays in the address, and so does the warning, until another workspace is picked.
    if linked is None:
        st.query_params[WORKSPACE] = name
    try:
        opened = resources.workspace(next(one.path for one in ready if one.name == name))
    except ImageSpaceError as error:
        messages.error_box(error)
        st.stop()
    if reason := trust.unconfirmed(opened):
        st.sidebar.info(literal(reason), icon=":material/shield:")
    return opened


def _nothing(others: list[Found]) -> None:
    st.title("No workspace yet" if not others else "No workspace can be opened")
    for other in others:
        _warn_of(other)
    folder = resources.root()
    missing = "" if folder.exists() else ", which does not exist"
    # In full for whoever runs the server, and not for visitors.
    _LOG.warning("No workspace can be opened in %s%s", folder.resolve(), missing)
    st.write(
        f"ImageSpace looked in {literal(server_paths.name(folder))}{missing}. A workspace is made from a folder "
        "of images by one command:"
    )
    st.code("uv run precompute.py PHOTOS", language="bash")
    st.write("To try it first with images that come along, 1,797 handwritten digits:")
    st.code("uv run precompute.py --demo", language="bash")
    st.caption("Then reload this page. Workspaces elsewhere are named by IMAGESPACE_WORKSPACE.")


def _warn_of(found: Found) -> None:
    text = f"**{literal(found.name)}** {_STATES[found.state]}: {sentence(found.reason)}"
    st.warning(text, icon=":material/warning:")
