"""Scenes and annotations brought together: which chips there are, before any pixel is read."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources.geotiff import outlines
from imagespace_core.sources.geotiff.annotations import Annotations, in_crs, read_annotations, why_outside
from imagespace_core.sources.geotiff.files import Files, Found, of_scene
from imagespace_core.sources.geotiff.scene import Scene, Window
from imagespace_core.sources.tables.metadata import RESERVED

OWN_COLUMNS = ("longitude", "latitude", "area_m2", "scene", "annotations")
_lock = threading.Lock()


@dataclass(frozen=True)
class Cutting:
    """How chips are cut. chip_size: px, of the squares around points and of a grid; None for neither. margin_px,
    margin_m: around polygons, added up. crs: that of the annotations, if the user knows better than the file."""

    chip_size: int | None = None
    margin_px: int = 0
    margin_m: float = 0.0
    crs: str | None = None


@dataclass(frozen=True)
class Chips:
    """Chips of one scene, from one layer of annotations or a grid; row-aligned.

    keys: unique. windows: int64 (n, 4), left, top, width, height in px. shapes: shapely objects (n,) in px; None means
    the window itself. columns: plain values by name, each a list of n. stamp: of the annotations.
    """

    scene: Scene
    keys: list[str]
    windows: np.ndarray
    shapes: np.ndarray
    columns: dict[str, list[Any]]
    stamp: str

    def window(self, row: int) -> Window:
        left, top, width, height = self.windows[row].tolist()
        return left, top, width, height


@dataclass(frozen=True)
class Survey:
    """chips: by scene, then by file of annotations. skipped: (path, reason). notes: what was decided on the way."""

    chips: list[Chips]
    skipped: list[tuple[str, str]]
    notes: list[str]

    @functools.cached_property
    def by_key(self) -> dict[str, tuple[Chips, int]]:
        """Where each key is."""
        return {key: (chips, row) for chips in self.chips for row, key in enumerate(chips.keys)}


@dataclass
class _Log:
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def survey(files: Files, cutting: Cutting) -> Survey:
    """What can be cut. Remembered for the last few, so that a source made anew for the same files costs nothing.

    Raises InputError where there is nothing to cut.
    """
    with _lock:
        return _survey(files, cutting)


@functools.lru_cache(maxsize=4)
def _survey(files: Files, cutting: Cutting) -> Survey:
    log = _Log()
    scenes = _scenes(files, log)
    if files.annotations:
        chips = _annotated(scenes, files, cutting, log)
    elif cutting.chip_size:
        chips = [_grid(scene, cutting.chip_size) for scene in scenes]
    else:
        what = files.scenes[0].name if len(files.scenes) == 1 else f"{files.scenes[0].name} and the other scenes"
        raise InputError(
            f"{what} came without annotations; give them by --annotations FILE, or cut a grid by --chip-size 256"
        )
    return Survey([some for some in chips if some.keys], log.skipped, log.notes)


def _scenes(files: Files, log: _Log) -> list[Scene]:
    """Those that can be used. Raises InputError where none can."""
    scenes = []
    for found in files.scenes:
        try:
            scene = Scene.of(found.file, found.name)
        except UnreadableImageError as error:
            log.skipped.append((found.name, str(error)))
            continue
        if not scene.georeferenced and files.annotations:
            log.skipped.append((found.name, scene.no_georeference()))
            continue
        if not scene.georeferenced:
            log.notes.append(f"{found.name} {scene.no_georeference()}. Its chips have no longitude and latitude")
        scenes.append(scene)
    if not scenes:
        path, reason = log.skipped[0]
        none = f"none of the {len(files.scenes)} scenes can be used; the first, {path}: {reason}"
        raise InputError(f"{path} {reason}" if len(files.scenes) == 1 else none)
    return scenes


def _annotated(scenes: list[Scene], files: Files, cutting: Cutting, log: _Log) -> list[Chips]:
    stems = [scene.name.rpartition("/")[2].rpartition(".")[0] for scene in scenes]
    made: list[tuple[int, Chips]] = []
    outside: list[str] = []
    prefixes = _distinct(files.annotations)
    for found, prefix in zip(files.annotations, prefixes, strict=True):
        by_name = of_scene(found.file.stem, stems)
        wanted = list(range(len(scenes))) if by_name is None else [by_name]
        for layer in read_annotations(found.file, found.name, found.stamp):
            if not len(layer):
                continue
            chips, why = _place(layer, prefix, [(n, scenes[n]) for n in wanted], cutting, log)
            made += chips
            outside += [why] if why else []
    if not made:
        if outside:
            raise InputError(outside[0])
        raise InputError(_why_none(files, log))
    log.notes += outside
    return [chips for _, chips in sorted(made, key=lambda pair: pair[0])]


def _place(
    annotations: Annotations, prefix: str, scenes: list[tuple[int, Scene]], cutting: Cutting, log: _Log
) -> tuple[list[tuple[int, Chips]], str]:
    """The chips of a layer, with their scenes' numbers; and, where there are none, why they lie outside all scenes."""
    import shapely

    candidates = [scene for _, scene in scenes]
    clean = outlines.cleaned(annotations.geometries, cutting.chip_size is not None)
    present = np.flatnonzero(~shapely.is_missing(clean.shapes))
    for row in np.flatnonzero(shapely.is_missing(clean.shapes)):
        log.skipped.append((f"{annotations.file}#{annotations.ids[row]}", clean.reasons[row]))
    if not len(present):
        return [], ""
    annotations, note = in_crs(annotations, candidates, cutting.crs)
    log.notes += [note] if note else []
    if clean.mended:
        log.notes.append(f"{annotations.file}: outlines that crossed themselves and were made valid: {clean.mended:,}")
    if annotations.unused:
        log.notes.append(
            f"{annotations.file}: attributes that are empty throughout and were left out: {annotations.unused:,}"
        )
    made = []
    for rows, (number, scene) in _shared_out(clean.shapes, present, annotations.crs, scenes):
        shapes = outlines.to_px(clean.shapes[rows], scene, annotations.crs)
        windows, inside = outlines.windows(shapes, scene, cutting.chip_size or 0, cutting.margin_px, cutting.margin_m)
        if inside.any():
            made.append(
                (
                    number,
                    rows[inside],
                    _chips(annotations, prefix, scene, rows[inside], windows[inside], shapes[inside]),
                )
            )
    placed = np.zeros(len(annotations), bool)
    for _, rows, _ in made:
        placed[rows] = True
    outside = present[~placed[present]]
    names = candidates[0].name if len(candidates) == 1 else "every scene"
    log.skipped += [(f"{annotations.file}#{annotations.ids[row]}", f"it lies outside {names}") for row in outside]
    return [(number, chips) for number, _, chips in made], "" if made else why_outside(annotations, candidates)


def _shared_out(
    shapes: np.ndarray, rows: np.ndarray, crs: object, scenes: list[tuple[int, Scene]]
) -> list[tuple[np.ndarray, tuple[int, Scene]]]:
    """Which of the shapes `rows` goes to which scene: to all that hold its middle, else to all that it touches.

    So a label on the seam of two scenes becomes one chip, and one seen in two pictures of the same place two.
    """
    import shapely

    if len(scenes) == 1:
        return [(rows, scenes[0])]
    touching, middles = [], []
    boxes = shapely.bounds(shapes[rows])
    middle = np.asarray(shapely.points((boxes[:, :2] + boxes[:, 2:]) / 2))
    for _, scene in scenes:
        limit = np.array([scene.width, scene.height])
        box = shapely.bounds(outlines.to_px(np.asarray(shapely.box(*boxes.T)), scene, crs))
        at = shapely.get_coordinates(outlines.to_px(middle, scene, crs))
        with np.errstate(invalid="ignore"):
            touching.append(((box[:, :2] < limit) & (box[:, 2:] > 0)).all(1))
            middles.append(((at >= 0) & (at < limit)).all(1))
    held = np.any(middles, axis=0)
    shares = [np.where(held, inner, outer) for inner, outer in zip(middles, touching, strict=True)]
    return [(rows[share], scene) for share, scene in zip(shares, scenes, strict=True) if share.any()]


def _chips(
    annotations: Annotations, prefix: str, scene: Scene, rows: np.ndarray, windows: np.ndarray, shapes: np.ndarray
) -> Chips:
    import shapely

    layer = prefix + annotations.name.rpartition("/")[2] if "/" in annotations.name else prefix.rstrip("/")
    numbers = Counter(annotations.ids.tolist())
    ids = annotations.ids[rows].tolist() if len(numbers) == len(annotations) else rows.tolist()
    keys = [f"{scene.name}#{layer}/{number}" for number in ids]
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    columns = _own_columns(scene, middle, outlines.area_m2(shapes, scene))
    columns["annotations"] = [annotations.file] * len(rows)
    taken = {*RESERVED, *OWN_COLUMNS}
    for name, values in annotations.columns.items():
        free = _free(f"{name}_annotation" if name in taken else name, {*columns, *taken})
        columns[free] = [values[row] for row in rows.tolist()]
    return Chips(scene, keys, windows, shapes, columns, annotations.stamp)


def _grid(scene: Scene, size: int) -> Chips:
    import shapely

    windows = outlines.grid(scene, size)
    left, top, width, height = windows.T
    shapes = shapely.box(left, top, left + width, top + height)
    keys = [f"{scene.name}#{x},{y}" for x, y in windows[:, :2].tolist()]
    columns: dict[str, list[Any]] = {"scene": [scene.name] * len(keys)}
    if scene.georeferenced:
        middle = np.column_stack([left + width / 2, top + height / 2])
        columns = _own_columns(scene, middle, outlines.area_m2(shapes, scene))
    return Chips(scene, keys, windows, shapes, columns, "")


def _own_columns(scene: Scene, middle: np.ndarray, areas: np.ndarray) -> dict[str, list[Any]]:
    lng, lat = scene.lnglat(middle[:, 0], middle[:, 1])
    columns = {"longitude": _plain(lng.round(7)), "latitude": _plain(lat.round(7)), "area_m2": _plain(areas.round(2))}
    if all(value is None for value in columns["area_m2"]):
        del columns["area_m2"]  # points have none
    return {**columns, "scene": [scene.name] * len(middle)}


def _plain(values: np.ndarray) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]


def _distinct(files: Sequence[Found]) -> list[str]:
    """What stands for each file in keys: its name without suffix, or with it where two have the same."""
    bare = [found.name.rpartition(".")[0] or found.name for found in files]
    return [f"{found.name if bare.count(name) > 1 else name}/" for found, name in zip(files, bare, strict=True)]


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _why_none(files: Files, log: _Log) -> str:
    path, reason = next(((p, r) for p, r in log.skipped if "#" in p), log.skipped[0])
    reasons = Counter(reason for _, reason in log.skipped)
    rest = f" ({len(log.skipped):,} like it or for other reasons)" if len(reasons) + len(log.skipped) > 2 else ""
    return f"none of the annotations in {files.annotations[0].name} gives a chip: {path}: {reason}{rest}"
