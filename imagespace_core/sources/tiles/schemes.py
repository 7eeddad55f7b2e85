"""How the numbers of stored tiles are counted, and as the numbers of the map (XYZ) that everything else uses.

Sources: OpenStreetMap Wiki, "Slippy map tilenames" (xyz); OSGeo, "Tile Map Service Specification" 1.0.0 (tms).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast, get_args

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tiles.coordinates import Tile, packed, unpacked

Scheme = Literal["xyz", "tms", "zyx"]
"""xyz: z/x/y, rows from the north. tms: z/x/y, rows from the south. zyx: z/y/x, rows from the north."""

SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

MEANINGS: dict[Scheme, str] = {
    "xyz": "columns, then rows from the north",
    "tms": "columns, then rows from the south",
    "zyx": "rows from the north, then columns",
}


def turned(tile: Tile, scheme: Scheme) -> Tile:
    """A stored number as that of the map, and the other way round: each scheme is its own inverse.

    >>> turned(Tile(2, 1, 0), "tms"), turned(Tile(2, 1, 0), "zyx")
    (Tile(z=2, x=1, y=3), Tile(z=2, x=0, y=1))
    """
    if scheme == "tms":
        return Tile(tile.z, tile.x, (1 << tile.z) - 1 - tile.y)
    return Tile(tile.z, tile.y, tile.x) if scheme == "zyx" else tile


def turned_all(numbers: np.ndarray, scheme: Scheme) -> np.ndarray:
    """`turned` for packed numbers, int64 (n,)."""
    z, x, y = unpacked(numbers)
    if scheme == "tms":
        return packed(z, x, (1 << z) - 1 - y)
    return packed(z, y, x) if scheme == "zyx" else numbers


def schemes_of(given: Sequence[str], layers: Sequence[str]) -> dict[str, Scheme]:
    """What people chose, by layer: "tms" is for all, "roads=tms" for one. Raises InputError for anything else."""
    chosen: dict[str, Scheme] = {}
    for text in sorted(given, key=lambda text: "=" in text):  # that of one layer has the last word
        layer, _, scheme = text.rpartition("=")
        if scheme not in SCHEMES:
            ways = "; ".join(f"{name}: {meaning}" for name, meaning in MEANINGS.items())
            raise InputError(f"--scheme {text}: expected one of {', '.join(SCHEMES)} ({ways}), or <layer>=<scheme>")
        if layer and layer not in layers:
            raise InputError(f"--scheme {text}: there is no layer {layer}; there are {', '.join(layers)}")
        chosen |= dict.fromkeys([layer] if layer else layers, cast("Scheme", scheme))
    return chosen
