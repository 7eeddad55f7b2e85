"""The list of pages: the name, title and icon of each, and what draws it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import streamlit as st

PAGES = {
    "explore": ("Explore", ":material/explore:"),
    "search": ("Search", ":material/image_search:"),
    "evaluate": ("Evaluate", ":material/target:"),
    "overview": ("Overview", ":material/monitoring:"),
}
"""Title and icon by name, which is the page's address; the first is the default page, at `/`."""
_SCRIPTS = Path(__file__).parents[2] / "pages"


def page(name: str) -> st.Page:
    """The page of this name, to navigate or switch to.

    In a checkout it is the script in `pages/`, which Streamlit's own tools find too; where ImageSpace was installed
    without it, the body that the script calls.
    """
    title, icon = PAGES[name]
    script = _SCRIPTS / f"{name}.py"
    body: Path | Callable[[], None] = (
        script if script.exists() else import_module(f"imagespace_core.app.{name}.page").page
    )
    return st.Page(body, title=title, icon=icon, url_path=name, default=name == next(iter(PAGES)))


def pages() -> list[st.Page]:
    """All of them, in order."""
    return [page(name) for name in PAGES]
