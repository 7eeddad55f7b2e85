"""The controls of the map: which map or layout, its dimensions, the column that colors it, the look of its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from imagespace_core.app.session import arrangements, url
from imagespace_core.app.session.palettes import CUSTOM, PALETTES, read_colors
from imagespace_core.app.text.markdown import literal
from imagespace_core.app.text.messages import sentence
from imagespace_core.collection import positions
from imagespace_core.workspace import Workspace

NO_COLOR = "none"


@dataclass(frozen=True)
class Look:
    """Size factor and opacity of the points; CSS colors for categories, None for the viewer's own."""

    point_size: float = 1.0
    opacity: float = 0.8
    palette: tuple[str, ...] | None = None


@dataclass(frozen=True)
class View:
    """What the map shows: name of the map or layout, dimensions, slug of the color column, look of the points.

    positions, guides: paths below the base URL where they are not those of a map.
    """

    layout: str
    dims: int
    color: str | None
    look: Look
    positions: str | None = None
    guides: str | None = None


def appearance() -> Look:
    """Draw the choice of point size, opacity and category colors."""
    size = st.slider("Point size", 0.25, 4.0, 1.0, 0.25, key="size", bind="query-params", format="%.2f ×")
    opacity = st.slider("Opacity", 0.05, 1.0, 0.8, 0.05, key="opacity", bind="query-params")
    return Look(size, opacity, _palette())


def _palette() -> tuple[str, ...] | None:
    """Draw the choice of colors for categories; CSS colors, or None for the viewer's own."""
    name = st.selectbox("Category colors", [*PALETTES, CUSTOM], key="palette", bind="query-params")
    if name != CUSTOM:
        return PALETTES[name]
    text = st.text_input(
        "Your colors", key="colors", bind="query-params", placeholder="#0072b2 #e69f00 #009e73",
        help="Hexadecimal colors with spaces or commas between; the most frequent value gets the first.",
    )  # fmt: skip
    colors, wrong = read_colors(text)
    if wrong:
        st.warning(literal(wrong), icon=":material/palette:")
    return colors or None


def controls(opened: Workspace, look: Look, visible: np.ndarray | None = None) -> View:
    """Draw the choice of map or layout, dimensions and color in one row, and what belongs to it below.

    visible: bool (n,), what the filters leave; None where nothing is filtered.
    """
    maps, layouts = opened.manifest.projections(), opened.manifest.layouts()
    titles = positions.titles(opened.manifest)
    if not titles:
        st.info("This workspace has no maps. Make some: `precompute.py IMAGES --relayout`", icon=":material/info:")
        st.stop()
    default = positions.first(opened)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="controls"):
        url.keep_valid("map", list(titles))
        title = st.segmented_control(
            "Arrangement",
            list(titles),
            default=positions.title(default),
            key="map",
            bind="query-params",
            required=True,
            format_func=literal,
            help=_absent(opened),
        )
        chosen = titles[title] if title else default
        dims = _dimensions(maps[chosen]) if chosen in maps else layouts[chosen]
        color = _color(opened)
    view = View(chosen, dims, color, look)
    return _without_overlap(opened, view) if chosen in maps else _arranged(opened, view, visible)


def _absent(opened: Workspace) -> str | None:
    """Which layouts there are not, and why."""
    reasons = opened.manifest.layouts_without()
    lines = [f"{literal(positions.title(name))}: {sentence(reason)}" for name, reason in reasons.items()]
    return "Not offered here\n\n" + "\n".join(f"- {line}" for line in lines) if lines else None


def _dimensions(offered: Sequence[int]) -> int:
    """Draw the choice of 2D and 3D where there is one."""
    options = [f"{dims}D" for dims in sorted(offered)]
    url.keep_valid("dims", options)
    if len(options) == 1:
        return int(options[0][0])
    chosen = st.segmented_control(
        "Dimensions", options, default=options[0], key="dims", bind="query-params", required=True
    )
    return int((chosen or options[0])[0])


def _color(opened: Workspace) -> str | None:
    columns = {name: c["slug"] for name, c in url.named_columns(opened, NO_COLOR).items() if c["kind"] != "text"}
    offered = [*columns, NO_COLOR]
    url.keep_valid("color", offered)
    default = offered.index("cluster") if "cluster" in offered else 0
    name = st.selectbox("Color by", offered, default, key="color", bind="query-params", width=220)
    return columns.get(name)


def _without_overlap(opened: Workspace, view: View) -> View:
    """Draw the switch that keeps the images of a 2D map from covering each other, and how far they moved."""
    if view.dims != 2 or view.layout not in opened.manifest.apart():
        return view
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if not st.toggle("Keep images apart", key="apart", bind="query-params"):
            return view
        made = arrangements.without_overlap(opened, view.layout)
        st.caption(literal(" ".join(made.guides["notes"])), width="content")
    return replace(view, positions=made.file, guides=made.guides_file)


def _arranged(opened: Workspace, view: View, visible: np.ndarray | None) -> View:
    """Draw a layout's own options: by which column it groups, and whether only what the filters leave takes part."""
    groups = arrangements.groups(opened) if view.layout in arrangements.GROUPED else {}
    by, only = None, False
    if len(groups) > 1 or visible is not None:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            if len(groups) > 1:
                url.keep_valid("group", list(groups))
                by = groups[st.selectbox("Group by", list(groups), key="group", bind="query-params", width=220)]
            if visible is not None:
                only = st.toggle("Arrange only what the filters leave", key="only", bind="query-params")
    made = arrangements.arranged(opened, view.layout, by, visible if only else None)
    if made.without:
        st.info(f"Not arranged anew: {sentence(made.without)}.", icon=":material/info:")
        made = arrangements.arranged(opened, view.layout)
    return replace(view, positions=made.file, guides=made.guides_file)
