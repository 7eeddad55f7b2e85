"""A drawing that can be written as a file."""

from __future__ import annotations

from pathlib import Path

from imagespace_core.drawing.marks import Drawing
from imagespace_core.drawing.png import png
from imagespace_core.drawing.svg import svg
from imagespace_core.errors import InputError


class Figure(Drawing):
    """Marks on white; `save` writes them as PNG or SVG."""

    def save(self, path: str | Path) -> None:
        """Write it as the file's ending says. Raises InputError for another one, OSError."""
        path = Path(path)
        kind = path.suffix.lower()
        if kind not in (".png", ".svg"):
            raise InputError(f"{path.name}: a figure is written as .png or .svg; name the file so")
        path.write_bytes(png(self) if kind == ".png" else svg(self).encode())
