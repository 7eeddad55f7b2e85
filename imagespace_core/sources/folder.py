"""A folder of image files, walked recursively."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePosixPath

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import Picture, content, decode, reasons
from imagespace_core.images.dates import taken_from_name
from imagespace_core.images.formats import OTHER_SUFFIXES
from imagespace_core.sources import Advance, Item, Scan, counted
from imagespace_core.sources.passed_over import HIDDEN_FILES, HIDDEN_FOLDERS, passed_over
from imagespace_core.sources.path_levels import path_levels
from imagespace_core.sources.scaled import Scaled
from imagespace_core.sources.sidecars import (
    MOST_BYTES,
    SUFFIXES,
    Sidecar,
    described,
    read_sidecar,
    sidecars_of,
    unreadable,
)
from imagespace_core.sources.tables.beside import is_metadata

_EXAMPLES = 3

# A folder that holds these is a workspace; its sprite pages and previews are no images of the collection.
_WORKSPACE = {"manifest.json", "items.parquet"}


@dataclass(frozen=True)
class Folder(Scaled):
    """The images below `root`: every file whose suffix is an image's, whether it can be decoded or not, and of files
    with a suffix that says nothing, or none, those that begin like one.

    decode: for models, sprites and columns. limit: take only so many images, the first in order.

    Order: by name, a folder's files before its subfolders, links to folders after everything else. Links are
    followed. A folder is walked once, however many links lead to it, under its own name if that is below
    `root`; a link to a file is an item of its own. Hidden files and folders (dot
    names) and what operating systems leave behind are left out and counted; such folders are not looked into.

    Columns of an item are the levels of its path, see `path_levels`. What its sidecars say is read with the picture, of
    those that the last scan found.
    """

    _sidecars: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every image once, in a stable order; key and path are the path relative to the root.

        Skipped: subfolders that cannot be read, broken links, names that are not UTF-8. With a `limit` the rest of the
        folder is not looked at.
        Raises InputError where there is no such folder or no image in it, VanishedError where it goes meanwhile.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} images leaves none; give 1 or more")
        self._check_root()
        self._sidecars.clear()
        walk = _Walk(self.root, self._sidecars)
        items = counted(islice(walk.items(), self.limit), advance)
        if not items:
            raise InputError(walk.why_empty())
        levels = path_levels([item.path for item in items])
        if any(levels):
            items = [Item(item.key, item.path, item.stamp, level) for item, level in zip(items, levels, strict=True)]
        reads = replace(self, ranges=self.measured([item.key for item in items], self._file))
        object.__setattr__(reads, "_sidecars", self._sidecars)
        notes = [*walk.notes(), *(one.note() for one in reads.ranges)]
        return Scan(items, walk.skipped, dict(walk.left_out.most_common()), notes, reads, bool(walk.sidecars))

    def has(self, key: str) -> bool:
        """Whether the file is there."""
        return self._file(key).is_file()

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """The picture with what its sidecars say; taken when they, the file or else its name say.

        Raises UnreadableImageError.
        """
        file = self._file(key)
        picture = self.decoding(min_side)(file)
        if beside := self._sidecars.get(key):
            picture = described(picture, [_read(file.with_name(name)) for name in beside])
        if picture.taken_at is None:
            return replace(picture, taken_at=taken_from_name(key))
        return picture

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px. Raises UnreadableImageError."""
        return decode.preview(self._file(key), max_side, self.decode.max_pixels, self.ranges)

    def _file(self, key: str) -> Path:
        """The file behind a key; a key that would lead out of the root is refused."""
        parts = key.split("/")
        if "\0" in key or not all(parts) or {".", ".."} & set(parts) or Path(key).is_absolute() or Path(key).drive:
            raise UnreadableImageError(f"{key!r} is not a path below the image folder")
        return self.root / key

    def _check_root(self) -> None:
        try:
            mode = os.stat(self.root).st_mode
        except FileNotFoundError:
            raise InputError(f"{self.root}: no such folder; give the folder that holds the images") from None
        except OSError as error:
            raise InputError(f"{self.root} cannot be read ({error.strerror}); check its permissions") from error
        if not stat.S_ISDIR(mode):
            raise InputError(f"{self.root} is a file; give the folder that holds the images")
        try:
            os.scandir(self.root).close()
        except OSError as error:
            raise InputError(f"{self.root} cannot be read ({error.strerror}); check its permissions") from error


def _read(file: Path) -> Sidecar:
    """One sidecar; that it cannot be read is no failure of the image."""
    try:
        if not file.is_file():  # opening a pipe would wait for ever
            raise OSError
        with file.open("rb") as stream:
            return read_sidecar(file.name, stream.read(MOST_BYTES + 1))
    except OSError:
        return Sidecar(remarks=(unreadable(file.suffix.lower()),))


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"


class _Walk:
    """One walk through `root`; what is no item is noted on the way.

    sidecars: by the path of their image, filled by the walk.
    """

    def __init__(self, root: Path, sidecars: dict[str, tuple[str, ...]]) -> None:
        self.root = root
        self.sidecars = sidecars
        self.skipped: list[tuple[str, str]] = []
        self.left_out: Counter[str] = Counter()
        self._metadata: list[str] = []
        self.by_content: list[str] = []

    def notes(self) -> list[str]:
        """Images by their content, sidecars, and tables of metadata in subfolders, which are not read."""
        kinds = Counter(os.path.splitext(name)[1].lower() for names in self.sidecars.values() for name in names)
        lines = []
        if self.by_content:
            files = "1 file is an image by its content" if len(self.by_content) == 1 else (
                f"{len(self.by_content):,} files are images by their content"
            )  # fmt: skip
            lines.append(f"{files}, not by name, e.g. {', '.join(map(repr, self.by_content[:_EXAMPLES]))}")
        if kinds:
            counts = ", ".join(f"{count:,} {suffix}" for suffix, count in kinds.most_common())
            lines.append(f"{len(self.sidecars):,} images have files beside them that say more of them: {counts}")
        if self._metadata:
            found = ", ".join(self._metadata[:3]) + (", ..." if len(self._metadata) > 3 else "")
            lines.append(f"tables in subfolders are not read ({found}); join them in one, or name one by --metadata")
        return lines

    def why_empty(self) -> str:
        others = self.left_out.total()
        found = "it is empty"
        if others:
            kinds = ", ".join(f"{n} {suffix or 'without suffix'}" for suffix, n in self.left_out.most_common(3))
            found = f"it holds {others} other files ({kinds})"
        elif self.skipped:
            path, reason = self.skipped[0]
            found = f"{len(self.skipped)} entries were skipped, e.g. {path}: {reason}"
        return f"{self.root} has no images: {found}; give a folder with JPEG, PNG, WebP, TIFF or GIF files"

    def items(self) -> Iterator[Item]:
        visited: set[tuple[int, int]] = set()
        linked: list[str] = []
        yield from self._walk_folder("", visited, linked)
        # Links come after every real folder, so that a folder goes by its own name; they may lead to more.
        while linked:
            here = sorted(linked, key=PurePosixPath)
            linked.clear()
            for folder in here:
                yield from self._walk_folder(folder, visited, linked)

    def _walk_folder(self, folder: str, visited: set[tuple[int, int]], linked: list[str]) -> Iterator[Item]:
        """The items of `folder` (relative, "" for the root) and below; links to folders go to `linked`."""
        pending = [folder]
        while pending:
            folder = pending.pop()
            try:
                status = os.stat(self.root / folder)
                if (status.st_dev, status.st_ino) in visited:
                    continue
                visited.add((status.st_dev, status.st_ino))
                with os.scandir(self.root / folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                if reasons.gone(error):
                    raise VanishedError(self.root / folder, str(error.strerror)) from error
                self.skipped.append((folder, f"folder cannot be read: {error.strerror}"))
                continue
            if folder and {entry.name for entry in found} >= _WORKSPACE:
                self.left_out["(an ImageSpace workspace)"] += 1
                continue
            subfolders = []
            beside = self._beside([entry.name for entry in found])
            of_images = {name for names in beside.values() for name in names}
            alone = set(of_images)
            for entry in found:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if kind := passed_over(entry.name):
                    self.left_out[HIDDEN_FOLDERS if kind == HIDDEN_FILES and os.path.isdir(entry.path) else kind] += 1
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if self._utf8(path, "folder"):
                        subfolders.append(path)
                elif entry.is_symlink() and os.path.isdir(entry.path):
                    if self._utf8(path, "folder"):
                        linked.append(path)
                elif entry.name in of_images:
                    pass
                elif is_metadata(entry.name):
                    self._metadata += [path] if folder else []
                elif (item := self._item(path, entry, beside.get(entry.name, ()))) is not None:
                    yield item
                    alone.difference_update(beside.get(entry.name, ()))
            # Those of files that turned out to be no images, or could not be looked at.
            self.left_out.update(os.path.splitext(name)[1].lower() for name in alone)
            pending.extend(reversed(subfolders))

    def _beside(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The sidecars of each file among the names in one folder that may be an image."""
        others = [name for name in names if name.lower().endswith(SUFFIXES)]
        if not others:
            return {}
        return sidecars_of((name for name in names if os.path.splitext(name)[1].lower() not in OTHER_SUFFIXES), others)

    def _item(self, path: str, entry: os.DirEntry[str], beside: Sequence[str]) -> Item | None:
        suffix = os.path.splitext(entry.name)[1].lower()
        named = suffix in decode.suffixes()
        if not named and (suffix in OTHER_SUFFIXES or not self._begins_like_image(path, entry)):
            self.left_out[suffix if suffix.isprintable() else ""] += 1
            return None
        if not self._utf8(path, "file"):
            return None
        if not named:
            self.by_content.append(path)
        try:
            status = entry.stat()
        except OSError as error:
            if reasons.gone(error) and not (entry.is_symlink() and isinstance(error, FileNotFoundError)):
                raise VanishedError(self.root / path, str(error.strerror)) from error
            broken = "broken link" if entry.is_symlink() else f"cannot be read: {error.strerror}"
            self.skipped.append((path, broken))
            return None
        stamps = [_stamp(status)]
        if beside:
            self.sidecars[path] = tuple(beside)
            stamps += [self._sidecar_stamp(os.path.join(os.path.dirname(entry.path), name)) for name in beside]
        return Item(key=path, path=path, stamp="+".join(stamps))

    @staticmethod
    def _sidecar_stamp(file: str) -> str:
        try:
            return f"{os.path.basename(file)}-{_stamp(os.stat(file))}"
        except OSError:
            return "-"  # it cannot be read, and reading says so

    def _begins_like_image(self, path: str, entry: os.DirEntry[str]) -> bool:
        """By its first bytes; a file that cannot be opened is none, and is counted with those."""
        try:
            if not entry.is_file():  # opening a pipe would wait for ever
                return False
            with open(entry.path, "rb", buffering=0) as file:
                return content.format_of(file.read(content.HEAD_BYTES)) is not None
        except OSError as error:
            if reasons.gone(error):
                raise VanishedError(self.root / path, str(error.strerror)) from error
            return False

    def _utf8(self, path: str, kind: str) -> bool:
        """Whether the path can be stored; if not, it goes to the skipped ones under a readable name."""
        try:
            path.encode("utf-8")
        except UnicodeEncodeError:
            name = os.fsencode(path).decode("utf-8", errors="backslashreplace")
            missed = "; the images in it are left out" if kind == "folder" else ""
            self.skipped.append((name, f"the {kind}'s name is not valid UTF-8: rename it{missed}"))
            return False
        return True
