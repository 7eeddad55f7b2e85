"""The Overview page: what is in the workspace, how it was made, and how far its maps and index can be trusted."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app.components import workspace_picker
from imagespace_core.app.overview import sections
from imagespace_core.app.session import url
from imagespace_core.app.text.markdown import literal


def page() -> None:
    """Draw the page."""
    url.follow()
    opened = workspace_picker.chosen_workspace()
    st.title(literal(opened.name), anchor=False)
    sections.summary(opened)
    bodies = {
        "Images": sections.images,
        "Columns": sections.columns,
        "Clusters": sections.clusters,
        "Maps and index": sections.honesty,
        "Making": sections.making,
    }
    section = st.segmented_control(
        "Section", list(bodies), default="Images", key="section", bind="query-params", required=True
    )
    bodies[section or "Images"](opened)
