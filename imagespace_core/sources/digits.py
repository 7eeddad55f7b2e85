"""The demo: scikit-learn's 1,797 handwritten digits as image files with metadata.

Source: Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
CC BY 4.0; shipped with scikit-learn as `sklearn.datasets.load_digits`.
"""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import numpy as np

# 8 x 8 pixels are too few for a model and for the eye.
ENLARGED = 12


def cache_folder() -> Path:
    """Where ImageSpace keeps what it can make again: IMAGESPACE_CACHE, else the user's cache directory."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("IMAGESPACE_CACHE") or user_cache_dir("imagespace"))


def write_digits(folder: Path | None = None) -> Path:
    """Write images/ and digits.csv once and return their folder; digit i is images/<label>/<i>.png."""
    from PIL import Image
    from sklearn.datasets import load_digits

    folder = folder or cache_folder() / "digits-1"
    if (folder / "digits.csv").exists():
        return folder
    digits = load_digits()
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    rows: list[tuple[str, str, float]] = []
    for i, (pixels, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        name = f"{label}/{i:04d}.png"
        path = temporary / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        ink = np.round(pixels / 16 * 255).astype(np.uint8)
        image = Image.fromarray(255 - ink)
        side = pixels.shape[0] * ENLARGED
        image.resize((side, side), Image.Resampling.BICUBIC).save(path)
        rows.append((name, str(label), round(float(pixels.mean() / 16), 3)))
    with (temporary / "digits.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("filename", "digit", "ink"), *rows])
    shutil.rmtree(folder, ignore_errors=True)
    temporary.replace(folder)
    return folder
