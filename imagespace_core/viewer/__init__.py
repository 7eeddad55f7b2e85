"""The WebGL2 viewer: plain ES modules and one stylesheet, served as they are; `index.js` exports `mount`."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent

FILES: tuple[str, ...] = tuple(sorted(file.name for file in _FOLDER.iterdir() if file.suffix in {".js", ".css"}))
"""Names of the files a host must serve beside each other."""


def path(name: str) -> Path:
    """Where one of `FILES` lies.

    Raises: KeyError for any other name, so that a request can never reach outside the folder.
    """
    if name not in FILES:
        raise KeyError(name)
    return _FOLDER / name
