"""Writes small microscopy data sets whose overlaps can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image


def save(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


def save_stack(path: Path, pages: Sequence[np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = (Image.fromarray(page) for page in pages)
    first.save(path, save_all=True, append_images=others)


def textures(count: int, height: int = 64, width: int = 96, seed: int = 0) -> list[np.ndarray]:
    """Gray noise, uint8 (h, w)."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (height, width), np.uint8) for _ in range(count)]


def left_third(height: int = 64, width: int = 96, inside: int = 255, outside: int = 0) -> np.ndarray:
    """A label whose left third (32 of 96 px) is `inside`."""
    label = np.full((height, width), outside, np.uint8)
    label[:, : width // 3] = inside
    return label


def write_slices(root: Path, count: int = 3) -> Path:
    """raw/ and labels/ with PNG slices of 96 x 64 px, the left third of each marked."""
    for number, texture in enumerate(textures(count)):
        save(root / f"raw/slice_{number}.png", texture)
        save(root / f"labels/slice_{number}.png", left_third())
    return root


def save_ome(
    path: Path, pages: Sequence[np.ndarray], order: str, sizes: Mapping[str, int], inside: str = "<TiffData/>"
) -> None:
    """Pages as they lie in the file, with a description of their axes.

    order: OME's DimensionOrder, the fastest first, e.g. XYCZT. sizes: by C, Z and T. inside: of the Pixels element.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = pages[0].shape[:2]
    lengths = " ".join(f'Size{axis}="{sizes.get(axis, 1)}"' for axis in "CZT")
    xml = (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
        f'<Pixels ID="Pixels:0" DimensionOrder="{order}" Type="{pages[0].dtype}" SizeX="{width}" SizeY="{height}" '
        f"{lengths}>{inside}</Pixels></Image></OME>"
    )
    save_described(path, pages, xml)


def save_described(path: Path, pages: Sequence[np.ndarray], description: str) -> None:
    """Pages of a TIFF, the first with an ImageDescription."""
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = (Image.fromarray(page) for page in pages)
    first.save(path, save_all=True, append_images=others, tiffinfo={270: description})


def save_imagej(path: Path, pages: Sequence[np.ndarray], description: str) -> None:
    """A stack as ImageJ writes large ones: one directory, for the first page; the others follow without."""
    import tifffile

    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"ImageJ=1.54f\nimages={len(pages)}\n{description}\n"
    tifffile.imwrite(path, pages[0], description=text, metadata=None, byteorder=">")
    with path.open("ab") as file:
        for page in pages[1:]:
            file.write(page.astype(page.dtype.newbyteorder(">")).tobytes())
