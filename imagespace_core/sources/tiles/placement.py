"""By which scheme each layer is stored: as people say, as its files say, as its tiles join, as other layers lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tiles.coordinates import lng_lat, tiles_of, unpacked
from imagespace_core.sources.tiles.layer import Layer, sample, spread
from imagespace_core.sources.tiles.mbtiles import MBTiles
from imagespace_core.sources.tiles.schemes import MEANINGS, SCHEMES, Scheme, turned, turned_all
from imagespace_core.sources.tiles.seams import joined_by
from imagespace_core.sources.tiles.statements import Bounds, Statement

INSIDE, OUTSIDE = 0.9, 0.5
"""Shares of the tiles that must lie in the stated bounds where a scheme fits them, and at most where it does not."""
PROBED = 64
"""Tiles of a layer that are looked for in another."""


@dataclass(frozen=True)
class Placement:
    """scheme: how a layer's tiles are counted. note: what was decided, and why, as the end of a sentence; "" where
    there is nothing to say. claimed: people or files say so, which the tiles may contradict."""

    scheme: Scheme
    note: str = ""
    claimed: bool = False


def place(layers: Sequence[Layer], chosen: Mapping[str, Scheme]) -> dict[str, Placement]:
    """The scheme of each layer by name: that which was chosen, or is stated, or that by which tiles join, or by which
    they lie where those of other layers do, or else xyz.

    Raises InputError where two layers lie apart and nothing tells which is counted otherwise, and for tiles of another
    map or none.
    """
    found = {name: Placement(scheme, claimed=True) for name, scheme in chosen.items()}
    groups: list[list[tuple[Layer, np.ndarray]]] = []
    for layer in layers:
        if layer.name in found:
            continue
        numbers = sample(layer)
        if stated := _stated(layer, layer.statement(), numbers):
            found[layer.name] = stated
        elif group := next((g for g in groups if _hits(numbers, "xyz", g[0][0], "xyz")), None):
            group.append((layer, numbers))  # counted as those are, whichever way that is
        else:
            groups.append([(layer, numbers)])
    apart = []
    for group in groups:
        if scheme := joined_by([layer for layer, _ in group], group[0][1]):
            found |= _all(group, scheme, "because their edges join only so")
        else:
            apart.append(group)
    decided = [layer for layer in layers if layer.name in found]
    known: tuple[Layer, Scheme] | None = (decided[0], found[decided[0].name].scheme) if decided else None
    for group in apart:
        scheme = _where_others_lie(group[0][1], *known) if known else None
        if known is None and group is not apart[0]:
            _refuse_apart(apart[0][0][0], *group[0])
        why = f"because only so they lie where those of {known[0].name} do" if known else ""
        found |= _all(group, scheme or "xyz", why)
    return found


def doubt(layer: Layer, scheme: Scheme) -> str:
    """Why the place of a layer looks wrong, as the end of a sentence; "" where nothing speaks against it."""
    numbers = sample(layer)
    joined = joined_by([layer], numbers)
    fitting = _fitting(layer.statement().bounds, numbers)
    if fitting and scheme not in fitting:
        other, why = fitting[0], "lie within their stated bounds"
    elif joined and joined != scheme:
        other, why = joined, "join at their edges"
    else:
        return ""
    return (
        f"the map looks mirrored: tiles are read as {scheme} ({MEANINGS[scheme]}), but {why} only as {other} "
        f"({MEANINGS[other]}). Try --scheme {other}"
    )


def _all(group: Sequence[tuple[Layer, np.ndarray]], scheme: Scheme, why: str) -> dict[str, Placement]:
    note = "" if scheme == "xyz" else _read_as(scheme, why)
    return {layer.name: Placement(scheme, note) for layer, _ in group}


def _read_as(scheme: Scheme, why: str) -> str:
    return f"tiles are read as {scheme} ({MEANINGS[scheme]}), {why}. --scheme chooses another way"


def _stated(layer: Layer, statement: Statement, numbers: np.ndarray) -> Placement | None:
    usual = "tms" if isinstance(layer, MBTiles) else "xyz"
    fitting = _fitting(statement.bounds, numbers)
    if statement.scheme and (not fitting or statement.scheme in fitting):
        scheme, why = statement.scheme, f"as {statement.file} says"
    elif fitting and (statement.scheme or "xyz" not in fitting or fitting == ["xyz"]):
        scheme, why = fitting[0], f"because only so they lie within the bounds that {statement.file} states"
    else:
        return None
    plain = scheme == usual and statement.scheme in (usual, None)
    return Placement(scheme, "" if plain else _read_as(scheme, why), claimed=True)


def _fitting(ways: Sequence[Bounds], numbers: np.ndarray) -> list[Scheme]:
    """The schemes by which the tiles lie within bounds, in the order of SCHEMES; none where that tells nothing."""
    for bounds in ways:
        shares: dict[Scheme, float] = {scheme: _inside(bounds, turned_all(numbers, scheme)) for scheme in SCHEMES}
        fits: list[Scheme] = [scheme for scheme, share in shares.items() if share >= INSIDE]
        if fits and min(shares.values()) <= OUTSIDE:
            return fits
    return []


def _inside(bounds: Bounds, numbers: np.ndarray) -> float:
    """The share of tiles that reach into the bounds; of bounds that are a point, whether the tiles are around it."""
    if not len(numbers):
        return 0.0
    west, south, east, north = bounds
    zoom, x, y = (part.tolist() for part in unpacked(numbers))
    corners = [(lng_lat(a, b + 1, z), lng_lat(a + 1, b, z)) for z, a, b in zip(zoom, x, y, strict=True)]
    low, high = np.array([low for low, _ in corners]), np.array([high for _, high in corners])
    if (west, south) == (east, north):
        return float((low.min(axis=0) <= (west, south)).all() and ((west, south) <= high.max(axis=0)).all())
    upright = (low[:, 1] < north) & (high[:, 1] > south)
    after, before = high[:, 0] > west, low[:, 0] < east
    return float((upright & (after & before if west <= east else after | before)).mean())


def _hits(numbers: np.ndarray, scheme: Scheme, other: Layer, others: Scheme) -> int:
    """How many of some stored tiles the other layer has at the same place."""
    tiles = spread(tiles_of(numbers), PROBED)
    return sum(other.find(turned(turned(tile, scheme), others)) is not None for tile in tiles)


def _where_others_lie(numbers: np.ndarray, other: Layer, others: Scheme) -> Scheme | None:
    """The scheme by which tiles lie where those of a layer do; None where they do so as they are, or never."""
    hits = {scheme: _hits(numbers, scheme, other, others) for scheme in SCHEMES}
    best = max(SCHEMES, key=lambda scheme: hits[scheme])
    return best if hits[best] and not hits["xyz"] else None


def _refuse_apart(one: Layer, other: Layer, numbers: np.ndarray) -> None:
    """Raises InputError where one of two layers is counted otherwise, and there is no telling which."""
    if scheme := _where_others_lie(numbers, one, "xyz"):
        raise InputError(
            f"the layers {one.name} and {other.name} have no tile in common as they are counted, but they would with "
            f"one of them as {scheme} ({MEANINGS[scheme]}); say which by --scheme {one.name}={scheme} or --scheme "
            f"{other.name}={scheme}"
        )
