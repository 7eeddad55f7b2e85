"""Small tables whose cells hold images, as Hugging Face and others write them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from tests.makers.archives import jpeg

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
FEATURES = {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog", "owl"], "_type": "ClassLabel"}}


def cells(n: int, first: int = 0) -> pa.Array:
    """n structs {bytes, path}."""
    return pa.array([{"bytes": jpeg(i), "path": f"{i:03}.jpg"} for i in range(first, first + n)], IMAGE)


def table(columns: Mapping[str, Any], features: Mapping[str, Any] | None = None) -> pa.Table:
    """features: as Hugging Face's `datasets` keeps them in the metadata of the schema."""
    made = pa.table(dict(columns))
    if features is None:
        return made
    return made.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def labeled(n: int, first: int = 0) -> pa.Table:
    """n images with class labels, as a data set of Hugging Face."""
    labels = [i % 3 for i in range(first, first + n)]
    return table({"image": cells(n, first), "label": labels, "width_cm": [i / 2 for i in range(n)]}, FEATURES)


def write(path: Path, content: pa.Table, rows: int = 5) -> Path:
    """By the suffix: .parquet; .arrow, a stream; .feather, unless "lz4" is in its name uncompressed. rows: of a group
    or batch."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(content, path, row_group_size=rows)
    elif path.suffix == ".arrow":
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, content.schema) as writer:
            writer.write_table(content, max_chunksize=rows)
    else:
        compression = "lz4" if "lz4" in path.name else "uncompressed"
        feather.write_feather(content, str(path), compression=compression, chunksize=rows)
    return path


def vectors(n: int, seed: int = 0) -> Sequence[list[float]]:
    """n lists of 4 numbers."""
    return [[1.0, float(i + seed), 0.5, -1.0] for i in range(n)]
