import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images.placeholder import GRAY
from imagespace_core.sources.vectors.given import Given, ids_file, read_vectors
from imagespace_core.sources.vectors.source import VectorTable, recognizes
from tests.makers.photos import write_photos


def units(array: np.ndarray) -> np.ndarray:
    return array / np.linalg.norm(array, axis=1, keepdims=True)


@pytest.fixture
def numbers() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


def read(given: Given) -> np.ndarray:
    assert given.vectors is not None
    vectors = given.vectors.read()
    assert vectors.shape == given.vectors.shape
    return vectors


def left_out(file: Path) -> dict[str, str]:
    return dict(read_vectors(file).left_out)


def test_an_array_with_ids_beside_it(tmp_path: Path, numbers: np.ndarray) -> None:
    file = tmp_path / "mine.npy"
    np.save(file, numbers)
    assert ids_file(file).name == "mine.ids.txt"
    ids_file(file).write_text("\n".join("abcdef") + "\n\n")
    given = read_vectors(file)
    assert list(given.ids) == list("abcdef")
    assert read(given).dtype == np.float32
    np.testing.assert_allclose(read(given), units(numbers), atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int32, ">f4"])
def test_arrays_of_other_number_types_are_taken(tmp_path: Path, dtype) -> None:
    whole = np.array([[3, 4], [0, -2]])
    np.save(tmp_path / "a.npy", whole.astype(dtype))
    np.testing.assert_allclose(read(read_vectors(tmp_path / "a.npy")), [[0.6, 0.8], [0, -1]], atol=1e-6)


def test_the_columns_of_emb_explorer_and_its_other_columns(tmp_path: Path, numbers: np.ndarray) -> None:
    table = {"uuid": list("abcdef"), "emb": numbers.tolist(), "species": ["x", "y"] * 3, "year": range(6)}
    pd.DataFrame(table).to_parquet(tmp_path / "a.parquet")
    given = read_vectors(tmp_path / "a.parquet")
    np.testing.assert_allclose(read(given), units(numbers), atol=1e-6)
    assert list(given.ids) == list("abcdef")
    assert list(given.columns) == ["species", "year"]
    assert given.columns["year"].tolist() == list(range(6))
    assert (given.positions, given.neighbors, given.images) == ({}, None, None)


def test_the_columns_of_embedding_atlas(tmp_path: Path, numbers: np.ndarray) -> None:
    """Its neighbors begin with the row itself, by row number; with vectors they are found anew."""
    near = [{"ids": [row, (row + 1) % 6, (row + 2) % 6], "distances": [0.0, 0.1, 0.2]} for row in range(6)]
    table = {"projection_x": np.arange(6.0), "projection_y": -np.arange(6.0), "neighbors": near, "text": list("abcdef")}
    pd.DataFrame(table).to_parquet(tmp_path / "a.parquet")
    given = read_vectors(tmp_path / "a.parquet")
    np.testing.assert_array_equal(given.positions[2], np.stack([np.arange(6), -np.arange(6)], 1))
    assert (given.vectors, given.naming) == (None, {})
    assert given.neighbors is not None
    np.testing.assert_array_equal(given.neighbors[0], [[(r + 1) % 6, (r + 2) % 6] for r in range(6)])
    np.testing.assert_allclose(given.neighbors[1], np.tile([0.1, 0.2], (6, 1)), atol=1e-6)
    pd.DataFrame({**table, "vector": numbers.tolist()}).to_parquet(tmp_path / "b.parquet")
    both = read_vectors(tmp_path / "b.parquet")
    assert both.neighbors is None
    assert list(both.notes) == ["b.parquet: its neighbors are not used; they are found anew from the vectors"]
    assert list(both.columns) == ["text"]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_a_table_of_ready_coordinates(tmp_path: Path, suffix: str) -> None:
    table = pd.DataFrame(
        {
            "x": [0.5, 1.5],
            "y": [2.0, 3.0],
            "z": [-1.0, 0.0],
            "image_path": ["p/a.jpg", "b.jpg"],
            "label": ["cat", "dog"],
        }
    )
    file = tmp_path / f"a.{suffix}"
    if suffix == "csv":
        table.to_csv(file, index=False)
    elif suffix == "parquet":
        table.to_parquet(file)
    else:
        table.to_json(file, orient="records", lines=True)
    given = read_vectors(file)
    np.testing.assert_array_equal(given.positions[3], [[0.5, 2, -1], [1.5, 3, 0]])
    assert list(given.ids) == list(given.images or []) == ["p/a.jpg", "b.jpg"]
    assert given.columns["label"].tolist() == ["cat", "dog"]
    assert list(given.columns) == ["label"]


def test_vectors_written_as_text_in_a_csv(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["a", "b"], "embedding": ["[3, 4]", "[0, -2.5]"]}).to_csv(tmp_path / "a.csv", index=False)
    np.testing.assert_allclose(read(read_vectors(tmp_path / "a.csv")), [[0.6, 0.8], [0, -1]], atol=1e-7)


def test_bad_rows_are_left_out_each_with_its_reason_and_the_good_ones_go_on(tmp_path: Path) -> None:
    rows = [
        ("good", [1.0, 0.0, 0.0]),
        ("nan", [1.0, float("nan"), 0.0]),
        ("inf", [1.0, float("inf"), 0.0]),
        ("hole", [1.0, None, 0.0]),
        ("short", [1.0, 0.0]),
        ("none", None),
        ("zero", [0.0, 0.0, 0.0]),
        ("good", [0.0, 1.0, 0.0]),
        ("", [0.0, 1.0, 0.0]),
        ("last", [0.0, 0.0, 2.0]),
    ]
    pd.DataFrame(rows, columns=["id", "vector"]).to_parquet(tmp_path / "a.parquet")
    given = read_vectors(tmp_path / "a.parquet")
    assert list(given.ids) == ["good", "last"]
    np.testing.assert_array_equal(read(given), [[1, 0, 0], [0, 0, 1]])
    assert dict(given.left_out) == {
        "nan": "its vector holds values that are not finite (NaN or infinite)",
        "inf": "its vector holds values that are not finite (NaN or infinite)",
        "hole": "its vector holds values that are not finite (NaN or infinite)",
        "short": "its vector has 2 numbers; the others 3",
        "none": "no vector",
        "zero": "its vector is zero and points nowhere",
        "good": "its id is that of an earlier row (the first counts)",
        "row 9": "it has no id",
    }
    assert any("rows left out: 3, e.g. 'nan', 'inf', 'hole': its vector holds" in line for line in given.lines())


def test_a_duplicate_of_a_bad_row_is_good(tmp_path: Path) -> None:
    rows = [("a", [float("nan"), 0.0]), ("a", [1.0, 0.0])]
    pd.DataFrame(rows, columns=["id", "vector"]).to_parquet(tmp_path / "a.parquet")
    assert list(read_vectors(tmp_path / "a.parquet").ids) == ["a"]


def test_neighbors_follow_the_rows_that_are_left(tmp_path: Path) -> None:
    near = [{"ids": [(row + 1) % 5, (row + 2) % 5], "distances": [0.1, 0.2]} for row in range(5)]
    x = [1.0, float("nan"), 0.0, 1.0, 1.0]
    pd.DataFrame({"id": list("abcde"), "x": x, "y": range(5), "neighbors": near}).to_parquet(tmp_path / "a.parquet")
    given = read_vectors(tmp_path / "a.parquet")
    assert list(given.ids) == list("acde")
    assert given.neighbors is not None
    assert [[given.ids[to] for to in row] for row in given.neighbors[0]] == [["c"], ["d"], ["e"], ["a"]]


def test_numbers_too_large_for_squares_keep_their_direction(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[3e200, 4e200], [3e-200, 4e-200]]))
    np.testing.assert_allclose(read(read_vectors(tmp_path / "a.npy")), [[0.6, 0.8]] * 2, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.npy", np.zeros((3, 2), complex), r"complex128 \(3, 2\); expected numbers \(rows, dimensions\)"),
        ("a.npy", np.zeros(5), r"float64 \(5,\); expected"),
        ("a.npy", np.zeros((0, 5)), "expected numbers"),
        ("a.npy", np.array(["a", {}], object), "cannot be read as a NumPy array"),
        ("a.npy", np.full((4, 2), np.nan), "no row that can be used; the first: its vector holds values"),
        ("a.parquet", {"id": ["a"], "name": ["b"]}, "neither vectors nor coordinates .* id, name"),
        ("a.csv", {"x": [1.0], "label": ["b"]}, "neither vectors nor coordinates"),
        ("a.csv", {"x": ["left", "right"], "y": [1.0, 2.0]}, "the first: its 2D coordinates are missing"),
    ],
)
def test_files_that_cannot_serve_are_refused_in_one_sentence(tmp_path: Path, name: str, content, message: str) -> None:
    file = tmp_path / name
    if isinstance(content, np.ndarray):
        np.save(file, content, allow_pickle=True)
    elif name.endswith("csv"):
        pd.DataFrame(content).to_csv(file, index=False)
    else:
        pd.DataFrame(content).to_parquet(file)
    with pytest.raises(InputError, match=message) as caught:
        read_vectors(file)
    assert "\n" not in str(caught.value)


def test_ids_of_another_number_missing_files_and_other_suffixes_are_named(tmp_path: Path, numbers: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", numbers)
    (tmp_path / "a.ids.txt").write_text("a\nb\n")
    with pytest.raises(InputError, match=r"a.npy has 6 rows; a.ids.txt has 2 ids"):
        read_vectors(tmp_path / "a.npy")
    for name, message in (("none.npy", "does not exist"), (".", "is a folder")):
        with pytest.raises(InputError, match=message):
            read_vectors(tmp_path / name)
    (tmp_path / "a.pkl").write_bytes(b"")
    with pytest.raises(InputError, match=r"is a .pkl; give .npy, .npz, .parquet"):
        read_vectors(tmp_path / "a.pkl")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_vectors(tmp_path / "broken.parquet")


@pytest.mark.parametrize(
    "ids",
    [
        ["p/a.jpg", "p/b.jpg", "c.jpg"],
        ["a.jpg", "b.jpg", "c.jpg"],
        ["./p/a.jpg", "p\\b.jpg", "c.jpg"],
        ["a", "b", "c"],
        ["p/a", "p/b", "c"],
    ],
)
def test_rows_find_their_images_by_path_by_name_and_without_suffix(tmp_path: Path, ids: list[str]) -> None:
    pd.DataFrame({"id": ids, "vector": [[1.0, 0], [0, 1.0], [1.0, 1]]}).to_parquet(tmp_path / "a.parquet")
    assert read_vectors(tmp_path / "a.parquet").match(["c.jpg", "p/b.jpg", "d.jpg", "p/a.jpg"]).rows.tolist() == [
        2,
        1,
        -1,
        0,
    ]


def test_image_paths_count_before_ids(tmp_path: Path) -> None:
    table = {"id": ["a.jpg", "b.jpg"], "image_path": ["b.jpg", "a.jpg"], "vector": [[1.0, 0], [0, 1.0]]}
    pd.DataFrame(table).to_parquet(tmp_path / "a.parquet")
    assert read_vectors(tmp_path / "a.parquet").match(["a.jpg", "b.jpg"]).rows.tolist() == [1, 0]


def test_without_ids_rows_go_by_order_also_where_one_is_left_out(tmp_path: Path, numbers: np.ndarray) -> None:
    numbers[2, 1] = np.nan
    np.save(tmp_path / "a.npy", numbers)
    given = read_vectors(tmp_path / "a.npy")
    paths = [f"{name}.jpg" for name in "abcdef"]
    assert given.match(paths).rows.tolist() == [0, 1, -1, 2, 3, 4]
    with pytest.raises(InputError, match=r"has 6 rows and no ids; there are 5 images. .* a.ids.txt"):
        given.match(paths[:5])


def test_rows_that_match_nothing_are_an_error_that_shows_both_sides(tmp_path: Path) -> None:
    pd.DataFrame({"uuid": ["0f3c"], "emb": [[1.0, 2.0]]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"its ids are like '0f3c', the images like 'a.jpg'"):
        read_vectors(tmp_path / "a.parquet").match(["a.jpg"])


def test_taking_rows_takes_everything_of_them(tmp_path: Path, numbers: np.ndarray) -> None:
    near = [{"ids": [(row + 1) % 6], "distances": [0.1]} for row in range(6)]
    table = {"id": list("abcdef"), "x": range(6), "y": range(6), "neighbors": near, "n": range(6)}
    pd.DataFrame({**table, "vector": numbers.tolist()}).to_parquet(tmp_path / "v.parquet")
    turned = read_vectors(tmp_path / "v.parquet").take(np.arange(6)[::-1])
    assert list(turned.ids) == list("fedcba")
    np.testing.assert_allclose(read(turned), units(numbers)[::-1], atol=1e-6)
    np.testing.assert_allclose(read(turned.take([5, 0])), units(numbers)[[0, 5]], atol=1e-6)
    pd.DataFrame(table).to_parquet(tmp_path / "a.parquet")
    given = read_vectors(tmp_path / "a.parquet")
    turned = given.take(np.arange(6)[::-1])
    assert turned.positions[2][:, 0].tolist() == turned.columns["n"].tolist() == [5, 4, 3, 2, 1, 0]
    assert turned.neighbors is not None
    assert [turned.ids[to] for to in turned.neighbors[0][:, 0]] == list("afedcb")
    some = given.take([0, 1, 2]).neighbors
    assert some is None, "c has no neighbor left"
    near = [{"ids": [(row + 1) % 6, (row + 2) % 6, (row + 3) % 6], "distances": [0.1, 0.2, 0.3]} for row in range(6)]
    pd.DataFrame({**table, "neighbors": near}).to_parquet(tmp_path / "b.parquet")
    some = read_vectors(tmp_path / "b.parquet").take([5, 2, 3, 4]).neighbors
    assert some is not None
    assert some[0].tolist() == [[1], [2], [3], [0]], "as many as every row has left, nearest first"


def test_a_table_is_a_source_with_images_where_they_are_and_gray_squares_elsewhere(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 2)
    photo = sorted(path.name for path in (tmp_path / "photos").iterdir() if path.suffix in (".jpg", ".png"))[0]
    table = {"id": ["a", "b", "c"], "vector": [[1.0, 0], [0, 1.0], [1.0, 1]], "image_path": [photo, "gone.jpg", ""]}
    pd.DataFrame({**table, "when": pd.to_datetime(["2020-01-01"] * 3), "n": [1, 2, 3]}).to_parquet(
        tmp_path / "t.parquet"
    )
    source = VectorTable(tmp_path / "t.parquet", image_root=str(tmp_path / "photos"))
    items = source.scan().items
    assert [(item.key, item.path) for item in items] == [("a", photo), ("b", "gone.jpg"), ("c", "c")]
    assert [item.pictured for item in items] == [True, False, False]
    assert items[0].columns["n"] == 1
    assert items[0].columns["when"] == datetime(2020, 1, 1)
    assert source.scan().skipped == []
    assert any("images not found: 1, e.g. 'gone.jpg'" in line for line in source.scan().notes)
    assert [source.has(key) for key in "abc"] == [True, False, True]
    assert source.read("a").width > 96
    for key in "bc":
        assert set(np.unique(source.read(key).pixels)) == {GRAY}
        assert source.preview(key, 40).shape == (40, 40, 3)
    with pytest.raises(UnreadableImageError, match="no id"):
        source.read("d")
    assert source.given.vectors is not None
    assert [item.key for item in VectorTable(tmp_path / "t.parquet", limit=2).scan().items] == ["a", "b"]


def test_image_paths_start_from_the_files_own_folder_unless_told(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 1)
    photo = next(path for path in (tmp_path / "photos").rglob("*") if path.suffix in (".jpg", ".png"))
    records = [
        {"x": 1, "y": 2, "image_path": str(photo.relative_to(tmp_path))},
        {"x": 1, "y": 2, "image_path": str(photo)},
    ]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, records)))
    source = VectorTable(tmp_path / "t.jsonl")
    first, second = (source.read(item.key).pixels for item in source.scan().items)
    np.testing.assert_array_equal(first, second)
    assert not any("not found" in line for line in source.scan().notes)


def test_files_are_recognized_by_their_suffix(tmp_path: Path) -> None:
    for name in ("a.npy", "a.parquet", "a.csv", "a.tif"):
        (tmp_path / name).write_bytes(b"")
    assert [recognizes(tmp_path / name) for name in ("a.npy", "a.parquet", "a.csv", "a.tif", "none.npy", ".")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
