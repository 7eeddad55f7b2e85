"""Objects in photos: what COCO, Pascal VOC, YOLO or a table of boxes marks, each an item."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images import Picture
from imagespace_core.images.decode import Decode
from imagespace_core.images.fitted import fitted
from imagespace_core.lru import LRU
from imagespace_core.sources import Advance, Context, Item, Ring, Scan, counted, option
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.objects import files
from imagespace_core.sources.objects.files import recognizes
from imagespace_core.sources.objects.survey import Found, OfPhoto, Survey, columns, survey
from imagespace_core.words import plural

__all__ = ["Objects", "recognizes"]

KEPT_BYTES = 256 << 20
"""Decoded photos that are kept while their objects are cut out of them."""
KEPT_PHOTOS = 4096
"""As many, of which it is kept where their objects lie."""


@dataclass(frozen=True)
class Objects:
    """The objects that annotations mark in the photos below `root`.

    annotations: COCO, Pascal VOC, YOLO or a table, a file or a folder; None takes what lies beside the photos.
    predictions: the same of what a model found, or a list of COCO results. margin_px: around every box.

    Keys are <photo>#<number in its file>, with p before the number of a prediction. Columns: photo, class, area (px² of
    the polygon, else of the box), score; annotated ("ground truth" or "prediction"), outcome and iou where both are
    given; then what else the files say of an object. Boxes are clipped to the photo, scaled where the file counts in
    another size of it, and turned where it counts in the photo as stored.
    """

    root: Path
    decode: Decode = field(default_factory=Decode)
    limit: int | None = None
    annotations: str | None = option(
        None, "COCO, Pascal VOC, YOLO or a table of boxes, a file or a folder.  [default: what lies beside]", path=True
    )
    predictions: str | None = option(None, "What a model found, in one of these formats or as COCO results.", path=True)
    margin_px: int = option(0, "Pixels around polygons and boxes.")
    _photos: LRU[str, Picture] = field(
        default_factory=lambda: LRU(KEPT_BYTES, lambda photo: photo.pixels.nbytes),
        init=False, repr=False, compare=False,
    )  # fmt: skip
    _placed: LRU[str, OfPhoto] = field(
        default_factory=lambda: LRU(KEPT_PHOTOS, lambda _: 1), init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Raises InputError for what cannot be meant."""
        object.__setattr__(self, "root", Path(self.root))
        if self.margin_px < 0:
            raise InputError(f"--margin-px {self.margin_px}: expected 0 or more")

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every object once, by photo, then in the file's order.

        Skipped: photos that are named and not there, and objects without a box, without area, or beside their photo.
        Raises InputError where no annotations are found, or none lies in any photo.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} objects leaves none; give 1 or more")
        for name in ("_folder_scan", "_folder", "_survey", "_beside"):
            self.__dict__.pop(name, None)
        self._photos.clear()
        self._placed.clear()
        found, photos = self._survey, self._folder_scan
        objects: list[Found] = []
        skipped, done = [*photos.skipped, *found.skipped], Counter[tuple[str, str]]()
        for path in found.photos:
            part = self._of_photo(path)
            objects += part.found
            skipped += part.skipped
            done += part.counted
        if not objects:
            why = f"; the first that was skipped, {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
            raise InputError(f"no annotation lies in any of the {len(photos.items):,} photos of {self.root}{why}")
        rows, more = columns(objects, found)
        items = (_item(one, row) for one, row in zip(objects, rows, strict=True))
        notes = [*photos.notes, *found.notes, *(plural(count, *what) for what, count in done.items()), *more]
        left_out = Counter(photos.left_out)
        left_out.subtract(Counter(file.suffix.lower() for file in self._used() if file.is_relative_to(self.root)))
        return Scan(counted(islice(items, self.limit), advance), skipped, dict((+left_out).most_common()), notes)

    def has(self, key: str) -> bool:
        """Whether the annotations still have that object and its photo is there."""
        return self._folder.has(self._found(key).photo.path)

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """uint8 RGB (h, w, 3), reduced as `Decode` says, with what its photo says of itself.

        Raises UnreadableImageError.
        """
        found = self._found(key)
        pixels, photo = self._cut(found), self._photo(found.photo.path)
        height, width = pixels.shape[:2]
        side = self.decode.keeping(min_side).min_side
        factor = max(1, min(width, height) // side) if side else 1
        reduced = _reduced(pixels, (-(-width // factor), -(-height // factor)))
        return replace(photo, pixels=reduced, width=width, height=height)

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px. Raises UnreadableImageError."""
        return fitted(self._cut(self._found(key)), max_side)

    def context(self, key: str) -> Context:
        """The object's photo, and its outline there. Raises UnreadableImageError."""
        found = self._found(key)
        return Context(found.photo.path, found.photo.width, found.photo.height, found.place.outline)

    def region(self, parent: str, window: tuple[float, float, float, float] | None, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3) of a photo: the window (left, top, right, bottom in px), or all of it.

        Raises UnreadableImageError for what is no photo with objects, or lies beside it.
        """
        if parent not in self._survey.photos:
            raise UnreadableImageError(f"{parent!r} is no photo with objects below {self.root}")
        pixels = self._photo(parent).pixels
        height, width = pixels.shape[:2]
        left, top, right, bottom = window or (0, 0, width, height)
        part = pixels[max(0, int(top)) : int(-(-bottom // 1)), max(0, int(left)) : int(-(-right // 1))]
        if not part.size:
            raise UnreadableImageError(f"the window {window} lies beside the photo of {width} x {height} px")
        return fitted(part, max_side)

    def outlines(self, parent: str) -> dict[str, tuple[Ring, ...]]:
        """The outline of every object in a photo, by key."""
        return {found.key: found.place.outline for found in self._of_photo(parent).found}

    @cached_property
    def _folder_scan(self) -> Scan:
        return Folder(self.root, self.decode).scan()

    @cached_property
    def _folder(self) -> Folder:
        """It has not looked for files beside photos: they say nothing of the objects, and are not read."""
        reads = self._folder_scan.reads
        return Folder(self.root, self.decode, ranges=reads.ranges if isinstance(reads, Folder) else ())

    @cached_property
    def _survey(self) -> Survey:
        if self.annotations is not None:
            truth = files.read(Path(self.annotations))
        else:
            truth = files.read_found(self._beside) if self._beside else None
        predicted = None
        if self.predictions is not None:
            numbered = Path(self.annotations) if self.annotations else self._coco_beside()
            predicted = files.read_predictions(Path(self.predictions), numbered)
        if truth is None and predicted is None:
            raise InputError(
                f"{self.root} has no COCO, Pascal VOC or YOLO annotations beside its photos; give them by --annotations"
            )
        return survey(self._folder_scan.items, truth, predicted)

    @cached_property
    def _beside(self) -> files.Beside | None:
        return files.find(self.root)

    def _coco_beside(self) -> Path | None:
        beside = self._beside
        return beside.files[0] if beside and beside.format == "coco" and len(beside.files) == 1 else None

    def _used(self) -> list[Path]:
        """The files that objects are read from."""
        given = [Path(path) for path in (self.annotations, self.predictions) if path is not None]
        found = self._beside.files if self._beside and self.annotations is None else ()
        return [*found, *(file for file in given if file.is_file())]

    def _found(self, key: str) -> Found:
        for found in self._of_photo(key.rpartition("#")[0]).found:
            if found.key == key:
                return found
        raise UnreadableImageError(
            f"{key!r} is no object in {self.root}; the annotations may have changed since, build again"
        )

    def _of_photo(self, path: str) -> OfPhoto:
        return self._placed.made(path, lambda: self._survey.of_photo(path, self._folder, self.margin_px))

    def _photo(self, path: str) -> Picture:
        """All of a photo."""
        return self._photos.made(path, lambda: self._folder.read(path, 0))

    def _cut(self, found: Found) -> np.ndarray:
        left, top, right, bottom = found.place.box
        pixels = self._photo(found.photo.path).pixels
        if pixels.shape[:2] != (found.photo.height, found.photo.width):
            raise UnreadableImageError(f"{found.photo.path} has another size than before; build again")
        return pixels[top:bottom, left:right]


def _item(found: Found, known: dict[str, object]) -> Item:
    where = hashlib.sha256(repr((found.place.box, found.photo.orientation)).encode()).hexdigest()[:8]
    return Item(found.key, found.key, f"{found.photo.stamp} {where}", known)


def _reduced(rgb: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    if size == (rgb.shape[1], rgb.shape[0]):
        return np.ascontiguousarray(rgb)
    return np.asarray(Image.fromarray(np.ascontiguousarray(rgb)).resize(size, Image.Resampling.BOX))
