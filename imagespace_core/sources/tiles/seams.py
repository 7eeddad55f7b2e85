"""Whether tiles join at their edges as their numbers say: what is north of one must go on in it.

Lines and areas cross from a tile into the next. Counted from the wrong side, or with rows for columns, they do not; on
maps of Liechtenstein, layer by layer, edges then differ 2 to 40 times as much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images.decode import Decode
from imagespace_core.sources.tiles.coordinates import Tile, packed, tiles_of, unpacked
from imagespace_core.sources.tiles.layer import Layer
from imagespace_core.sources.tiles.schemes import SCHEMES, Scheme

MOST_PAIRS, ENOUGH = 600, 48
"""Neighbors that are looked at, in each direction: so many, or until so many have edges that differ. Most may be
blank."""
FEWEST = 8
"""Neighbors that must tell the schemes apart; others are blank, or alike on all sides."""
BETTER = 0.6
"""Edges must differ by this share at most of what they do under another scheme."""
MOST = 2 / 3
"""For so many of them."""

_EDGES = {"left": np.s_[:, 0], "right": np.s_[:, -1], "top": np.s_[0], "bottom": np.s_[-1]}
_JOINED: dict[Scheme, tuple[tuple[str, str], tuple[str, str]]] = {
    "xyz": (("right", "left"), ("bottom", "top")),
    "tms": (("right", "left"), ("top", "bottom")),
    "zyx": (("bottom", "top"), ("right", "left")),
}
"""Which edge joins which of the next tile, where the first number is one more, and where the second is."""


def joined_by(layers: Sequence[Layer], numbers: np.ndarray) -> Scheme | None:
    """The scheme by which tiles join; None where none is clearly better than all others.

    numbers: packed int64 (n,), stored ones that the layers have in common.
    """
    across, down = (_differences(layers, numbers, direction) for direction in (0, 1))
    xyz, tms, zyx = (SCHEMES.index(scheme) for scheme in SCHEMES)
    # The two ways of counting rows differ only from one row to the next. Rows for columns must show both ways: a
    # picture that is bright above and dark below goes on sideways, whatever it shows.
    if _better(down, tms, xyz) and _better(across, tms, zyx) and _better(down, tms, zyx):
        return "tms"
    if _better(across, zyx, xyz) and _better(down, zyx, xyz) and _better(down, zyx, tms):
        return "zyx"
    if _better(down, xyz, tms) and _better(across, xyz, zyx) and _better(down, xyz, zyx):
        return "xyz"
    return None


def _differences(layers: Sequence[Layer], numbers: np.ndarray, direction: int) -> np.ndarray:
    """float64 (pairs, schemes): by how much the edges of neighbors in a direction differ, 0 to 255."""
    z, x, y = unpacked(numbers)
    following = packed(z, x + (direction == 0), y + (direction == 1))
    pairs = np.flatnonzero(np.isin(following, numbers)).tolist()
    tiles, next_tiles = tiles_of(numbers), tiles_of(following)
    joins = [_JOINED[scheme][direction] for scheme in SCHEMES]
    found: list[list[float]] = []
    for number, pair in enumerate(np.random.default_rng(0).permutation(pairs)[:MOST_PAIRS].tolist()):
        if len(found) == ENOUGH:
            break
        layer = layers[number % len(layers)]
        one, other = _gray(layer, tiles[pair]), _gray(layer, next_tiles[pair])
        if one is not None and other is not None and one.shape == other.shape and one.shape[0] == one.shape[1]:
            differences = [float(np.abs(one[_EDGES[a]] - other[_EDGES[b]]).mean()) for a, b in joins]
            if min(differences) < max(differences):
                found.append(differences)
    return np.array(found, np.float64).reshape(-1, len(SCHEMES))


def _better(differences: np.ndarray, one: int, other: int) -> bool:
    telling = differences[differences[:, one] != differences[:, other]]
    if len(telling) < FEWEST:
        return False
    wins = np.count_nonzero(telling[:, one] < telling[:, other])
    return bool(telling[:, one].sum() <= BETTER * telling[:, other].sum() and wins >= MOST * len(telling))


def _gray(layer: Layer, stored: Tile) -> np.ndarray | None:
    """float64 (h, w); None for a tile that cannot be read."""
    try:
        file = layer.find(stored)
        return None if file is None else Decode(min_side=None)(file).pixels.mean(axis=2)
    except UnreadableImageError:
        return None
