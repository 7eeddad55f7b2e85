"""Views of a scene for people: any window, from the reduced copies in the file where they serve."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import numpy as np

from imagespace_core.cache import cache_folder
from imagespace_core.errors import UnreadableImageError
from imagespace_core.sources.geotiff.scene import Scene
from imagespace_core.sources.geotiff.tone import Tone

AT_ONCE_PX = 16_000_000
"""As many pixels are read, in the finest copy that will do, to make one view; takes about a second."""
THUMBNAIL_SIDE = 2048
PIECE_PX = 4_000_000
_lock = threading.Lock()


def view(scene: Scene, tone: Tone, window: tuple[float, float, float, float] | None, max_side: int) -> np.ndarray:
    """uint8 RGB (h, w, 3) of the window (left, top, right, bottom in px) or of all, its longer side at most `max_side`
    px; never enlarged. What has no data is white.

    Where the window is too large to read and the file holds no reduced copies, it comes from a thumbnail, which is made
    once, in one pass, and kept in the cache. `gdaladdo -r average FILE 4 16 64` spares that, and is sharper.

    Raises UnreadableImageError for a window beside the scene.
    """
    left, top, right, bottom = window or (0, 0, scene.width, scene.height)
    left, top = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    right, bottom = min(scene.width, int(np.ceil(right))), min(scene.height, int(np.ceil(bottom)))
    if left >= right or top >= bottom:
        raise UnreadableImageError(f"the window {window} lies beside the scene of {scene.width} x {scene.height} px")
    width, height = right - left, bottom - top
    factor = max(1.0, max(width, height) / max_side)
    size = max(1, round(width / factor)), max(1, round(height / factor))
    copy = max((f for f in scene.overviews if f <= factor), default=1)
    if width * height / copy**2 <= AT_ONCE_PX:
        smooth = tone.palette is None and width * height / copy**2 <= PIECE_PX
        values, valid = scene.read(tone.bands, (left, top, width, height), size, smooth)
        return _shown(values, valid, tone)
    whole = _thumbnail(scene, tone)
    across, down = whole.shape[1] / scene.width, whole.shape[0] / scene.height
    x0, y0 = int(left * across), int(top * down)
    part = whole[y0 : max(y0 + 1, round(bottom * down)), x0 : max(x0 + 1, round(right * across))]
    return _fitted(part, max_side)


def _shown(values: np.ndarray, valid: np.ndarray, tone: Tone) -> np.ndarray:
    if not valid.any():
        return np.full((*valid.shape, 3), 255, np.uint8)
    pixels = tone(values, valid)
    rgb = pixels if pixels.shape[2] == 3 else pixels[..., :3]
    return np.where(valid[..., None], rgb, np.uint8(255))


def _fitted(rgb: np.ndarray, max_side: int) -> np.ndarray:
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.thumbnail((max_side, max_side), Image.Resampling.BOX)
    return np.asarray(image)


def _thumbnail(scene: Scene, tone: Tone) -> np.ndarray:
    """All of the scene, uint8 RGB, its longer side at most THUMBNAIL_SIDE; from the cache if it is there."""
    from PIL import Image

    made_by = repr((str(scene.file.resolve()), scene.stamp, tone.bands, tone.low, tone.high, scene.nodata))
    file = cache_folder() / "scenes" / f"{hashlib.sha256(made_by.encode()).hexdigest()[:24]}.png"
    with _lock:  # one pass over a large file at a time is enough
        try:
            with Image.open(file) as image:
                return np.asarray(image.convert("RGB"))
        except OSError:
            made = _pass(scene, tone)
            _keep(made, file)
            return made


def _pass(scene: Scene, tone: Tone) -> np.ndarray:
    """Every factor-th pixel of every factor-th row, read in whole tiles or strips so that each is decoded once."""
    factor = -(-max(scene.width, scene.height) // THUMBNAIL_SIDE)
    offset = factor // 2
    across, down = -(-(scene.width - offset) // factor), -(-(scene.height - offset) // factor)
    whole = np.full((down, across, 3), 255, np.uint8)
    block_width, block_height = scene.blocks()
    width = min(scene.width, block_width * max(1, 2048 // block_width))
    height = block_height * max(1, PIECE_PX // (width * block_height))
    for top in range(0, scene.height, height):
        for left in range(0, scene.width, width):
            size = min(width, scene.width - left), min(height, scene.height - top)
            rows = np.arange((offset - top) % factor, size[1], factor)
            columns = np.arange((offset - left) % factor, size[0], factor)
            if not len(rows) or not len(columns):
                continue
            values, valid = scene.read(tone.bands, (left, top, *size), size, smooth=False)
            picked = np.ix_(rows, columns)
            y, x = (top + rows[0]) // factor, (left + columns[0]) // factor
            whole[y : y + len(rows), x : x + len(columns)] = _shown(values[picked], valid[picked], tone)
    return whole


def _keep(rgb: np.ndarray, file: Path) -> None:
    """Into the cache, if that can be written: without it the next view takes as long again."""
    from PIL import Image

    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rgb).save(temporary, "PNG")
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
