"""What stands in small files beside an image, of the same name but for the suffix, as columns of the image."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

MAX_BYTES = 1 << 20
"""Of one; a larger file is no sidecar."""
SUFFIXES = frozenset({".json", ".txt", ".cls"})
_CAPTION = {".txt": "caption", ".cls": "cls"}


class Sidecars:
    """Sidecars by their paths, and what they say of an image. notes: of those that cannot be read, counted."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, object]] = {}
        self._used: set[str] = set()
        self._broken: list[str] = []

    def add(self, path: str, content: bytes) -> None:
        """A file whose suffix is one of SUFFIXES: a JSON object gives a column for each of its names, text one."""
        pure = PurePosixPath(path)
        suffix = pure.suffix.lower()
        try:
            columns = _columns(suffix, content)
        except ValueError:
            self._broken.append(path)
            return
        self._found.setdefault(str(pure.with_suffix("")), {}).update(columns)

    def columns(self, path: str) -> dict[str, object]:
        """What those of an image say: by its whole name (`a.jpg.json`), its stem (`a.json`), and its name up to the
        first dot, as in webdataset (`a.json` of `a.left.png`); the nearer name counts more."""
        pure = PurePosixPath(path)
        names = [str(pure.with_name(pure.name.split(".")[0] or pure.name)), str(pure.with_suffix("")), path]
        columns: dict[str, object] = {}
        for name in names:
            if name in self._found:
                columns |= self._found[name]
                self._used.add(name)
        return columns

    def notes(self) -> list[str]:
        """Once all images were asked for."""
        alone = len(self._found) - len(self._used)
        lines = []
        if self._broken:
            some = ", ".join(map(repr, self._broken[:3]))
            lines.append(f"{len(self._broken):,} files beside images could not be read as JSON or text, e.g. {some}")
        if alone:
            name = next(name for name in self._found if name not in self._used)
            lines.append(f"{alone:,} names have a .json, .txt or .cls and no image, e.g. {name!r}")
        return lines


def _columns(suffix: str, content: bytes) -> dict[str, object]:
    """Raises ValueError for what is no JSON, or no UTF-8."""
    text = content.decode("utf-8-sig").strip()
    if suffix == ".json":
        try:
            value = json.loads(text)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return value if isinstance(value, dict) else {"json": value}
    if suffix == ".cls" and text.removeprefix("-").isdigit() and len(text) < 18:
        return {"cls": int(text)}
    return {_CAPTION[suffix]: text or None}
