"""The largest picture of a row that can still be had: the original, else the kept preview, else the sprite."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imagespace_core.errors import ImageSpaceError
from imagespace_core.sources.registry import SOURCES
from imagespace_core.workspace import Workspace


def picture(workspace: Workspace, row: int, side: int) -> np.ndarray:
    """uint8 RGB (h, w, 3), its longer side at most `side` pixels.

    Raises WorkspaceError only if the workspace itself is damaged; a lost original is no error.
    """
    from PIL import Image

    kept, source = workspace.preview_path(row), workspace.manifest.source
    try:
        return SOURCES[source["kind"]](Path(source["root"])).preview(workspace.ids[row], side)
    except ImageSpaceError:
        image = Image.open(kept) if kept else Image.fromarray(workspace.sprite(row))
    image = image.convert("RGB")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image)


def has_original(workspace: Workspace, row: int) -> bool:
    """Whether the image file itself is still where it was read."""
    return (Path(workspace.manifest.source["root"]) / str(workspace.ids[row])).exists()
