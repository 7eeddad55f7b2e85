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

from imagespace_core.sources.tables.account import MetadataReport
from imagespace_core.sources.tables.inference import text_type
from imagespace_core.sources.tables.joining import KINDS, WAYS, match
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
    assert report.examples == {"without": ("'x/a.jpg'", "'y/a.jpg'"), "ambiguous": ("'a.jpg'",)}


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
    assert joined([])[1].lines() == ["m.csv: 0 rows; 0 of 0 images have metadata"]


def test_the_report_says_everything_in_lines_with_examples() -> None:
    _, report = joined(["x/a.jpg", "y/a.jpg", "c.jpg", *(f"{i}.png" for i in range(9))], "a.jpg", "c.jpg", "c.jpg", "d")
    assert report.lines() == [
        "m.csv: 4 rows; 1 of 12 images have metadata (1 by path)",
        "images without metadata: 11, e.g. 'x/a.jpg', 'y/a.jpg', '0.png', '1.png', '2.png'",
        "rows that match no image: 1, e.g. 'd'",
        "rows whose name fits several (write the path relative to the image folder): 1, e.g. 'a.jpg'",
        "rows that repeat a file name (the first row counts): 1, e.g. 'c.jpg'",
    ]


def how(paths: list[str], *names: str | None) -> tuple[list[int], list[str]]:
    """The row of each image, and what became of each row."""
    found = match(paths, names)
    assert [found.rows[image] for image in found.images if image >= 0] == np.flatnonzero(found.images >= 0).tolist()
    return found.rows.tolist(), [KINDS[kind] for kind in found.by]


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("x/a.jpg", "x/a.jpg", "by_path"),
        ("x/a.jpg", "/home/me/photos/x/a.jpg", "by_end"),
        ("x/a.jpg", "C:\\photos\\x\\a.jpg", "by_end"),
        ("x/y/a.jpg", "y/a.jpg", "by_end"),
        ("x/y/a.jpg", "z/y/a.jpg", "by_end"),
        ("x/a.jpg", "https://host.org/photos/x/a.jpg?size=9&name=b.jpg#top", "by_end"),
        ("x/a b.jpg", "file:///photos/x/a%20b.jpg", "by_end"),
        ("x/a%20b.jpg", "s3://bucket/x/a%20b.jpg", "by_end"),
        ("x/a.jpg", "https://host.org/a.jpg#top", "by_name"),
        ("e\u0301.jpg", "\u00e9.jpg", "by_path"),
        ("x/a.jpg", "a.jpg", "by_name"),
        ("x/a.jpg", "y/a.jpg", "by_name"),
        ("x/IMG_0001.jpg", "x/IMG_0001", "by_stem"),
        ("x/IMG_0001.jpg", "IMG_0001", "by_stem"),
        ("x/IMG_0001.jpg", "IMG_0001.dng", "by_stem"),
        ("x/IMG_0001", "IMG_0001.jpg", "by_stem"),
        ("J.Smith.jpg", "J.Smith", "by_stem"),
        ("x/IMG_0001.JPG", "X/img_0001.jpg", "by_spelling"),
        ("x/IMG_0001.JPG", "img_0001", "by_spelling"),
        ("a b.jpg", " a\u00a0 b.jpg ", "by_spelling"),
        ("１.jpg", "1.jpg", "by_spelling"),
        ("x/0007.png", "7", "by_spelling"),
        ("x/0007.png", "7.png", "by_spelling"),
        ("0.png", "000", "by_spelling"),
        ("x/a.jpg", "b.jpg", "unmatched"),
        ("v1.2.jpg", "v1.3", "unmatched"),
        ("v1.jpg", "v1.2", "unmatched"),
        ("11.jpg", "1_1.jpg", "unmatched"),
        ("70.jpg", "7", "unmatched"),
    ],
)
def test_a_name_finds_its_image_by_the_strictest_rung_that_fits(path: str, name: str, kind: str) -> None:
    paths = ["w/other.jpg", path, "z/more.png"]
    assert how(paths, name) == ([-1, -1 if kind == "unmatched" else 0, -1], [kind])


@pytest.mark.parametrize(
    ("paths", "name", "image"),
    [
        (["x/a.jpg", "y/a.jpg"], "/photos/y/a.jpg", 1),
        (["x/y/a.jpg", "y/a.jpg"], "y/a.jpg", 1),
        (["x/a.jpg", "a.jpg"], "/photos/a.jpg", 1),
        (["x/a.jpg", "y/a.jpg"], "Y/A.JPG", 1),
        (["x/a.jpg", "y/a.png"], "x/a.png", 0),
        (["a.jpg", "A.jpg"], "A", 1),
        (["scan v1.2.jpg", "scan v1.3.jpg"], "scan v1.3", 1),
        (["x/a.jpg", "y/a.jpg"], "a", None),
        (["a.jpg", "a.png"], "a", None),
        (["a.heic", "a.jpg"], "a.JPG", 1),
        (["a.jpg", "A.JPG"], "a.Jpg", None),
        (["x/b/a.jpg", "y/b/a.jpg"], "/photos/b/a.jpg", None),
        (["01.jpg", "001.jpg"], "1", None),
    ],
)
def test_of_several_images_the_one_that_alone_fits_most_of_the_name(
    paths: list[str], name: str, image: int | None
) -> None:
    rows, kinds = how(paths, name)
    assert [at for at, row in enumerate(rows) if row == 0] == ([] if image is None else [image])
    assert (kinds == ["ambiguous"]) == (image is None)


def test_two_rows_that_claim_an_image_by_the_same_rung_are_ambiguous_and_a_looser_third_does_not_get_it() -> None:
    for first, second, third in (
        ("train/1.jpg", "test/1.jpg", "more/1.png"),
        ("/a/x/1.jpg", "/b/x/1.jpg", "1.jpg"),
        ("1.png", "1.tif", "01.bmp"),
        ("X/1.JPG", "x/01.jpg", "1.jpg"),
    ):
        rows, kinds = how(["x/1.jpg" if "x" in first.lower() else "1.jpg"], first, second, third)
        assert rows == [-1], (first, second, third)
        assert kinds[:2] == ["ambiguous"] * 2


def test_a_stricter_match_is_never_taken_by_a_looser_one() -> None:
    assert how(["a.jpg"], "A.jpg", "a", "/x/a.jpg", "a.jpg") == ([3], [*["unmatched"] * 3, "by_path"])
    assert how(["IMG_1.jpg", "IMG_1.heic"], "IMG_1.heic", "IMG_1.dng") == ([-1, 0], ["by_path", "ambiguous"])


def test_a_whole_path_in_another_spelling_comes_before_a_bare_name() -> None:
    assert how(["x/a.jpg", "A.jpg"], "a.jpg", "x/b.jpg") == ([-1, 0], ["by_spelling", "unmatched"])


def test_addresses_that_differ_in_their_query_alone_are_no_duplicates() -> None:
    assert how(["a.jpg"], "http://host/get?id=1", "http://host/get?id=2")[1] == ["unmatched"] * 2


def test_what_matched_how_is_counted() -> None:
    _, report = joined(
        ["x/a.jpg", "y/b.jpg", "y/c.jpg", "d.jpg", "e.jpg"], "x/a.jpg", "/abs/y/b.jpg", "c.jpg", "d", "E.JPG"
    )
    assert report.lines() == [
        "m.csv: 5 rows; 5 of 5 images have metadata (1 by path, 1 by the end of the path, 1 by name, "
        "1 by name without suffix, 1 in another spelling)"
    ]


def test_unmatched_rows_come_with_the_nearest_images_that_have_no_row() -> None:
    paths = [f"x/IMG_{number:04d}.jpg" for number in range(3000)]
    _, report = joined(paths, *paths[:1234], "IMG_2O51.jpg", "img-1999", *paths[2900:], "IMG_0OO1.jpg", "?", "")
    assert report.examples["unmatched"][:2] == (
        "'IMG_2O51.jpg' (nearest: 'x/IMG_2051.jpg', 'x/IMG_2151.jpg')",
        "'img-1999' (nearest: 'x/IMG_1999.jpg', 'x/IMG_1299.jpg')",
    )
    assert "x/IMG_0001.jpg" not in report.examples["unmatched"][2], "that one has its row"
    assert report.examples["unmatched"][3] == "'?'"


def test_rows_of_images_that_a_limit_leaves_out_are_no_fault() -> None:
    got = table("a.jpg", "b.jpg", "c.jpg").join(["a.jpg"], limited=True)
    assert got.report.lines() == [
        "m.csv: 3 rows; 1 of 1 images have metadata (1 by path)",
        "rows of images that --limit leaves out, or of none: 2",
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
    assert report.rows == sum(getattr(report, kind) for kind in KINDS)
    assert report.images == len(images) == sum(getattr(report, kind) for kind in WAYS) + report.without
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
