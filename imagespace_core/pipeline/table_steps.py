"""The steps that make the table and what the viewer reads of it: images, source and metadata joined, then split into
small files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.images import color
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.steps import Record, Report, Step
from imagespace_core.pipeline.vector_steps import clustered_by
from imagespace_core.sources.tables.inference import REVISION
from imagespace_core.sources.tables.metadata import TAKEN_AT
from imagespace_core.workspace import Draft, columns, names
from imagespace_core.workspace.draft import write_text
from imagespace_core.workspace.tables import is_multi_valued, read_table, write_table

if TYPE_CHECKING:
    import pandas as pd

    from imagespace_core.sources.tables.metadata import MetadataTable

# Columns that say which image a row is; color and filters have no use for them.
IDENTITY = ("id", "path")
DATED = "the table dates the images; where it has no date, their own ones count"


def plan(
    options: Options, metadata: MetadataTable | None, source_columns: Sequence[str]
) -> tuple[Step, Step, list[str]]:
    """`table` joins the metadata, `columns` writes what the viewer colors by and hovers over; and the names of the
    table's columns that are known before there is one: all but those that pictures bring.

    source_columns: the names that the step `source` has.
    """
    read = metadata.beside(source_columns) if metadata else None
    parameters: Record = {
        "metadata": str(read.file.resolve()) if read else None,
        "digest": _digest(read.file) if read else None,
    }
    if read:
        parameters["revision"] = REVISION
        # Left out where nobody gave them, so that workspaces from before keep their keys.
        parameters |= {name: value for name in ("encoding", "sheet") if (value := getattr(options, name)) is not None}
    table = Step(
        "table",
        lambda draft, report: _table(draft, report, read, source_columns, options.limit is not None),
        [names.ITEMS],
        parameters,
        ["images", "source"] if source_columns else ["images"],
        ["pandas"],
    )
    split = Step(
        "columns",
        _columns,
        [names.COLUMNS, names.NAMES],
        {"encoding": columns.ENCODING},
        ["table", "clusters"],
        ["pandas"],
    )
    known = ["width", "height", "taken_at", *color.COLUMNS, *source_columns, *(read.columns if read else ())]
    return table, split, known


def _table(
    draft: Draft, report: Report, metadata: MetadataTable | None, source_columns: Sequence[str], limited: bool
) -> Record:
    table = read_table(draft.path(names.IMAGES))
    added: list[str] = []
    notes: list[str] = []
    if source_columns:
        table, added = _with(table, read_table(draft.path(names.SOURCE_COLUMNS)), "taken_at_source")
    if metadata is not None:
        with report.task("Metadata"):
            joined = metadata.join(table["path"].tolist(), limited)
        table, more = _with(table, joined.columns, TAKEN_AT, metadata.partial)
        notes = joined.report.lines()
        if TAKEN_AT in joined.columns and TAKEN_AT not in more:
            notes.append(DATED)
        for line in notes:
            report.note(line)
        added += more
    elif draft.published and draft.published.measured("table", "parameters", {}).get("metadata"):
        report.note("built without metadata; the previous build had some. Give --metadata again to keep its columns")
    write_table(table, draft.stage(names.ITEMS))
    return {"metadata_notes": notes, "metadata_columns": added}


def _with(
    table: pd.DataFrame, more: pd.DataFrame, dates: str, partial: Collection[str] = ()
) -> tuple[pd.DataFrame, list[str]]:
    """The table with more columns behind its own. A date there, in the column `dates`, outranks the image's own, unless
    it is a partial one that this lies in; of other columns that a picture has too, the picture's is called
    <name>_picture."""
    import pandas as pd

    from imagespace_core.sources.tables.taken import finer

    more = more.reset_index(drop=True)
    table = table.rename(columns={name: f"{name}_picture" for name in table.columns.intersection(more.columns)})
    if dates in more and pd.api.types.is_datetime64_any_dtype(more[dates]):
        table["taken_at"] = finer(pd.Series(table["taken_at"]), more.pop(dates), partial)
    return pd.concat([table, more], axis=1), list(more.columns)


def _columns(draft: Draft, report: Report) -> Record:
    import pandas as pd

    table = read_table(draft.path(names.ITEMS))
    offered = [column for column in table.columns if column not in IDENTITY]
    slugs = columns.unique_slugs(["cluster", *offered])
    heads = []
    # Pixels are quantities even where a collection has only two widths; other whole numbers may be labels.
    numbers: pd.DataFrame = table.astype(dict.fromkeys(["width", "height"], "float64"))
    for column in offered:
        heads.append(_write_column(draft, pd.Series(numbers[column]), slugs[column]))
    if (path := draft.path(names.clusters(clustered_by(draft)))).exists():
        labels = np.load(path, allow_pickle=False)
        head, codes = columns.encode_clusters(labels)
        heads.append(_write(draft, head, {"": codes}))
    paths = table["path"].tolist()
    for page, start in enumerate(range(0, len(paths), names.NAMES_PER_PAGE)):
        text = json.dumps(paths[start : start + names.NAMES_PER_PAGE], ensure_ascii=False)
        write_text(draft.stage(f"{names.NAMES}/{page}.json"), text)
    return {"columns": [_small(head) for head in heads]}


def _small(head: Record) -> Record:
    """What the manifest knows of a column: instead of its values, how many there are."""
    small = {key: value for key, value in head.items() if key not in ("values", "counts")}
    return {**small, "distinct": len(head["values"])} if "values" in head else small


def _write(draft: Draft, head: Record, arrays: Mapping[str, np.ndarray]) -> Record:
    """arrays: by what stands between the column's slug and `.npy`."""
    write_text(draft.stage(f"{names.COLUMNS}/{head['slug']}.json"), json.dumps(head, ensure_ascii=False))
    for part, array in arrays.items():
        np.save(draft.stage(f"{names.COLUMNS}/{head['slug']}{part}.npy"), array)
    return head


def _write_column(draft: Draft, series: pd.Series, slug: str) -> Record:
    if is_multi_valued(series):
        head, lists = columns.encode_lists(series, slug)
        return _write(draft, head, {"": lists.first, ".starts": lists.starts, ".codes": lists.codes})
    head, array = columns.encode(series, slug)
    return _write(draft, head, {} if array is None else {"": array})


def _digest(path: Path) -> str:
    """sha256 of the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
