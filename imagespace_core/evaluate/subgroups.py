"""Chooses the rows of subgroups: those of some slices, an even sample of groups, one name for several structures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Means:
    """vectors: float32 (m, d), rows of unit length. kinds: object (m,). names: what each is the mean of."""

    vectors: np.ndarray
    kinds: np.ndarray
    names: list[str]


def group_means(vectors: np.ndarray, groups: np.ndarray, kinds: np.ndarray, rows: np.ndarray) -> Means:
    """The mean direction of every kind in every group, among `rows`; groups and kinds in order of appearance.

    vectors: float32 (n, d). groups, kinds: object (n,); the same array for groups alone. Means of length 0
    are left out.
    """
    pairs = list(zip(groups[rows].tolist(), kinds[rows].tolist(), strict=True))
    members: dict[tuple[object, object], list[int]] = {}
    for row, pair in zip(rows.tolist(), pairs, strict=True):
        members.setdefault(pair, []).append(row)
    means, found, names = [], [], []
    for (group, kind), own in members.items():
        mean = np.asarray(vectors[own], np.float64).mean(axis=0)
        length = float(np.linalg.norm(mean))
        if length < 1e-9:
            continue
        means.append(mean / length)
        found.append(kind)
        what = str(group) if group == kind else f"{group}, {kind}"
        names.append(f"{what} ({len(own)})")
    return Means(np.array(means, np.float32).reshape(-1, vectors.shape[1]), np.array(found, object), names)
