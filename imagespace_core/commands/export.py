"""`imagespace export`: a map of a workspace as a still figure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from imagespace_core.commands.flags import single
from imagespace_core.errors import ImageSpaceError, InputError
from imagespace_core.export.figure import Label, MapFigure, Subject

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace

FORMATS = ("png", "svg")
NEIGHBORHOODS = (
    "A map shows neighborhoods, not distances: who is near whom means something; the size of a group, the gap between "
    "two and the axes do not."
)


def export_command(
    workspace: Annotated[Path, typer.Argument(help="The workspace folder.", show_default=False)],
    map_: Annotated[
        str | None, typer.Option("--map", help="tsne, umap, pca, given, or a layout: grid, map, tsne-apart, ...")
    ] = None,
    dims: Annotated[int | None, typer.Option(help="2 or 3, where the map has both.")] = None,
    color: Annotated[
        str | None, typer.Option(help="Column that colors the points; none for gray.  [default: cluster]")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="png or svg.  [default: as the file is called, else png]")
    ] = None,
    size: Annotated[str, typer.Option(help="Width x height in pixels, or the width.")] = "1600x1000",
    thumbnails: Annotated[str, typer.Option(help="How many of the most central images lie on it, or none.")] = "none",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file.  [default: figures/WORKSPACE-MAP-COLOR.png]")
    ] = None,
) -> None:
    """Draw a map as PNG or SVG: points, what their colors mean, names of clusters, and what one should know of it."""
    try:
        figure = MapFigure(*_sides(size), _count(thumbnails))
        kind = _format(format_, output)
        from imagespace_core.workspace import Workspace

        opened = Workspace.open(workspace)
        name = map_ or _first(opened)
        column = _column(opened, color)
        drawing = figure(subject(opened, name, dims, column))
        file = output or Path("figures") / _file_name(opened.name, name, column, kind)
        from imagespace_core.drawing.png import png
        from imagespace_core.drawing.svg import svg

        data = png(drawing) if kind == "png" else svg(drawing).encode()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except ImageSpaceError as error:
        typer.echo(f"export: {error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"export: cannot write {error.filename}: {error.strerror}. Choose a file with -o", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{file}: {figure.width} x {figure.height} px, {len(data):,} bytes")


def subject(opened: Workspace, name: str, dims: int | None, column: dict[str, Any] | None) -> Subject:
    """What the figure of a map or layout shows. Raises InputError where there is no such map."""
    from imagespace_core import layout, reduce
    from imagespace_core.drawing.colors import colors_of
    from imagespace_core.export.key import key_of

    positions, guides = _positions(opened, name, dims)
    key, colors = None, colors_of(None, None, opened.rows, (0, 0))
    if column is not None:
        head, values = opened.column(column["slug"])
        colors = colors_of(head["kind"], values, opened.rows, (head.get("low") or 0.0, head.get("high") or 0.0))
        key = key_of(head, values, _value_names(opened, head))
    title = {**reduce.TITLES, **layout.TITLES}.get(name.removesuffix("-apart"), name)
    return Subject(
        title=f"{opened.name}: {title}" + ("" if column is None else f", by {column['name']}"),
        positions=positions,
        colors=colors,
        key=key,
        labels=_labels(opened, f"{name}-{positions.shape[1]}d"),
        guides=guides,
        central=np.argsort(-opened.centrality(), kind="stable") if "centrality" in opened.manifest.steps else None,
        sprite=opened.sprite,
        notes=_notes(opened, name, positions, column, guides),
    )


def _positions(opened: Workspace, name: str, dims: int | None) -> tuple[np.ndarray, dict[str, Any]]:
    manifest = opened.manifest
    maps, layouts = manifest.projections(), manifest.layouts()
    apart = [f"{one}-apart" for one in manifest.apart()]
    if name in maps:
        there = sorted(maps[name])
        if dims is not None and dims not in there:
            raise InputError(f"--dims {dims}: the map {name} is there in {' and '.join(map(str, there))} dimensions")
        return np.array(opened.positions(name, dims or there[0])), {}
    if dims is not None and (name in layouts or name in apart):
        raise InputError(f"--dims goes with maps ({', '.join(maps)}); {name} is a layout. Leave it out")
    if name in layouts or name in apart:
        positions, guides = opened.layout(name)
        return np.array(positions), guides
    if without := manifest.layouts_without().get(name):
        raise InputError(f"--map {name}: there is none, because of this: {without}")
    raise InputError(f"--map {name}: there is no such map; choose one of {', '.join([*maps, *layouts, *apart])}")


def _first(opened: Workspace) -> str:
    from imagespace_core.workspace.names import PREFERRED_MAPS

    there = [*opened.manifest.projections(), *opened.manifest.layouts()]
    if not there:
        raise InputError(f"{opened.root} has no maps. Make some: precompute.py IMAGES --relayout")
    return next((name for name in PREFERRED_MAPS if name in there), there[0])


def _column(opened: Workspace, color: str | None) -> dict[str, Any] | None:
    columns = [column for column in opened.columns() if column["kind"] != "text"]
    if color == "none":
        return None
    wanted = "cluster" if color is None else color
    found = next((column for column in columns if wanted in (column["name"], column["slug"])), None)
    if found is None and color is not None:
        raise InputError(
            f"--color {color}: there is no such column that could color points; choose one of "
            f"{', '.join(column['name'] for column in columns)}, or none"
        )
    return found


def _value_names(opened: Workspace, head: dict[str, Any]) -> list[str]:
    return _names(opened).titles(len(head["values"])) if head["kind"] == "cluster" else list(head.get("values", []))


def _names(opened: Workspace) -> Any:
    from imagespace_core.workspace import cluster_names

    return cluster_names.read(opened.root, opened.manifest.steps.get("clusters", {}).get("key", ""))


def _labels(opened: Workspace, map_name: str) -> list[Label]:
    """The clusters' names where the map has them."""
    names = _names(opened)
    return [
        Label(names.title(spot["label"]), spot["positions"][map_name], int(spot["size"]))
        for spot in opened.manifest.measured("hotspots", "hotspots", [])
        if map_name in spot.get("positions", {})
    ]


def _notes(
    opened: Workspace, name: str, positions: np.ndarray, column: dict[str, Any] | None, guides: dict[str, Any]
) -> list[str]:
    rows, manifest = opened.rows, opened.manifest
    placeless = int((~np.isfinite(positions).all(axis=1)).sum())
    counts = [f"{rows:,} images"]
    if placeless:
        counts.append(f"{placeless:,} without a place here")
    if column is not None and column["missing"]:
        what = "in no cluster" if column["kind"] == "cluster" else f"without {column['name']}"
        counts.append(f"{column['missing']:,} {what}")
    made = f"Model {manifest.model}; built {manifest.created[:10]} by ImageSpace {manifest.version}."
    return [f"{', '.join(counts)}. {made}", *guides.get("notes", []), _meaning(opened, name, positions.shape[1])]


def _meaning(opened: Workspace, name: str, dims: int) -> str:
    """What may be read out of the map, and what not."""
    if name == "map":
        return "Places are longitude and latitude, in an equirectangular projection."
    if name == "pca":
        kept = opened.manifest.measured(f"pca-{dims}d", "explained_variance", [])[:dims]
        return (
            f"A map shows neighborhoods, not distances: of the differences between the images {sum(kept):.0%} are on "
            f"these {dims} components, all others are not."
        )
    if name in opened.manifest.layouts():
        return "An arrangement by one property; beyond that, who is near whom means nothing, and distances never do."
    return NEIGHBORHOODS


def _sides(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", text.strip().lower())
    if not found:
        raise InputError(f"--size {text!r}: expected WIDTHxHEIGHT in pixels, such as 1600x1000, or the width")
    return int(found[1]), int(found[2] or round(int(found[1]) * 0.625))


def _count(text: str) -> int:
    if text.strip().lower() == "none":
        return 0
    if not text.strip().isdecimal():
        raise InputError(f"--thumbnails {text!r}: expected a number, or none")
    return int(text)


def _format(wanted: str | None, output: Path | None) -> str:
    ending = "" if output is None else output.suffix.lower().lstrip(".")
    kind = wanted or (ending if ending in FORMATS else "png")
    if kind not in FORMATS:
        raise InputError(f"--format {kind!r}: expected one of {', '.join(FORMATS)}")
    if output is not None and ending != kind:
        raise InputError(f"-o {output.name} does not end in .{kind}; name it so, or choose another --format")
    return kind


def _file_name(workspace: str, name: str, column: dict[str, Any] | None, kind: str) -> str:
    return re.sub(r"[^\w.-]+", "-", f"{workspace}-{name}" + (f"-{column['slug']}" if column else "")) + f".{kind}"


app = single(export_command)
