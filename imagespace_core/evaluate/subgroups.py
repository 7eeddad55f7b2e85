"""Which rows to look at: those of some slices, an even sample of groups, and one name for several structures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from imagespace_core.errors import InputError

NONE = "none"


def in_groups(groups: np.ndarray, wanted: Sequence[object]) -> np.ndarray:
    """int64 rows whose group is among `wanted`, in order.

    Raises InputError that names the groups there are none of.
    """
    missing = [str(group) for group in wanted if not (groups == group).any()]
    if missing:
        there = ", ".join(map(str, list(dict.fromkeys(groups))[:8]))
        raise InputError(f"there is no {', '.join(missing)}; there are {there}")
    return np.flatnonzero(np.isin(groups, np.array(list(wanted), groups.dtype)))


def sample_evenly(groups: np.ndarray, most: int, seed: int = 0, among: np.ndarray | None = None) -> np.ndarray:
    """int64 rows, in order: at most `most` of each group, drawn at random, so that rare ones show beside the others.

    among: rows to draw from; all unless given.
    """
    random = np.random.default_rng(seed)
    rows = np.arange(len(groups)) if among is None else np.asarray(among)
    chosen = []
    for group in dict.fromkeys(groups[rows]):
        own = rows[groups[rows] == group]
        chosen.append(own if len(own) <= most else random.choice(own, most, replace=False))
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)


def structure_names(marked: Mapping[str, np.ndarray]) -> np.ndarray:
    """object (n,): the names of the structures that every row holds, joined by +, or "none".

    marked: bool (n,) by the name of a structure.

    >>> structure_names({"axon": np.array([True, True, False]), "vesicle": np.array([False, True, False])}).tolist()
    ['axon', 'axon+vesicle', 'none']
    """
    names = list(marked)
    table = np.stack([np.asarray(marked[name], bool) for name in names], 1)
    return np.array(
        ["+".join(name for name, is_in in zip(names, row, strict=True) if is_in) or NONE for row in table], object
    )
