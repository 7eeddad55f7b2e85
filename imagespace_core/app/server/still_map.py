"""A map as a PNG, drawn on the server for browsers without WebGL2. The route `still-map/<name>.png` answers with it."""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable
from threading import Lock

import numpy as np

from imagespace_core.drawing.points import fitted, flat, radius_px, splatted
from imagespace_core.lru import LRU

PREFIX = "still-map"
WIDTH_PX, HEIGHT_PX = 1280, 800
_MARGIN_PX = 24
MOST_BYTES = 32 * 2**20
"""Of all still maps that are kept: some 100 of large maps, and more of small ones."""

_kept: LRU[Hashable, bytes] = LRU(MOST_BYTES, len)
_drawing = Lock()


def kept(what: Hashable, draw: Callable[[], bytes]) -> bytes:
    """The PNG of `what`, drawn by `draw` unless it is still kept; the longest unused go first.

    One is drawn at a time, and who wants the one that is being drawn gets the same.
    """
    with _drawing:
        return _kept.made(what, draw)


def drawn(positions: np.ndarray, colors: np.ndarray, shown: np.ndarray | None = None) -> bytes:
    """A PNG of WIDTH_PX x HEIGHT_PX with a clear background, so that it suits light and dark.

    positions: float32 (n, 2 | 3), NaN has no place. colors: uint8 (n, 3). shown: bool (n,), None draws all.
    """
    from PIL import Image

    keep = np.isfinite(positions).all(axis=1) & (True if shown is None else shown)
    points, colors = flat(positions[keep]), colors[keep]
    scale, middle = fitted(points, WIDTH_PX, HEIGHT_PX, _MARGIN_PX)
    x, y = ((points - middle) * scale * (1, -1) + (WIDTH_PX / 2, HEIGHT_PX / 2)).T
    image = splatted(x, y, colors, WIDTH_PX, HEIGHT_PX, radius_px(len(points)))
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()
