"""Overview: what is in the workspace, how it was made, and how far its maps and index can be trusted."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app import choose, report, state
from imagespace_core.app.markdown import literal


def page() -> None:
    """Draw the page."""
    state.follow()
    opened = choose.chosen_workspace()
    st.title(literal(opened.name), anchor=False)
    report.summary(opened)
    sections = {
        "Images": report.images,
        "Columns": report.columns,
        "Clusters": report.clusters,
        "Maps and index": report.honesty,
        "Making": report.making,
    }
    section = st.segmented_control(
        "Section", list(sections), default="Images", key="section", bind="query-params", required=True
    )
    sections[section or "Images"](opened)
