"""Tables of metadata that lie in the folder of images, and need not be named."""

from __future__ import annotations

from pathlib import Path

from imagespace_core.errors import ImageSpaceError
from imagespace_core.sources.passed_over import passed_over

SUFFIXES = (".csv", ".jsonl", ".parquet")
"""In the order in which they are taken where there are several."""
_NAME = "metadata"
_OTHER_SUFFIXES = (".xlsx", ".xls", ".ods", ".csv", ".tsv")
_MOST_TABLES, _MOST_BYTES = 10, 16 << 20
"""Tables by other names that are looked into, and how large they may be."""


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


def tables_naming_images(root: Path) -> list[Path]:
    """Spreadsheets right in this folder that are not called metadata, but have a column that names images."""
    from imagespace_core.sources.tables.metadata import read_metadata

    try:
        paths = sorted(path for path in root.iterdir() if path.suffix.lower() in _OTHER_SUFFIXES)
    except OSError:
        return []
    found = []
    for path in paths[:_MOST_TABLES]:
        try:
            if not passed_over(path.name) and path.is_file() and path.stat().st_size <= _MOST_BYTES:
                read_metadata(path)
                found.append(path)
        except (ImageSpaceError, OSError):
            continue  # it is no such table, or cannot be read: it was not asked for
    return found
