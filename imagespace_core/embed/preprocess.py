"""Preprocessing: pixels to a model's input. Resize and crop by Pillow on uint8, normalization as one array pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from imagespace_core.errors import ModelError

RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}

# A scroll of 1 x 10,000 pixels would grow to gigabytes before its crop: beyond this length only the part
# that the crop keeps is resampled, which differs from the exact way by rounding alone.
LONGEST_RESIZED_PX = 8192


@dataclass(frozen=True)
class Preprocess:
    """How a model wants its images.

    side: width and height in pixels of what the model sees.
    resize_side: the shorter side is brought to this before the crop (crop="center"); None means `side`.
    crop: "center" keeps the proportions and cuts the middle out; "squash" stretches the whole image.
    mean, std: per channel, in the model's channel order, after `scale`; one value counts for all channels.
    scale: pixels (0 to 255) are multiplied by it first.
    dtype: of the model's input; "uint8" models get the pixels untouched.
    """

    side: int = 224
    resize_side: int | None = None
    crop: Literal["center", "squash"] = "center"
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos"] = "bicubic"
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    scale: float = 1 / 255
    channels: int = 3
    channel_order: Literal["rgb", "bgr"] = "rgb"
    layout: Literal["nchw", "nhwc"] = "nchw"
    dtype: Literal["float32", "float16", "uint8"] = "float32"

    @property
    def min_side(self) -> int:
        """The shorter side, in pixels, below which `prepare` would enlarge."""
        return self.side if self.crop == "squash" else self.resize_side or self.side

    def prepare(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 (h, w, c) -> uint8 (side, side, channels). Thread-safe.

        Grayscale is repeated for a model of several channels, and RGB becomes gray (ITU-R 601-2 luma) for a model of
        one. The geometry, to the pixel, is torchvision's `Resize` followed by `CenterCrop` on a Pillow image.

        Raises ModelError where the image's channels do not fit the model's.
        """
        if pixels.ndim != 3 or pixels.dtype != np.uint8 or min(pixels.shape) == 0:
            raise ValueError(f"expected uint8 pixels (h, w, c), got {pixels.dtype} {pixels.shape}")
        if pixels.shape[2] == 3 and self.channels == 1:
            pixels = np.asarray(Image.fromarray(pixels).convert("L"))[..., None]
        channels = pixels.shape[2]
        if channels not in (1, self.channels):
            raise ModelError(
                f"The image has {channels} channels; the model takes {self.channels}. "
                f"Choose a model for {channels}-channel images."
            )
        if channels == 3:
            small = self._shrink(Image.fromarray(pixels))
        else:
            planes = [self._shrink(Image.fromarray(plane)) for plane in np.moveaxis(pixels, 2, 0)]
            small = np.stack(planes, axis=-1)
        return small if channels == self.channels else np.repeat(small, self.channels, axis=-1)

    def normalize(self, batch: np.ndarray) -> np.ndarray:
        """Prepared uint8 (n, side, side, c) -> the model's input, dtype and layout as its fields say."""
        if self.channel_order == "bgr":
            batch = batch[..., ::-1]
        if self.dtype == "uint8":
            return np.ascontiguousarray(batch if self.layout == "nhwc" else np.moveaxis(batch, 3, 1))
        n, height, width, channels = batch.shape
        nchw = self.layout == "nchw"
        out = np.empty((n, channels, height, width) if nchw else batch.shape, np.float32)
        planes = np.moveaxis(out, 1, 3) if nchw else out
        mean, std = np.broadcast_to(self.mean, channels), np.broadcast_to(self.std, channels)
        # A plane at a time: writing each channel where it belongs measured 8 times faster than
        # normalizing (n, h, w, c) and then transposing.
        for c in range(channels):
            np.multiply(batch[..., c], np.float32(self.scale / std[c]), out=planes[..., c])
            planes[..., c] -= np.float32(mean[c] / std[c])
        return out if self.dtype == "float32" else out.astype(np.float16)

    def _shrink(self, image: Image.Image) -> np.ndarray:
        """An image of any size -> uint8 (side, side[, 3])."""
        method = RESAMPLING[self.interpolation]
        if self.crop == "squash":
            return np.asarray(image.resize((self.side, self.side), method))
        shorter = min(image.size)
        # Truncation of the longer side and Python's rounding of the offset are torchvision's.
        width, height = (int(self.min_side * length / shorter) for length in image.size)
        left, top = (round((length - self.side) / 2) for length in (width, height))
        crop = (left, top, left + self.side, top + self.side)
        if max(width, height) <= LONGEST_RESIZED_PX:
            return np.asarray(image.resize((width, height), method).crop(crop))
        across, down = image.width / width, image.height / height
        box = (crop[0] * across, crop[1] * down, crop[2] * across, crop[3] * down)
        return np.asarray(image.resize((self.side, self.side), method, box=box))
