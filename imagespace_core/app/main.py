"""What every page shares: the frame, the list of pages and the choice of the workspace."""

from pathlib import Path

import streamlit as st

PAGES = Path(__file__).parents[2] / "pages"

st.set_page_config(page_title="ImageSpace", page_icon=":material/scatter_plot:", layout="wide")
page = st.navigation(
    [
        st.Page(PAGES / "explore.py", title="Explore", icon=":material/explore:", default=True),
        st.Page(PAGES / "search.py", title="Search", icon=":material/image_search:"),
        st.Page(PAGES / "overview.py", title="Overview", icon=":material/monitoring:"),
    ],
    position="top",
)
page.run()
