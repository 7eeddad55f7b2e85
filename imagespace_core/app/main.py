"""What every page shares: the frame, the list of pages and the choice of the workspace."""

from pathlib import Path

import streamlit as st

from imagespace_core.app.state import PAGES

# A file of our own: Streamlit fetches the icons it knows by name from another host, and this works offline.
st.set_page_config(page_title="ImageSpace", page_icon=str(Path(__file__).parent / "icon.png"), layout="wide")
# Streamlit leaves six rem above a page and five beside it; the map is what people came for.
st.html(
    "<style>.block-container {padding: 3.6rem 1.6rem 1.5rem; max-width: 1900px}"
    # Segmented controls are lower than select boxes; in one row their labels should be on one line.
    ":is(.st-key-controls, .st-key-sorting) [role=radiogroup] button {min-height: 2.5rem}"
    # Streamlit's captions are too pale to read: 3.9 to 1 where 4.5 are needed.
    "[data-testid=stCaptionContainer] {color: inherit; opacity: 0.8}"
    # On a phone the panel lies below the map; a part of the page that scrolls by itself would be in the way.
    "@media (max-width: 640px) {.block-container {padding: 3.4rem 0.8rem 1rem}"
    ".st-key-panel, div:has(> .st-key-panel) {height: auto !important; overflow: visible !important}}</style>"
)
page = st.navigation(
    [
        st.Page(PAGES / "explore.py", title="Explore", icon=":material/explore:", default=True),
        st.Page(PAGES / "search.py", title="Search", icon=":material/image_search:"),
        st.Page(PAGES / "overview.py", title="Overview", icon=":material/monitoring:"),
    ],
    position="top",
)
page.run()
