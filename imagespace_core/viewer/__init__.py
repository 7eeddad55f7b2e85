"""The WebGL2 viewer: plain ES modules and one stylesheet, served as they are; `index.js` exports `mount`."""

from __future__ import annotations

import hashlib
from functools import cache
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


@cache
def version() -> str:
    """Changes with the content of any module, so that hosts may let browsers cache them for ever."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((_FOLDER / name).read_bytes())
    return digest.hexdigest()[:12]
