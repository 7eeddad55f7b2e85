"""The application that `streamlit_app.py` runs: Streamlit's own, with our routes and headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from imagespace_core.app import themes
from imagespace_core.app.server import headers
from imagespace_core.app.server.routes import routes


def settings() -> dict[str, Any]:
    """The arguments of `st.App`: the script that draws the pages, the routes beside them, the headers of all."""
    themes.apply()
    return {
        "script_path": Path(__file__).parents[1] / "main.py",
        "routes": routes(st.get_option("server.baseUrlPath") or ""),
        "middleware": headers.middleware(),
    }
