"""Writing a workspace: files are staged beside the published ones and all published at once.

A step writes into `.build/files`; a finished step is noted in `.build/steps.json`, so an interrupted build goes on
where it stopped. `publish` first writes `.build/publish.json`, the list of moves with the new manifest in it; from
then on the new build is the truth, and whoever finds that file, reader or builder, finishes the moves. A reader
therefore sees the old build or the new one, never half of one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from imagespace_core.errors import InputError, LockedError, WorkspaceError
from imagespace_core.workspace import names
from imagespace_core.workspace.manifest import Manifest


class Draft:
    """One build of the workspace at `root`; make it with `Draft.open`, which holds the lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._build = root / names.BUILD
        self._files = self._build / "files"
        self._staged: dict[str, dict[str, Any]] = {}
        self.published: Manifest | None = None

    @classmethod
    @contextmanager
    def open(cls, root: Path) -> Iterator[Draft]:
        """Lock `root` and take up what an interrupted build left.

        Raises LockedError if another build is writing it, InputError if it cannot be written.
        """
        from filelock import FileLock, Timeout

        try:
            root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(root / names.LOCK)
            lock.acquire(timeout=0)
        except Timeout:
            raise LockedError(
                f"another build is writing {root}{_holder(root)}. "
                "Wait for it, stop it, or choose another folder with -o"
            ) from None
        except (OSError, NotImplementedError) as error:
            raise InputError(
                f"cannot write to {root} ({getattr(error, 'strerror', None) or error}). "
                "Choose a writable folder with -o"
            ) from error
        try:
            with suppress(OSError):
                (root / names.LOCK).write_text(f"{os.getpid()}", "utf-8")
            finish_publish(root)
            draft = cls(root)
            draft._take_up()
            yield draft
        finally:
            # A mistyped folder of images leaves no folder behind.
            with suppress(OSError):
                if os.listdir(root) == [names.LOCK]:
                    (root / names.LOCK).unlink()
                    root.rmdir()
            lock.release()

    def _take_up(self) -> None:
        if (self.root / names.MANIFEST).exists():
            # A broken manifest is no reason to refuse a rebuild: it is what repairs it.
            with suppress(WorkspaceError):
                self.published = Manifest.read(self.root)
        with suppress(OSError, ValueError):
            self._staged = json.loads((self._build / "steps.json").read_text("utf-8"))
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
            _remove(self._files / name)

    def discard(self) -> None:
        """Drop everything that an interrupted build staged; the published build stays."""
        shutil.rmtree(self._build, ignore_errors=True)
        self._staged = {}

    def note(self, step: str, record: dict[str, Any]) -> None:
        """Note `step` as done; its record names its key and files. The step survives an interruption from here on."""
        self._staged[step] = record
        write_text(self._build / "steps.json", json.dumps(self._staged, ensure_ascii=False, allow_nan=False))

    def publish(self, manifest: Manifest) -> None:
        """Make this build the workspace. Files of steps that the manifest no longer lists are removed."""
        keep = {name for step in manifest.steps.values() for name in step["files"]}
        old = {name for step in (self.published.steps if self.published else {}).values() for name in step["files"]}
        moves = sorted(name for name in keep if (self._files / name).exists())
        plan = {"manifest": manifest.dumps(), "move": moves, "remove": sorted(old - keep)}
        write_text(self.root / names.JOURNAL, json.dumps(plan))
        finish_publish(self.root)
        self._staged = {}
        self.published = manifest


def finish_publish(root: Path) -> None:
    """Carry out a publication that was decided but perhaps not finished; does nothing where there is none."""
    journal = root / names.JOURNAL
    try:
        plan = json.loads(journal.read_text("utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"{journal} cannot be read ({error}). Remove the folder {journal.parent} and build again"
        ) from error
    try:
        for name in plan["move"]:
            _move(root / names.BUILD / "files" / name, root / name, root / names.BUILD / "old" / name)
        for name in plan["remove"]:
            _remove(root / name)
        write_text(root / names.MANIFEST, plan["manifest"])
    except PermissionError as error:
        raise WorkspaceError(
            f"{root} holds a build that is not fully published, and cannot be written ({error})"
        ) from error
    # The journal goes first: were it last, a kill in between would leave a journal whose files are gone.
    journal.unlink(missing_ok=True)
    shutil.rmtree(root / names.BUILD, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new, and a crash leaves one of the two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _move(staged: Path, target: Path, old: Path) -> None:
    if not staged.exists():
        return  # moved before an interruption
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        old.parent.mkdir(parents=True, exist_ok=True)
        _remove(old)
        target.replace(old)
    staged.replace(target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _holder(root: Path) -> str:
    with suppress(OSError):
        if pid := (root / names.LOCK).read_text("utf-8").strip():
            return f" (process {pid})"
    return ""
