"""Items that have no row: those that cannot be read, and those for which the model gives no usable vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagespace_core.errors import ModelError
from imagespace_core.sources import Item

MOST_OF_A_PART = 0.5
"""Share of images of a part for which a model may give no usable vector: some folders begin with blank pictures."""
MOST_REFUSED = 0.1
"""The same of all images; above it the model is at fault."""
REFUSED = "its vector is not finite, or only zeros, so there is nothing to compare by"


@dataclass(frozen=True)
class LeftOut:
    """failed: keys of the items that cannot be read. refused: of those whose vector cannot be used. refused_by: the
    fingerprint of the model that says so."""

    failed: Sequence[str] = ()
    refused: Sequence[str] = ()
    refused_by: str | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any] | None) -> LeftOut:
        """What the step `images` noted."""
        record = record or {}
        return cls(record.get("failed_keys", []), record.get("refused_keys", []), record.get("refused_by"))

    def readable(self, items: Sequence[Item]) -> list[Item]:
        failed = frozenset(self.failed)
        return [item for item in items if item.key not in failed]

    def kept(self, items: Sequence[Item]) -> np.ndarray:
        """int (rows,): which of the readable items each row of the workspace is."""
        refused = frozenset(self.refused)
        return np.flatnonzero([item.key not in refused for item in self.readable(items)])


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
