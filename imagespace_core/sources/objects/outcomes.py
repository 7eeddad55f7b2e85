"""Predictions held against the truth: which are right, and what none of them found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_IOU = 0.5
"""Boxes that share less of their union are not of one object, as in COCO's and Pascal VOC's AP50."""
RIGHT, WRONG, FOUND, MISSED = "true positive", "false positive", "found", "missed"


@dataclass(frozen=True, slots=True)
class Compared:
    """photo, category: what must agree. box: left, top, right, bottom, px. score: None for the truth."""

    photo: str
    category: str | None
    box: tuple[int, int, int, int]
    score: float | None
    predicted: bool


def outcomes(objects: Sequence[Compared]) -> tuple[list[str], np.ndarray]:
    """Of each object its outcome, and the greatest IoU with one of its class from the other side, float64 (n,).

    In each photo and class predictions choose by falling score, each the truth that it covers best and that is free.
    """
    groups: dict[tuple[str, str | None], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row, one in enumerate(objects):
        groups[one.photo, one.category][one.predicted].append(row)
    found = [WRONG if one.predicted else MISSED for one in objects]
    best = np.zeros(len(objects))
    for truth, predicted in groups.values():
        if not truth or not predicted:
            continue
        predicted = sorted(predicted, key=lambda row: -(objects[row].score or 0.0))
        overlap = _iou(np.array([objects[row].box for row in truth]), np.array([objects[row].box for row in predicted]))
        best[truth], best[predicted] = overlap.max(1), overlap.max(0)
        free = np.ones(len(truth), bool)
        for place, row in enumerate(predicted):
            shares = np.where(free, overlap[:, place], 0)
            if shares.max() >= LEAST_IOU:
                chosen = int(shares.argmax())
                free[chosen] = False
                found[row], found[truth[chosen]] = RIGHT, FOUND
    return found, best


def _iou(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """int (n, 4) and (m, 4) -> float64 (n, m)."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area, other_area = (one[:, 2:] - one[:, :2]).prod(1), (other[:, 2:] - other[:, :2]).prod(1)
    return shared / (area[:, None] + other_area[None] - shared)
