"""A JSON document that holds one table, as rows or as columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.encodings import open_text
from imagespace_core.sources.tables.image_column import FIRST, is_usual
from imagespace_core.sources.tables.records import columns_of, read_json_lines

_EXPECTED = "expected a list of objects, one for each image, or one object a line"


def read_json(file: Path, encoding: str | None = None) -> tuple[dict[str, list[object]], list[str]]:
    """(values by name, None where a row lacks it; notes on what was decided).

    A table is JSON Lines, a list of objects, an object in which one value is such a list, an object of objects by file
    name, or an object of columns, as pandas writes it.
    Raises InputError for other JSON, and where it is none.
    """
    if _is_lines(file, encoding):
        return read_json_lines(file, encoding=encoding), []
    with open_text(file, newline=None, encoding=encoding) as stream:
        text = stream.read()
    try:
        document = json.loads(text)
        if "\\ud" in text.lower():
            json.dumps(document, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except ValueError as error:
        raise InputError(f"{file}: no JSON ({error}); {_EXPECTED}") from error
    except RecursionError:
        raise InputError(f"{file}: JSON within JSON too deep to read; {_EXPECTED}") from None
    return _table(file, document)


def _is_lines(file: Path, encoding: str | None) -> bool:
    """Whether the first line is an object by itself, and others follow."""
    with open_text(file, newline=None, encoding=encoding) as stream:
        lines = list(islice((line for line in stream if line.strip()), 2))
    try:
        return len(lines) == 2 and isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        return False


def _table(file: Path, document: Any) -> tuple[dict[str, list[object]], list[str]]:
    if isinstance(document, list):
        return _rows(file, document), []
    if not isinstance(document, dict):
        raise InputError(f"{file}: a JSON {type(document).__name__}; {_EXPECTED}")
    lists = [name for name, value in document.items() if isinstance(value, list) and _all(dict, value)]
    if len(lists) > 1:
        raise InputError(
            f"{file} holds several lists ({', '.join(lists)}); write the one that is the table into a file of its own"
        )
    if lists:
        return _rows(file, document[lists[0]]), [f"the list {lists[0]!r} is the table"]
    values = list(document.values())
    if any(map(is_usual, document)):
        if columns := _columns(document):
            return columns, []
        if any(is_usual(name) and isinstance(value, str) for name, value in document.items()):
            return columns_of([document]), []
    if _all(dict, values) and not any(isinstance(inner, dict) for value in values for inner in value.values()):
        rows = [{FIRST: name, **value} if FIRST not in value else value for name, value in document.items()]
        return columns_of(rows), ["its objects are the rows, their names those of the images"]
    raise InputError(f"{file}: an object of {', '.join(islice(document, 5)) or 'nothing'}; {_EXPECTED}")


def _rows(file: Path, rows: Sequence[Any]) -> dict[str, list[object]]:
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise InputError(f"{file}, row {number}: a JSON {type(row).__name__}; expected an object")
    if not rows:
        raise InputError(f"{file} is an empty list; {_EXPECTED}")
    return columns_of(rows)


def _columns(document: dict[str, Any]) -> dict[str, list[object]] | None:
    """Lists of one length, or objects of the same keys, as columns; None for anything else."""
    values = list(document.values())
    if _all(list, values) and len(set(map(len, values))) == 1:
        return dict(document)
    if _all(dict, values) and all(value.keys() == values[0].keys() for value in values):
        return {name: list(value.values()) for name, value in document.items()}
    return None


def _all(kind: type, values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(value, kind) for value in values)
