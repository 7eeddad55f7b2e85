"""Tables of a workspace as Parquet files, those with multi-valued columns (keywords) among them.

pandas writes the type of such a column in words that it cannot read again, so that nobody could open the file. Here it
is written as a plain list: `pandas.read_parquet` gives arrays of texts, and `read_table` the type that was written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def write_table(table: pd.DataFrame, path: Path) -> None:
    """The table without its index."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = pa.Table.from_pandas(table, preserve_index=False)
    about = json.loads(made.schema.metadata[b"pandas"])
    for column in about["columns"]:
        if "list<" in column["numpy_type"]:
            column["numpy_type"] = "object"
    metadata: Any = {**made.schema.metadata, b"pandas": json.dumps(about)}
    pq.write_table(made.replace_schema_metadata(metadata), path)


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """columns: the only ones to read. Multi-valued columns are of a type that `is_multi_valued` knows."""
    import pyarrow.parquet as pq

    read = pq.read_table(path, columns=None if columns is None else list(columns))
    return read.to_pandas(types_mapper=_multi_valued)


def is_multi_valued(column: Any) -> bool:
    """Whether a pandas column has several values a row: whether it is one of lists."""
    import pandas as pd

    return isinstance(column.dtype, pd.ArrowDtype) and _multi_valued(column.dtype.pyarrow_dtype) is not None


def _multi_valued(kind: Any) -> pd.ArrowDtype | None:
    import pandas as pd
    import pyarrow.types as pt

    return pd.ArrowDtype(kind) if pt.is_list(kind) or pt.is_large_list(kind) else None
