"""The one pass over the images: each is decoded once, and everything that needs pixels is made from that.

Images are read part by part, see `image_parts`.

Every worker thread takes a few images at a time from file to vector, the model itself on one thread. In EfficientNet-
Lite0 that takes 9 ms of processor time an image, where one model on two threads takes 17: its threads wait for each
other in every layer, and for the decoders. Pillow, NumPy and ONNX Runtime release the interpreter lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from imagespace_core.embed import Embedder
from imagespace_core.errors import ImageSpaceError, InputError, NoDirectionError, UnreadableImageError, VanishedError
from imagespace_core.images import color, reasons
from imagespace_core.images.atlas import sprite
from imagespace_core.parallel import map_ordered
from imagespace_core.pipeline.image_parts import Product, parts
from imagespace_core.pipeline.image_products import NOTHING, Products, encoded_preview, of_placeholder
from imagespace_core.pipeline.left_out import MOST_OF_A_PART, check_directions, without_direction
from imagespace_core.pipeline.spent import Spent
from imagespace_core.sources import Item, Source

BATCH = 8
# Batches that may wait for a slow one before them: enough for every worker to go on past a giant.
AHEAD_PER_WORKER = 4


@dataclass(frozen=True)
class Reading:
    """The pass over `items`.

    items: all of them, readable or not, so that parts are numbered alike in every run.
    products: what to make. With "table" among them failures are recorded there and left out of the others.
    min_side: what pixels are read for needs that many in the shorter side.
    failed: without "table": the keys that are known not to be readable; they are passed over, any other raises.
    """

    source: Source
    items: Sequence[Item]
    products: Sequence[Product]
    min_side: int
    embedder: Embedder | None = None
    cell: int = 96
    preview_side: int = 0
    preview_quality: int = 85
    jobs: int = 2
    failed: frozenset[str] = frozenset()
    spent: Spent = field(default_factory=Spent)

    def run(self, advance: Callable[[int], None]) -> Spent:
        """Make what is missing of every part; `advance` is called for each item done.

        Raises InputError if an image that could be read before cannot any more, VanishedError if one is gone, and
        ModelError if the model gives no usable vectors for most images of a part.
        """
        if self.embedder:
            # An embedder may open its model at the first call: once, then, and not in every thread.
            self.embedder.embed(self.embedder.prepare(np.zeros((1, 1, 1), np.uint8))[None][:0])
        processor = time.process_time()
        with self.spent.on("wall"), ThreadPoolExecutor(self.jobs) as executor:
            for number, items in enumerate(parts(self.items)):
                missing = [product for product in self.products if not product.part(number).exists()]
                if missing:
                    self._read_part(number, items, missing, executor, advance)
                else:
                    advance(len(items))
        self.spent.processor += time.process_time() - processor
        return self.spent

    def _read_part(
        self, number: int, items: Sequence[Item], products: Sequence[Product], executor: ThreadPoolExecutor,
        advance: Callable[[int], None],
    ) -> None:  # fmt: skip
        wanted = {product.name for product in products}
        batches = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
        rows: list[dict[str, Any]] = []
        read: list[Products] = []
        vectors: list[np.ndarray] = []
        # Closed at once on Ctrl-C: the batches that wait are not read then.
        ahead = AHEAD_PER_WORKER * self.jobs
        with closing(map_ordered(lambda batch: self._read_batch(batch, wanted), batches, executor, ahead)) as results:
            for batch in results:
                self.spent.add(batch.spent)
                if batch.failures and all(product.name != "table" for product in self.products):
                    first = batch.failures[0]
                    raise InputError(
                        f"{first['path']} could be read when the table was made, and now cannot: {first['failure']}. "
                        "Restore the file, or build again with --force"
                    )
                rows += batch.rows
                read += batch.read
                vectors.append(batch.vectors)
                advance(batch.spent.images)
        if self.embedder and vectors:
            paths = [row["path"] for row in rows if row["failure"] is None]
            check_directions(without_direction(np.concatenate(vectors)), paths, self.embedder.name, MOST_OF_A_PART)
        size = self.embedder.size if self.embedder else 0
        made: dict[str, Any] = {
            "table": rows,
            "vectors": np.concatenate([np.empty((0, size), np.float32), *vectors]) if "vectors" in wanted else None,
            "sprites": [one.sprite for one in read],
            "previews": [one.preview for one in read],
        }
        for product in products:
            product.write(number, made[product.name])

    def _read_batch(self, items: Sequence[Item], wanted: set[str]) -> _Batch:
        batch = _Batch()
        for item in items:
            if item.key in self.failed:
                continue
            row: dict[str, Any] = {"key": item.key, "path": item.path, "failure": None}
            batch.rows.append(row)
            if not item.pictured:
                row |= self._placeholder.columns
                batch.read.append(self._placeholder)
                continue
            try:
                batch.read.append(self._read(row, wanted, batch.spent))
            except UnreadableImageError as error:
                self._check_there(item)
                row["failure"] = str(error)
        if "vectors" in wanted and self.embedder and batch.read:
            batch.vectors = np.empty((len(batch.read), self.embedder.size), np.float32)
            own = [at for at, one in enumerate(batch.read) if not one.stands_in]
            batch.vectors[:] = self._placeholder.vector if len(own) < len(batch.read) else 0
            if own:
                with batch.spent.on("model"):
                    try:
                        batch.vectors[own] = self.embedder.embed(np.stack([batch.read[at].prepared for at in own]))
                    except NoDirectionError as error:
                        batch.vectors[own] = error.vectors  # `image_steps` leaves these images out
            for at in own:
                batch.read[at].prepared = NOTHING  # not needed any more, and a part holds thousands
        elif self.embedder:
            batch.vectors = np.empty((0, self.embedder.size), np.float32)
        batch.spent.images = len(items)
        return batch

    def _check_there(self, item: Item) -> None:
        """What cannot be read because it is gone is no failure of an image. Raises VanishedError."""
        try:
            there, reason = self.source.has(item.key), "it is not where it was"
        except ImageSpaceError as error:
            there, reason = False, str(error)
        except OSError as error:
            there, reason = not reasons.gone(error), str(error)
        if not there:
            raise VanishedError(item.path, reason)

    @cached_property
    def _placeholder(self) -> Products:
        return of_placeholder(self.embedder, self.preview_side, self.preview_quality)

    def _read(self, row: dict[str, Any], wanted: set[str], spent: Spent) -> Products:
        """The image of `row`, which gets its columns. Raises UnreadableImageError."""
        with spent.on("decode"):
            picture = self.source.read(row["key"], self.min_side)
            pixels = picture.pixels
            blend = "vectors" in wanted and self._blends(pixels.shape[2])
            rgb = pixels
            if (picture.layered or pixels.shape[2] != 3) and (blend or wanted & {"table", "sprites", "previews"}):
                rgb = self.source.preview(row["key"], self._side(blend))
        row |= {"width": picture.width, "height": picture.height}
        row["taken_at"] = picture.taken_at.isoformat() if picture.taken_at else None
        row |= {"columns": dict(picture.columns), "remarks": list(picture.remarks)}
        made = Products()
        if "table" in wanted:
            with spent.on("columns"):
                row |= color.columns(rgb)
        if "sprites" in wanted:
            with spent.on("sprites"):
                made.sprite = sprite(rgb, self.cell)
        if "previews" in wanted:
            with spent.on("previews"):
                made.preview = encoded_preview(rgb, self.preview_side, self.preview_quality)
        if "vectors" in wanted and self.embedder:
            with spent.on("prepare"):
                made.prepared = self.embedder.prepare(rgb if blend else pixels)
            spent.blended += blend
        return made

    def _blends(self, channels: int) -> bool:
        """Whether the model, which sees colors or gray, gets layers as one picture because it cannot take each."""
        taken = self.embedder.channels if self.embedder else 0
        return taken in (1, 3) and channels not in (1, 3)

    def _side(self, blend: bool) -> int:
        """Longer side of the picture that stands for pixels that are no RGB."""
        return max(self.cell, 256, self.preview_side, self.embedder.min_side if self.embedder and blend else 0)


@dataclass
class _Batch:
    """rows: of every image, with its columns or its failure; read, vectors: of the readable ones, in the same order."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    read: list[Products] = field(default_factory=list)
    vectors: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.float32))
    spent: Spent = field(default_factory=Spent)

    @property
    def failures(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["failure"] is not None]
