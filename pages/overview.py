"""Overview: what is in the workspace, how it was made, and how far its maps and index can be trusted."""

import streamlit as st

from imagespace_core.app import choose, report, state

state.follow()
opened = choose.chosen_workspace()
st.title(opened.name, anchor=False)
report.summary(opened)
for tab, section in zip(
    st.tabs(["Images", "Columns", "Clusters", "Maps and index", "Making"]),
    [report.images, report.columns, report.clusters, report.honesty, report.making],
    strict=True,
):
    with tab:
        section(opened)
