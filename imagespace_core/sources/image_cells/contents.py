"""What tables of images hold beside the images: their columns, and the images' names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError, VanishedError
from imagespace_core.sources.image_cells.columns import typed
from imagespace_core.sources.image_cells.schema import Schema, is_raw, once, schema_of
from imagespace_core.sources.image_cells.tables import first_values, opened_table, readable
from imagespace_core.sources.shards import Shards

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SUFFIXES = frozenset({".parquet", ".pq", ".arrow", ".feather", ".ipc"})
ID_NAMES = ("filename", "file_name", "image_path", "path", "id", "image_id", "uuid", "key", "__key__")
"""Columns that may name the images, the first of which that has another value in every row does."""
_SPLIT = re.compile(r"(.+?)-\d{5}-of-\d{5}")
"""How Hugging Face names the shards of a split."""


@dataclass(frozen=True)
class Contents:
    """What the tables hold beside the images.

    shards: (name, rows) of those that can be read. columns: of all their rows, without images and vectors. names: of
    the images, each once. named_by: the column that has them, or None. skipped: (table, reason) of the others. notes:
    on what was left out.
    """

    files: Shards
    schema: Schema
    shards: list[tuple[str, int]]
    columns: pa.Table
    names: list[str]
    named_by: str | None
    skipped: list[tuple[str, str]]
    notes: list[str]

    @cached_property
    def place(self) -> dict[str, tuple[str, int]]:
        """(table, row in it) of each image, by its name."""
        found = ((shard, row) for shard, rows in self.shards for row in range(rows))
        return dict(zip(self.names, found, strict=True))

    def frame(self) -> tuple[pd.DataFrame, list[str]]:
        """The columns, typed, one row for each image; and notes on them."""
        frame, notes = typed(self.columns, len(self.names), {self.schema.image, self.named_by}, self.schema.labels)
        splits = [found[1] if (found := _SPLIT.match(PurePosixPath(name).name)) else None for name, _ in self.shards]
        if len({*splits}) > 1 and "split" not in frame:
            rows = ([split] * rows for split, (_, rows) in zip(splits, self.shards, strict=True))
            frame["split"] = list(chain.from_iterable(rows))
        return frame, [*self.notes, *notes]


def contents_of(root: Path, image: str | None) -> Contents:
    """A table, or all tables below a folder. image: the column of images, where people say it.

    Raises InputError where there is no image, VanishedError where a table cannot be reached.
    """
    import pyarrow as pa

    files, schema = Shards(root, SUFFIXES), None
    shards: list[tuple[str, int]] = []
    skipped: list[tuple[str, str]] = []
    parts: list[pa.Table] = []
    for shard in files.names:
        try:
            with readable(files.path(shard)):
                table = opened_table(files.path(shard))
                if schema is None:
                    schema = schema_of(table.schema, lambda name, table=table: first_values(table, name), image)
                if schema is None or schema.image not in once(table.schema):
                    raise InputError("it has no column of images")
                part = table.columns(_wanted(table.schema, schema))
                part.validate(full=True)
        except VanishedError:
            raise
        except InputError as error:
            skipped.append((shard or root.name, str(error)))
            continue
        shards.append((shard, table.rows))
        parts.append(part)
    if schema is None or not sum(rows for _, rows in shards):
        why = f"{skipped[0][0]}: {skipped[0][1]}" if skipped else "it has no rows"
        raise InputError(f"{root} has no images: {why}; give a table with a column of images as bytes or base64")
    try:
        columns = pa.concat_tables(parts, promote_options="permissive")
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"the tables in {root} do not fit together ({reason}); give one of them") from error
    names, named_by = _names(columns, schema, shards, root)
    return Contents(files, schema, shards, columns, names, named_by, skipped, _left_out(root, table.schema, schema))


def _wanted(fields: pa.Schema, schema: Schema) -> list[str]:
    """What is read of each row: all but images, of which only the paths, vectors and raw bytes."""
    import pyarrow.types as pt

    names = []
    for field in map(fields.field, once(fields)):
        if field.name == schema.image and pt.is_struct(field.type):
            names += [f"{field.name}.path"] if field.type.get_field_index("path") >= 0 else []
        elif field.name == schema.image:
            names += [field.name] if schema.form in ("path", "address") else []
        elif field.name not in (*schema.others, schema.vector) and not is_raw(field.type):
            names.append(field.name)
    return names


def _left_out(root: Path, fields: pa.Schema, schema: Schema) -> list[str]:
    lines = []
    if schema.others:
        others = ", ".join(schema.others)
        lines.append(f"{root.name}: column {schema.image} is shown; --image-column takes another one ({others})")
    if several := sorted({*fields.names} - {*once(fields)}):
        lines.append(f"{root.name}: columns that share a name are left out ({', '.join(several)}); rename them")
    raw = [field.name for field in fields if is_raw(field.type) and field.name not in (schema.image, *schema.others)]
    if raw:
        lines.append(f"{root.name}: raw bytes are left out (column {', '.join(raw)})")
    return lines


def _names(
    columns: pa.Table, schema: Schema, shards: list[tuple[str, int]], root: Path
) -> tuple[list[str], str | None]:
    """The images' names, and the column that has them: where one has another value in every row."""
    import pyarrow.types as pt

    folded = {name.strip().casefold(): name for name in reversed(columns.column_names)}
    tried = [schema.image, *(folded[name] for name in ID_NAMES if name in folded)]
    for name in tried:
        if name in columns.column_names:
            values = columns.column(name)
            written = values.to_pylist()
            if pt.is_struct(values.type):
                written = [value and value["path"] for value in written]
            names = ["" if value is None else str(value).strip().replace("\\", "/").lstrip("/") for value in written]
            if all(names) and len({*names}) == len(names):
                return names, name
    return [f"{shard or root.name}#{row}" for shard, rows in shards for row in range(rows)], None
