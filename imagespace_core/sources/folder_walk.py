"""One walk through a folder: which files are items, and what is said of the others."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from imagespace_core.errors import VanishedError
from imagespace_core.images import content, decode, reasons
from imagespace_core.images.formats import OTHER_SUFFIXES
from imagespace_core.sources import Item
from imagespace_core.sources.archives.among_files import AmongFiles, is_archive, stamp_of
from imagespace_core.sources.passed_over import HIDDEN_FILES, HIDDEN_FOLDERS, passed_over
from imagespace_core.sources.sidecars import SUFFIXES, sidecars_of
from imagespace_core.sources.tables.beside import is_metadata

_EXAMPLES = 3

# A folder that holds these is a workspace; its sprite pages and previews are no images of the collection.
_WORKSPACE = {"manifest.json", "items.parquet"}


class Walk:
    """One walk through `root`; what is no item is noted on the way.

    sidecars: by the path of their image, filled by the walk. limit: so many items are enough.
    """

    def __init__(self, root: Path, sidecars: dict[str, tuple[str, ...]], limit: int | None) -> None:
        self.root = root
        self.sidecars = sidecars
        self._skipped: list[tuple[str, str]] = []
        self._left_out: Counter[str] = Counter()
        self._archives = AmongFiles(limit)
        self._metadata: list[str] = []
        self._by_content: list[str] = []

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """(path, reason) of what could not be offered."""
        return [*self._skipped, *self._archives.skipped]

    @property
    def left_out(self) -> Counter[str]:
        """How many files are no images, by suffix."""
        return self._left_out + self._archives.left_out

    @property
    def described(self) -> bool:
        """Whether files beside the images say more of them."""
        return bool(self.sidecars) or self._archives.described

    def notes(self) -> list[str]:
        """Images by their content, sidecars, and tables of metadata in subfolders, which are not read."""
        kinds = Counter(os.path.splitext(name)[1].lower() for names in self.sidecars.values() for name in names)
        lines = []
        if self._by_content:
            files = "1 file is an image by its content" if len(self._by_content) == 1 else (
                f"{len(self._by_content):,} files are images by their content"
            )  # fmt: skip
            lines.append(f"{files}, not by name, e.g. {', '.join(map(repr, self._by_content[:_EXAMPLES]))}")
        if kinds:
            counts = ", ".join(f"{count:,} {suffix}" for suffix, count in kinds.most_common())
            lines.append(f"{len(self.sidecars):,} images have files beside them that say more of them: {counts}")
        if self._metadata:
            found = ", ".join(self._metadata[:3]) + (", ..." if len(self._metadata) > 3 else "")
            lines.append(f"tables in subfolders are not read ({found}); join them in one, or name one by --metadata")
        return [*lines, *self._archives.notes()]

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
                self._skipped.append((folder, f"folder cannot be read: {error.strerror}"))
                continue
            if folder and {entry.name for entry in found} >= _WORKSPACE:
                self._left_out["(an ImageSpace workspace)"] += 1
                continue
            subfolders = []
            beside = self._beside([entry.name for entry in found])
            of_images = {name for names in beside.values() for name in names}
            alone = set(of_images)
            for entry in found:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if kind := passed_over(entry.name):
                    self._left_out[HIDDEN_FOLDERS if kind == HIDDEN_FILES and os.path.isdir(entry.path) else kind] += 1
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
                elif is_archive(entry.name) and entry.is_file():
                    yield from self._in_archive(path, entry)
                elif (item := self._item(path, entry, beside.get(entry.name, ()))) is not None:
                    yield item
                    alone.difference_update(beside.get(entry.name, ()))
            # Those of files that turned out to be no images, or could not be looked at.
            self._left_out.update(os.path.splitext(name)[1].lower() for name in alone)
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
            self._left_out[suffix if suffix.isprintable() else ""] += 1
            return None
        if not self._utf8(path, "file"):
            return None
        if not named:
            self._by_content.append(path)
        if (stamp := self._stamp(path, entry)) is None:
            return None
        stamps = [stamp]
        if beside:
            self.sidecars[path] = tuple(beside)
            stamps += [self._sidecar_stamp(os.path.join(os.path.dirname(entry.path), name)) for name in beside]
        return Item(key=path, path=path, stamp="+".join(stamps))

    def _in_archive(self, path: str, entry: os.DirEntry[str]) -> list[Item]:
        if not self._utf8(path, "file") or (stamp := self._stamp(path, entry)) is None:
            return []
        return self._archives.items(path, self.root / path, stamp)

    def _stamp(self, path: str, entry: os.DirEntry[str]) -> str | None:
        """None where the file cannot be looked at, which is noted."""
        try:
            return stamp_of(entry.stat())
        except OSError as error:
            if reasons.gone(error) and not (entry.is_symlink() and isinstance(error, FileNotFoundError)):
                raise VanishedError(self.root / path, str(error.strerror)) from error
            broken = "broken link" if entry.is_symlink() else f"cannot be read: {error.strerror}"
            self._skipped.append((path, broken))
            return None

    @staticmethod
    def _sidecar_stamp(file: str) -> str:
        try:
            return f"{os.path.basename(file)}-{stamp_of(os.stat(file))}"
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
            self._skipped.append((name, f"the {kind}'s name is not valid UTF-8: rename it{missed}"))
            return False
        return True
