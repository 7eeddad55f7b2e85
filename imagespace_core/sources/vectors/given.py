"""Vectors, coordinates and neighbors that people have already, in place of a model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.joining import KINDS, Match, match
from imagespace_core.sources.vectors.blocks import UnitVectors
from imagespace_core.sources.vectors.files import RawTable, read_raw

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 3


@dataclass(frozen=True)
class Given:
    """What a file brings, row by row; every row is whole: it has an id of its own and finite numbers.

    ids: n texts. named: whether the file has ids; without, they are row numbers, and rows belong to the images in
        their order.
    vectors: n of unit length, or None; they are not held. positions: float32 (n, 2 | 3) by their dimensions.
    neighbors: rows int32 (n, k) and distances float32 (n, k), or None; not read where there are vectors.
    images: where the image of each row is, as written, "" for none; or None.
    columns: the other columns, one row each.
    left_out: (id, reason) of the file's rows that are not here. notes: what was decided on the way.
    """

    file: Path
    ids: Sequence[str]
    named: bool
    vectors: UnitVectors | None
    positions: Mapping[int, np.ndarray]
    neighbors: tuple[np.ndarray, np.ndarray] | None
    images: Sequence[str] | None
    columns: pd.DataFrame
    left_out: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()

    @property
    def rows(self) -> int:
        return len(self.ids)

    def lines(self) -> list[str]:
        """An account for people: what there is, and what was left out and why."""
        parts = []
        if self.vectors is not None:
            parts.append(f"vectors of {self.vectors.shape[1]} numbers")
        parts += [f"coordinates in {dims}D" for dims in self.positions]
        if self.neighbors is not None:
            parts.append(f"{self.neighbors[0].shape[1]} neighbors each")
        lines = [f"{self.file.name}: {self.rows:,} rows with {', '.join(parts)}"]
        reasons = Counter(reason for _, reason in self.left_out)
        for reason, count in reasons.most_common():
            some = [repr(name) for name, why in self.left_out if why == reason][:_EXAMPLES]
            lines.append(f"rows left out: {count:,}, e.g. {', '.join(some)}: {reason}")
        return [*lines, *self.notes]

    def match(self, paths: Sequence[str]) -> Match:
        """Which row belongs to which image (paths relative to their folder); `rows` is -1 where none does.

        By the image paths in the file, else by its ids, see `joining.match`. A file without ids goes by order.
        Raises InputError where it has no ids and another number of rows, or none of its rows matches.
        """
        if not self.named and self.images is None:
            total = self.rows + len(self.left_out)
            if total != len(paths):
                raise InputError(
                    f"{self.file} has {total:,} rows and no ids; there are {len(paths):,} images. Give one vector for "
                    f"each image, in the order of their paths, or the ids: one a line in {ids_file(self.file).name}"
                )
            rows = np.full(len(paths), -1, np.int64)
            rows[np.array(self.ids, np.int64)] = np.arange(self.rows)
            by = np.full(self.rows, KINDS.index("by_path"), np.int8)
            return Match(rows, by, paths, self.ids)
        tried = [self.images, self.ids] if self.images is not None else [self.ids]
        for names in tried:
            found = match(paths, names)
            if (found.rows >= 0).any():
                return found
        names = tried[0]
        raise InputError(
            f"no row of {self.file} belongs to an image: its ids are like {names[0]!r}, the images like {paths[0]!r}. "
            "Use the images' paths or names as ids"
        )

    def records(self) -> list[dict[str, Any]]:
        """The other columns, row by row, as plain values; None where missing."""
        plain: Any = self.columns.astype(object).where(self.columns.notna(), None)
        return plain.to_dict("records") or [{} for _ in self.ids]  # a table without columns has no records

    def take(self, rows: Sequence[int] | np.ndarray) -> Given:
        """The rows of these numbers, in their order; of the neighbors those that are among them, as many as all have.

        There are none left where some row has none left.
        """
        order: list[int] = np.asarray(rows, np.int64).tolist()
        kept = self.neighbors
        if kept is not None:
            place = np.full(self.rows, -1, np.int64)
            place[order] = np.arange(len(order))
            moved, far = place[kept[0][order]], kept[1][order]
            there = moved >= 0
            # The missing behind the others, which stay in their order.
            last = np.argsort(~there, axis=1, kind="stable")[:, : int(there.sum(1).min(initial=moved.shape[1]))]
            near = np.take_along_axis(moved, last, 1).astype(np.int32), np.take_along_axis(far, last, 1)
            kept = near if near[0].size else None
        return Given(
            self.file,
            [self.ids[row] for row in order],
            self.named,
            None if self.vectors is None else self.vectors.take(order),
            {dims: positions[order] for dims, positions in self.positions.items()},
            kept,
            None if self.images is None else [self.images[row] for row in order],
            self.columns.iloc[order].reset_index(drop=True),
            self.left_out,
            self.notes,
        )


def ids_file(file: Path) -> Path:
    """Where the ids of a .npy file lie, one a line."""
    return file.with_suffix(".ids.txt")


def read_vectors(file: Path) -> Given:
    """Reads .npy (float (n, d); ids in <name>.ids.txt beside it), .parquet, .csv, .tsv or .jsonl.

    Of a table these columns are known, in any case: id, uuid, key or filename; vector, embedding, emb or any other
    that holds a list of numbers in every row; projection_x, projection_y, projection_z, or x, y, z; neighbors, as
    embedding-atlas writes them; image_path, image, path or filename. All others become columns.

    Rows with numbers that are not finite, with fewer or more numbers than most, without an id or with one that an
    earlier row has are left out, with the reason.
    Raises InputError for a file that cannot be read, has neither vectors nor coordinates, or no good row.
    """
    raw = read_raw(file, ids_file(file))
    size, reasons = _measured(raw)
    for dims, positions in raw.positions.items():
        _note(reasons, ~np.isfinite(positions).all(axis=1), f"its {dims}D coordinates are missing or not finite")
    seen: set[str] = set()
    for row, name in enumerate(raw.ids):
        if reasons[row]:
            continue
        if not name:
            reasons[row] = "it has no id"
        elif name in seen:
            reasons[row] = "its id is that of an earlier row (the first counts)"
        seen.add(name)
    good = [row for row, reason in enumerate(reasons) if not reason]
    if not good:
        first = next((reason for reason in reasons if reason), "")
        raise InputError(f"{file} has no row that can be used; the first: {first or 'it is empty'}")
    notes = list(raw.notes)
    vectors = None
    if raw.vectors is not None:
        place = np.full(len(raw.ids), -1, np.int64)
        place[good] = np.arange(len(good))
        vectors = UnitVectors(raw.vectors, place, (len(good), size))
    return Given(
        file,
        [raw.ids[row] for row in good],
        raw.named,
        vectors,
        {dims: positions[good].astype(np.float32) for dims, positions in raw.positions.items()},
        _neighbors(raw, good, notes),
        None if raw.images is None else [raw.images[row] for row in good],
        raw.columns.iloc[good].reset_index(drop=True),
        tuple((raw.ids[row] or f"row {row + 1}", reason) for row, reason in enumerate(reasons) if reason),
        tuple(notes),
    )


def _measured(raw: RawTable) -> tuple[int, list[str]]:
    """The most frequent length of the vectors, and for every row why it is no vector, or ""."""
    reasons = [""] * len(raw.ids)
    if raw.vectors is None:
        return 0, reasons
    measured = [(block.lengths, block.greatest()) for block in raw.vectors()]
    lengths = np.concatenate([np.empty(0, np.int64), *(of_block for of_block, _ in measured)])
    greatest = np.concatenate([np.empty(0), *(of_block for _, of_block in measured)])
    usual = Counter(lengths[lengths > 0].tolist()).most_common(1)
    size = usual[0][0] if usual else 0
    for row in np.flatnonzero(lengths != size):
        reasons[row] = f"its vector has {lengths[row]} numbers; the others {size}" if lengths[row] else "no vector"
    _note(reasons, lengths == 0, "no vector")
    _note(reasons, ~np.isfinite(greatest), "its vector holds values that are not finite (NaN or infinite)")
    _note(reasons, greatest == 0, "its vector is zero and points nowhere")
    return size, reasons


def _note(reasons: list[str], bad: Any, reason: str) -> None:
    for row in np.flatnonzero(bad):
        reasons[row] = reasons[row] or reason


def _neighbors(raw: RawTable, good: list[int], notes: list[str]) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows and distances among the good rows, without the row itself; as many as every row has."""
    if raw.neighbors is None:
        return None
    place = np.full(len(raw.ids), -1, np.int64)
    place[good] = np.arange(len(good))
    lists: list[list[tuple[int, float]]] = []
    for row in good:
        near = [(int(place[to]), far) for to, far in zip(*raw.neighbors[row], strict=False) if 0 <= to < len(place)]
        lists.append([(to, far) for to, far in near if to >= 0 and to != place[row]])
    count = min(map(len, lists))
    if count == 0:
        notes.append("column neighbors: some row has none that is here, so they are found anew")
        return None
    rows = np.array([[to for to, _ in near[:count]] for near in lists], np.int32)
    distances = np.array([[far for _, far in near[:count]] for near in lists], np.float32)
    return rows, distances
