"""The detail panel: one image in full, all that is known of it, and its nearest images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from imagespace_core.app.components import layers, mount
from imagespace_core.app.server import parents
from imagespace_core.app.server.routes import base_url
from imagespace_core.app.session import cluster_names, resources, trust
from imagespace_core.app.session.pictures import has_original
from imagespace_core.drawing import words
from imagespace_core.viewer.contract.configurations import DetailConfig, Tile
from imagespace_core.workspace import Workspace

_UNITS = {"width": "px", "height": "px", "hue": "°", "longitude": "°", "latitude": "°"}
_DECIMALS = {"longitude": 5, "latitude": 5}
"""Of columns whose numbers mean nothing in four digits: here, a meter."""


def detail(opened: Workspace, row: int, on_click: Callable[[int], None]) -> None:
    """Draw the panel of `row`; a click on one of its nearest images calls `on_click` with that row."""
    near = [
        Tile(row=int(other), title=opened.ids[other], note=f"distance {distance:.3f}")
        for other, distance in zip(*resources.nearest(opened, row), strict=True)
    ]
    config = DetailConfig(
        base=base_url(opened),
        row=row,
        layers=layers.params(layers.chosen(opened)),
        title=opened.ids[row],
        parent=parents.word(opened),
        facts=facts(opened, row),
        neighbors=near,
        nearest=f"Nearest images, by {opened.manifest.model}" if near else "There is no other image to compare with",
        warning=_warning(opened, row),
    )
    mount.mount(config, "detail", {"click": mount.opens(opened, on_click)})


def _warning(opened: Workspace, row: int) -> str | None:
    """Why this is not the original, if it is not."""
    if reason := trust.unconfirmed(opened):
        return reason
    lost = "The original file is not where it was read; this is the copy that was kept."
    return None if has_original(opened, row) else lost


def facts(opened: Workspace, row: int) -> list[tuple[str, str]]:
    """Every value of a row as (name, text), metadata first."""
    values = opened.items.iloc[row]
    own = set(opened.manifest.measured("table", "metadata_columns", []))
    order = sorted(values.index, key=lambda name: name not in own)
    found = [(str(name), _text(name, values[name])) for name in order if name not in ("id", "path")]
    return [*found, ("cluster", _cluster(opened, row)), ("row", f"{row:,}")]


def _cluster(opened: Workspace, row: int) -> str:
    labels, nearest, strength = opened.clusters()
    names = cluster_names.given(opened)
    if labels[row] >= 0:
        return f"{names.title(int(labels[row]))} (membership {strength[row]:.2f})"
    if nearest[row] < 0:
        return "none"
    return f"noise; nearest is {names.title(int(nearest[row]))} (membership {strength[row]:.2f})"


def value_of(opened: Workspace, row: int, column: str) -> str:
    """The value of a row in words; `cluster` is a column too."""
    if column == "cluster" and column not in opened.items:
        return cluster_names.given(opened).title(int(opened.clusters()[0][row]))
    return _text(column, opened.items[column].iloc[row])


def _text(name: str, value: Any) -> str:
    import pandas as pd

    if isinstance(value, np.ndarray | list):
        return ", ".join(map(str, value)) or "–"
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        moment = value.to_pydatetime()
        return str(moment.date()) if value == value.normalize() else moment.isoformat(" ", "seconds")
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        value = f"{value:z.{_DECIMALS[name]}f}" if name in _DECIMALS else words.number(float(value))
    unit = _UNITS.get(name, "")
    return f"{value} {unit}".strip().replace(" °", "°")
