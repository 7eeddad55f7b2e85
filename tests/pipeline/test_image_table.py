"""What pictures say of themselves, and how they were read, from the parts of the pass to the table."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from imagespace_core.images import color
from imagespace_core.pipeline.image_parts import Product
from imagespace_core.pipeline.image_table import MOST_COLUMNS, ImageTable, read_table

_MEASURED = color.columns(np.zeros((4, 4, 3), np.uint8))


def _row(name: str, columns: dict[str, Any] | None = None, remarks: tuple[str, ...] = ()) -> dict[str, Any]:
    row = {"key": name, "path": name, "failure": None, "width": 4, "height": 4, "taken_at": None, **_MEASURED}
    return {**row, "columns": columns or {}, "remarks": list(remarks)}


def _read(tmp_path: Path, *parts: list[dict[str, Any]]) -> ImageTable:
    product = Product("table", tmp_path)
    for number, rows in enumerate(parts):
        product.write(number, rows)
    return read_table(product, len(parts))


def _settled(read: ImageTable) -> pd.DataFrame:
    return read.settled(read.table.index[read.table["failure"].isna().to_numpy(bool)])


def test_a_column_that_only_a_later_part_has_stands_in_its_own_rows(tmp_path: Path) -> None:
    read = _read(tmp_path, [_row("a"), _row("b")], [_row("c", {"iso": 0}), _row("d", {"camera": "X100"})])
    table = _settled(read)
    assert table["iso"].tolist() == [pd.NA, pd.NA, 0, pd.NA]
    assert table["camera"].fillna("").tolist() == ["", "", "", "X100"]
    assert str(table["iso"].dtype) == "Int64"


def test_rows_that_could_not_be_read_shift_no_value(tmp_path: Path) -> None:
    broken = {"key": "b", "path": "b", "failure": "empty file"}
    table = _settled(_read(tmp_path, [_row("a", {"iso": 100}), broken, _row("c", {"iso": 300})]))
    assert list(zip(table["id"], table["iso"], strict=True)) == [("a", 100), ("c", 300)]


def test_a_yes_or_no_that_a_picture_does_not_say_is_no_and_a_column_of_no_is_left_out(tmp_path: Path) -> None:
    table = _settled(_read(tmp_path, [_row("a", {"damaged": True, "flash": False}), _row("b")]))
    assert table["damaged"].tolist() == [True, False]
    assert "flash" not in table


def test_remarks_are_said_once_with_count_and_examples(tmp_path: Path) -> None:
    remark = "its color profile cannot be used, and is ignored"
    read = _read(tmp_path, [_row("a", remarks=(remark,))], [_row(name, remarks=(remark,)) for name in "bcd"])
    assert read.notes() == [f"4 images: {remark}, e.g. 'a', 'b', 'c'"]


def test_parts_of_a_run_before_there_were_columns_are_read(tmp_path: Path) -> None:
    old = _row("a")
    del old["columns"], old["remarks"]
    assert _settled(_read(tmp_path, [old]))["id"].tolist() == ["a"]


def test_names_beyond_the_most_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [_row(f"{i}", {f"value {i} {n}": n for n in range(MOST_COLUMNS // 2)}) for i in range(3)]
    read = _read(tmp_path, rows[:2], rows[2:])
    assert len(read.columns) == MOST_COLUMNS
    assert read.notes() == [
        "pictures and the files beside them name more than 500 values; the other 250 are left out, e.g. "
        "'value 2 0', 'value 2 1', 'value 2 10'"
    ]
