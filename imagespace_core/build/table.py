"""The steps that make the table and what the viewer reads of it: metadata joined, columns and names as small files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.build.maps import CLUSTERS
from imagespace_core.build.steps import Record, Report, Step
from imagespace_core.workspace import Draft, columns, names
from imagespace_core.workspace.draft import write_text

if TYPE_CHECKING:
    import pandas as pd

    from imagespace_core.sources.metadata import MetadataTable

# Columns that say which image a row is; color and filters have no use for them.
IDENTITY = ("id", "path")


def plan(metadata: Path | None) -> list[Step]:
    """`table` joins the metadata, `columns` writes what the viewer colors by and hovers over.

    Raises InputError if the metadata cannot be read: now, and not when all images have been.
    """
    from imagespace_core.sources.metadata import read_metadata

    read = read_metadata(metadata) if metadata else None
    parameters: Record = {
        "metadata": str(metadata.resolve()) if metadata else None,
        "digest": _digest(metadata),
    }
    files = [names.COLUMNS, names.NAMES]
    return [
        Step(
            "table",
            lambda draft, report: _table(draft, report, read),
            [names.ITEMS],
            parameters,
            ["images"],
            ["pandas"],
        ),
        Step("columns", _columns, files, {}, ["table", "clusters"], ["pandas"]),
    ]


def _table(draft: Draft, report: Report, metadata: MetadataTable | None) -> Record:
    import pandas as pd

    table = pd.read_parquet(draft.path(names.IMAGES))
    record: Record = {"metadata_notes": [], "metadata_columns": []}
    if metadata is not None:
        with report.task("Metadata"):
            joined = metadata.join(table["path"].tolist())
        for line in joined.report.lines():
            report.note(line)
        table, added = _with_metadata(table, joined.columns)
        record = {"metadata_notes": joined.report.lines(), "metadata_columns": added}
    elif draft.published and draft.published.measured("table", "metadata_columns"):
        report.note("built without metadata; the previous build had some. Give --metadata again to keep its columns")
    table.to_parquet(draft.stage(names.ITEMS), index=False)
    return record


def _with_metadata(table: pd.DataFrame, metadata: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The table with the metadata columns behind its own. A date in the metadata outranks the image's own date."""
    import pandas as pd

    metadata = metadata.reset_index(drop=True)
    dates = "taken_at_metadata"
    if dates in metadata and pd.api.types.is_datetime64_any_dtype(metadata[dates]):
        taken = metadata.pop(dates)
        table["taken_at"] = taken.astype("datetime64[us]").fillna(table["taken_at"])
    return pd.concat([table, metadata], axis=1), list(metadata.columns)


def _columns(draft: Draft, report: Report) -> Record:
    import pandas as pd

    table = pd.read_parquet(draft.path(names.ITEMS))
    offered = [column for column in table.columns if column not in IDENTITY]
    slugs = columns.unique_slugs(["cluster", *offered])
    heads = []
    measured = pd.read_parquet(draft.path(names.IMAGES)).select_dtypes("integer").columns
    # Pixels are quantities even where a collection has only two widths; a whole number in the metadata may be a label.
    numbers: pd.DataFrame = table.astype(dict.fromkeys(measured, "float64"))
    for column in offered:
        heads.append(_write_column(draft, *columns.encode(pd.Series(numbers[column]), slugs[column])))
    if (path := draft.path(names.clusters(CLUSTERS))).exists():
        labels = np.load(path, allow_pickle=False)
        heads.append(_write_column(draft, *columns.encode_clusters(labels)))
    paths = table["path"].tolist()
    for page, start in enumerate(range(0, len(paths), names.NAMES_PER_PAGE)):
        text = json.dumps(paths[start : start + names.NAMES_PER_PAGE], ensure_ascii=False)
        write_text(draft.stage(f"{names.NAMES}/{page}.json"), text)
    small = [{key: value for key, value in head.items() if key not in ("values", "counts")} for head in heads]
    return {"columns": small}


def _write_column(draft: Draft, head: Record, array: np.ndarray | None) -> Record:
    write_text(draft.stage(f"{names.COLUMNS}/{head['slug']}.json"), json.dumps(head, ensure_ascii=False))
    if array is not None:
        np.save(draft.stage(f"{names.COLUMNS}/{head['slug']}.npy"), array)
    return head


def _digest(path: Path | None) -> str | None:
    """sha256 of the file; None for a missing one, which `read_metadata` refuses in better words."""
    if path is None or not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
