"""The server as `imagespace serve` runs it; the same as `streamlit_app.py` of the checkout."""

import streamlit as st

from imagespace_core.app.server.application import settings

# Streamlit looks for this assignment in the script's text.
app = st.App(**settings())
