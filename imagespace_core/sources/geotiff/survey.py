"""Scenes and annotations brought together: which chips there are, before any pixel is read."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources.geotiff import dateline, outlines
from imagespace_core.sources.geotiff.annotations import Annotations, in_crs, read_annotations, why_outside
from imagespace_core.sources.geotiff.chips import Chips, distinct, of_annotations, of_grid
from imagespace_core.sources.geotiff.coco import read_coco
from imagespace_core.sources.geotiff.files import Files, of_scene
from imagespace_core.sources.geotiff.nodata import without_data
from imagespace_core.sources.geotiff.scene import Scene
from imagespace_core.sources.json_kinds import json_kind

_lock = threading.Lock()


@dataclass(frozen=True)
class Cutting:
    """How chips are cut. chip_size: px, of the squares around points and of a grid; None for neither. margin_px,
    margin_m: around polygons, added up. crs: that of the annotations, if the user knows better than the file. nodata:
    see `without_data`."""

    chip_size: int | None = None
    margin_px: int = 0
    margin_m: float = 0.0
    crs: str | None = None
    nodata: str | None = None


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
    scenes, notes = without_data(_scenes(files, log), cutting.nodata)
    log.notes += notes
    if files.annotations:
        chips = _annotated(scenes, files, cutting, log)
    elif cutting.chip_size:
        chips = [of_grid(scene, cutting.chip_size) for scene in scenes]
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
        if scene.control_points:
            log.notes.append(
                f"{found.name} is placed by {scene.control_points} ground control points, and seen warped by them, in "
                f"{scene.crs.name}"
            )
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
    prefixes = distinct(files.annotations)
    for found, prefix in zip(files.annotations, prefixes, strict=True):
        by_name = of_scene(found.file.stem, stems)
        wanted = list(range(len(scenes))) if by_name is None else [by_name]
        coco = found.file.suffix.lower() == ".json" and json_kind(found.file) == "coco"
        for layer in (read_coco if coco else read_annotations)(found.file, found.name, found.stamp):
            if not len(layer):
                continue
            in_reach = [(n, scenes[n]) for n in wanted] if layer.picture is None else _pictured(layer, scenes, log)
            if not in_reach:
                continue
            chips, why = _place(layer, prefix, in_reach, cutting, log)
            made += chips
            outside += [why] if why else []
    if not made:
        if outside:
            raise InputError(outside[0])
        raise InputError(_why_none(files, log))
    log.notes += outside
    return [chips for _, chips in sorted(made, key=lambda pair: pair[0])]


def _pictured(annotations: Annotations, scenes: list[Scene], log: _Log) -> list[tuple[int, Scene]]:
    """The scene in whose pixels annotations are, with its number; none where that is not to be had."""
    assert annotations.picture is not None
    named = PurePosixPath(annotations.picture.replace("\\", "/"))
    for same in (
        lambda name: name == named,
        lambda name: name.name == named.name,
        lambda name: name.stem == named.stem,
    ):
        found = [(n, scene) for n, scene in enumerate(scenes) if same(PurePosixPath(scene.name))]
        if len(found) == 1:
            break
    else:
        what = "several scenes have" if found else "no scene here has"
        log.skipped.append((annotations.file, f"{len(annotations):,} annotations are of {named}, a name that {what}"))
        return []
    scene, size = found[0][1], annotations.size
    wrong = ""
    if scene.control_points:
        wrong = "which is warped by its control points, so that its pixels are others; warp it first with gdalwarp"
    elif size and size != (scene.width, scene.height):
        wrong = f"which has {scene.width} x {scene.height} px and not {size[0]} x {size[1]} as they say"
    if wrong:
        log.skipped.append((annotations.file, f"{len(annotations):,} annotations are of {scene.name}, {wrong}"))
    return [] if wrong else found


def _place(
    annotations: Annotations, prefix: str, scenes: list[tuple[int, Scene]], cutting: Cutting, log: _Log
) -> tuple[list[tuple[int, Chips]], str]:
    """The chips of a layer, with their scenes' numbers; and, where there are none, why they lie outside all scenes."""
    import shapely

    candidates = [scene for _, scene in scenes]
    note = ""
    if annotations.picture is None and np.isfinite(shapely.total_bounds(annotations.geometries)).all():
        annotations, note = in_crs(annotations, candidates, cutting.crs)
    turn = dateline.turn_of(annotations.crs) if annotations.crs else None
    whole, joined = dateline.together(annotations.geometries, turn)
    annotations = replace(annotations, geometries=whole)
    clean = outlines.cleaned(whole, cutting.chip_size is not None)
    present = np.flatnonzero(~shapely.is_missing(clean.shapes))
    for row in np.flatnonzero(shapely.is_missing(clean.shapes)):
        log.skipped.append((f"{annotations.file}#{annotations.ids[row]}", clean.reasons[row]))
    if not len(present):
        return [], ""
    log.notes += [note] if note else []
    if joined:
        log.notes.append(
            f"{annotations.file}: outlines across 180 degrees of longitude that were put together: {joined:,}"
        )
    if clean.mended:
        log.notes.append(f"{annotations.file}: outlines that crossed themselves and were made valid: {clean.mended:,}")
    log.notes += [annotations.note] if annotations.note else []
    if annotations.unused:
        log.notes.append(
            f"{annotations.file}: attributes that are empty throughout and were left out: {annotations.unused:,}"
        )
    made = []
    in_px = annotations.picture is not None
    shares = [(present, scenes[0])] if in_px else _shared_out(clean.shapes, present, annotations.crs, scenes)
    for rows, (number, scene) in shares:
        shapes = clean.shapes[rows] if in_px else outlines.to_px(clean.shapes[rows], scene, annotations.crs)
        windows, inside = outlines.windows(shapes, scene, cutting.chip_size or 0, cutting.margin_px, cutting.margin_m)
        if inside.any():
            made.append(
                (
                    number,
                    rows[inside],
                    of_annotations(annotations, prefix, scene, rows[inside], windows[inside], shapes[inside]),
                )
            )
    placed = np.zeros(len(annotations), bool)
    for _, rows, _ in made:
        placed[rows] = True
    outside = present[~placed[present]]
    names = candidates[0].name if len(candidates) == 1 else "every scene"
    log.skipped += [(f"{annotations.file}#{annotations.ids[row]}", f"it lies outside {names}") for row in outside]
    why = "" if made or in_px else why_outside(annotations, candidates)
    return [(number, chips) for number, _, chips in made], why


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


def _why_none(files: Files, log: _Log) -> str:
    path, reason = next(((p, r) for p, r in log.skipped if "#" in p), log.skipped[0])
    reasons = Counter(reason for _, reason in log.skipped)
    rest = f" ({len(log.skipped):,} like it or for other reasons)" if len(reasons) + len(log.skipped) > 2 else ""
    return f"none of the annotations in {files.annotations[0].name} gives a chip: {path}: {reason}{rest}"
