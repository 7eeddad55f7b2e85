"""The form for examples: the images that are wanted and those that are not, and the ways to add and remove them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imagespace_core.app.components import gallery, notices
from imagespace_core.app.session import examples, selection_history
from imagespace_core.app.session.examples import KINDS, WANTED, Examples, Kind
from imagespace_core.workspace import Workspace

SHOWN = 24


def examples_form(opened: Workspace) -> Examples:
    """Draw both lists and the ways to fill and empty them."""
    notices.show_refusal()
    now = examples.given(opened)
    selection = selection_history.selection(opened)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            "A click on an image adds it to", list(KINDS), default=WANTED, key="example-kind", required=True,
            help="Any image: below, among the results, or on the map.",
        )  # fmt: skip
        for title, kind in KINDS.items():
            st.button(
                f"Selection as {title.lower()}", icon=":material/lasso_select:", disabled=not selection.count,
                key=f"selection-{kind}", on_click=_add_selection, args=(opened, kind),
                help=f"The {selection.count:,} images selected on Explore" if selection.count
                else "Nothing is selected: draw around images on the Explore page first.",
            )  # fmt: skip
        st.button(
            "Clear", icon=":material/delete:", disabled=not (now.positive or now.negative), on_click=examples.clear
        )
    for side, (title, kind) in zip(st.columns(2, gap="medium"), KINDS.items(), strict=True):
        rows = getattr(now, kind)
        with side:
            more = f", the first {SHOWN} shown" if len(rows) > SHOWN else ""
            st.caption(f"**{title}**: {examples.counted(rows)}{more}." + (" Click one to take it out." if rows else ""))
            gallery.gallery(
                opened, f"example-{kind}", rows[:SHOWN], lambda row: examples.take_out(opened, row), action="Take out",
                empty="None yet.", size_px=84,
            )  # fmt: skip
    return now


def _add_selection(opened: Workspace, kind: Kind) -> None:
    examples.add(opened, np.flatnonzero(selection_history.selection(opened).mask()).tolist(), kind)
