"""Publishing a build, and which build counts while that goes on.

`.build/publish.json`, the journal, holds the new manifest and what is to be moved. Once it is written, the new build is
the truth; its files lie where they were staged, until whoever holds the build's lock has moved them. Readers move
nothing. They find each file through the journal, and look again where another build came to count meanwhile.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from imagespace_core.errors import WorkspaceError
from imagespace_core.workspace import names
from imagespace_core.workspace.durable import sync_folders, write_text
from imagespace_core.workspace.manifest import Manifest

T = TypeVar("T")
Stamp = tuple[str, int, int, int]
"""Identity of the file that names the build that counts: its name, inode, time and size."""

STAGED = f"{names.BUILD}/files"
_REPLACED = f"{names.BUILD}/old"


@dataclass(frozen=True)
class Journal:
    """A publication that is decided: manifest, as its text; move, staged names; remove, published ones."""

    manifest: str
    move: list[str]
    remove: list[str]

    @classmethod
    def read(cls, root: Path) -> Journal | None:
        """None where no publication is under way. Raises WorkspaceError where the journal is damaged."""
        path = root / names.JOURNAL
        try:
            plan = json.loads(path.read_text("utf-8"))
            journal = cls(plan["manifest"], plan["move"], plan["remove"])
            if not all(names.is_inside(name) for name in [*journal.move, *journal.remove]):
                raise ValueError("it names files outside of the workspace")
            return journal
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise WorkspaceError(
                f"{path} cannot be read ({error}). Remove the folder {path.parent} and build again"
            ) from error

    def write(self, root: Path) -> None:
        write_text(root / names.JOURNAL, json.dumps(asdict(self)))


@dataclass(frozen=True)
class Current:
    """The build that counts. moves: the names, of files and folders, that may not be at their places yet."""

    stamp: Stamp | None
    manifest: Manifest
    moves: frozenset[str]

    @classmethod
    def of(cls, root: Path) -> Current:
        """Raises WorkspaceError if there is none or it is broken, NewerFormatError if it is ahead of this program."""

        def look(seen: Stamp | None) -> Current:
            if journal := Journal.read(root):
                return cls(seen, Manifest.loads(journal.manifest, root), frozenset(journal.move))
            return cls(seen, Manifest.read(root), frozenset())

        return settled(root, look)


def stamp_of(root: Path) -> Stamp | None:
    """Identity of the journal, else of the manifest; None where there is neither."""
    for name in (names.JOURNAL, names.MANIFEST):
        with suppress(OSError):
            found = (root / name).stat()
            return name, found.st_ino, found.st_mtime_ns, found.st_size
    return None


def settled(root: Path, look: Callable[[Stamp | None], T]) -> T:
    """What `look` finds while one build counts from its beginning to its end; it is called again until that is so.

    A journal is written before anything moves, and goes when all has moved and the manifest is replaced. So what was
    opened between two equal stamps is of the build that they stand for.
    """
    while True:
        seen = stamp_of(root)
        try:
            found = look(seen)
        except Exception:
            if stamp_of(root) == seen:
                raise
        else:
            if stamp_of(root) == seen:
                return found


def path_of(root: Path, name: str, moves: frozenset[str]) -> Path:
    """Where `name` lies: among the staged files if it is to be moved and was not yet, else at its place."""
    if any(name == moved or name.startswith(f"{moved}/") for moved in moves):
        staged = root / STAGED / name
        if staged.exists():
            return staged
    return root / name


def finish(root: Path) -> None:
    """Carry out a publication that was decided, where there is one. Only for who holds the build's lock.

    May be interrupted anywhere and begun anew: each move is one renaming, and what was moved is passed over.
    """
    try:
        if journal := Journal.read(root):
            _carry_out(journal, root)
    except PermissionError as error:
        raise WorkspaceError(
            f"{root} holds a build that is not fully published, and cannot be written ({error})"
        ) from error


def _carry_out(journal: Journal, root: Path) -> None:
    _check_no_link_leads_out(root, [*journal.move, *journal.remove])
    for name in journal.move:
        _move(root / STAGED / name, root / name, root / _REPLACED / name)
    for name in journal.remove:
        remove(root / name)
    sync_folders({(root / name).parent for name in [*journal.move, *journal.remove]})
    write_text(root / names.MANIFEST, journal.manifest)
    # The journal goes first: were it last, a kill in between would leave a journal whose files are gone.
    (root / names.JOURNAL).unlink(missing_ok=True)
    discard(root)


def _check_no_link_leads_out(root: Path, listed: list[str]) -> None:
    """Raises WorkspaceError where a folder on the way to a file is a link to somewhere else."""
    real = root.resolve()
    for name in listed:
        for path in (root / name, root / STAGED / name):
            if not path.parent.resolve().is_relative_to(real):
                raise WorkspaceError(
                    f"{path.parent} is a link out of {root}; nothing is moved through it. Remove the link, or build "
                    "into another folder with -o"
                )


def discard(root: Path) -> None:
    """Remove `.build`. At one stroke: of a half removed one the next build would take up what is left."""
    trash = root / names.TRASH
    shutil.rmtree(trash, ignore_errors=True)
    with suppress(OSError):
        (root / names.BUILD).replace(trash)
    for folder in (trash, root / names.BUILD):
        shutil.rmtree(folder, ignore_errors=True)


def remove(path: Path) -> None:
    """A file, or a folder with all that is in it; does nothing where there is neither."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _move(staged: Path, target: Path, old: Path) -> None:
    if not staged.exists():
        return  # moved before an interruption
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        old.parent.mkdir(parents=True, exist_ok=True)
        remove(old)
        target.replace(old)
    staged.replace(target)
