"""Warnings that several pages show: a refused action, a link to an unknown image, unreadable cluster names."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app.session import url
from imagespace_core.app.text.markdown import literal
from imagespace_core.app.text.messages import sentence
from imagespace_core.collection.clusters import names_of
from imagespace_core.errors import ImageSpaceError
from imagespace_core.workspace import Workspace


def show_refusal() -> None:
    """Show once why the last action was refused, if it was, see `session.url.refuse`."""
    if reason := url.take_refusal():
        st.warning(sentence(reason), icon=":material/block:")


def warn_of_unknown_image(opened: Workspace) -> None:
    """Warn if the URL names an image that the workspace does not have."""
    name = st.query_params.get(url.IMAGE)
    if name is not None and url.row_of(opened, name) is None:
        st.warning(
            f"The link names the image {literal(name)}, which is not in this workspace.", icon=":material/link_off:"
        )


def warn_of_broken_names(opened: Workspace) -> None:
    """Warn if the names of the clusters cannot be read."""
    try:
        names_of(opened)
    except ImageSpaceError as error:
        st.warning(sentence(error), icon=":material/label_off:")
