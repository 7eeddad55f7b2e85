"""The form for a coordinate or the number of a map tile, and the image that lies nearest to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import numpy as np
import streamlit as st

from imagespace_core.app.session import resources, url
from imagespace_core.collection.coordinates import Coordinates, coordinates_of
from imagespace_core.search.coordinate import Order, parse, written, written_distance
from imagespace_core.search.great_circle import distances_m, nearest
from imagespace_core.sources.tiles.coordinates import Tile, deepest_tile, nearest_tile, numbers_of, read_tile, zooms
from imagespace_core.workspace import Workspace

TILE = "tile x, y"
_TILE_NAME = re.compile(r"\d+/\d+/\d+")


@dataclass(frozen=True)
class Reached:
    """row: the nearest image. explanation: where it lies, and how far from the coordinate.

    distances_m: float64 (n,), from the coordinate to every image, NaN for those without; None where no image has any.
    """

    row: int
    explanation: str
    distances_m: np.ndarray | None


def offered(opened: Workspace) -> list[str]:
    """The ways to write a coordinate that this workspace can look up; none where its images have no coordinates."""
    degrees = list(get_args(Order)) if coordinates_of(opened) else []
    return [*degrees, TILE] if tiles_of(opened) is not None else degrees


def tiles_of(opened: Workspace) -> np.ndarray | None:
    """int64 (n, 3): z, x and y of every image; None where not all are tiles."""
    return _tiles(str(opened.root), opened.manifest.build)


@st.cache_resource(max_entries=4, show_spinner=False)
def _tiles(path: str, build: str) -> np.ndarray | None:
    return numbers_of(resources.workspace(Path(path)).ids)


def coordinate(opened: Workspace) -> Reached | None:
    """Draw the input, where ways are `offered`, and return the nearest image, or None as long as nothing is written.

    Raises InputError.
    """
    ways = offered(opened)
    url.keep_valid("coordinate-order", ways)
    order = st.segmented_control(
        "Written as", ways, default=ways[0], key="coordinate-order", bind="query-params", required=True,
        format_func=lambda way: f"{way[:1].upper()}{way[1:]}",
    ) or ways[0]  # fmt: skip
    label = "x, y of the tile, or z/x/y" if order == TILE else f"{order[:1].upper()}{order[1:]}, in degrees"
    text = st.text_input(label, key="coordinate", bind="query-params", placeholder=_example(opened, order))
    if not (text or "").strip():
        st.caption(_extent(opened, order))
        return None
    tiles = tiles_of(opened)
    if tiles is not None and (order == TILE or _TILE_NAME.fullmatch(text.strip())):
        return _by_tile(opened, tiles, text)
    return _by_degrees(opened, tiles, *parse(text, cast("Order", order)))


def _coordinates(opened: Workspace) -> Coordinates:
    """Where degrees are offered, there are some."""
    found = coordinates_of(opened)
    assert found is not None
    return found


def _by_degrees(opened: Workspace, tiles: np.ndarray | None, lng: float, lat: float) -> Reached:
    there = _coordinates(opened)
    found = nearest(there.longitude, there.latitude, lng, lat)
    # Of tiles, the middle of a coarse one may be nearer than that of the fine one which holds the place.
    if tiles is not None and (row := deepest_tile(tiles, lng, lat)) is not None:
        middle = written(float(there.longitude[row]), float(there.latitude[row]))
        away = written_distance(float(found.distances_m[row]))
        deepest = "deepest tile" if len(zooms(tiles)) > 1 else "tile"
        explanation = f"This is the {deepest} that holds {written(lng, lat)}, at zoom {tiles[row, 0]}; its middle is "
        return Reached(row, f"{explanation}{away} away, at {middle}.", found.distances_m)
    at = written(float(there.longitude[found.row]), float(there.latitude[found.row]))
    explanation = f"This image lies nearest to {written(lng, lat)}: {written_distance(found.distance_m)} away, at {at}."
    lng_lat = np.column_stack([there.longitude, there.latitude])
    low, high = np.nanmin(lng_lat, axis=0), np.nanmax(lng_lat, axis=0)
    if found.distance_m > distances_m(low[:1], low[1:], *high.tolist())[0]:
        explanation += " That is farther than the images lie apart from each other: is the order of the numbers right?"
    if found.without:
        explanation += f" {found.without:,} of {opened.rows:,} images have no coordinates and cannot be found this way."
    return Reached(found.row, explanation, found.distances_m)


def _by_tile(opened: Workspace, tiles: np.ndarray, text: str) -> Reached:
    z, x, y = read_tile(text)
    found = nearest_tile(tiles, x, y, z)
    zoom, own_x, own_y = tiles[found.row].tolist()
    if found.distance_tiles:
        away = f"{found.distance_tiles:.3g} {'tile' if found.distance_tiles == 1 else 'tiles'} away"
        explanation = f"There is no tile {x}, {y} at zoom {zoom} here. The nearest is {own_x}, {own_y}, {away}"
    else:
        explanation = f"This is the tile {x}, {y} at zoom {zoom}"
    explanation += f"; its middle lies at {written(*Tile(zoom, own_x, own_y).center())}."
    there = coordinates_of(opened)
    if there is None:
        return Reached(found.row, explanation, None)
    return Reached(found.row, explanation, distances_m(there.longitude, there.latitude, *Tile(zoom, x, y).center()))


def _example(opened: Workspace, order: str) -> str:
    """How the coordinate of the middle row is written."""
    row, tiles = opened.rows // 2, tiles_of(opened)
    if order == TILE and tiles is not None:
        return f"{tiles[row, 1]}, {tiles[row, 2]}"
    there = _coordinates(opened)
    usable = np.flatnonzero(np.isfinite(there.longitude) & np.isfinite(there.latitude))
    row = int(usable[len(usable) // 2]) if len(usable) else row
    pair = [f"{there.latitude[row]:.4f}", f"{there.longitude[row]:.4f}"]
    return ", ".join(pair if order.startswith("lat") else pair[::-1])


def _extent(opened: Workspace, order: str) -> str:
    """Where the images lie, as a sentence."""
    tiles = tiles_of(opened)
    if order == TILE and tiles is not None:
        zoom = zooms(tiles)[-1]
        own = tiles[tiles[:, 0] == zoom]
        (left, top), (right, bottom) = own[:, 1:].min(axis=0).tolist(), own[:, 1:].max(axis=0).tolist()
        return f"There are tiles with x from {left} to {right} and y from {top} to {bottom}, at zoom {zoom}."
    there = _coordinates(opened)
    usable = np.isfinite(there.longitude) & np.isfinite(there.latitude)
    lng, lat = there.longitude[usable], there.latitude[usable]
    return (
        f"The images lie between {written(float(lng.min()), float(lat.min()))} and "
        f"{written(float(lng.max()), float(lat.max()))}."
    )
