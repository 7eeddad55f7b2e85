"""Vectors in the forms that people's tools write them in, and what names their images there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.vectors.given import Given, read_vectors
from imagespace_core.sources.vectors.source import VectorTable, recognizes
from tests.makers.photos import write_photos

PATHS = ["a.jpg", "b.jpg", "x/c.jpg"]
NUMBERS = np.array([[0.5, -0.25, 0.125, 1.0], [0.0, 1.0, 0.75, -0.5], [-1.0, 0.5, 0.0, 0.25]], np.float32)
TURNED = [2, 0, 1]
"""The rows of the files are in another order than the images."""


def units(numbers: np.ndarray) -> np.ndarray:
    return numbers / np.linalg.norm(numbers, axis=1, keepdims=True)


def of_images(given: Given, paths: list[str] = PATHS) -> np.ndarray:
    """The vector of each image."""
    assert given.vectors is not None
    return given.vectors.read()[given.match(paths).rows]


def turned() -> list[str]:
    return [PATHS[row] for row in TURNED]


def lists() -> list[list[float]]:
    return NUMBERS[TURNED].tolist()


def parquet(file: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), file)
    return file


FORMS: dict[str, Callable[[], pa.Array]] = {
    "lists": lambda: pa.array(lists()),
    "large lists": lambda: pa.array(lists(), pa.large_list(pa.float64())),
    "lists of a fixed size": lambda: pa.array(lists(), pa.list_(pa.float32(), 4)),
    "lists in lists": lambda: pa.array([[row] for row in lists()]),
    "fixed lists in lists": lambda: pa.array([[row] for row in lists()], pa.list_(pa.list_(pa.float32(), 4), 1)),
    "tensors": lambda: pa.FixedShapeTensorArray.from_numpy_ndarray(NUMBERS[TURNED]),
    "16 bit floats": lambda: pa.array([list(map(np.float16, row)) for row in lists()], pa.list_(pa.float16())),
    "two bytes a number": lambda: pa.array(
        [[np.float16(x).tobytes() for x in row] for row in lists()], pa.list_(pa.binary(2))
    ),
    "four bytes a number": lambda: pa.array([[np.float32(x).tobytes() for x in row] for row in lists()]),
    "32 bit floats as bytes": lambda: pa.array([np.array(row, np.float32).tobytes() for row in lists()]),
    "16 bit floats as bytes": lambda: pa.array([np.array(row, np.float16).tobytes() for row in lists()], pa.binary(8)),
    "JSON as text": lambda: pa.array([json.dumps(row) for row in lists()]),
    "JSON in JSON as text": lambda: pa.array([json.dumps([row]) for row in lists()]),
    "NumPy as text": lambda: pa.array([str(np.array(row)) for row in lists()]),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_a_vector_is_read(tmp_path: Path, form: str) -> None:
    given = read_vectors(parquet(tmp_path / "a.parquet", id=turned(), emb=FORMS[form]()))
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    assert given.left_out == ()
    if form.endswith("as bytes"):
        kind = "float16" if form.startswith("16") else "float32"
        assert list(given.notes) == [f"column emb: its bytes are read as {kind}"]


@pytest.mark.parametrize("missing", ["lists", "lists of a fixed size", "lists in lists", "32 bit floats as bytes"])
def test_rows_without_a_vector_are_counted_and_the_others_keep_theirs(tmp_path: Path, missing: str) -> None:
    whole = FORMS[missing]()
    values = pa.concat_arrays([whole.slice(0, 1), pa.nulls(1, whole.type), whole.slice(1)])
    given = read_vectors(parquet(tmp_path / "a.parquet", id=[turned()[0], "none.jpg", *turned()[1:]], emb=values))
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    assert given.left_out == (("none.jpg", "no vector"),)
    assert "rows left out: 1, e.g. 'none.jpg': no vector" in given.lines()


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_several_lists_a_row_are_refused(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    rows = [[[1.0, 2.0]], [[1.0, 2.0], [3.0, 4.0]]]
    if suffix == "parquet":
        parquet(file, id=["a", "b"], emb=rows)
    else:
        file.write_text("\n".join(json.dumps({"id": "a", "emb": row}) for row in rows))
    with pytest.raises(InputError, match="a row of the vectors holds 2 lists; give one list of numbers for each row"):
        read_vectors(file)


def test_bytes_that_are_no_floats_are_refused(tmp_path: Path) -> None:
    images = [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) for _ in range(3)]
    file = parquet(tmp_path / "a.parquet", id=["a", "b", "c"], features=images)
    with pytest.raises(InputError, match=r"column features holds bytes \(binary\) that are no vectors of 16, 32 or 64"):
        read_vectors(file)


@pytest.mark.parametrize("name", ["{}", "emb_{}", "dim {}", "F{}", "emb[{}]"])
@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl", "feather"])
def test_a_column_for_each_number_is_a_vector(tmp_path: Path, name: str, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    # In the order of the numbers, wherever they stand.
    table = pd.DataFrame({name.format(at + 1): NUMBERS[TURNED, at] for at in (3, 0, 1, 2)})
    table["id"], table["year"] = turned(), [1, 2, 3]
    table.to_csv(file, index=False) if suffix == "csv" else (
        table.to_json(file, orient="records", lines=True)
        if suffix == "jsonl"
        else (table.to_parquet(file) if suffix == "parquet" else table.to_feather(file))
    )
    given = read_vectors(file)
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    assert list(given.columns) == ["year"]
    first, last = name.format(1), name.format(4)
    assert f"{file.name}: its vectors are the 4 columns {first!r} to {last!r}" in given.notes


def test_numbers_with_decimal_commas_and_rows_without_numbers(tmp_path: Path) -> None:
    lines = [
        ";".join([name, *(str(x).replace(".", ",") for x in row)]) for name, row in zip(PATHS, NUMBERS, strict=True)
    ]
    (tmp_path / "a.csv").write_text("\n".join(["filename;0;1;2;3", lines[0], "none;;;;", "half;1;;2;3", *lines[1:]]))
    given = read_vectors(tmp_path / "a.csv")
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    assert dict(given.left_out) == {
        "none": "no vector",
        "half": "its vector holds values that are not finite (NaN or infinite)",
    }


def test_numbered_columns_beside_coordinates_are_columns(tmp_path: Path) -> None:
    pd.DataFrame({"x": [1.0], "y": [2.0], "q1": [1], "q2": [2], "q3": [3]}).to_csv(tmp_path / "a.csv", index=False)
    given = read_vectors(tmp_path / "a.csv")
    assert given.vectors is None
    assert list(given.columns) == ["q1", "q2", "q3"]


def write_index(file: Path, index: Any, **columns: Any) -> Path:
    table = pd.DataFrame({"emb": lists(), **columns}, index=index)
    table.to_csv(file) if file.suffix == ".csv" else table.to_parquet(file)
    return file


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
@pytest.mark.parametrize("name", [None, "index", "image", "plate"])
def test_an_index_of_pandas_names_the_images(tmp_path: Path, suffix: str, name: str | None) -> None:
    file = write_index(tmp_path / f"a.{suffix}", pd.Index(turned(), name=name))
    given = read_vectors(file)
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    assert list(given.ids) == turned() or (suffix, name) == ("csv", "plate")


def test_an_index_of_several_levels_is_a_path(tmp_path: Path) -> None:
    levels = [("", "a.jpg"), ("", "b.jpg"), ("x", "c.jpg")]
    for names in (None, ["folder", "file"]):
        index = pd.MultiIndex.from_tuples([levels[row] for row in TURNED], names=names)
        given = read_vectors(write_index(tmp_path / "a.parquet", index))
        np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)


def test_row_numbers_are_no_names_and_no_column(tmp_path: Path) -> None:
    for suffix in ("parquet", "csv"):
        given = read_vectors(write_index(tmp_path / f"a.{suffix}", None, id=turned()))
        np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
        assert list(given.columns) == []


def test_an_index_of_other_numbers_beside_ids_is_a_column(tmp_path: Path) -> None:
    given = read_vectors(write_index(tmp_path / "a.parquet", [7, 8, 2], id=turned()))
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    assert given.columns["index"].tolist() == [7, 8, 2]


def test_moved_rows_without_names_are_never_matched_by_order(tmp_path: Path) -> None:
    for suffix in ("parquet", "csv"):
        given = read_vectors(write_index(tmp_path / f"a.{suffix}", TURNED))
        with pytest.raises(InputError, match="has no ids, and its index shows that its rows were moved; write the"):
            given.match(PATHS)


@pytest.mark.parametrize("column", ["image_path", "file_name", "Image Path", "img", "what it shows"])
@pytest.mark.parametrize("stems", [False, True])
def test_a_column_that_names_the_images_is_found_whatever_it_is_called(
    tmp_path: Path, column: str, stems: bool
) -> None:
    names = [name.removesuffix(".jpg") if stems else name for name in turned()]
    table = {"label": ["cat", "cat", "a"], column: names, "emb": lists()}
    given = read_vectors(parquet(tmp_path / "a.parquet", **table))
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    note = given.match(PATHS).note
    assert note == (f"a.parquet: column {column!r} names the images" if stems and column == "what it shows" else "")
    taken = f"a.parquet: column {column!r} is taken for the names of the images"
    assert (taken in given.notes) == (column == "what it shows" and not stems)


def test_names_that_fit_no_image_are_refused_also_where_the_numbers_are_equal(tmp_path: Path) -> None:
    none = ["p.jpg", "q.jpg", "r.jpg"]
    for columns, message in (
        ({"shown": none}, r"its ids are like 'p.jpg', the images like 'a.jpg'"),
        ({"shown": none, "small": none}, r"its ids are like 'p.jpg', the images like 'a.jpg'"),
        ({"title": ["a", "sun", "moon"]}, r"its column 'title' names 1 of 3 images. Call the column that names"),
    ):
        given = read_vectors(parquet(tmp_path / "a.parquet", **columns, emb=lists()))
        with pytest.raises(InputError, match=message):
            given.match(PATHS)


def test_the_column_that_names_most_images_counts(tmp_path: Path) -> None:
    file = parquet(tmp_path / "a.parquet", image=["a.jpg", "q.jpg", "r.jpg"], id=turned(), emb=lists())
    np.testing.assert_allclose(of_images(read_vectors(file)), units(NUMBERS), atol=1e-6)


def test_ids_that_repeat_lose_no_row_where_others_tell_them_apart(tmp_path: Path) -> None:
    given = read_vectors(write_index(tmp_path / "a.parquet", pd.Index(turned()), id=[1, 1, 1]))
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    assert given.left_out == ()


def test_ids_that_became_floats_are_whole_numbers_again(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", id=[3.0, 1.0, 2.0], emb=lists())
    given = read_vectors(tmp_path / "a.parquet")
    np.testing.assert_allclose(of_images(given, ["0001.png", "0002.png", "0003.png"]), units(NUMBERS), atol=1e-6)


def test_a_picture_in_the_table_names_itself_by_its_path(tmp_path: Path) -> None:
    pictures = [{"bytes": b"\xff\xd8", "path": path} for path in turned()]
    given = read_vectors(parquet(tmp_path / "a.parquet", image=pictures, emb=lists()))
    assert list(given.ids) == turned()
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)


def test_order_alone_is_said_and_with_a_limit_the_first_rows_count(tmp_path: Path) -> None:
    given = read_vectors(parquet(tmp_path / "a.parquet", emb=lists(), label=["a", "a", "a"]))
    found = given.match(PATHS)
    assert found.rows.tolist() == [0, 1, 2]
    assert found.ways() == "3 by order"
    assert found.note == "a.parquet: it names no images, so its rows belong to them in the order of their paths"
    with pytest.raises(InputError, match="3 rows and no ids; there are 2 images. .* the ids: in a column id"):
        given.match(PATHS[:2])
    found = given.match(PATHS[:2], limited=True)
    assert found.rows.tolist() == [0, 1]
    assert "so the first 2 of its rows belong" in found.note
    with pytest.raises(InputError, match="3 rows and no ids; there are 4 images"):
        given.match([*PATHS, "d.jpg"], limited=True)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_archive_of_numpy_brings_vectors_and_names(tmp_path: Path, compressed: bool, order: Any) -> None:
    file = tmp_path / "a.npz"
    save = np.savez_compressed if compressed else np.savez
    vectors = np.array(NUMBERS[TURNED], order=order)
    for key, kind in (("filenames", "U9"), ("paths", "S9"), ("which", "U9")):
        arrays: dict[str, Any] = {"embeddings": vectors, "labels": np.arange(3), key: np.array(turned(), kind)}
        save(file, **arrays)
        np.testing.assert_allclose(of_images(read_vectors(file)), units(NUMBERS), atol=1e-6)
    save(file, vectors[:, None])
    (tmp_path / "a.ids.txt").write_text("\n".join(turned()))
    np.testing.assert_allclose(of_images(read_vectors(file)), units(NUMBERS), atol=1e-6)
    assert recognizes(file)


def test_archives_that_cannot_serve_are_refused_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"a": NUMBERS, "b": NUMBERS}, r"holds a float32 \(3, 4\), b float32 \(3, 4\); expected one array of numbers"),
        ({"a": NUMBERS, "ids": np.array(turned(), object)}, "ids holds Python objects, which are not read; save it"),
        ({"a": NUMBERS, "u": np.array(turned()), "v": np.array(turned())}, r"several arrays of texts \(u, v\)"),
    ]
    for arrays, message in cases:
        np.savez(file, **arrays)
        with pytest.raises(InputError, match=message):
            read_vectors(file)
    file.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(InputError, match="cannot be read as a NumPy archive"):
        read_vectors(file)


@pytest.mark.parametrize("end", [".ids.txt", "_ids.txt", "_names.txt", "_paths.txt", ".txt"])
def test_names_beside_an_array_are_found(tmp_path: Path, end: str) -> None:
    np.save(tmp_path / "a.npy", NUMBERS[TURNED][:, None])
    (tmp_path / f"a{end}").write_text("\n".join(turned()))
    np.testing.assert_allclose(of_images(read_vectors(tmp_path / "a.npy")), units(NUMBERS), atol=1e-6)


@pytest.mark.parametrize("stream", [False, True])
def test_arrow_files_and_streams_are_read(tmp_path: Path, stream: bool) -> None:
    table = pa.table({"id": turned(), "emb": lists(), "n": [1, 2, 3]})
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(str(tmp_path / "a.arrow"), table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    given = read_vectors(tmp_path / "a.arrow")
    np.testing.assert_allclose(of_images(given), units(NUMBERS), atol=1e-6)
    assert given.columns["n"].tolist() == [1, 2, 3]
    (tmp_path / "a.arrow").write_bytes(b"ARROW1 broken")
    with pytest.raises(InputError, match="cannot be read as Arrow"):
        read_vectors(tmp_path / "a.arrow")


def test_a_first_line_of_numbers_is_no_header(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "a.csv", NUMBERS, delimiter=",")
    with pytest.raises(InputError, match="its first line holds numbers and no names"):
        read_vectors(tmp_path / "a.csv")


def test_images_by_file_address_are_opened(tmp_path: Path) -> None:
    write_photos(tmp_path / "my photos", 1)
    photo = next(path for path in (tmp_path / "my photos").rglob("*") if path.suffix in (".jpg", ".png"))
    pd.DataFrame({"x": [1], "y": [2], "image_path": [photo.as_uri()]}).to_csv(tmp_path / "t.csv", index=False)
    scan = VectorTable(tmp_path / "t.csv").scan()
    assert [item.pictured for item in scan.items] == [True]


def test_columns_that_share_a_name_are_refused(tmp_path: Path) -> None:
    arrays = [pa.array(["a", "b"]), pa.array([[1.0, 2.0], [3.0, 4.0]]), pa.array([1, 2]), pa.array([3, 4])]
    pq.write_table(pa.Table.from_arrays(arrays, names=["id", "vector", "v", "v"]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="several columns called v; rename all but one"):
        read_vectors(tmp_path / "a.parquet")
