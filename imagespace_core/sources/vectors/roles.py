"""Which column of a table of vectors is what: told by its name, its type, and how its values look."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imagespace_core.sources.tables.image_column import is_usual
from imagespace_core.sources.vectors.numbers import is_bytes, is_list

if TYPE_CHECKING:
    import pyarrow as pa

ID_NAMES = ("id", "uuid", "key", "filename")
IMAGE_NAMES = ("image_path", "image", "path", "filename")
VECTOR_NAMES = ("vector", "vectors", "embedding", "embeddings", "emb", "features")
POSITION_NAMES = (("projection_x", "projection_y", "projection_z"), ("x", "y", "z"))
NEIGHBOR_NAMES = ("neighbors", "__neighbors")
INDEX_NAMES = ("__index_level_0__", "unnamed: 0", "index", "level_0", "")
"""What pandas calls an index without a name, in its own files and where it comes back from a CSV."""
_NUMBERED = re.compile(r"(.*?)(\d{1,6})\]?")
_FEWEST = 3
_FEWEST_BESIDE_COORDINATES = 16
"""Numbered columns that make a vector; a table of coordinates may have some that are none."""


@dataclass(frozen=True)
class Roles:
    """Names of columns, None or empty where there is none.

    index: of pandas, its levels. numbered: columns that hold one number of the vectors each.
    """

    id: str | None = None
    image: str | None = None
    index: Sequence[str] = ()
    axes: Sequence[str] = ()
    near: str | None = None
    vector: str | None = None
    numbered: Sequence[str] = field(default_factory=list)

    def taken(self) -> set[str | None]:
        """All that are no columns of the images."""
        return {self.id, self.image, self.near, self.vector, *self.index, *self.axes, *self.numbered}


def roles_of(names: Sequence[str], vector: str | None, numeric: Sequence[str], index: Sequence[str] = ()) -> Roles:
    """vector: the column of lists, as the caller knows by types. numeric: columns of numbers. index: of pandas, where
    the file says so."""
    by_name = by_folded(names)

    def first(wanted: Sequence[str]) -> str | None:
        return next((by_name[name] for name in wanted if name in by_name), None)

    axes = next((axes for axes in POSITION_NAMES if {axes[0], axes[1]} <= set(by_name)), ())
    axes = tuple(by_name[axis] for axis in axes if axis in by_name)
    image = first(IMAGE_NAMES) or next((name for name in names if is_usual(name) and name not in numeric), None)
    unnamed = first(INDEX_NAMES)
    return Roles(
        first(ID_NAMES),
        image,
        tuple(index) or ((unnamed,) if unnamed is not None else ()),
        axes,
        first(NEIGHBOR_NAMES),
        vector,
        numbered(numeric, _FEWEST_BESIDE_COORDINATES if axes else _FEWEST) if vector is None else (),
    )


def by_folded(names: Sequence[str]) -> dict[str, str]:
    """Names as written, by what they are without blanks around them and in any case."""
    return {name.strip().casefold(): name for name in names}


def numbered(names: Sequence[str], fewest: int = _FEWEST) -> list[str]:
    """The longest series of names that differ in a number alone, which runs from 0 or 1 without a gap, in its order.

    >>> numbered(["emb_1", "emb_0", "year", "emb_2", "q7"])
    ['emb_0', 'emb_1', 'emb_2']
    >>> numbered(["2019", "2020", "2021"])
    []
    """
    series: dict[str, dict[int, str]] = {}
    for name in names:
        if found := _NUMBERED.fullmatch(name.strip()):
            series.setdefault(found[1].casefold(), {})[int(found[2])] = name
    whole = [
        [of_number[number] for number in sorted(of_number)]
        for of_number in series.values()
        if len(of_number) >= fewest and min(of_number) in (0, 1) and max(of_number) - min(of_number) < len(of_number)
    ]
    return max(whole, key=len, default=[])


def index_of(schema: pa.Schema) -> list[str]:
    """The columns that are pandas' index, as pandas notes it in its files; a range of numbers is none."""
    try:
        noted = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
        levels: Any = noted.get("index_columns", []) if isinstance(noted, Mapping) else []
    except ValueError:
        return []
    return [level for level in levels if isinstance(level, str) and level in schema.names]


def vector_column(schema: pa.Schema, texts: Mapping[str, bool]) -> str | None:
    """The column of lists of numbers, or of what else may be vectors under a name that says so.

    texts: for columns of text, whether they hold lists.
    """
    import pyarrow as pa
    import pyarrow.types as pt

    by_name = by_folded(schema.names)
    named = [by_name[name] for name in VECTOR_NAMES if name in by_name]
    others = [name for name in schema.names if name not in named and name.casefold() not in NEIGHBOR_NAMES]

    def holds(kind: pa.DataType, by_its_name: bool) -> bool:
        kind = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
        if not is_list(kind):
            return False
        inner = kind.value_type
        numbers = pt.is_floating(inner) or (by_its_name and (pt.is_integer(inner) or is_bytes(inner)))
        return numbers or holds(inner, by_its_name)

    for name in [*named, *others]:
        kind, by_its_name = schema.field(name).type, name in named
        if holds(kind, by_its_name) or (by_its_name and (texts.get(name, False) or is_bytes(kind))):
            return name
    return None
