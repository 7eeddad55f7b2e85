"""Events: what the viewer's modules send to Python."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, FiniteFloat

from imagespace_core.viewer.contract import MOST_LISTED, MOST_VERTICES
from imagespace_core.viewer.contract.model import Codes, Message, Mode, Point, Row


class _Event(Message):
    """Sent by a module, with nothing converted: "3" is no row."""

    model_config = ConfigDict(strict=True)

    at: FiniteFloat | None = None
    """Milliseconds since the page was opened: it tells two equal events apart."""


class Click(_Event):
    """An image was chosen."""

    row: Row


class MapClick(_Event):
    """An image was chosen on the map."""

    row: Row | None
    """None: beside all images, while one is open."""


class ClusterClick(_Event):
    """A cluster's name was chosen on the map."""

    label: Row


class Rename(_Event):
    """A cluster was given a name; an empty one gives it back its number."""

    label: Row
    name: str


class Hiding(Message):
    """What the viewer hides beside the mask: a selection leaves it out."""

    model_config = ConfigDict(strict=True)

    color: str | None = None
    """Slug of the column."""
    codes: Codes | None = None
    """Those hidden; None: all but those in `shown`."""
    shown: Codes | None = None
    range: tuple[FiniteFloat, FiniteFloat] | None = None
    """The only values shown, as they occur in the column, ends included."""


class _Select(_Event):
    mode: Mode = "replace"
    hiding: Hiding | None = None
    positions: str | None = None
    """Path below the base of the positions that were drawn; rows without a place there are not selected."""


class SelectPolygon(_Select):
    """The rows inside a polygon on the screen."""

    kind: Literal["polygon"] = "polygon"
    polygon: Annotated[list[Point], Field(max_length=MOST_VERTICES)]
    """x and y in clip space over w."""
    matrix: Annotated[list[FiniteFloat], Field(min_length=16, max_length=16)]
    """Raw positions to clip space, column by column."""
    near: FiniteFloat
    """Rows with a clip w below are behind the eye."""


class SelectRows(_Select):
    """Some rows."""

    kind: Literal["rows"] = "rows"
    rows: Annotated[list[Row], Field(max_length=MOST_LISTED)]


class SelectCodes(_Select):
    """The rows with some values of a column of categories or clusters."""

    kind: Literal["codes"] = "codes"
    color: str
    """Slug of the column."""
    codes: Codes


class SelectRange(_Select):
    """The rows with values of a column of numbers or dates between two, both included."""

    kind: Literal["range"] = "range"
    color: str
    """Slug of the column."""
    range: tuple[FiniteFloat, FiniteFloat]


class SelectShown(_Select):
    """All that is shown, or the other way round within it."""

    kind: Literal["all", "invert"]


class SelectChange(_Select):
    """A change of the selection itself."""

    kind: Literal["clear", "undo", "redo"]


Select = Annotated[
    SelectPolygon | SelectRows | SelectCodes | SelectRange | SelectShown | SelectChange, Field(discriminator="kind")
]
