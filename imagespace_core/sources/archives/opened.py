"""An archive that is open, with its members by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import reasons
from imagespace_core.sources.archives.archive import Archive, BrokenArchiveError, Member, kind_of, leads_out
from imagespace_core.sources.archives.beside import SUFFIXES, members_beside, read_beside
from imagespace_core.sources.archives.tars import Tar
from imagespace_core.sources.archives.zips import Zip
from imagespace_core.sources.passed_over import passed_over
from imagespace_core.sources.sidecars import MOST_BYTES, Sidecar, unreadable

KEPT_BYTES, KEPT_FILES = 1 << 30, 64
"""Of archives that stay open."""
_MEMBER_BYTES = 400
_START = 512


@dataclass(frozen=True)
class OpenArchive:
    """An archive and its members by name. size: bytes of memory, so that few files are open at a time."""

    archive: Archive
    members: dict[str, Member]
    size: int

    @classmethod
    def of(cls, path: Path) -> OpenArchive:
        archive = archive_at(path)
        members = {m.name: m for m in archive.members() if not leads_out(m.name) and not passed_over(m.name)}
        size = max(archive.held + _MEMBER_BYTES * len(members), KEPT_BYTES // KEPT_FILES)
        return cls(archive, members, size)

    @cached_property
    def beside(self) -> dict[str, tuple[str, ...]]:
        """The members that say more of an image, by its name."""
        others = [name for name in self.members if name.lower().endswith(SUFFIXES)]
        return members_beside(self.members.keys() - others, others) if others else {}

    def sidecar(self, name: str) -> Sidecar:
        """What one of them says; that it cannot be read is no failure of the image."""
        try:
            return read_beside(name, self.archive.read(self.members[name], MOST_BYTES + 1))
        except UnreadableImageError:
            return Sidecar(remarks=(unreadable(PurePosixPath(name).suffix.lower()),))


def archive_at(path: Path) -> Archive:
    """Opened by its first bytes. Raises InputError, VanishedError, BrokenArchiveError."""
    if path.exists() and not path.is_file():  # opening a pipe would wait for ever
        raise BrokenArchiveError(reasons.NO_FILE)
    try:
        with path.open("rb") as stream:
            kind = kind_of(stream.read(_START))
        if kind == "zip":
            return Zip(path)
        if kind in ("tar", "gzip", "bzip2", "xz"):
            return Tar(path, kind)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; give a .zip or .tar archive of images") from error
    except OSError as error:
        if reasons.gone(error):
            raise VanishedError(path, str(error.strerror)) from error
        raise BrokenArchiveError(f"it cannot be read ({error.strerror})") from error
    if kind:
        raise BrokenArchiveError(f"a {kind} archive, which is not read; unpack it, or pack it as .zip or .tar")
    raise BrokenArchiveError("it is no archive: it starts like no .zip or .tar; if it was one, copy it again")
