"""Reads the picture of a row: from the original, else from the kept preview, else from the sprite."""

from __future__ import annotations

import io
import json
from functools import lru_cache

import numpy as np

from imagespace_core.app.session import trust
from imagespace_core.errors import ImageSpaceError
from imagespace_core.images.fitted import fitted
from imagespace_core.sources import Source
from imagespace_core.sources.registry import opened
from imagespace_core.workspace import Workspace, names


def source(workspace: Workspace) -> Source:
    """Where the items come from, made again as the build made it; one for all sessions, because some look at many files
    before the first answer.

    The one way to the originals. Raises UnconfirmedError where the manifest may not name them, InputError.
    """
    trust.require_confirmed(workspace)
    return _source(json.dumps(workspace.manifest.source), workspace.manifest.build)


# Not one of Streamlit's caches: the routes use it as well, outside of any script run. By build, because a source looks
# at its files once.
@lru_cache(maxsize=4)
def _source(record: str, build: str) -> Source:
    return opened(json.loads(record))


def picture(workspace: Workspace, row: int, side: int) -> np.ndarray:
    """uint8 RGB (h, w, 3), its longer side at most `side` pixels.

    Raises WorkspaceError only if the workspace itself is damaged; a lost original is no error.
    """
    from PIL import Image

    try:
        return source(workspace).preview(workspace.ids[row], side)
    except ImageSpaceError:
        kept = None if trust.leads_out(workspace, names.preview(row)) else workspace.preview(row)
        image = Image.open(io.BytesIO(kept)) if kept else Image.fromarray(workspace.sprite(row))
    return fitted(np.asarray(image.convert("RGB")), side)


def has_original(workspace: Workspace, row: int) -> bool:
    """Whether what the image was read from is still where it was."""
    try:
        return source(workspace).has(workspace.ids[row])
    except (ImageSpaceError, OSError):
        return False
