"""Tables of metadata that lie in the folder of images, and need not be named."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".csv", ".jsonl", ".parquet")
"""In the order in which they are taken where there are several."""
_NAME = "metadata"


def is_metadata(name: str) -> bool:
    """Whether a file of this name is such a table."""
    stem, dot, suffix = name.lower().partition(".")
    return stem == _NAME and dot + suffix in SUFFIXES


def metadata_in(root: Path) -> list[Path]:
    """The tables right in this folder, that which counts first."""
    try:
        found = [path for path in root.iterdir() if is_metadata(path.name) and path.is_file()]
    except OSError:
        return []
    return sorted(found, key=lambda path: SUFFIXES.index(path.suffix.lower()))
