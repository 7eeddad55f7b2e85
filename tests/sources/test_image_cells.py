"""Tables whose cells hold images: every row an item, in whatever form its image is."""

from __future__ import annotations

import base64
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.sources.archives.source import Archives
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.image_cells import tables
from imagespace_core.sources.image_cells.source import ImageCells
from imagespace_core.sources.registry import recognized
from tests.makers.archives import jpeg, write_zip
from tests.makers.image_cells import FEATURES, IMAGE, cells, labeled, table, vectors, write
from tests.makers.photos import encoded

FILES = ["t.parquet", "t.arrow", "t.feather", "lz4.feather"]


def in_form(form: str, content: bytes, name: str) -> Any:
    text = base64.b64encode(content).decode()
    match form:
        case "base64":
            return text
        case "urlsafe":
            return base64.urlsafe_b64encode(content).decode().rstrip("=")
        case "data URL":
            return f"data:image/jpeg;base64,{text}"
        case "struct":
            return {"bytes": content, "path": name}
    return content


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_an_image_with_its_columns_and_labels_by_name(tmp_path: Path, name: str) -> None:
    source = ImageCells(write(tmp_path / name, labeled(12)))
    assert recognized(source.root) == "table"
    items = source.scan().items
    assert [item.key for item in items] == [item.path for item in items] == [f"{i:03}.jpg" for i in range(12)]
    assert [item.columns["label"] for item in items[:4]] == ["cat", "dog", "owl", "cat"]
    assert [item.columns["width_cm"] for item in items[:3]] == [0, 0.5, 1]
    again = ImageCells(source.root)
    for number in (11, 0, 6, 5, 7):
        key = items[number].key
        assert again.has(key)
        np.testing.assert_array_equal(again.read(key).pixels, source.decode(jpeg(number)).pixels)
        assert again.preview(key, 40).shape == (30, 40, 3)


@pytest.mark.parametrize("name", FILES)
def test_rows_are_read_at_random_from_many_threads(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CHUNK_BYTES", 3 * len(jpeg(0)))
    source = ImageCells(write(tmp_path / name, labeled(40), rows=20))
    keys = [item.key for item in source.scan().items] * 3
    random.Random(0).shuffle(keys)
    with ThreadPoolExecutor(8) as executor:
        for key, picture in zip(keys, executor.map(source.read, keys), strict=True):
            np.testing.assert_array_equal(picture.pixels, source.decode(jpeg(int(key[:3]))).pixels)


@pytest.mark.parametrize("form", ["bytes", "struct", "base64", "urlsafe", "data URL"])
@pytest.mark.parametrize("large", [False, True])
def test_an_image_may_be_bytes_or_text(tmp_path: Path, form: str, large: bool) -> None:
    kinds = {"bytes": (pa.binary(), pa.large_binary()), "struct": (IMAGE, IMAGE)}
    kind = kinds.get(form, (pa.string(), pa.large_string()))[large]
    column = pa.array([None, *(in_form(form, jpeg(i), f"{i}.jpg") for i in range(4))], kind)
    source = ImageCells(write(tmp_path / "t.parquet", table({"weight": range(5), "anything": column})))
    assert recognized(source.root) == "table"
    items = source.scan().items
    assert [item.key for item in items] == [f"t.parquet#{row}" for row in range(5)]
    assert [dict(item.columns) for item in items] == [{"weight": row} for row in range(5)]
    assert source.read("t.parquet#3").width == 128
    with pytest.raises(UnreadableImageError, match="no image in its row"):
        source.read("t.parquet#0")


def test_a_path_in_place_of_bytes_is_looked_for_beside_the_table(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images/1.jpg").write_bytes(jpeg(1))
    column = pa.array([{"bytes": None, "path": f"images/{name}.jpg"} for name in (1, 2)], IMAGE)
    source = ImageCells(write(tmp_path / "t.parquet", table({"image": column})))
    assert recognized(source.root) == "table"
    assert source.read("images/1.jpg").width == 128
    assert source.has("images/2.jpg"), "the row is there: it is a failure of the image, not a lost disk"
    with pytest.raises(UnreadableImageError, match="its file images/2.jpg is not there; paths start from the table's"):
        source.read("images/2.jpg")


def test_paths_as_text_are_images_where_the_table_has_no_vectors(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    plain = write(tmp_path / "plain.parquet", table({"image_path": ["1.jpg"], "n": [1]}))
    assert recognized(plain) == "table"
    assert ImageCells(plain).read("1.jpg").width == 128
    named = table({"image_path": ["1.jpg"], "vector": vectors(1)})
    assert recognized(write(tmp_path / "vectors.parquet", named)) == "vectors"
    named = table({"image_path": ["1.jpg"], "x": [1.0], "y": [2.0]})
    assert recognized(write(tmp_path / "places.parquet", named)) == "vectors"


@pytest.mark.parametrize("struct", [False, True])
def test_addresses_are_refused_because_nothing_is_downloaded(tmp_path: Path, struct: bool) -> None:
    urls = [f"https://example.org/{i}.jpg" for i in range(3)]
    column = pa.array([{"bytes": None, "path": url} for url in urls], IMAGE) if struct else urls
    path = write(tmp_path / "t.parquet", table({"image" if struct else "url": column}))
    assert recognized(path) == "table"
    with pytest.raises(InputError, match=r"are addresses \(column .*\), and nothing is downloaded. Fetch them first"):
        ImageCells(path).scan()


def test_one_address_among_images_is_a_failure_of_its_row(tmp_path: Path) -> None:
    column = pa.array([{"bytes": jpeg(1), "path": "a.jpg"}, {"bytes": None, "path": "http://x.org/b.jpg"}], IMAGE)
    source = ImageCells(write(tmp_path / "t.parquet", table({"image": column})))
    first, second = (item.key for item in source.scan().items)
    assert source.read(first).width == 128
    with pytest.raises(UnreadableImageError, match="nothing is downloaded"):
        source.read(second)


def test_labels_that_no_name_stands_for_are_counted_and_lists_of_labels_are_lists_of_names(tmp_path: Path) -> None:
    features = {**FEATURES, "tags": {"feature": FEATURES["label"], "_type": "Sequence"}}
    content = table({"image": cells(3), "label": [-1, 1, 7], "tags": [[0, 2], [], None]}, features)
    scan = ImageCells(write(tmp_path / "t.parquet", content)).scan()
    assert [item.columns["label"] for item in scan.items] == [None, "dog", "7"]
    assert "column label: 1 id has no name and stays a number, e.g. 7" in scan.notes
    assert [item.columns["tags"] for item in scan.items] == [["cat", "owl"], None, None]


def test_sound_that_is_stored_like_an_image_is_none(tmp_path: Path) -> None:
    content = table({"audio": cells(2)}, {"audio": {"_type": "Audio"}})
    path = write(tmp_path / "t.parquet", content)
    assert recognized(path) == "vectors"
    with pytest.raises(InputError, match="has no images: t.parquet: it has no column of images"):
        ImageCells(path).scan()


def test_of_several_columns_of_images_one_is_shown_and_the_others_can_be_chosen(tmp_path: Path) -> None:
    masks = pa.array([{"bytes": jpeg(i + 50), "path": f"mask{i}.jpg"} for i in range(3)], IMAGE)
    path = write(tmp_path / "t.parquet", table({"mask": masks, "image": cells(3)}))
    scan = ImageCells(path).scan()
    assert scan.items[0].key == "000.jpg"
    assert scan.notes == ["t.parquet: column image is shown; --image-column takes another one (mask)"]
    chosen = ImageCells(path, image_column="mask")
    assert chosen.scan().items[0].key == "mask0.jpg"
    np.testing.assert_array_equal(chosen.read("mask0.jpg").pixels, chosen.decode(jpeg(50)).pixels)
    with pytest.raises(InputError, match="--image-column picture: there is no such column; there are mask, image"):
        ImageCells(path, image_column="picture").scan()


def test_names_that_repeat_name_nothing_and_a_column_of_ids_does(tmp_path: Path) -> None:
    same = pa.array([{"bytes": jpeg(i), "path": "image.jpg"} for i in range(3)], IMAGE)
    plain = ImageCells(write(tmp_path / "t.parquet", table({"image": same})))
    assert [item.key for item in plain.scan().items] == ["t.parquet#0", "t.parquet#1", "t.parquet#2"]
    ids = ImageCells(write(tmp_path / "ids.parquet", table({"image": same, "image_id": [7, 8, 9]})))
    scan = ids.scan()
    assert [(item.key, dict(item.columns)) for item in scan.items] == [("7", {}), ("8", {}), ("9", {})]
    np.testing.assert_array_equal(ids.read("9").pixels, ids.decode(jpeg(2)).pixels)


def test_paths_of_another_machine_are_names(tmp_path: Path) -> None:
    column = pa.array([{"bytes": jpeg(i), "path": f"C:\\data\\{k}\\{i}.jpg"} for i, k in enumerate("aabb")], IMAGE)
    items = ImageCells(write(tmp_path / "t.parquet", table({"image": column}))).scan().items
    assert items[0].key == "C:/data/a/0.jpg"
    assert [item.columns["folder"] for item in items] == ["a", "a", "b", "b"]


def test_a_folder_of_shards_is_one_collection_with_its_splits(tmp_path: Path) -> None:
    root = tmp_path / "data"
    write(root / "data/train-00000-of-00002.parquet", labeled(4))
    write(root / "data/train-00001-of-00002.parquet", labeled(4, 4))
    write(root / "data/test-00000-of-00001.parquet", labeled(2, 8))
    (root / "README.md").write_text("# A data set")
    assert recognized(root) == "table"
    source = ImageCells(root)
    items = source.scan().items
    assert [item.key for item in items] == [f"{i:03}.jpg" for i in (8, 9, *range(8))]
    assert [item.columns["split"] for item in items] == ["test"] * 2 + ["train"] * 8
    for item in items:
        np.testing.assert_array_equal(source.read(item.key).pixels, source.decode(jpeg(int(item.key[:3]))).pixels)


def test_splits_saved_as_folders_of_arrow_files_are_folders(tmp_path: Path) -> None:
    root = tmp_path / "saved"
    for number, split in enumerate(("test", "train")):
        write(root / split / "data-00000-of-00001.arrow", labeled(3, number * 3))
        (root / split / "state.json").write_text("{}")
    assert recognized(root) == "table"
    items = ImageCells(root).scan().items
    assert [item.columns["folder"] for item in items] == ["test"] * 3 + ["train"] * 3


def test_pictures_of_sixteen_bits_have_one_scale_as_in_a_folder(tmp_path: Path) -> None:
    made = {f"{i}.png": encoded(Image.fromarray(np.full((8, 8), 1000 + 300 * i, np.uint16)), "PNG") for i in range(9)}
    for name, content in made.items():
        (tmp_path / "folder").mkdir(exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(content)
    column = pa.array([{"bytes": content, "path": name} for name, content in made.items()], IMAGE)
    nameless = pa.array(list(made.values()))
    sources = [
        Folder(tmp_path / "folder"),
        ImageCells(write(tmp_path / "t.parquet", table({"image": column}))),
        ImageCells(write(tmp_path / "nameless.arrow", table({"image": nameless}))),
        Archives(write_zip(tmp_path / "a.zip", made)),
    ]
    shown, notes = [], []
    for source in sources:
        scan = source.scan()
        reads = scan.reads or source
        shown.append([int(reads.read(item.key).pixels[0, 0, 0]) for item in scan.items])
        assert [int(reads.preview(item.key, 8)[0, 0, 0]) for item in scan.items] == shown[-1]
        notes.append(scan.notes)
    assert shown[0] == shown[1] == shown[2] == shown[3]
    assert shown[0] == sorted(set(shown[0]))
    assert notes[0] == notes[1] == notes[2] == notes[3]
    assert "16 bits" in notes[0][0]
    given = replace(sources[1], range=(0.0, 65535.0))
    assert (given.scan().reads or given).read("8.png").pixels[0, 0, 0] == 13


def test_a_limit_takes_the_first_rows(tmp_path: Path) -> None:
    for number in range(2):
        write(tmp_path / f"data/{number}.parquet", labeled(4, number * 4))
    assert [i.key for i in ImageCells(tmp_path / "data", limit=5).scan().items] == [f"{i:03}.jpg" for i in range(5)]


def test_vectors_beside_the_images_are_those_of_their_rows(tmp_path: Path) -> None:
    for number in range(2):
        content = table({"image": cells(3, number * 3), "emb": vectors(3, number * 3), "n": range(3)})
        write(tmp_path / f"data/{number}.parquet", content)
    source = ImageCells(tmp_path / "data")
    items = source.scan().items
    assert source.vector_column == "emb"
    assert [dict(item.columns) for item in items] == [{"n": n} for n in (0, 1, 2, 0, 1, 2)]
    given = source.given([item.key for item in items])
    assert given.vectors is not None
    expected = np.array(vectors(6))
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(given.vectors.read(), expected, atol=1e-6)
    assert list(given.ids) == [item.key for item in items]


def test_a_broken_table_is_skipped_and_the_others_go_on(tmp_path: Path) -> None:
    good = write(tmp_path / "data/b.parquet", labeled(3))
    (tmp_path / "data/a.parquet").write_bytes(good.read_bytes()[:-100])
    (tmp_path / "data/c.arrow").write_bytes(b"hello world")
    write(tmp_path / "data/d.parquet", table({"n": [1, 2]}))
    scan = ImageCells(tmp_path / "data").scan()
    assert len(scan.items) == 3
    reasons = dict(scan.skipped)
    assert "it is cut short or broken" in reasons["a.parquet"]
    assert reasons["c.arrow"] == "it is neither Parquet nor Arrow, by its first bytes"
    assert reasons["d.parquet"] == "it has no column of images"


@pytest.mark.parametrize("name", FILES)
def test_a_table_that_was_cut_short_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, labeled(10))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=f"has no images: {name}: it is cut short or broken"):
        ImageCells(path).scan()


def test_a_broken_page_is_a_failure_of_its_rows_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(labeled(10), path, row_group_size=5, compression="snappy", use_dictionary=False)
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start = column.data_page_offset
    data[start : start + 60] = b"\xff" * 60
    path.write_bytes(data)
    source = ImageCells(path)
    keys = [item.key for item in source.scan().items]
    assert source.read(keys[2]).width == 128
    with pytest.raises(UnreadableImageError, match=r"its table, t.parquet: it is cut short or broken"):
        source.read(keys[7])
    assert source.has(keys[7])


def test_columns_that_cannot_be_shown_are_named(tmp_path: Path) -> None:
    content = table({"image": cells(2), "hash": pa.array([b"\0", b"\1"]), "when": pa.array([1, 2], pa.timestamp("s"))})
    scan = ImageCells(write(tmp_path / "t.parquet", content)).scan()
    assert scan.notes == ["t.parquet: raw bytes are left out (column hash)"]
    assert set(scan.items[0].columns) == {"when"}


def test_tables_that_do_not_fit_together_are_refused_with_why(tmp_path: Path) -> None:
    write(tmp_path / "data/a.parquet", table({"image": cells(2), "n": [1, 2]}))
    write(tmp_path / "data/b.parquet", table({"image": cells(2, 2), "n": ["x", "y"]}))
    with pytest.raises(InputError, match="the tables in .* do not fit together"):
        ImageCells(tmp_path / "data").scan()


def test_a_column_that_some_tables_lack_is_missing_there(tmp_path: Path) -> None:
    write(tmp_path / "data/a.parquet", table({"image": cells(1), "n": [1]}))
    write(tmp_path / "data/b.parquet", table({"image": cells(1, 1)}))
    assert [item.columns["n"] for item in ImageCells(tmp_path / "data").scan().items] == [1, None]


def test_a_large_row_group_is_read_in_chunks_by_one_reader_that_goes_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CHUNK_BYTES", 4 * len(jpeg(0)))
    opened = tables.Parquet(write(tmp_path / "t.parquet", labeled(40), rows=1000), "image")
    kept: dict[int, pa.Array] = {}
    readers, lengths = set(), []
    for number in [*range(5), 7, 8]:
        lengths.append(len(opened.chunk("image", number, kept.__setitem__)))
        assert opened._reader is not None
        readers.add(id(opened._reader[2]))
    assert len(readers) == 1
    assert max(lengths) <= 5
    assert sorted(kept) == [5, 6], "what was read on the way to a later one is wanted next"
    opened.chunk("image", 0, kept.__setitem__)
    assert opened._reader is not None
    assert opened._reader[1] == 1, "what lies before is read by another one"


def test_a_table_that_is_gone_is_no_failure_of_its_images(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", labeled(3))
    source = ImageCells(path)
    source.scan()
    path.unlink()
    assert not source.has("001.jpg")
    with pytest.raises(VanishedError):
        source.read("001.jpg")
    with pytest.raises(InputError, match=r"no such file"):
        ImageCells(path).scan()


def test_a_cell_of_a_million_letters_is_a_failure_of_its_row(tmp_path: Path) -> None:
    """Valid base64 of no image, and longer than any name of a file."""
    images = [base64.b64encode(jpeg(0)).decode(), "A" * 1_000_000]
    source = ImageCells(write(tmp_path / "a.parquet", table({"image": images})))
    first, second = source.scan().items
    assert source.read(first.key).width
    with pytest.raises(UnreadableImageError, match="is not there"):
        source.read(second.key)


def test_columns_that_share_a_name_are_left_out_and_said(tmp_path: Path) -> None:
    image = cells(3)
    arrays = [image, pa.array([1, 2, 3]), pa.array([4, 5, 6]), pa.array(["a", "b", "c"])]
    pq.write_table(pa.Table.from_arrays(arrays, names=["image", "v", "v", "w"]), tmp_path / "a.parquet")
    assert recognized(tmp_path / "a.parquet") == "table"
    scan = ImageCells(tmp_path / "a.parquet").scan()
    assert [set(item.columns) for item in scan.items] == [{"w"}] * 3
    assert any("share a name are left out (v)" in note for note in scan.notes)


def test_a_folder_whose_first_shard_is_broken_is_one_of_tables_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    write(tmp_path / "b.parquet", labeled(3))
    assert recognized(tmp_path) == "table"
    scan = ImageCells(tmp_path).scan()
    assert len(scan.items) == 3
    assert [path for path, _ in scan.skipped] == ["a.parquet"]
