"""Which names are no part of a collection: what is hidden, and what operating systems leave beside pictures."""

from __future__ import annotations

HIDDEN_FILES, HIDDEN_FOLDERS = "(hidden files)", "(hidden folders, not looked into)"
LEFTOVERS = "(thumbnails and leftovers of operating systems)"
_NOT_PHOTOS = frozenset({"__macosx", "@eadir", "$recycle.bin", "lost+found", "thumbs.db", "desktop.ini"})
"""Besides dot names: what macOS, Synology and Windows leave beside pictures, thumbnails of them included."""


def passed_over(path: str) -> str:
    """What a file is counted with because a part of its POSIX path is hidden or no photo; "" where none is.

    >>> passed_over("a/.cache/b.jpg"), passed_over("__MACOSX/a.jpg"), passed_over("../a.jpg"), passed_over("a/b.jpg")
    ('(hidden files)', '(thumbnails and leftovers of operating systems)', '', '')
    """
    for part in path.split("/"):
        if part.casefold() in _NOT_PHOTOS:
            return LEFTOVERS
        if part.startswith(".") and part not in (".", ".."):
            return HIDDEN_FILES
    return ""
