"""Values that stand for no data though the file does not say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources.geotiff.scene import Scene, spread

CONVENTIONAL = (-9999.0, -99999.0, -999.0, -32768.0, -32767.0)
"""What programs write for no data, besides the least number of a type."""
TAKEN = 0.005
"""The share of pixels from which on such a value spoils a stretch between percentiles 2 and 98, with a margin."""
MUCH = 0.1
"""The share from which on any other least value is worth a word."""
FEWEST_VALUES = 16
"""Beside the least one; a picture of fewer is a mask or shows classes, whose least is one of them."""
SAMPLE_PX, SAMPLE_SIDE, SAMPLE_WINDOW = 1_000_000, 6, 128


@dataclass(frozen=True)
class Least:
    """The least value of a scene, and the share of pixels that have it in all bands. plain: it can be nothing but
    missing data: negative, and conventional or farther below the other values than these are apart."""

    value: float
    share: float
    plain: bool


def without_data(scenes: Sequence[Scene], wanted: str | None) -> tuple[list[Scene], list[str]]:
    """The scenes, with the value that is to be taken for no data besides what their files say; and notes on that.

    wanted: a number, "none" for what the files say and no more, None for `Least` values that are plain. Raises
    InputError for what is no number, or none that any scene can have.
    """
    if wanted == "none":
        return list(scenes), []
    if wanted is not None:
        value = number(wanted)
        if not any(_holds(scene, value) for scene in scenes):
            raise InputError(f"--nodata {wanted}: no scene can have it, {scenes[0].name} is {scenes[0].dtype}")
        return [replace(scene, nodata=value) if _holds(scene, value) else scene for scene in scenes], []
    found: list[Scene] = []
    taken: dict[float, list[tuple[str, float]]] = {}
    proposed: dict[float, list[tuple[str, float]]] = {}
    for scene in scenes:
        least = _least(scene)
        if least and least.plain and least.share >= TAKEN:
            taken.setdefault(least.value, []).append((scene.name, least.share))
            scene = replace(scene, nodata=least.value)
        elif least and least.share >= MUCH:
            proposed.setdefault(least.value, []).append((scene.name, least.share))
        found.append(scene)
    notes = [
        f"{_of(names)} is {value:g}, the least value, and is taken for no data; --nodata none takes it for a value"
        for value, names in taken.items()
    ]
    notes += [
        f"{_of(names)} is {value:g}, the least value; if that stands for no data, say --nodata {value:g}"
        for value, names in proposed.items()
    ]
    return found, notes


def number(text: str) -> float:
    """Raises InputError for what is none."""
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--nodata {text!r}: expected a number, such as -9999, or none") from None


def _least(scene: Scene) -> Least | None:
    """None where there is nothing but one value, or few, or the scene cannot be read."""
    bands = scene.choose_bands(())
    if scene.palette(bands) is not None:
        return None
    try:
        parts = [
            values[valid].reshape(-1, len(bands))
            for values, valid in (
                scene.read(bands, *window, smooth=False)
                for window in spread(scene, SAMPLE_PX, SAMPLE_SIDE, SAMPLE_WINDOW)
            )
        ]
    except UnreadableImageError:
        return None  # the chips say why
    values = np.concatenate(parts).astype(np.float64)
    if not len(values):
        return None
    value = float(values.min())
    filled = (values == value).all(axis=1)
    others = values[~filled]
    if not filled.any() or len(np.unique(others)) < FEWEST_VALUES:
        return None
    low, high = float(others.min()), float(others.max())
    kind = np.dtype(scene.dtype)
    floor = float(np.finfo(kind).min if kind.kind == "f" else np.iinfo(kind).min)
    plain = value < 0 and (value in CONVENTIONAL or value == floor or low - value > high - low)
    return Least(value, float(filled.mean()), plain)


def _holds(scene: Scene, value: float) -> bool:
    kind = np.dtype(scene.dtype)
    if kind.kind == "f":
        return True
    limits = np.iinfo(kind)
    return value.is_integer() and limits.min <= value <= limits.max


def _of(names: list[tuple[str, float]]) -> str:
    first, share = names[0]
    others = f" (and much of {len(names) - 1:,} more scenes)" if len(names) > 1 else ""
    return f"{share:.0%} of {first}{others}"
