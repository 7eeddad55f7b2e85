"""Which names are no part of a collection: what is hidden, and what operating systems leave beside pictures."""

from __future__ import annotations

_NOT_PHOTOS = frozenset({"__macosx", "@eadir", "$recycle.bin", "lost+found", "thumbs.db"})
"""Besides dot names: what macOS, Synology and Windows leave beside pictures, thumbnails of them included."""


def passed_over(path: str) -> bool:
    """Whether a part of a POSIX path is hidden or no photo.

    >>> passed_over("a/.cache/b.jpg"), passed_over("__MACOSX/a.jpg"), passed_over("../a.jpg"), passed_over("a/b.jpg")
    (True, True, False, False)
    """
    parts = path.split("/")
    return any((part.startswith(".") and part not in (".", "..")) or part.casefold() in _NOT_PHOTOS for part in parts)
