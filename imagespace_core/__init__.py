"""ImageSpace: see, search and explore a large image collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from imagespace_core.collection.collection import Collection

__version__ = "0.1.0"


def open(path: str | Path) -> Collection:
    """The collection in a workspace's folder, e.g. `imagespace_core.open("workspaces/PHOTOS")`.

    Raises WorkspaceError if there is no workspace, or none that this program can read.
    """
    # Here, so that importing the package takes no time.
    from imagespace_core.collection.collection import Collection

    return Collection.open(path)
