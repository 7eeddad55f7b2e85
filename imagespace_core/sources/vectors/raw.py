"""The parts of a file of vectors or coordinates, before anything in them is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from imagespace_core.sources.vectors.blocks import Blocks


@dataclass(frozen=True)
class RawTable:
    """Row-aligned parts as they are in the file; nothing is checked yet.

    ids: texts, "" where missing; row numbers where there are none. naming: by their names the columns that may name
    images, one text a row, the first counts before the others. columns: the others. vectors: n rows of any lengths.
    positions: float64 (n, 2 | 3) by dimensions. neighbors: for each row (rows, distances). images: where those are.
    in_order: whether nothing shows that the rows have been moved.
    """

    ids: Sequence[str]
    naming: Mapping[str, Sequence[str]]
    columns: pd.DataFrame
    vectors: Blocks | None = None
    positions: Mapping[int, np.ndarray] = field(default_factory=dict)
    neighbors: Sequence[tuple[Sequence[int], Sequence[float]]] | None = None
    images: Sequence[str] | None = None
    notes: Sequence[str] = ()
    in_order: bool = True
