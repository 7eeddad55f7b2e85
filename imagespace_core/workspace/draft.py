"""Writing a workspace: files are staged beside the published ones and all published at once.

A step writes into `.build/files`; a finished step is on the disk and noted in `.build/steps.json`, so an interrupted
build goes on where it stopped. `publish` writes the journal and moves the files, see `workspace.publication`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagespace_core.errors import InputError, LockedError, WorkspaceError
from imagespace_core.workspace import names, publication
from imagespace_core.workspace.durable import sync, write_text
from imagespace_core.workspace.manifest import Manifest, is_record_of_steps

if TYPE_CHECKING:
    from filelock import FileLock

AT_WORK_SECONDS = 5
"""How long a build waits for those who look whether one is at work; each of them takes a moment."""


class Draft:
    """One build of the workspace at `root`; make it with `Draft.open`, which holds the lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._build = root / names.BUILD
        self._files = root / publication.STAGED
        self._staged: dict[str, dict[str, Any]] = {}
        self.published: Manifest | None = None

    @classmethod
    @contextmanager
    def open(cls, root: Path) -> Iterator[Draft]:
        """Lock `root` and take up what an interrupted build left.

        Raises LockedError if another build is writing it, InputError if it cannot be written.
        """
        lock = _lock(root)
        try:
            with suppress(OSError):
                (root / names.LOCK).write_text(f"{os.getpid()}", "utf-8")
            publication.finish(root)
            draft = cls(root)
            draft._take_up()
            with _shown_at_work(root):
                yield draft
        finally:
            # A mistyped folder of images leaves no folder behind.
            with suppress(OSError):
                if set(os.listdir(root)) <= {names.LOCK, names.AT_WORK}:
                    (root / names.AT_WORK).unlink(missing_ok=True)
                    (root / names.LOCK).unlink()
                    root.rmdir()
            lock.release()

    @classmethod
    def look(cls, root: Path, fresh: bool) -> Draft:
        """What a build would find at `root`, for its plan alone: nothing is locked, moved or written.

        fresh: whether that build begins by `discard`.
        """
        draft = cls(root)
        draft._read()
        if fresh:
            draft._staged = {}
        return draft

    def _read(self) -> None:
        if (self.root / names.MANIFEST).exists():
            # A broken manifest is no reason to refuse a rebuild: it is what repairs it.
            with suppress(WorkspaceError):
                self.published = Manifest.read(self.root)
        with suppress(OSError, ValueError):
            staged = json.loads((self._build / "steps.json").read_text("utf-8"))
            self._staged = staged if is_record_of_steps(staged) else {}

    def _take_up(self) -> None:
        self._read()
        # What no finished step owns is half made. Left there, it would be read and published in the place of a file of
        # the published build.
        whole = {name for record in self._staged.values() for name in record["files"]}
        for path in [path for path in self._files.rglob("*") if path.is_file()]:
            name = path.relative_to(self._files)
            if not whole & {name.as_posix(), *(parent.as_posix() for parent in name.parents)}:
                path.unlink()

    def scratch(self, name: str) -> Path:
        """A folder for intermediate files that outlives an interruption and goes with a published build."""
        folder = self._build / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def path(self, name: str) -> Path:
        """Where `name` can be read: the staged file if this build made one, else the published."""
        staged = self._files / name
        return staged if staged.exists() else self.root / name

    def stage(self, name: str) -> Path:
        """Where to write `name`. The step is noted as done only after all its files are complete."""
        path = self._files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.resolve().is_relative_to(self.root.resolve()):
            raise InputError(f"{path.parent} is a link out of {self.root}. Remove {self._build} and build again")
        return path

    def record(self, step: str) -> dict[str, Any] | None:
        """What is noted of `step`: by this build, else by the published one."""
        published = self.published.steps.get(step) if self.published else None
        return self._staged.get(step, published)

    def has(self, step: str, key: str) -> bool:
        """Whether `step` was done with this key and its files are all there."""
        record = self.record(step)
        return record is not None and record["key"] == key and all(self.path(f).exists() for f in record["files"])

    def forget(self, step: str, files: Iterable[str] = ()) -> None:
        """Drop what an earlier, interrupted build staged for `step`, finished or half made."""
        for name in [*self._staged.pop(step, {}).get("files", []), *files]:
            publication.remove(self._files / name)

    def discard(self) -> None:
        """Drop everything that an interrupted build staged; the published build stays."""
        publication.discard(self.root)
        self._staged = {}

    def note(self, step: str, record: dict[str, Any]) -> None:
        """Note `step` as done; its record names its key and files. The step survives an interruption from here on, one
        of the machine included."""
        sync(path for name in record["files"] if (path := self._files / name).exists())
        self._staged[step] = record
        write_text(self._build / "steps.json", json.dumps(self._staged, ensure_ascii=False, allow_nan=False))

    def publish(self, manifest: Manifest) -> None:
        """Make this build the workspace. Files of steps that the manifest no longer lists are removed."""
        keep = {name for step in manifest.steps.values() for name in step["files"]}
        old = {name for step in (self.published.steps if self.published else {}).values() for name in step["files"]}
        moves = sorted(name for name in keep if (self._files / name).exists())
        publication.Journal(manifest.dumps(), moves, sorted(old - keep)).write(self.root)
        publication.finish(self.root)
        self._staged = {}
        self.published = manifest


def _lock(root: Path) -> FileLock:
    """The lock of the one build that may write `root`, taken. Raises LockedError, InputError."""
    from filelock import FileLock, Timeout

    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / names.LOCK)
        lock.acquire(timeout=0)
    except Timeout:
        raise LockedError(
            f"another build is writing {root}{_holder(root)}. Wait for it, stop it, or choose another folder with -o"
        ) from None
    except (OSError, NotImplementedError) as error:
        raise InputError(
            f"cannot write to {root} ({getattr(error, 'strerror', None) or error}). Choose a writable folder with -o"
        ) from error
    return lock


@contextmanager
def _shown_at_work(root: Path) -> Iterator[None]:
    """Meanwhile `at_work` says yes."""
    from filelock import FileLock, Timeout

    shown = FileLock(root / names.AT_WORK)
    with suppress(Timeout, OSError, NotImplementedError):
        shown.acquire(timeout=AT_WORK_SECONDS, poll_interval=0.01)
    try:
        yield
    finally:
        shown.release()


def at_work(root: Path) -> bool:
    """Whether a build is writing the workspace. Never takes the lock that a build needs."""
    from filelock import FileLock, Timeout

    if not (root / names.AT_WORK).exists():
        return False
    try:
        with FileLock(root / names.AT_WORK, timeout=0.1, poll_interval=0.01):  # others look as well, for a moment
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):  # a folder that nobody can write
        return False


def _holder(root: Path) -> str:
    with suppress(OSError):
        if pid := (root / names.LOCK).read_text("utf-8").strip():
            return f" (process {pid})"
    return ""
