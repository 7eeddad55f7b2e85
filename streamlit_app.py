"""The server: Streamlit's pages, and beside them the routes that hand images and arrays to the viewer."""

import sys
from pathlib import Path

import streamlit as st

# On hosts that install requirements.txt but not the project itself.
sys.path.insert(0, str(Path(__file__).parent))

from imagespace_core.app import headers, themes
from imagespace_core.app.routes import routes

themes.apply()

app = st.App(
    Path(__file__).parent / "imagespace_core" / "app" / "main.py",
    routes=routes(st.get_option("server.baseUrlPath") or ""),
    middleware=headers.middleware(),
)
