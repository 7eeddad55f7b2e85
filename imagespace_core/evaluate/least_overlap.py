"""How much of an item a structure must cover to count, proposed where the default leaves too few to find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagespace_core.evaluate.experiment import SIZES

DEFAULT = 0.5
STEP = 0.05
ENOUGH_SHARE = 0.05


@dataclass(frozen=True)
class LeastOverlap:
    """value: a share of an item. why: one sentence where it was proposed, "" where it is the default."""

    value: float
    why: str = ""


def proposed_overlap(overlap: np.ndarray, default: float = DEFAULT) -> LeastOverlap:
    """The default; or, where too few items have so much, the greatest multiple of STEP below it that enough have.

    Enough are as many as the most results that are looked at (even the best of searches finds wrong ones where there
    are fewer), or ENOUGH_SHARE of the items where that is less; and never more than half of them. Where no step has
    enough, the one that most have, if those are more than with the default.

    overlap: float (n,), NaN where nothing is known.
    """
    known = overlap[np.isfinite(overlap)]
    enough = max(1, min(SIZES[-1], int(np.ceil(ENOUGH_SHARE * len(known)))))
    at_default = int((known >= default).sum())
    if at_default >= enough:
        return LeastOverlap(default)
    steps = (round(STEP * number, 2) for number in range(1, round(1 / STEP)))
    counts = {step: int((known >= step).sum()) for step in steps if step < default}
    better = {step: count for step, count in counts.items() if at_default < count <= len(known) / 2}
    if not better:
        return LeastOverlap(default)
    value = max(better, key=lambda step: (min(better[step], enough), step))
    return LeastOverlap(
        value,
        f"only {at_default:,} of {len(known):,} reach a least overlap of {default:g}, too few to measure a search by, "
        f"which takes {enough:,}; {value:g} is proposed, which {better[value]:,} reach",
    )
