"""The one pass over the images: each is decoded once, and everything that needs pixels is made from that.

Images are read in parts of `PART` items. Every product of a part (table, vectors, sprites, previews) is one file under
its own key, written when the part is complete: an interrupted run goes on with the first missing part, and memory
holds one part however large the collection is.

Every worker thread takes a few images at a time from file to vector, the model itself on one thread. In EfficientNet-
Lite0 that takes 9 ms of processor time an image, where one model on two threads takes 17: its threads wait for each
other in every layer, and for the decoders. Pillow, NumPy and ONNX Runtime release the interpreter lock.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.embed import Embedder
from imagespace_core.errors import (
    ImageSpaceError,
    InputError,
    ModelError,
    NoDirectionError,
    UnreadableImageError,
    VanishedError,
)
from imagespace_core.images import color, reasons
from imagespace_core.images.atlas import sprite
from imagespace_core.images.placeholder import SIDE_PX, placeholder
from imagespace_core.parallel import map_ordered
from imagespace_core.sources import Item, Source
from imagespace_core.workspace.durable import sync

if TYPE_CHECKING:
    import pandas as pd

PART = 2048
BATCH = 8
MOST_OF_A_PART = 0.5
"""Share of images of a part for which a model may give no usable vector: some folders begin with blank pictures."""
# Batches that may wait for a slow one before them: enough for every worker to go on past a giant.
AHEAD_PER_WORKER = 4


@dataclass(frozen=True)
class Product:
    """One thing made of every image: `name` says what, `folder` holds its parts, named by their number."""

    name: str
    folder: Path

    def part(self, number: int) -> Path:
        return self.folder / f"{number:05d}{_SUFFIX[self.name]}"


_NOTHING = np.empty(0, np.uint8)
NO_SPRITE = np.empty((0, 0, 3), np.uint8)
_SUFFIX = {"table": ".json", "vectors": ".npy", "sprites": "", "previews": ""}  # none: a folder of two arrays


@dataclass
class Spent:
    """Seconds by what they went into, summed over the worker threads, and of the whole pass: `wall` is what the clock
    says, `processor` what all threads computed. And images read; of these `blended`, which the model saw as people do,
    because it does not take their channels."""

    decode: float = 0.0
    columns: float = 0.0
    sprites: float = 0.0
    previews: float = 0.0
    prepare: float = 0.0
    model: float = 0.0
    wall: float = 0.0
    processor: float = 0.0
    images: int = 0
    blended: int = 0

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        setattr(self, what, getattr(self, what) + time.perf_counter() - started)

    def add(self, other: Spent) -> None:
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name) + getattr(other, f.name))


@dataclass(frozen=True)
class Reading:
    """The pass over `items`.

    items: all of them, readable or not, so that parts are numbered alike in every run.
    products: what to make. With "table" among them failures are recorded there and left out of the others.
    failed: without "table": the keys that are known not to be readable; they are passed over, any other raises.
    """

    source: Source
    items: Sequence[Item]
    products: Sequence[Product]
    embedder: Embedder | None = None
    cell: int = 96
    preview_side: int = 0
    preview_quality: int = 85
    jobs: int = 2
    failed: frozenset[str] = frozenset()
    spent: Spent = field(default_factory=Spent)

    def run(self, advance: Callable[[int], None]) -> Spent:
        """Make what is missing of every part; `advance` is told of each item done.

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
        read: list[_One] = []
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
        for product in products:
            self._write(product, number, rows, vectors, [one.sprite for one in read], [one.preview for one in read])

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
            own = [at for at, one in enumerate(batch.read) if one is not self._placeholder]
            batch.vectors[:] = self._placeholder.vector if len(own) < len(batch.read) else 0
            if own:
                with batch.spent.on("model"):
                    try:
                        batch.vectors[own] = self.embedder.embed(np.stack([batch.read[at].prepared for at in own]))
                    except NoDirectionError as error:
                        batch.vectors[own] = error.vectors  # `pixels` leaves these images out
            for at in own:
                batch.read[at].prepared = _NOTHING  # not needed any more, and a part holds thousands
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
    def _placeholder(self) -> _One:
        """What stands for every item without a picture. Its sprite is empty: the atlas has one cell for all of them."""
        pixels = placeholder()
        columns = {"width": SIDE_PX, "height": SIDE_PX, "taken_at": None, **color.columns(pixels)}
        one = _One(sprite=NO_SPRITE, columns=columns)
        if self.preview_side:
            one.preview = _preview(pixels, self.preview_side, self.preview_quality)
        if self.embedder:
            one.vector = self.embedder([np.repeat(pixels[..., :1], self.embedder.channels, 2)])[0]
        return one

    def _read(self, row: dict[str, Any], wanted: set[str], spent: Spent) -> _One:
        """The image of `row`, which gets its columns. Raises UnreadableImageError."""
        with spent.on("decode"):
            picture = self.source.read(row["key"])
            pixels = picture.pixels
            blend = "vectors" in wanted and self._blends(pixels.shape[2])
            rgb = pixels
            if (picture.layered or pixels.shape[2] != 3) and (blend or wanted & {"table", "sprites", "previews"}):
                rgb = self.source.preview(row["key"], self._side(blend))
        row |= {"width": picture.width, "height": picture.height}
        row["taken_at"] = picture.taken_at.isoformat() if picture.taken_at else None
        one = _One()
        if "table" in wanted:
            with spent.on("columns"):
                row |= color.columns(rgb)
        if "sprites" in wanted:
            with spent.on("sprites"):
                one.sprite = sprite(rgb, self.cell)
        if "previews" in wanted:
            with spent.on("previews"):
                one.preview = _preview(rgb, self.preview_side, self.preview_quality)
        if "vectors" in wanted and self.embedder:
            with spent.on("prepare"):
                one.prepared = self.embedder.prepare(rgb if blend else pixels)
            spent.blended += blend
        return one

    def _blends(self, channels: int) -> bool:
        """Whether the model, which sees colors or gray, gets layers as one picture because it cannot take each."""
        taken = self.embedder.channels if self.embedder else 0
        return taken in (1, 3) and channels not in (1, 3)

    def _side(self, blend: bool) -> int:
        """Longer side of the picture that stands for pixels that are no RGB."""
        return max(self.cell, 256, self.preview_side, self.embedder.min_side if self.embedder and blend else 0)

    def _write(self, product: Product, number: int, rows: list[dict[str, Any]], vectors: list[np.ndarray],
               sprites: list[np.ndarray], previews: list[np.ndarray]) -> None:  # fmt: skip
        path = product.part(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.stem}.tmp{path.suffix}")
        match product.name:
            case "table":
                temporary.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
            case "vectors":
                size = self.embedder.size if self.embedder else 0
                np.save(temporary, np.concatenate([np.empty((0, size), np.float32), *vectors]))
            case "sprites":
                _save_ragged(temporary, sprites)
            case "previews":
                _save_ragged(temporary, previews)
        sync([temporary])  # a part that is there is whole, also after the machine went down
        temporary.replace(path)


@dataclass
class _One:
    """What is made of a readable image."""

    prepared: np.ndarray = field(default_factory=lambda: _NOTHING)
    sprite: np.ndarray = field(default_factory=lambda: _NOTHING)
    preview: np.ndarray = field(default_factory=lambda: _NOTHING)
    vector: np.ndarray = field(default_factory=lambda: _NOTHING)
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Batch:
    """rows: of every image, with its columns or its failure; read, vectors: of the readable ones, in the same order."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    read: list[_One] = field(default_factory=list)
    vectors: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.float32))
    spent: Spent = field(default_factory=Spent)

    @property
    def failures(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["failure"] is not None]


def without_direction(vectors: np.ndarray) -> np.ndarray:
    """bool (n,): which rows of (n, d) cannot be compared, because they are not finite or zero."""
    return np.asarray(~(np.isfinite(vectors).all(axis=1) & vectors.any(axis=1)))


def check_directions(bad: np.ndarray, paths: Sequence[str], model: str, most: float) -> None:
    """bad: bool (n,), see `without_direction`. Raises ModelError where they are more than one, and than a share."""
    count, total = int(bad.sum()), len(bad)
    if count > max(1, most * total):
        raise ModelError(
            f"{model} gave vectors that are not finite, or only zeros, for {count:,} of {total:,} images "
            f"({count / total:.0%}), the first {paths[int(bad.argmax())]!r}. So many are the model's fault and not the "
            "images'. Check mean, std and scale in the model's JSON file, or choose another --model"
        )


def part_count(items: Sequence[Item]) -> int:
    return -(-len(items) // PART)


def parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in parts; the last may be shorter."""
    for start in range(0, len(items), PART):
        yield items[start : start + PART]


def read_table(product: Product, count: int) -> pd.DataFrame:
    """The rows of the first `count` parts, readable or not, in the order of the items."""
    import pandas as pd

    frames = [pd.DataFrame(json.loads(product.part(number).read_text("utf-8"))) for number in range(count)]
    if not frames:
        return pd.DataFrame()
    names = list(dict.fromkeys(name for frame in frames for name in frame))
    # A part in which a column is empty throughout must not decide that column's type.
    table = pd.concat([frame.dropna(axis="columns", how="all") for frame in frames], ignore_index=True)
    return table.reindex(columns=names)


class Ragged:
    """uint8 arrays of different shapes by row number, memory-mapped from the parts of "sprites" or "previews"."""

    def __init__(self, product: Product, count: int) -> None:
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._starts = [0]
        for number in range(count):
            shapes = np.load(product.part(number) / "shapes.npy", allow_pickle=False)
            data = np.load(product.part(number) / "data.npy", mmap_mode="r", allow_pickle=False)
            self._parts.append((shapes, np.concatenate([[0], np.cumsum(shapes.prod(axis=1))]), data))
            self._starts.append(self._starts[-1] + len(shapes))

    def __len__(self) -> int:
        return self._starts[-1]

    def empty(self) -> np.ndarray:
        """bool (n,): which arrays hold nothing."""
        return np.concatenate([np.empty(0, bool), *(shapes.prod(axis=1) == 0 for shapes, _, _ in self._parts)])

    def __getitem__(self, row: int) -> np.ndarray:
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        shapes, offsets, data = self._parts[number]
        local = row - self._starts[number]
        return np.asarray(data[offsets[local] : offsets[local + 1]]).reshape(shapes[local])


def _save_ragged(folder: Path, arrays: list[np.ndarray]) -> None:
    folder.mkdir(exist_ok=True)
    dimensions = max((array.ndim for array in arrays), default=1)
    np.save(folder / "shapes.npy", np.array([array.shape for array in arrays], np.int64).reshape(-1, dimensions))
    # An empty file cannot be memory-mapped, so the data ends with one unused byte.
    flat = [*(array.reshape(-1) for array in arrays), np.zeros(1, np.uint8)]
    np.save(folder / "data.npy", np.concatenate(flat))


def _preview(rgb: np.ndarray, side: int, quality: int) -> np.ndarray:
    from PIL import Image

    image = Image.fromarray(rgb)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality)
    return np.frombuffer(buffer.getvalue(), np.uint8)
