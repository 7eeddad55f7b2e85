"""Shortens paths of the server for visitors: the folders that lead to a file are left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from imagespace_core.app.session import resources

# "/home/me/photos/a.jpg", "C:\Users\me\a.jpg": all up to the last name, where at least one folder stands before it.
_FOLDERS = re.compile(
    r"(?<![\w/.:~-])/(?:[^\s/\"'<>|]+/)+(?=[^\s/])|\b[A-Za-z]:[\\/](?:[^\s\\/\"'<>|]+[\\/])*(?=[^\s\\/])"
)


def shortened(text: object) -> str:
    """A text with every absolute path in it cut short: below the workspaces to where it lies there, else to its name.

    >>> shortened("/data/photos/a.jpg is missing; the date 1/2/2024 stays")
    'a.jpg is missing; the date 1/2/2024 stays'
    """
    line = str(text)
    root = resources.root().resolve()
    # Written out, because these may have spaces in their names, where no rule knows the end of a path.
    for known in sorted({root, root.parent, Path.cwd(), Path.home()}, key=lambda path: -len(str(path))):
        if len(known.parts) > 1:
            line = re.sub(rf"{re.escape(str(known))}[\\/]", "", line)
    return _FOLDERS.sub("", line)


def name(path: object) -> str:
    """The last name of a path of any system.

    >>> name("/data/my photos/"), name("C:\\\\photos")
    ('my photos', 'photos')
    """
    return re.split(r"[\\/]", str(path).rstrip("\\/"))[-1]


def without_paths(record: Any) -> Any:
    """The same JSON with every text in it `shortened`."""
    if isinstance(record, dict):
        return {key: without_paths(value) for key, value in record.items()}
    if isinstance(record, list):
        return [without_paths(value) for value in record]
    return shortened(record) if isinstance(record, str) else record
