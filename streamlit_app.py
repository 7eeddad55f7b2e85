"""The server: Streamlit's pages, and beside them the routes that hand images and arrays to the viewer."""

import sys
from pathlib import Path

import streamlit as st

# On hosts that install requirements.txt but not the project itself.
sys.path.insert(0, str(Path(__file__).parent))

from imagespace_core.app.server.application import settings

# Streamlit looks for this assignment in the script's text.
app = st.App(**settings())
