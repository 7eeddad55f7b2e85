"""Errors and notes as the pages show them: letter by letter, and without the server's folders."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app.text.markdown import literal
from imagespace_core.app.text.server_paths import shortened
from imagespace_core.errors import ImageSpaceError


def sentence(reason: object) -> str:
    """An error, or a note of the build, as Markdown for visitors."""
    return literal(shortened(reason))


def error_box(error: ImageSpaceError) -> None:
    st.error(sentence(error), icon=":material/error:")
