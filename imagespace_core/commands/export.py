"""`imagespace export`: draws a map of a workspace as a PNG or SVG file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from imagespace_core.collection.columns import column_named
from imagespace_core.collection.figure import default_color, subject
from imagespace_core.collection.positions import first
from imagespace_core.commands.flags import single
from imagespace_core.drawing.map_figure import MapFigure
from imagespace_core.errors import ImageSpaceError, InputError
from imagespace_core.workspace import Workspace

FORMATS = ("png", "svg")


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
        opened = Workspace.open(workspace)
        name = map_ or first(opened)
        column = _column(opened, color)
        drawing = figure(subject(opened, name, dims, column))
        file = output or Path("figures") / _file_name(opened.name, name, column, kind)
        file.parent.mkdir(parents=True, exist_ok=True)
        drawing.save(file)
    except ImageSpaceError as error:
        typer.echo(f"export: {error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"export: cannot write {error.filename}: {error.strerror}. Choose a file with -o", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{file}: {figure.width} x {figure.height} px, {file.stat().st_size:,} bytes")


def _column(opened: Workspace, color: str | None) -> str | None:
    """The slug of the column that colors the points."""
    if color is None:
        return default_color(opened)
    return None if color == "none" else column_named(opened, color)["slug"]


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


def _file_name(workspace: str, name: str, column: str | None, kind: str) -> str:
    return re.sub(r"[^\w.-]+", "-", f"{workspace}-{name}" + (f"-{column}" if column else "")) + f".{kind}"


app = single(export_command)
