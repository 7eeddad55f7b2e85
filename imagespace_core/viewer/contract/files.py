"""Files of a workspace, and answers of the server, that the viewer reads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, NonNegativeInt

from imagespace_core.viewer.contract.model import Model, Point


class _Column(Model):
    name: str
    slug: str
    missing: NonNegativeInt
    """Rows without a value; noise, for clusters."""


class CategoryColumn(_Column):
    """int32 (n,) codes into `values`, most frequent first; labels for clusters."""

    kind: Literal["category", "cluster"]
    values: list[str]
    counts: list[NonNegativeInt]


class ListColumn(_Column):
    """int32 (n,): of each row the code of its value that most rows have. All codes of row i, rising, are those from
    starts[i] to starts[i + 1], int32 (n + 1,) in `<slug>.starts.npy`, of int32 (m,) in `<slug>.codes.npy`."""

    kind: Literal["list"]
    values: list[str]
    counts: list[NonNegativeInt]


class NumberColumn(_Column):
    """float32 or float64 (n,), for dates float64 (n,) in Unix seconds; NaN is missing. low, high: 2nd and 98th
    percentile."""

    kind: Literal["number", "date"]
    min: FiniteFloat | None
    max: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None
    whole: bool | None = None
    """Whether all numbers are whole; workspaces built before this was noted do not say."""


class ColorColumn(_Column):
    """uint8 (n, 3), the color itself."""

    kind: Literal["color"]


class TextColumn(_Column):
    """No array: nearly every row differs, so color would say nothing."""

    kind: Literal["text"]


ColumnFile = Annotated[
    CategoryColumn | ListColumn | NumberColumn | ColorColumn | TextColumn, Field(discriminator="kind")
]


class AtlasFile(Model):
    """atlas.json: how sprites lie on their pages."""

    cell: NonNegativeInt
    """Side of a cell, px."""
    page: NonNegativeInt
    """Side of a page, px."""
    columns: NonNegativeInt
    per_page: NonNegativeInt
    pages: NonNegativeInt
    rows: NonNegativeInt


class Heading(Model):
    """Words over a group of images. at, width: in the units of the layout's file."""

    text: str
    count: NonNegativeInt
    at: list[FiniteFloat]
    align: Literal["start", "center", "end"]
    level: int
    width: FiniteFloat | None = None


class Tick(Model):
    """A mark on an axis."""

    at: FiniteFloat
    text: str


class Axis(Model):
    """Numbers or dates along a side."""

    axis: Literal["x", "y"]
    title: str
    ticks: list[Tick]


class Spacing(Model):
    """How far images were moved off each other, in sides of a cell, and the shares that overlap, 0 to 1."""

    map: str
    cell: FiniteFloat
    moved_most: FiniteFloat
    moved_median: FiniteFloat
    overlapping_before: FiniteFloat
    overlapping_after: FiniteFloat


class GuidesFile(Model):
    """layouts/<name>.json: what helps people to read a layout."""

    name: str
    title: str
    dims: Literal[2, 3]
    cell: FiniteFloat | None
    """Side of the square that an image may fill without covering another."""
    seamless: bool = False
    """Whether images fill their cells to the edge."""
    missing: NonNegativeInt
    """Rows without a place."""
    notes: list[str]
    headings: list[Heading]
    axes: list[Axis]
    lines: list[list[list[FiniteFloat]]]
    """Two places each."""
    apart: Spacing | None = None
    """Of a map without overlap."""


class Structure(Model):
    """What is marked in a parent, and its color, 0 to 255."""

    name: str
    color: tuple[int, int, int]


class ParentFile(Model):
    """parent/<row>: the image that a row was cut from, and where."""

    parent: str
    width: NonNegativeInt
    height: NonNegativeInt
    """px"""
    outline: list[list[Point]]
    """Rings, px of the parent."""
    marked: list[Structure]
