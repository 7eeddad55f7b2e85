"""Archives that lie among image files, as folders do: their images are items of the folder they lie in."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path, PurePosixPath

from imagespace_core.sources import Item
from imagespace_core.sources.archives.archive import BrokenArchiveError
from imagespace_core.sources.archives.listing import Listing
from imagespace_core.sources.archives.opened import archive_at

SUFFIXES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".7z", ".rar")
"""Of names, in lower case, that say an archive, whether it can be read or not. No other file is looked into for one."""


def is_archive(name: str) -> bool:
    """Whether a file of this name is looked into.

    >>> is_archive("Old.ZIP"), is_archive("a.tar.gz"), is_archive("notes.gz")
    (True, True, False)
    """
    return name.lower().endswith(SUFFIXES)


class AmongFiles:
    """What one look at a folder finds in its archives. limit: so many items in all are enough."""

    def __init__(self, limit: int | None) -> None:
        self._found = Listing(limit, None)

    def items(self, path: str, file: Path, stamp: str) -> list[Item]:
        """The images in one archive, in its order; key and path are its `path` and the name in it.

        One that has no image counts as one file: skipped where there is a reason, else left out.
        """
        found = self._found
        items, skipped, left_out = len(found.items), len(found.skipped), Counter(found.left_out)
        try:
            found.take(path, archive_at(file), stamp)
        except BrokenArchiveError as error:
            found.skipped.append((path, str(error)))
        if len(found.items) == items:
            reasons = [reason for _, reason in found.skipped[skipped:]]
            del found.skipped[skipped:]
            found.left_out = left_out
            if reasons:
                found.skipped.append((path, _in_short(reasons)))
            else:
                found.left_out[PurePosixPath(path).suffix.lower()] += 1
        return found.items[items:]

    @property
    def skipped(self) -> list[tuple[str, str]]:
        return self._found.skipped

    @property
    def left_out(self) -> Counter[str]:
        """Of the archives' members, and the archives without images."""
        return self._found.left_out

    @property
    def described(self) -> bool:
        """Whether members beside the images say more of them."""
        return bool(self._found.beside)

    def notes(self) -> list[str]:
        return self._found.notes()


def stamp_of(status: os.stat_result) -> str:
    """Changes when a file's content does."""
    return f"{status.st_size}-{status.st_mtime_ns}"


def _in_short(reasons: list[str]) -> str:
    if len(reasons) == 1:
        return reasons[0]
    return f"nothing in it can be read, e.g. of {len(reasons):,} entries the first: {reasons[0]}"
