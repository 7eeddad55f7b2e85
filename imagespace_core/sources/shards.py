"""A collection in one file, or in several below a folder: its shards."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources.passed_over import passed_over

_LOOKED_AT = 2000
_TRIED = 8


@dataclass(frozen=True)
class Shards:
    """The files with one of `suffixes` below the folder `root`, by their relative POSIX paths; or `root` itself, if it
    is a file, whose name is ""."""

    root: Path
    suffixes: Collection[str]

    @cached_property
    def names(self) -> list[str]:
        """In order. Raises InputError where there is none."""
        if not self.root.is_dir():
            return [""]
        found = sorted(name for name in _files(self.root) if PurePosixPath(name).suffix.lower() in self.suffixes)
        if not found:
            raise InputError(f"{self.root} has no file of the kind {', '.join(sorted(self.suffixes))}")
        return found

    def path(self, name: str) -> Path:
        return self.root / name if name else self.root

    def split(self, key: str) -> tuple[str, str] | None:
        """(shard, the rest) of a key that begins with the shard's name; None where there is no such file.

        Looks at no other files. Raises UnreadableImageError for a key that would lead out of the root.
        """
        if not self.root.is_dir():
            return "", key
        parts = key.split("/")
        if "\0" in key or not all(parts) or {".", ".."} & set(parts) or Path(key).drive:
            raise UnreadableImageError(f"{key!r} is not a path below the folder")
        for count in range(1, len(parts)):
            name = "/".join(parts[:count])
            if (self.root / name).is_file():
                return name, "/".join(parts[count:])
        return None


def in_folder(
    folder: Path, suffixes: Collection[str], instead: Collection[str], accepts: Callable[[Path], bool]
) -> bool:
    """Whether a folder holds shards: one of the first eight files with these suffixes is accepted, and no file
    before it or beside it has one of the suffixes `instead`. Looks at the first 2,000 files."""
    found: list[Path] = []
    for count, name in enumerate(_files(folder)):
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in instead or count >= _LOOKED_AT:
            return suffix not in instead and any(map(accepts, found))
        if suffix in suffixes and len(found) < _TRIED and (folder / name).is_file():
            found.append(folder / name)
    return any(map(accepts, found))


def _files(folder: Path) -> Iterator[str]:
    """Relative POSIX paths of all files below; links to folders are not followed."""
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not passed_over(name))
        for name in sorted(files):
            if not passed_over(name) and name.isprintable():  # a name that is not UTF-8 is no shard's
                yield Path(base, name).relative_to(folder).as_posix()
