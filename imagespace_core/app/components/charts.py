"""Plotly figures and tables for the Overview and Evaluate pages; the pages draw them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from imagespace_core.app.session import cluster_names
from imagespace_core.collection.clusters import clusters_of
from imagespace_core.drawing.colors import rgb
from imagespace_core.drawing.key import named_colors
from imagespace_core.evaluate.figures import Chart
from imagespace_core.workspace import Workspace

HEIGHT = 300
FEW_TICKS = 6
_MARGIN = {"l": 10, "r": 10, "t": 10, "b": 10}


def image_sizes(opened: Workspace) -> go.Figure:
    """How many images have which width and height, in pixels."""
    sizes: Any = opened.items.value_counts(["width", "height"]).head(2000).reset_index()
    largest = sizes["count"].max()
    marker = {"size": (6 + 22 * np.sqrt(sizes["count"] / largest)).tolist(), "opacity": 0.7}
    text = [f"{count:,} images" for count in sizes["count"]]
    figure = go.Figure(
        go.Scatter(x=sizes["width"].tolist(), y=sizes["height"].tolist(), mode="markers", marker=marker, text=text)
    )
    _plain(figure, "width in pixels", "height in pixels")
    wide, high = (int(sizes[side].max() - sizes[side].min()) for side in ("width", "height"))
    return figure.update_xaxes(_whole_ticks(wide)).update_yaxes(_whole_ticks(high))


def dates(opened: Workspace, column: str) -> go.Figure:
    """How many images have which date in a column."""
    items: Any = opened.items
    taken = items[column].dropna().tolist()
    figure = _plain(go.Figure(go.Histogram(x=taken, nbinsx=40)), column.replace("_", " "), "images")
    return figure.update_yaxes(_whole_ticks(len(taken)))


def _whole_ticks(extent: int) -> dict[str, Any]:
    """For an axis of whole numbers: no ticks between them, and no letters for thousands."""
    return {"tickformat": ",d", **({"dtick": 1} if extent < FEW_TICKS else {})}


def cluster_sizes(opened: Workspace, dark: bool) -> go.Figure:
    """Images per cluster, largest first, and the noise apart from them.

    Lists, not arrays: streamlit-plotly-events bundles plotly.js 1.58, which cannot read Plotly's binary arrays. It
    does not know the page's theme either, so the colors are given.
    """
    clusters = clusters_of(opened)
    noise = opened.manifest.measured("clusters", "noise", 0)
    given = cluster_names.given(opened)
    # Plotly reads markup in texts, and takes bars of one name for one bar: hence numbers, and names beside them.
    names = [html.escape(given.title(cluster.label)) for cluster in clusters] + ["noise"]
    at = list(range(len(names)))
    sizes = [cluster.size for cluster in clusters] + [int(noise)]
    colors = ["#4c84e0"] * len(clusters) + ["#8a8f98"]
    notes = [f"{name}: {size:,} images" for name, size in zip(names, sizes, strict=True)]
    bars = go.Bar(x=at, y=sizes, marker={"color": colors}, hovertext=notes, hoverinfo="text")
    figure = _plain(go.Figure(bars), None, "images")
    ink = "#e6e9ef" if dark else "#31333f"
    clear = "rgba(0,0,0,0)"
    return figure.update_layout(
        template="none",
        paper_bgcolor=clear,
        plot_bgcolor=clear,
        font={"color": ink, "family": "sans-serif"},
        margin={"l": 50, "r": 10, "t": 10, "b": 70},
        bargap=0.25,
        xaxis={"tickvals": at, "ticktext": names},
        yaxis={"gridcolor": "rgba(128,128,128,0.25)"},
    )


def variance_kept(opened: Workspace) -> go.Figure | None:
    """Share of the vectors' variance that the first components keep, cumulative; None without a PCA map."""
    shares = next(
        (step["explained_variance"] for step in opened.manifest.steps.values() if "explained_variance" in step),
        None,
    )
    if not shares:
        return None
    kept = np.cumsum(shares)
    figure = go.Figure(go.Scatter(x=list(range(1, len(kept) + 1)), y=kept.tolist(), mode="lines+markers"))
    return _plain(figure, "components", "variance kept").update_yaxes(tickformat=".0%", range=[0, 1.02])


def step_seconds(opened: Workspace) -> go.Figure:
    """Seconds that each step took when it last ran."""
    steps = opened.manifest.steps
    names = list(steps)[::-1]
    figure = go.Figure(
        go.Bar(x=[steps[name]["seconds"] for name in names], y=list(map(html.escape, names)), orientation="h")
    )
    return _plain(figure, "seconds", None).update_layout(height=max(HEIGHT, 24 * len(names)))


def parameters(opened: Workspace) -> list[dict[str, str]]:
    """Every parameter that made the workspace, with the versions of the packages that could change the result."""
    rows = []
    for name, step in opened.manifest.steps.items():
        for parameter, value in {**step["parameters"], **step["versions"]}.items():
            rows.append({"step": name, "parameter": parameter, "value": _short(value)})
    return rows


def recalls(opened: Workspace) -> list[dict[str, Any]]:
    """Per metric: measured recall@10 of the index, its search_k, and milliseconds a query beside exact search."""
    keys = {
        "recall": "recall@10",
        "search_k": "search_k",
        "latency_ms": "index, ms",
        "exact_latency_ms": "exact, ms",
    }
    steps = [step for name, step in opened.manifest.steps.items() if name.startswith("index-")]
    return [{"metric": step["metric"], **{title: step[key] for key, title in keys.items()}} for step in steps]


def columns(opened: Workspace) -> list[dict[str, Any]]:
    """What columns there are, of which kind, and how many values are missing."""
    own = set(opened.manifest.measured("table", "metadata_columns", []))
    origin = {"cluster": "computed"}
    return [
        {
            "column": column["name"],
            "kind": column["kind"],
            "from": origin.get(column["name"], "metadata" if column["name"] in own else "image"),
            "missing": column["missing"],
        }
        for column in opened.columns()
    ]


def _plain(figure: go.Figure, x: str | None, y: str | None) -> go.Figure:
    return figure.update_layout(height=HEIGHT, margin=_MARGIN, xaxis_title=x, yaxis_title=y, showlegend=False)


def _short(value: object) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def lines(chart: Chart) -> go.Figure:
    """A chart of the evaluation; the files that can be downloaded show the same."""
    figure = go.Figure()
    for number, line in enumerate(chart.lines):
        color = chart.color(number)
        if line.low is not None and line.high is not None:
            outline = {"x": [*line.x, *line.x[::-1]], "y": [*line.low, *line.high[::-1]]}
            shade = f"rgba({', '.join(map(str, rgb(color)))}, 0.15)"
            figure.add_scatter(**outline, fill="toself", fillcolor=shade, line_width=0, hoverinfo="skip",
                               showlegend=False)  # fmt: skip
        figure.add_scatter(
            x=list(line.x), y=list(line.y), name=line.name, mode="lines",
            line={"color": color, "dash": "dash" if line.dashed else "solid"},
        )  # fmt: skip
    figure = _plain(figure, chart.x_label, chart.y_label)
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    return figure.update_layout(showlegend=True, legend=legend, height=HEIGHT + 60).update_yaxes(range=[0, 1.02])


def batches(rows: Sequence[Sequence[object]]) -> list[dict[str, object]]:
    """The table by batch size for people: a column without any number is left out."""
    names, *values = rows
    known = [i for i in range(len(names)) if any(row[i] == row[i] for row in values)]
    titles = [str(name).replace("_", " ") for name in names]
    titles[0] = "results looked at"
    return [{titles[i]: row[i] if i == 0 else round(float(str(row[i])), 3) for i in known} for row in values]


def scattered(positions: np.ndarray, names: np.ndarray, ids: Sequence[str]) -> go.Figure:
    """A map of few images, colored by name. positions: float32 (n, 2). names, ids: n each."""
    key, _ = named_colors("kind", names)
    figure = go.Figure()
    for entry in key.entries:
        own = np.flatnonzero(names.astype(str) == entry.name)
        figure.add_scatter(
            x=positions[own, 0].tolist(), y=positions[own, 1].tolist(), mode="markers", name=html.escape(entry.name),
            marker={"color": entry.color, "size": 7, "opacity": 0.8},
            hovertext=[html.escape(ids[row]) for row in own.tolist()], hoverinfo="text+name",
        )  # fmt: skip
    figure = _plain(figure, None, None).update_layout(height=560, showlegend=True)
    return figure.update_xaxes(visible=False).update_yaxes(visible=False, scaleanchor="x")
