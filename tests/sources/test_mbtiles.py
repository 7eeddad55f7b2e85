"""Map tiles in SQLite files: where they lie, what is read, and what is refused."""

from __future__ import annotations

import gzip
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.sources.registry import recognized
from imagespace_core.sources.tiles.mbtiles import MBTiles
from imagespace_core.sources.tiles.source import Tiles, recognizes
from tests.makers.tiles import SIDE, X, Y, Z, drawn_map, png, save, write_map, write_mbtiles

TOP = (1 << Z) - 1


def parts(pixels: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
    """The tiles of a picture of the map by column and row from the north-west."""
    across, down = pixels.shape[1] // SIDE, pixels.shape[0] // SIDE
    return {
        (x, y): pixels[y * SIDE : (y + 1) * SIDE, x * SIDE : (x + 1) * SIDE] for x in range(across) for y in range(down)
    }


def stored(pixels: np.ndarray) -> dict[tuple[object, object, object], object]:
    return {(Z, X + x, TOP - Y - y): png(part) for (x, y), part in parts(pixels).items()}


@pytest.fixture
def relief() -> np.ndarray:
    return drawn_map(4, 3)


def test_a_file_of_tiles_is_a_layer_whose_rows_count_from_the_south(tmp_path: Path, relief: np.ndarray) -> None:
    file = write_mbtiles(tmp_path / "relief.mbtiles", stored(relief), format="png", bounds="9,47,10,48")
    assert recognized(file) == "tiles"
    source = Tiles(file)
    scan = source.scan()
    assert (source.names(), scan.skipped, scan.notes) == (("relief",), [], [])
    assert [item.key for item in scan.items] == [f"{Z}/{X + x}/{Y + y}" for x in range(4) for y in range(3)]
    for (x, y), part in parts(relief).items():
        np.testing.assert_array_equal(source.preview(f"{Z}/{X + x}/{Y + y}", 99), part)
    assert source.has(f"{Z}/{X}/{Y}")
    assert not source.has(f"{Z}/{X + 9}/{Y}")
    with pytest.raises(UnreadableImageError, match="layer relief: the tile is not there"):
        source.read(f"{Z}/{X + 9}/{Y}")


def test_files_and_folders_are_layers_of_one_map(tmp_path: Path, relief: np.ndarray) -> None:
    write_mbtiles(tmp_path / "map/relief.mbtiles", stored(relief))
    write_map(tmp_path / "map/roads", pixels=255 - relief)
    source = Tiles(tmp_path / "map")
    assert recognizes(tmp_path / "map")
    assert source.names() == ("relief", "roads")
    assert len(source.scan().items) == 12
    assert getattr(source.scan().reads, "schemes") == ("relief=tms", "roads=xyz")  # noqa: B009
    pixels = source.read(f"{Z}/{X}/{Y}").pixels
    assert (pixels[..., 0] + pixels[..., 1] == 255).all()


def test_many_threads_read_it_at_once(tmp_path: Path, relief: np.ndarray) -> None:
    source = Tiles(write_mbtiles(tmp_path / "relief.mbtiles", stored(relief)))
    keys = [item.key for item in source.scan().items]
    expected = {key: source.preview(key, 99).tobytes() for key in keys}
    with ThreadPoolExecutor(8) as executor:
        for key, pixels in zip(keys * 20, executor.map(lambda key: source.preview(key, 99), keys * 20), strict=True):
            assert pixels.tobytes() == expected[key]


def test_reading_leaves_the_file_as_it_is(tmp_path: Path, relief: np.ndarray) -> None:
    file = write_mbtiles(tmp_path / "relief.mbtiles", stored(relief))
    before = file.read_bytes()
    file.chmod(0o444)
    source = Tiles(file)
    source.read(source.scan().items[0].key)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["relief.mbtiles"]


def test_rows_that_a_file_says_count_from_the_north_do(tmp_path: Path, relief: np.ndarray) -> None:
    tiles: dict = {(Z, X + x, Y + y): png(part) for (x, y), part in parts(relief).items()}
    for number, said in enumerate(({"scheme": "xyz"}, {"bounds": "9.4,47.1,9.6,47.3"})):
        source = Tiles(write_mbtiles(tmp_path / f"{number}.mbtiles", tiles, **said))
        scan = source.scan()
        assert scan.items[0].key == f"{Z}/{X}/{Y}"
        assert "tiles are read as xyz (columns, then rows from the north)" in scan.notes[0]


def test_stamps_change_with_the_file(tmp_path: Path, relief: np.ndarray) -> None:
    file = write_mbtiles(tmp_path / "relief.mbtiles", stored(relief))
    before = Tiles(file).scan().items[0].stamp
    assert Tiles(file).scan().items[0].stamp == before
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE more (x)")
    database.close()
    assert Tiles(file).scan().items[0].stamp != before


@pytest.mark.parametrize("data", [gzip.compress(b"\x1a\x02ab"), b"\x1a\x02ab"])
def test_vector_tiles_are_refused_with_what_they_are(tmp_path: Path, data: bytes) -> None:
    file = write_mbtiles(tmp_path / "streets.mbtiles", {(Z, X, TOP - Y): data}, format="pbf")
    with pytest.raises(
        InputError, match=r"streets.mbtiles holds vector tiles \(pbf\): .* and no pictures; .* Draw them"
    ):
        Tiles(file).scan()


def _rubbish(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def _no_tables(path: Path) -> None:
    path.write_bytes(b"")


def _other_tables(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE tiles (a, b)")
    database.close()


def _cut(path: Path) -> None:
    write_mbtiles(path, stored(drawn_map(8, 8)))
    path.write_bytes(path.read_bytes()[:9000])


@pytest.mark.parametrize(
    ("make", "said"),
    [(_rubbish, "is no MBTiles: SQLite says file is not a database"), (_no_tables, "no such table: tiles"),
     (_other_tables, "no such column"), (_cut, "cannot be read: SQLite says database disk image is malformed")],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_in_one_sentence(tmp_path: Path, make, said: str) -> None:
    make(tmp_path / "relief.mbtiles")
    with pytest.raises(InputError) as caught:
        Tiles(tmp_path / "relief.mbtiles").scan()
    assert said in str(caught.value)
    assert "; expected a " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_tiles_that_cannot_be_are_counted_and_broken_ones_say_why(tmp_path: Path, relief: np.ndarray) -> None:
    odd = {(99, 1, 1): b"x", (3, 8, 1): b"x", ("deep", 1, 1): b"x", (3, None, 1): b"x", (3, -1, 1): b"x"}
    broken = {(Z, X, TOP - Y): None, (Z, X, TOP - Y - 1): "text", (Z, X, TOP - Y - 2): b"\x89PNG broken"}
    file = write_mbtiles(tmp_path / "relief.mbtiles", stored(relief) | odd | broken)
    source = Tiles(file)
    scan = source.scan()
    assert len(scan.items) == 12
    [(layer, reason)] = scan.skipped
    assert (layer, reason[:51]) == ("relief", "tiles whose numbers their zoom does not have: 5, th")
    assert any("3 of 12 tiles are broken" in note for note in scan.notes)
    for y, why in enumerate(("empty file", "empty file", "not an image")):
        with pytest.raises(UnreadableImageError, match=f"layer relief: {why}"):
            source.read(f"{Z}/{X}/{Y + y}")
    lone = write_mbtiles(tmp_path / "lone.mbtiles", {(99, 1, 1): b"x"})
    with pytest.raises(InputError, match="expected zooms from 0 to 29, and at zoom z numbers below 2.z, not 99/1/1"):
        Tiles(lone).scan()
    with pytest.raises(InputError, match="has no tile that its zoom can have"):
        Tiles(write_mbtiles(tmp_path / "empty.mbtiles", {})).scan()


def test_a_value_of_any_size_is_refused_before_it_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    file = write_mbtiles(tmp_path / "relief.mbtiles", {(Z, X, TOP - Y): png(noise)})
    monkeypatch.setattr("imagespace_core.sources.tiles.mbtiles.LARGEST_BYTES", 4096)
    with pytest.raises(
        UnreadableImageError, match="layer relief: relief.mbtiles cannot be read: SQLite says .*too big"
    ):
        Tiles(file, scheme=("tms",)).read(f"{Z}/{X}/{Y}")


def test_a_file_that_goes_is_no_broken_tile(tmp_path: Path, relief: np.ndarray) -> None:
    file = write_mbtiles(tmp_path / "relief.mbtiles", stored(relief))
    source = Tiles(file)
    key = source.scan().items[0].key
    file.unlink()
    with pytest.raises(VanishedError):
        source.read(key)


def test_photos_beside_such_a_file_stay_photos(tmp_path: Path, relief: np.ndarray) -> None:
    write_mbtiles(tmp_path / "trip/track.mbtiles", stored(relief))
    assert recognized(tmp_path / "trip") == "tiles"
    save(tmp_path / "trip/beach.jpg", relief)
    assert recognized(tmp_path / "trip") == "folder"


def test_a_view_that_never_ends_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.mbtiles")) as database:
        database.execute(
            "CREATE VIEW tiles AS WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n) "
            "SELECT 3 AS zoom_level, x AS tile_column, 1 AS tile_row, x'00' AS tile_data FROM n"
        )
    with pytest.raises(InputError, match="not authorized"):
        MBTiles("a", tmp_path / "a.mbtiles").listed()
