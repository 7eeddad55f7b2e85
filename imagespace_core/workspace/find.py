"""Finds the workspaces in a folder, and in plain words what is wrong with those that do not open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imagespace_core.errors import ChangedError, NewerFormatError, WorkspaceError
from imagespace_core.workspace import names
from imagespace_core.workspace.draft import at_work
from imagespace_core.workspace.store import Workspace

_UNDER_WAY = "it is being built now. Reload this page when that is done"
_STOPPED = "its first build stopped. Run the same command again; it goes on from there"


@dataclass(frozen=True)
class Found:
    """A folder that is, or should be, a workspace. `reason` is what is wrong unless `state` is "ready"."""

    path: Path
    state: Literal["ready", "broken", "newer", "unfinished"]
    rows: int = 0
    reason: str = ""

    @property
    def name(self) -> str:
        return self.path.name


def find(root: Path) -> list[Found]:
    """`root` itself if it is a workspace, else every workspace among its folders, by name."""
    return [_look(folder) for folder in workspace_folders(root)]


def workspace_folders(root: Path) -> list[Path]:
    """The folders that `find` looks into; none is opened."""
    if _is_workspace(root):
        return [root]
    try:
        folders = sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError:
        return []  # missing, a file, or closed: the caller shows where it looked
    return [folder for folder in folders if _is_workspace(folder)]


def _is_workspace(folder: Path) -> bool:
    return any((folder / name).exists() for name in (names.MANIFEST, names.ITEMS, names.BUILD))


def _look(folder: Path) -> Found:
    try:
        if not any((folder / name).exists() for name in (names.MANIFEST, names.ITEMS, names.JOURNAL)):
            return Found(folder, "unfinished", reason=_UNDER_WAY if at_work(folder) else _STOPPED)
        workspace = Workspace.open(folder)
        workspace.check()
    except ChangedError:  # a build was published between the two
        return _look(folder)
    except NewerFormatError as error:
        return Found(folder, "newer", reason=str(error))
    except (WorkspaceError, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        # Whatever one workspace holds, the others are shown.
        return Found(folder, "broken", reason=str(error))
    return Found(folder, "ready", rows=workspace.rows)
