"""Retrieval maps: similarity to a search, painted over the larger images that items were cut from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.evaluate.retrieval_map import ParentBoxes, limits, painted
from imagespace_core.sources import Contextual, Source

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace


@dataclass(frozen=True)
class RetrievalMap:
    """values: float32 (h, w), NaN where no item lies. image: uint8 RGB (h, w, 3), the values painted over the parent.
    low, high: the values of the darkest and the brightest color, the same for all parents."""

    parent: str
    values: np.ndarray
    image: np.ndarray
    low: float
    high: float


def contextual(source: Source) -> Contextual:
    """The source, as one whose items lie in larger images. Raises InputError where they do not."""
    if not isinstance(source, Contextual):
        raise InputError("these images were not cut from larger ones")
    return source


def parent_boxes(workspace: Workspace, source: Source) -> ParentBoxes:
    """Where every row lies in its parent. Raises InputError, or UnreadableImageError where the originals are lost."""
    found = contextual(source)
    return ParentBoxes.of([found.context(key) for key in workspace.ids])


def retrieval_map(
    source: Source, boxes: ParentBoxes, parent: str, scores: np.ndarray, opacity: float = 0.6
) -> RetrievalMap:
    """scores: (n,) of all rows, higher is more alike. opacity: of the colors over the gray parent, 0 to 1."""
    low, high = limits(scores)
    values = boxes.map_of(parent, scores)
    region = contextual(source).region(parent, None, max(values.shape))
    return RetrievalMap(parent, values, painted(region, values, low, high, opacity), low, high)
