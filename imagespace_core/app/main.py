"""The frame of the app: its style, the navigation between pages, and the login before them."""

from pathlib import Path

import streamlit as st

from imagespace_core.app.login import require_login
from imagespace_core.app.pages import pages

FOLDER = Path(__file__).parent
# A file of our own: Streamlit fetches the icons it knows by name from another host, and this works offline.
st.set_page_config(page_title="ImageSpace", page_icon=str(FOLDER / "icon.png"), layout="wide")
st.html(FOLDER / "app.css")
page = st.navigation(pages(), position="top")
require_login()
page.run()
