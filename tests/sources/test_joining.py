"""Metadata rows find their image, or are accounted for."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagespace_core.sources.tables.inference import text_type
from imagespace_core.sources.tables.joining import MetadataReport
from imagespace_core.sources.tables.metadata import MetadataTable, read_metadata
from tests.makers.photos import write_photos


def table(*filenames: str | None) -> MetadataTable:
    """Each row's value is its number."""
    names = pd.Series(list(filenames), dtype=text_type())
    return MetadataTable(Path("m.csv"), names, pd.DataFrame({"row": np.arange(len(filenames))}))


def joined(paths: list[str], *filenames: str | None) -> tuple[list[int | None], MetadataReport]:
    got = table(*filenames).join(paths)
    assert len(got.columns) == len(paths)
    return [None if pd.isna(value) else int(value) for value in got.columns["row"]], got.report


def test_a_path_matches_before_a_name() -> None:
    rows, report = joined(["a.jpg", "x/a.jpg", "y/b.jpg"], "b.jpg", "x/a.jpg", "a.jpg")
    assert rows == [2, 1, 0]
    assert (report.by_path, report.by_name, report.without) == (2, 1, 0)


@pytest.mark.parametrize("written", ["x\\a.jpg", "./x/a.jpg", ".\\x\\a.jpg", "x//a.jpg", "x/./a.jpg", ".//x/a.jpg"])
def test_other_ways_to_write_a_path_match(written: str) -> None:
    rows, report = joined(["x/a.jpg", "y/a.jpg"], written)
    assert rows == [0, None]
    assert report.by_path == 1


def test_accents_match_however_they_are_composed() -> None:
    rows, _ = joined([unicodedata.normalize("NFD", "été.jpg")], unicodedata.normalize("NFC", "été.jpg"))
    assert rows == [0]


def test_a_name_in_two_folders_matches_neither() -> None:
    rows, report = joined(["x/a.jpg", "y/a.jpg", "y/b.jpg"], "a.jpg", "y/b.jpg")
    assert rows == [None, None, 1]
    assert (report.ambiguous, report.without) == (1, 2)
    assert report.examples == {"without": ("x/a.jpg", "y/a.jpg"), "ambiguous": ("a.jpg",)}


def test_rows_of_different_folders_do_not_compete_for_one_image() -> None:
    rows, report = joined(["1.jpg", "2.jpg"], "train/1.jpg", "test/1.jpg", "test/2.jpg")
    assert rows == [None, 2]
    assert (report.ambiguous, report.by_name) == (2, 1)


def test_a_row_of_another_folder_does_not_take_what_a_path_already_has() -> None:
    rows, report = joined(["a/1.jpg"], "b/1.jpg", "a/1.jpg")
    assert rows == [1]
    assert (report.unmatched, report.by_path) == (1, 1)


def test_of_repeated_rows_the_first_counts() -> None:
    rows, report = joined(["a.jpg"], "a.jpg", "./a.jpg", "a.jpg")
    assert rows == [0]
    assert report.duplicates == 2


def test_rows_without_a_name_or_an_image_are_counted() -> None:
    rows, report = joined(["a.jpg"], None, "gone.jpg", None)
    assert rows == [None]
    assert (report.nameless, report.unmatched, report.without) == (2, 1, 1)


def test_no_images_and_no_rows_are_no_trouble() -> None:
    assert joined([], "a.jpg")[0] == []
    assert joined(["a.jpg"])[0] == [None]
    assert joined([])[1].lines() == ["m.csv: 0 rows; 0 of 0 images have metadata (0 by path, 0 by name)"]


def test_the_report_says_everything_in_lines_with_examples() -> None:
    _, report = joined(["x/a.jpg", "y/a.jpg", "c.jpg", *(f"{i}.png" for i in range(9))], "a.jpg", "c.jpg", "c.jpg", "d")
    assert report.lines() == [
        "m.csv: 4 rows; 1 of 12 images have metadata (1 by path, 0 by name)",
        "images without metadata: 11, e.g. 'x/a.jpg', 'y/a.jpg', '0.png', '1.png', '2.png'",
        "rows that match no image: 1, e.g. 'd'",
        "rows whose name fits several (write the path relative to the image folder): 1, e.g. 'a.jpg'",
        "rows that repeat a file name (the first row counts): 1, e.g. 'c.jpg'",
    ]


def test_whole_numbers_and_yes_no_stay_what_they_are_where_some_are_missing() -> None:
    frame = pd.DataFrame({"n": [1], "b": [True], "f": [0.5], "t": pd.array(["x"], text_type())})
    frame["d"] = pd.to_datetime(["2020-01-01"]).astype("datetime64[us]")
    metadata = MetadataTable(Path("m.csv"), pd.Series(["a"], dtype=text_type()), frame)
    some, every = metadata.join(["b", "a"]).columns, metadata.join(["a"]).columns
    assert [str(t) for t in some.dtypes] == ["Int64", "boolean", "float64", "str", "datetime64[us]"]
    assert [str(t) for t in every.dtypes] == ["int64", "bool", "float64", "str", "datetime64[us]"]
    assert some.iloc[0].isna().all()
    assert some.iloc[1].tolist() == every.iloc[0].tolist()


PATHS = st.lists(
    st.lists(st.text("abA.é\\ '\n", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join),
    unique=True,
    max_size=25,
)


@given(PATHS, PATHS, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_no_image_ever_gets_the_value_of_another(images: list[str], others: list[str], random) -> None:
    filenames = [*images, *others, *images[:3]]
    random.shuffle(filenames)
    rows, report = joined(images, *filenames)
    matched = [(path, filenames[row]) for path, row in zip(images, rows, strict=True) if row is not None]
    for path, filename in matched:
        if not {"\\", "."} & {*path, *filename}:
            # Every image has a row of its own here, so its path decides, however many share its name.
            assert filename == path
        assert plain(filename).rsplit("/", 1)[-1] == plain(path).rsplit("/", 1)[-1]
    assert report.rows == len(filenames)
    assert report.rows == sum(
        (report.by_path, report.by_name, report.duplicates, report.ambiguous, report.unmatched, report.nameless)
    )
    assert report.images == len(images) == report.by_path + report.by_name + report.without
    used = [row for row in rows if row is not None]
    assert len(used) == len(set(used))


def plain(path: str) -> str:
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    return unicodedata.normalize("NFC", "/".join(parts))


@given(st.integers(1, 200), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_a_shuffled_table_lands_on_the_rows_it_was_written_for(n: int, random) -> None:
    images = [f"{i % 7}/{i}.jpg" for i in range(n)]
    shuffled = random.sample(images, n)
    rows, report = joined(images, *shuffled)
    assert [shuffled[row] for row in rows if row is not None] == images
    assert report.by_path == n


def test_written_photos_and_their_table_fit(tmp_path: Path) -> None:
    paths = write_photos(tmp_path, 20)
    got = read_metadata(tmp_path / "metadata.csv").join(sorted(paths))
    assert got.report.by_path == 20
    assert [str(t) for t in got.columns.dtypes] == ["str", "str", "float64", "datetime64[us]"]
    by_path = dict(zip(sorted(paths), got.columns["day"], strict=True))
    assert [by_path[path].day for path in paths] == list(range(1, 21))


def test_a_hundred_thousand_rows_take_about_a_second(tmp_path: Path) -> None:
    n = 100_000
    paths = [f"{i % 97}/{i}.jpg" for i in range(n)]
    lines = "".join(f"{path},{i},label {i % 9},{i / 8},2023-04-15\n" for i, path in enumerate(paths))
    (tmp_path / "m.csv").write_text("filename,n,label,f,day\n" + lines)
    started = time.perf_counter()
    got = read_metadata(tmp_path / "m.csv").join(paths[::-1])
    assert time.perf_counter() - started < 10, "vectorized it takes under one second, row by row a minute"
    assert got.columns["n"].tolist() == list(range(n))[::-1]
