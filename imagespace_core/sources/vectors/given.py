"""Vectors, coordinates and neighbors that people have already, in place of a model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.image_column import names_images
from imagespace_core.sources.tables.joining import KINDS, Match, match
from imagespace_core.sources.vectors.arrays import ids_file
from imagespace_core.sources.vectors.blocks import UnitVectors
from imagespace_core.sources.vectors.files import read_raw
from imagespace_core.sources.vectors.raw import RawTable

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 3


@dataclass(frozen=True)
class Given:
    """What a file brings, row by row; every row is whole: it has an id of its own and finite numbers.

    ids: n texts; row numbers where the file has none. naming: what may name the images, by column, see `RawTable`.
    vectors: n of unit length, or None; they are not held. positions: float32 (n, 2 | 3) by their dimensions.
    neighbors: rows int32 (n, k) and distances float32 (n, k), or None; not read where there are vectors.
    images: where the image of each row is, as written, "" for none; or None.
    columns: the other columns, one row each. in_order: whether nothing shows that the rows have been moved.
    left_out: (id, reason) of the file's rows that are not here. notes: what was decided on the way.
    """

    file: Path
    ids: Sequence[str]
    naming: Mapping[str, Sequence[str]]
    vectors: UnitVectors | None
    positions: Mapping[int, np.ndarray]
    neighbors: tuple[np.ndarray, np.ndarray] | None
    images: Sequence[str] | None
    columns: pd.DataFrame
    left_out: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    in_order: bool = True

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

    def match(self, paths: Sequence[str], limited: bool = False) -> Match:
        """Which row belongs to which image, see `joining.match`.

        By the column that names most of them: of those that are meant to, else of all that tell rows apart by a text.
        A file in which nothing names images goes by order.
        paths: relative to their folder. limited: these are the first of the images only.
        Raises InputError where no row matches, and where a file would go by order that cannot.
        """
        if named := _most(paths, self.naming):
            return named[1]
        texts = self._texts()
        if guessed := _most(paths, texts):
            column, found = guessed
            count = int((found.rows >= 0).sum())
            if 2 * count >= min(self.rows, len(paths)):
                return replace(found, note=f"{self.file.name}: column {column!r} names the images")
            raise InputError(
                f"{self.file} has no ids that fit, and its column {column!r} names {count:,} of {len(paths):,} images. "
                "Call the column that names the images id, or leave this one out"
            )
        like_names = {column: names for column, names in texts.items() if names_images(names)}
        for names in (self.naming or like_names).values():
            raise InputError(
                f"no row of {self.file} belongs to an image: its ids are like {names[0]!r}, the images like "
                f"{paths[0]!r}. Use the images' paths or names as ids"
            )
        return self._by_order(paths, limited)

    def _by_order(self, paths: Sequence[str], limited: bool) -> Match:
        total = self.rows + len(self.left_out)
        if not self.in_order:
            raise InputError(
                f"{self.file} has no ids, and its index shows that its rows were moved; write the images' names into a "
                "column id"
            )
        where = (
            f"one a line in {ids_file(self.file).name}" if self.file.suffix in (".npy", ".npz") else "in a column id"
        )
        if total < len(paths) or (total > len(paths) and not limited):
            raise InputError(
                f"{self.file} has {total:,} rows and no ids; there are {len(paths):,} images. Give one vector for "
                f"each image, in the order of their paths, or the ids: {where}"
            )
        rows = np.full(len(paths), -1, np.int64)
        numbers = np.array(self.ids, np.int64)
        taken = np.flatnonzero(numbers < len(paths))
        rows[numbers[taken]] = taken
        by = np.zeros(self.rows, np.int8)
        by[taken] = KINDS.index("by_order")
        first = f"the first {len(paths):,} of its rows" if limited else "its rows"
        note = f"{self.file.name}: it names no images, so {first} belong to them in the order of their paths"
        return Match(rows, by, paths, self.ids, note)

    def _texts(self) -> dict[str, Sequence[str]]:
        """The columns of texts that tell most rows apart."""
        import pandas as pd

        texts = {str(name): values for name, values in self.columns.items() if pd.api.types.is_string_dtype(values)}
        apart = {name: values for name, values in texts.items() if 2 * len(values.unique()) > self.rows}
        return {name: values.fillna("").tolist() for name, values in apart.items()}

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
        return replace(
            self,
            ids=[self.ids[row] for row in order],
            naming={column: [names[row] for row in order] for column, names in self.naming.items()},
            vectors=None if self.vectors is None else self.vectors.take(order),
            positions={dims: positions[order] for dims, positions in self.positions.items()},
            neighbors=kept,
            images=None if self.images is None else [self.images[row] for row in order],
            columns=self.columns.iloc[order].reset_index(drop=True),
        )


def _most(paths: Sequence[str], naming: Mapping[str, Sequence[str]]) -> tuple[str, Match] | None:
    """The column that names most of these images, the first of several, and which; None where none names any."""
    most: tuple[int, str, Match] | None = None
    for column, names in naming.items():
        found = match(paths, names)
        count = int((found.rows >= 0).sum())
        if count > (most[0] if most else 0):
            most = count, column, found
        if count == min(len(paths), len(names)):
            break
    return most[1:] if most else None


def read_vectors(file: Path) -> Given:
    """Reads .npy and .npz (numbers (n, d); ids in the archive, or in <name>.ids.txt beside it), .parquet, .arrow,
    .feather, .csv, .tsv or .jsonl.

    Of a table these columns are known, in any case: id, uuid, key or filename; vector, embedding, emb or any other
    that holds a list of numbers in every row, or columns of one number each, emb_0, emb_1, ...; projection_x,
    projection_y, projection_z, or x, y, z; neighbors, as embedding-atlas writes them; image_path, image, path,
    filename and other usual names; the index of pandas. All others become columns.

    Rows with numbers that are not finite, with fewer or more numbers than most, without an id or with one that an
    earlier row has are left out, with the reason.
    Raises InputError for a file that cannot be read, has neither vectors nor coordinates, or no good row.
    """
    return checked(file, read_raw(file))


def checked(file: Path, raw: RawTable) -> Given:
    """The good rows of what was read from a file, see `read_vectors`."""
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
        {column: [names[row] for row in good] for column, names in raw.naming.items()},
        vectors,
        {dims: positions[good].astype(np.float32) for dims, positions in raw.positions.items()},
        _neighbors(raw, good, notes),
        None if raw.images is None else [raw.images[row] for row in good],
        raw.columns.iloc[good].reset_index(drop=True),
        tuple((raw.ids[row] or f"row {row + 1}", reason) for row, reason in enumerate(reasons) if reason),
        tuple(notes),
        raw.in_order,
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
