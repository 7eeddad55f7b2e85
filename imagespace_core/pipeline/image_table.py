"""The table of images: what the pass wrote of each, part by part, joined to columns of settled types."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagespace_core.images import color, embedded
from imagespace_core.pipeline.image_parts import Product
from imagespace_core.words import plural

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 3
MOST_COLUMNS = 500
"""Names that pictures may give their values; with more of them they are data and no columns."""


@dataclass(frozen=True)
class ImageTable:
    """The items in their order, readable or not.

    table: what the pass measured of each, or why it could not ("failure"). columns: what pictures say of themselves, by
    name, a value for each row, None where a picture does not say it. remarks: on how pictures were read, with the paths
    that each goes for. unnamed: names of values beyond MOST_COLUMNS, which are left out.
    """

    table: pd.DataFrame
    columns: dict[str, list[object]]
    remarks: dict[str, list[str]]
    unnamed: frozenset[str] = frozenset()

    def notes(self) -> list[str]:
        """The remarks, each once, with how many images it goes for and examples."""
        lines = []
        for remark, paths in self.remarks.items():
            images = plural(len(paths), "image", "images")
            lines.append(f"{images}: {remark}, e.g. {', '.join(map(repr, paths[:_EXAMPLES]))}")
        if self.unnamed:
            examples = ", ".join(map(repr, sorted(self.unnamed)[:_EXAMPLES]))
            lines.append(
                f"pictures and the files beside them name more than {MOST_COLUMNS} values; the other "
                f"{len(self.unnamed):,} are left out, e.g. {examples}"
            )
        return lines

    def settled(self, rows: pd.Index) -> pd.DataFrame:
        """These rows, by their number, as the workspace has them: settled types and order, without "failure".

        A column that none of them fills is left out; a yes/no that a picture does not say is no. One with a name that
        a workspace has of its own is called <name>_picture.
        """
        import pandas as pd

        from imagespace_core.sources.tables.inference import from_objects
        from imagespace_core.sources.tables.metadata import RESERVED

        table = self.table.loc[rows].drop(columns="failure")
        table["taken_at"] = pd.to_datetime(table["taken_at"], format="ISO8601").astype("datetime64[us]")
        # A column that is missing throughout (the hue of gray pictures) is there all the same.
        table = table.reindex(columns=["key", "path", "width", "height", "taken_at", *color.COLUMNS])
        table = table.reset_index(drop=True).rename(columns={"key": "id"}).astype({"width": "int32", "height": "int32"})
        of_files = [name for name in embedded.COLUMNS if name in self.columns]  # in one order, whatever comes first
        for name in dict.fromkeys([*of_files, *self.columns]):
            values = self.columns[name]
            present = [values[row] for row in rows]
            if not any(value is not None and value is not False for value in present):
                continue
            if all(value is None or isinstance(value, bool) for value in present):
                present = [bool(value) for value in present]
            column, _ = from_objects(present)
            if column is not None:
                table[f"{name}_picture" if name in RESERVED else name] = column
        return table


def read_table(product: Product, count: int) -> ImageTable:
    """The first `count` parts as one."""
    import pandas as pd

    columns: dict[str, list[object]] = {}
    remarks: dict[str, list[str]] = {}
    unnamed: set[str] = set()
    frames: list[pd.DataFrame] = []
    read = 0
    for number in range(count):
        rows = json.loads(product.part(number).read_text("utf-8"))
        for row in rows:
            for name, value in row.pop("columns", {}).items():
                if name not in columns and len(columns) >= MOST_COLUMNS:
                    unnamed.add(name)
                    continue
                values = columns.setdefault(name, [])
                values.extend([None] * (read - len(values)))
                values.append(value)
            for remark in row.pop("remarks", ()):
                remarks.setdefault(remark, []).append(row["path"])
            read += 1
        frames.append(pd.DataFrame(rows))
    for values in columns.values():
        values.extend([None] * (read - len(values)))
    return ImageTable(_joined(frames), columns, remarks, frozenset(unnamed))


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One table. A part in which a column is empty throughout must not decide that column's type."""
    import pandas as pd

    names = list(dict.fromkeys(["failure", *(name for frame in frames for name in frame)]))
    parts = [frame.dropna(axis="columns", how="all") for frame in frames]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return table.reindex(columns=names)
