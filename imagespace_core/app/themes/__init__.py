"""Themes beside the default one of `.streamlit/config.toml`: a TOML file each, as Streamlit's `theme.base` takes it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamlit import config

from imagespace_core.errors import InputError

VARIABLE = "IMAGESPACE_THEME"
_FOLDER = Path(__file__).parent
THEMES = tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


def apply() -> None:
    """Give the whole server the theme that the environment names, if it names one.

    Streamlit sends one theme, light and dark, to every session; people choose light or dark in its menu. Its option
    `theme.base` takes such a file too, but the values of config.toml go before it; here the file goes before them.

    Raises InputError if there is no such theme.
    """
    name = os.environ.get(VARIABLE, "").strip()
    if not name:
        return
    if name not in THEMES:
        raise InputError(f"{VARIABLE} is {name!r}; there is {', '.join(THEMES)}. Unset it for the default theme")
    for key, value in _options("theme", tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))["theme"]):
        config.set_option(key, value)


def _options(section: str, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _options(f"{section}.{name}", value)
        else:
            yield f"{section}.{name}", value
