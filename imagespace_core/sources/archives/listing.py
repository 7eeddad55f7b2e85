"""One look at archives: which of their members are items, and what is said of the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import content, decode
from imagespace_core.images.formats import OTHER_SUFFIXES
from imagespace_core.sources import Advance, Item
from imagespace_core.sources.archives.archive import NESTED, SUFFIXES, Archive, Member, kind_of, leads_out
from imagespace_core.sources.archives.beside import SUFFIXES as SIDECAR_SUFFIXES
from imagespace_core.sources.archives.beside import members_beside
from imagespace_core.sources.archives.zips import Zip
from imagespace_core.sources.passed_over import passed_over
from imagespace_core.sources.path_levels import path_levels
from imagespace_core.sources.tables.beside import is_metadata

_START = 512
_EXAMPLES = 3


class Listing:
    """What one look at the archives finds; what is no item is noted on the way.

    items: without the levels of their paths. beside: how many members of which suffix say more of an image.
    """

    def __init__(self, limit: int | None, advance: Advance | None) -> None:
        self.limit, self.advance = limit, advance
        self.items: list[Item] = []
        self.skipped: list[tuple[str, str]] = []
        self.left_out: Counter[str] = Counter()
        self.beside: Counter[str] = Counter()
        self._levels: list[str] = []
        self._notes: list[str] = []
        self._tables: list[str] = []
        self._by_content: list[str] = []
        self._repeated = 0

    @property
    def full(self) -> bool:
        return self.limit is not None and len(self.items) >= self.limit

    def take(self, shard: str, archive: Archive, stamp: str) -> None:
        """The items of one archive. shard: its name, "" where it is the only one. stamp: of it."""
        images: dict[str, Member] = {}
        others: dict[str, Member] = {}
        for member in archive.members():
            suffix = PurePosixPath(member.name).suffix.lower()
            if kind := passed_over(member.name):
                self.left_out[kind] += 1
                continue
            if suffix in SIDECAR_SUFFIXES and not member.fault and not leads_out(member.name):
                others[member.name] = member
            elif self._is_image(_path(shard, member.name), suffix, archive, member):
                if images.pop(member.name, None):
                    self._repeated += 1  # the last counts, and where it lies
                images[member.name] = member
                if self.advance:
                    self.advance(1)
            # One more than wanted, so that what stands beside the last is seen as well.
            if self.limit is not None and len(self.items) + len(images) > self.limit:
                break
        found = members_beside(images, others)
        used = {name for names in found.values() for name in names}
        self.beside.update(PurePosixPath(name).suffix.lower() for name in used)
        self.left_out.update(PurePosixPath(name).suffix.lower() for name in others if name not in used)
        for name, member in images.items():
            if self.full:
                break
            stamps = [member.stamp, *(others[other].stamp for other in found.get(name, ()))]
            # A tar has no sums of its members, so all change with it.
            stamps += [] if isinstance(archive, Zip) else [stamp]
            path = _path(shard, name)
            self.items.append(Item(path, path, " ".join(stamps), {"shard": shard} if shard else {}))
            self._levels.append(_path(shard.rpartition("/")[0], name))
        self._notes += [f"{shard}: {line}" if shard else line for line in archive.notes]

    def described(self) -> list[Item]:
        """The items with the levels of their paths, of which an archive is none."""
        levels = path_levels(self._levels)
        return [
            replace(item, columns={**level, **item.columns}) if level else item
            for item, level in zip(self.items, levels, strict=True)
        ]

    def _is_image(self, path: str, suffix: str, archive: Archive, member: Member) -> bool:
        """Whether a member is one that can be read; what else is noted."""
        image = suffix in decode.suffixes()
        reason = "its name leads out of the archive; it is not read" if leads_out(member.name) else member.fault
        if not image and not reason and (suffix in SUFFIXES or suffix not in OTHER_SUFFIXES):
            kind, image = self._sniffed(archive, member)
            if kind or suffix in SUFFIXES:
                image, reason = False, NESTED
            elif image:
                self._by_content.append(path)
        if reason and (image or reason == NESTED or leads_out(member.name)):
            self.skipped.append((path, reason))
        elif not image and is_metadata(PurePosixPath(path).name):
            self._tables.append(path)
        elif not image:
            self.left_out[suffix if suffix.isprintable() else ""] += 1
        return image and not reason

    def _sniffed(self, archive: Archive, member: Member) -> tuple[str, bool]:
        """Which archive a member is, if one; and whether it is an image, whatever its suffix."""
        try:
            start = archive.read(member, _START)
        except UnreadableImageError:
            return "", False
        return kind_of(start), content.format_of(start) is not None

    def notes(self) -> list[str]:
        lines = list(self._notes)
        if self.beside:
            counts = ", ".join(f"{count:,} {suffix}" for suffix, count in sorted(self.beside.items()))
            lines.append(f"files beside images say more of them: {counts}")
        if self._by_content:
            some = ", ".join(map(repr, self._by_content[:_EXAMPLES]))
            lines.append(f"images by their content and not by name: {len(self._by_content):,}, e.g. {some}")
        if self._tables:
            lines.append(f"tables in archives are not read ({self._tables[0]}); take it out, and name it by --metadata")
        if self._repeated:
            lines.append(f"{self._repeated:,} members have the name of a later one, which counts, as in unpacking")
        return lines

    def why_empty(self, root: Path) -> str:
        found = "it is empty"
        if self.skipped:
            path, reason = self.skipped[0]
            found = f"{len(self.skipped):,} entries were skipped, e.g. {path}: {reason}"
        elif self.left_out:
            kinds = ", ".join(f"{n} {suffix or 'without suffix'}" for suffix, n in self.left_out.most_common(3))
            found = f"it holds {self.left_out.total():,} other files ({kinds})"
        return f"{root} has no images: {found}; give an archive with JPEG, PNG, WebP, TIFF or GIF files"


def _path(shard: str, name: str) -> str:
    return f"{shard}/{name}" if shard else name
