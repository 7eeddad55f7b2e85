"""Several values in one cell: keywords, genres, names of who is pictured."""

# pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SEPARATORS = (";", "|")
NAMES = frozenset(
    {"keywords", "keyword", "tags", "tag", "labels", "genres", "genre", "subjects", "subject", "categories", "topics"}
)
"""Columns of these names hold lists where a cell has a separator; others where the values come again and again."""
_LONGEST = 60
"""Characters of a value; what is longer is a sentence."""
_FEWEST = 3
"""Different cells with a separator that make a list of a column that is called something else."""
_SAMPLE = 10_000


def multi_valued(values: Iterable[Iterable[object] | None]) -> pd.Series:
    """Lists -> a column of lists of texts, each text once in a list; missing where there is none."""
    return _column(_lists(values))


def read_lists(values: pa.ChunkedArray, name: str = "") -> tuple[pd.Series | None, str]:
    """Texts, missing ones allowed -> (column, note); None for what is not clearly a column of lists.

    Lists are written as JSON or Python writes them, ["a", "b"], or as "a; b; c" or "a|b".
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    present = values.drop_null()
    if not len(present):
        return None, ""
    if pc.all(pc.match_substring_regex(present, r"(?s)^\s*\[.*\]\s*$")).as_py():
        found = [None if text is None else _written(text) for text in values.to_pylist()]
        known = [texts for texts, text in zip(found, values.to_pylist(), strict=True) if text is not None]
        if all(texts is not None for texts in known) and any(known):
            return multi_valued(found), ""
        return None, ""
    for separator in SEPARATORS:
        if _is_list(present[:_SAMPLE], separator, name) and _longest(present, separator) <= _LONGEST:
            cells = values.cast(pa.large_string()).combine_chunks().dictionary_encode()  # many rows have the same
            lists = _lists(text.split(separator) for text in cells.dictionary.to_pylist())
            return _column(lists.take(cells.indices)), f"read as lists, with {separator!r} between the values"
    return None, ""


def _longest(present: pa.ChunkedArray, separator: str) -> int:
    """Characters of the longest value."""
    import pyarrow.compute as pc

    values = pc.list_flatten(pc.split_pattern(present, separator))
    return pc.max(pc.utf8_length(pc.utf8_trim_whitespace(values))).as_py() or 0


def _lists(values: Iterable[Iterable[object] | None]) -> pa.Array:
    import pyarrow as pa

    rows = []
    for value in values:
        texts = dict.fromkeys(" ".join(str(one).split()) for one in value or () if one is not None)
        rows.append([text for text in texts if text] or None)
    return pa.array(rows, pa.list_(pa.string()))


def _column(lists: pa.Array) -> pd.Series:
    import pandas as pd

    return pd.Series(pd.array(lists, pd.ArrowDtype(lists.type)))


def _is_list(present: pa.ChunkedArray, separator: str, name: str) -> bool:
    import pyarrow.compute as pc

    # Each once: what stands in a cell again and again as a whole may be a sentence.
    several = pc.unique(present.filter(pc.match_substring(present, separator))).to_pylist()
    if not several:
        return False
    cells = [[part.strip() for part in text.split(separator)] for text in several]
    parts = [part for cell in cells for part in cell if part]
    if not parts:
        return False
    if name.strip().casefold() in NAMES:
        return True
    numbers = sum(bool(re.fullmatch(r"[-+\d.,\s]+", part)) for part in parts)
    again = len(parts) >= 2 * len({part.casefold() for part in parts})
    return len(cells) >= _FEWEST and again and numbers < len(parts) / 2


def _written(text: str) -> Sequence[str] | None:
    """The texts of a list as JSON or Python writes it; None for all else.

    >>> _written('["a", "b"]'), _written("['a', 'b']"), _written("[1, 2]")
    (['a', 'b'], ['a', 'b'], None)
    """
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(found, list) and all(isinstance(one, str) for one in found):
            return found
        return None
    return None
