"""Configurations: what Python mounts the viewer's modules with."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import FiniteFloat, NonNegativeInt

from imagespace_core.viewer.contract.events import Click, ClusterClick, MapClick, Rename, Select
from imagespace_core.viewer.contract.model import Code, Message, Row


class Config(Message):
    """What a module is mounted with. MODULE: its file in the viewer. EVENTS: the type of each event that it sends."""

    MODULE: ClassVar[str]
    EVENTS: ClassVar[dict[str, Any]]


class MapCluster(Message):
    """A cluster as the map and the strip show it."""

    label: NonNegativeInt
    title: str
    size: NonNegativeInt
    row: Row
    """The image that stands for it."""
    anchors: dict[str, list[FiniteFloat]] = {}
    """Where its name stands, by map like "tsne-2d", in the units of its file; else it stands at the row."""


class Flight(Message):
    """A row to glide to, once for each nonce."""

    row: Row
    nonce: int


class MapConfig(Config):
    """The map."""

    MODULE = "index.js"
    EVENTS = {"click": MapClick, "cluster": ClusterClick, "select": Select}

    base: str
    """URL that serves the workspace's files, with a slash behind."""
    rows: NonNegativeInt
    layout: str
    """Like "tsne"."""
    dims: Literal[2, 3]
    color: str | None = None
    """Slug of a column."""
    palette: list[str] | None = None
    """CSS colors for categories; None for the viewer's own."""
    point_size: FiniteFloat = 1.0
    """Factor."""
    opacity: FiniteFloat = 0.8
    """0 to 1."""
    positions: str | None = None
    """Path of the positions' file below the base; None for that of the map `layout`."""
    guides: str | None = None
    """Path of the layout's headings, axes and lines: a `GuidesFile`."""
    centrality: str | None = None
    """Path of how central each row is."""
    mask: str | None = None
    """Path, or data: URL, of a bit mask: the rows shown."""
    selection: str | None = None
    """Likewise the rows selected, which keep their color while the others lose it."""
    select: bool = False
    """Whether the host takes selections; else there are no tools for it."""
    names: dict[str, str] = {}
    """Of clusters, given by people, by label."""
    still_map: str | None = None
    """Path of a picture of this view, for browsers that cannot draw it."""
    selected: Row | None = None
    """The open image."""
    query: list[Row] = []
    """Rows that were searched for."""
    results: list[Row] = []
    """Rows that were found."""
    clusters: list[MapCluster] = []
    """Those whose names stand on the map."""
    card_layer: str | None = None
    """Slug of the column that names the layer that each row's card shows."""
    fly: Flight | None = None
    camera_param: str | None = None
    """Name in the document's query under which the camera is kept."""
    height: NonNegativeInt | None = None
    """CSS px."""
    label: str | None = None
    """Of the map, for screen readers."""


class Tile(Message):
    """An image in a gallery."""

    row: Row
    title: str
    note: str = ""
    current: bool = False


class GalleryConfig(Config):
    """A grid of images."""

    MODULE = "panels/gallery.js"
    EVENTS = {"click": Click}

    base: str
    name: str
    """Which gallery this is, for styles and tests."""
    tiles: list[Tile]
    empty: str
    """What stands there without tiles."""
    size: NonNegativeInt
    """Side of a tile, CSS px."""
    action: str
    """What a click does, for screen readers."""


class DetailConfig(Config):
    """One image in full."""

    MODULE = "panels/detail.js"
    EVENTS = {"click": Click}

    base: str
    row: Row
    title: str
    layers: str
    """What requests some layers of the image only, to go behind its address."""
    parent: str | None
    """What people call the image that this was cut from, such as "slice"; None where it was not."""
    facts: list[tuple[str, str]]
    """Name and value."""
    neighbors: list[Tile]
    nearest: str
    """The heading over the neighbors."""
    warning: str | None
    """Why this is not the original."""


class ClusterStripConfig(Config):
    """The clusters side by side."""

    MODULE = "panels/cluster_strip.js"
    EVENTS = {"click": Click, "select": Select, "rename": Rename}

    base: str
    slug: str
    """Of the column of clusters."""
    clusters: list[MapCluster]
    """Largest first."""
    noise: NonNegativeInt
    """Images in no cluster."""
    current: Code | None
    """Label of the open image's cluster."""


class SelectionBarConfig(Config):
    """How many images are selected, and what can be done with them."""

    MODULE = "panels/selection_bar.js"
    EVENTS = {"select": Select}

    count: NonNegativeInt
    hidden: NonNegativeInt
    """Of them, those that the filters leave out."""
    undo: bool
    """Whether there is something to undo."""
    redo: bool
