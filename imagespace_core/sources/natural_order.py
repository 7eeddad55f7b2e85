"""The order in which people count: slice 10 after slice 9."""

from __future__ import annotations

import re
from pathlib import PurePosixPath


def natural_key(text: str) -> tuple[tuple[str | int, ...], str]:
    """What texts are sorted by so that numbers in them come in their order.

    >>> sorted(["s10", "s9", "s009", "S"], key=natural_key)
    ['S', 's009', 's9', 's10']
    """
    parts = re.split(r"(\d+)", text)
    return tuple(int(part) if at % 2 else part for at, part in enumerate(parts)), text


def natural_path_key(path: str) -> tuple[tuple[tuple[str | int, ...], str], ...]:
    """The same for paths, part by part."""
    return tuple(natural_key(part) for part in PurePosixPath(path).parts)
