"""The WebGL2 viewer: plain ES modules and their style sheets, served as they are; `index.js` exports `mount`."""

from __future__ import annotations

import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_IMPORT = re.compile(r'^(?:import|export)\b.*?\bfrom "(\.{1,2}/.+?)";$', re.MULTILINE)

FILES: tuple[str, ...] = tuple(
    sorted(file.relative_to(_FOLDER).as_posix() for file in _FOLDER.rglob("*") if file.suffix in {".js", ".css"})
)
"""Paths of the files that a host must serve, below one address; like "index.js" and "draw/points.js"."""


def path(name: str) -> Path:
    """Where one of `FILES` lies.

    Raises: KeyError for any other name, so that a request can never reach outside the folder.
    """
    if name not in FILES:
        raise KeyError(name)
    return _FOLDER / name


@cache
def needs(name: str) -> tuple[str, ...]:
    """Every module that a module imports, itself or through others, in the order they are met.

    A host that names them to the browser at once saves one journey for each level of imports.
    """
    found = [name]
    for module in found:
        targets = _IMPORT.findall(path(module).read_text("utf-8"))
        imports = [posixpath.normpath(posixpath.join(posixpath.dirname(module), target)) for target in targets]
        found += [other for other in dict.fromkeys(imports) if other not in found]
    return tuple(found[1:])


@cache
def version() -> str:
    """Changes with the content of any module, so that hosts may let browsers cache them for ever."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((_FOLDER / name).read_bytes())
    return digest.hexdigest()[:12]
