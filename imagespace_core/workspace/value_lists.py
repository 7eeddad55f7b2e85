"""`ValueLists`: the values of a multi-valued column, such as keywords, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ValueLists:
    """Row i has the codes `codes[starts[i] : starts[i + 1]]`, rising, each once; none where it has no value.

    starts: int32 (n + 1,). codes: int32 (m,), into the column's values, the most frequent first: the first of a row is
    its value that most rows have.
    """

    starts: np.ndarray
    codes: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """int32 (n,): the first code of each row; -1 where it has none."""
        filled = self.starts[:-1] < self.starts[1:]
        found = np.full(len(filled), -1, np.int32)
        found[filled] = self.codes[self.starts[:-1][filled]]
        return found

    def of(self, row: int) -> np.ndarray:
        """int32 (k,): the codes of a row."""
        return self.codes[self.starts[row] : self.starts[row + 1]]

    def count(self, codes: Sequence[int] | np.ndarray) -> np.ndarray:
        """int64 (n,): how many of these codes each row has."""
        hits = np.append(0, np.cumsum(np.isin(self.codes, codes)))
        return hits[self.starts[1:]] - hits[self.starts[:-1]]

    def any_of(self, codes: Sequence[int] | np.ndarray) -> np.ndarray:
        """bool (n,): the rows that have one of these codes, -1 standing for rows without any."""
        return (self.count(codes) > 0) | ((self.starts[:-1] == self.starts[1:]) & (-1 in codes))

    def all_of(self, codes: Sequence[int] | np.ndarray) -> np.ndarray:
        """bool (n,): the rows that have all of these codes."""
        return self.count(codes) == len(np.unique(codes))

    def none_but(self, codes: Sequence[int] | np.ndarray) -> np.ndarray:
        """bool (n,): the rows that have no other codes than these, -1 standing for rows without any."""
        sizes = np.diff(self.starts)
        return np.where(sizes > 0, self.count(codes) == sizes, -1 in codes)


def value_lists(column: pd.Series) -> tuple[list[str], list[int], ValueLists]:
    """A multi-valued column, see `tables.is_multi_valued`, as its values, how many rows have each, and the lists.

    Values by how many rows have them, then by name. A value that a row repeats counts once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    lists = pa.array(column.array, pa.large_list(pa.large_string()))
    # pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them.
    rows: Any = pc.call_function("list_parent_indices", [lists])
    texts: Any = pc.call_function("list_flatten", [lists])
    there = texts.is_valid().to_numpy(zero_copy_only=False)
    found: Any = texts.filter(there).dictionary_encode()
    names = found.dictionary.to_pylist()
    pairs = np.unique(
        np.column_stack([rows.to_numpy()[there], found.indices.to_numpy(zero_copy_only=False)]).astype(np.int64), axis=0
    )
    counts = np.bincount(pairs[:, 1], minlength=len(names))
    order = sorted(range(len(names)), key=lambda code: (-counts[code], names[code]))
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    codes = rank[pairs[:, 1]]
    codes = codes[np.lexsort([codes, pairs[:, 0]])].astype(np.int32)
    sizes = np.bincount(pairs[:, 0], minlength=len(column))
    starts = np.append(0, np.cumsum(sizes)).astype(np.int32)
    return [names[code] for code in order], counts[order].tolist(), ValueLists(starts, codes)
