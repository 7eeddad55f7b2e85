"""Tiles in layers: which coordinates there are, what a model and what people see of them, and what is said of them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources import Item
from imagespace_core.sources.tiles.coordinates import (
    Tile,
    lng_lat,
    nearest_tile,
    numbers_of,
    parse_key,
    read_tile,
    zones,
)
from imagespace_core.sources.tiles.source import Tiles, recognizes
from tests.makers.tiles import COLORS, SIDE, X, Y, Z, save, tile, write_tiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tiles(tmp_path / "map")


def items(source: Tiles) -> dict[str, Item]:
    return {item.key: item for item in source.scan().items}


def at(x: int, y: int) -> str:
    return f"{Z}/{X + x}/{Y + y}"


def gray(color: tuple[int, int, int]) -> int:
    """ITU-R 601-2 luma, as Pillow rounds it."""
    return int(np.asarray(Image.new("RGB", (1, 1), color).convert("L"))[0, 0])


def test_every_shared_coordinate_is_an_item_by_column_then_row(root: Path) -> None:
    found = items(Tiles(root))
    assert list(found) == [at(x, y) for x in range(4) for y in range(4)]
    assert all(item.path == item.key for item in found.values())
    assert list(items(Tiles(root, limit=5))) == list(found)[:5]


def test_the_layers_may_lie_in_a_folder_called_tiles(root: Path) -> None:
    root.rename(root.parent / "tiles")
    assert recognizes(root.parent)
    assert Tiles(root.parent).names() == ("roads", "water", "woods")


def test_a_model_gets_a_gray_channel_for_each_layer_in_the_order_asked_for(root: Path) -> None:
    for names in (("roads", "water", "woods"), ("woods", "roads")):
        picture = Tiles(root, layers=names if len(names) == 2 else ()).read(at(2, 3))
        assert (picture.width, picture.height) == (SIDE, SIDE)
        assert picture.pixels.shape == (SIDE, SIDE, len(names))
        inked = {"roads": 8, "water": 2, "woods": 3}
        for channel, name in enumerate(names):
            expected = np.full((SIDE, SIDE), 255)
            expected[: inked[name]] = gray(COLORS[name])
            np.testing.assert_array_equal(picture.pixels[..., channel], expected)


def test_columns_say_where_a_tile_lies_and_what_is_on_it(root: Path) -> None:
    columns = items(Tiles(root))[at(3, 1)].columns
    assert {name: columns[name] for name in ("z", "x", "y")} == {"z": Z, "x": X + 3, "y": Y + 1}
    assert columns["longitude"] == pytest.approx((X + 3.5) / 2**Z * 360 - 180)
    assert columns["latitude"] == pytest.approx(math.degrees(math.atan(math.sinh(math.pi * (1 - (Y + 1.5) / 2**16)))))
    assert columns["content_roads"] == 8 / SIDE
    assert columns["content_water"] == 3 / SIDE
    assert columns["content_woods"] == 1 / SIDE
    assert columns["dominant_layer"] == "roads"
    assert columns["telling_layer"] == "water", "3 rows where the mean is 1.5; of roads there are 8 everywhere"
    assert columns["zone"] == "east"


def test_an_empty_tile_has_no_dominant_layer(root: Path) -> None:
    found = items(Tiles(root, layers=("water", "woods")))
    assert found[at(0, 0)].columns["dominant_layer"] is None
    assert found[at(0, 0)].columns["telling_layer"] is None
    assert Tiles(root).telling_layer(at(0, 3)) == items(Tiles(root))[at(0, 3)].columns["telling_layer"] == "woods"


def test_the_preview_lays_the_chosen_layers_over_each_other_like_inks(root: Path) -> None:
    both = Tiles(root, preview_layers=("roads", "water")).preview(at(2, 0), 100)
    assert both.shape == (SIDE, SIDE, 3)
    product = np.rint(np.multiply(COLORS["roads"], np.array(COLORS["water"]) / 255))
    np.testing.assert_allclose(both[0, 0], product, atol=1)
    np.testing.assert_array_equal(both[5, 0], COLORS["roads"])
    np.testing.assert_array_equal(both[12, 0], [255, 255, 255])
    np.testing.assert_array_equal(Tiles(root).composite(at(2, 0), ["water"], 100)[0, 0], COLORS["water"])
    assert Tiles(root).preview(at(2, 0), 8).shape == (8, 8, 3)


def test_palettes_and_transparency_become_paper(root: Path) -> None:
    """Index 0 of a palette is white paper here; what is transparent lies over white."""
    palette = Image.new("P", (SIDE, SIDE), 0)
    palette.putpalette([255, 255, 255, *COLORS["roads"]] + [0] * 762)
    palette.paste(1, (0, 0, SIDE, 4))
    palette.save(root / f"roads/{at(1, 1)}.png")
    clear = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    clear.save(root / f"water/{at(1, 1)}.png")
    source = Tiles(root)
    columns = items(source)[at(1, 1)].columns
    assert (columns["content_roads"], columns["content_water"]) == (4 / SIDE, 0)
    pixels = source.read(at(1, 1)).pixels
    assert pixels[0, 0].tolist() == [gray(COLORS["roads"]), 255, gray(COLORS["woods"])]
    assert (pixels[10] == 255).all()


def test_a_coordinate_that_one_layer_lacks_is_left_out_and_counted(root: Path) -> None:
    (root / f"water/{at(0, 2)}.png").unlink()
    (root / f"water/{at(1, 2)}.png").unlink()
    source = Tiles(root)
    assert set(items(source)) == {at(x, y) for x in range(4) for y in range(4)} - {at(0, 2), at(1, 2)}
    [(layer, reason)] = source.scan().skipped
    assert layer == "water"
    assert reason == f"2 of 16 coordinates have no tile here, the first {at(0, 2)}; they are left out"
    assert f"layer water: {reason}" in source.scan().notes


def test_a_broken_tile_is_an_item_whose_reading_names_layer_and_reason(root: Path) -> None:
    (root / f"woods/{at(1, 1)}.png").write_bytes(b"\x89PNG broken")
    source = Tiles(root)
    assert "dominant_layer" not in items(source)[at(1, 1)].columns
    with pytest.raises(UnreadableImageError, match=r"layer woods: .*"):
        source.read(at(1, 1))
    assert any(line.startswith("layer woods: 1 of 16 tiles are broken") for line in source.scan().notes)


def test_a_larger_tile_scales_the_others_and_another_shape_is_refused(root: Path) -> None:
    save(root / f"roads/{at(0, 0)}.png", tile(COLORS["roads"], 16, 2 * SIDE))
    save(root / f"roads/{at(0, 1)}.png", np.zeros((SIDE, 2 * SIDE, 3), np.uint8))
    source = Tiles(root)
    found = items(source)
    assert found[at(0, 0)].columns["content_roads"] == 0.5
    assert source.read(at(0, 0)).pixels.shape == (2 * SIDE, 2 * SIDE, 3)
    with pytest.raises(UnreadableImageError, match=r"layer water: the tile has 16 x 16 pixels, another layer's"):
        source.read(at(0, 1))
    assert any("layer roads: 2 tiles are not 16 x 16 pixels as most are" in line for line in source.scan().notes)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"layers": ("roads", "rivers")}, "has no layer rivers; it has roads, water, woods"),
        ({"layers": ("roads", "roads")}, "name one twice"),
        ({"preview_layers": ("rivers",)}, "the preview asks for the layer rivers; there are roads, water, woods"),
        ({"limit": 0}, "leaves none"),
    ],
)
def test_what_cannot_be_meant_is_refused(root: Path, told: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        items(Tiles(root, **told))


def test_folders_that_hold_no_tiles_are_refused_with_what_is_expected(tmp_path: Path, root: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path, message in ((tmp_path / "empty", "expected <layer>/<z>/<x>/<y>"), (tmp_path / "none", "is not there")):
        with pytest.raises(InputError, match=message):
            items(Tiles(path))
    for x in range(4):
        for y in range(4):
            (root / f"water/{at(x, y)}.png").rename(root / f"water/{Z}/{X + x}/{Y + y + 100}.png")
    with pytest.raises(InputError, match="no coordinate has a tile in all 3 layers"):
        items(Tiles(root))
    for number in range(13):
        save(tmp_path / f"many/layer{number}/{at(0, 0)}.png", tile((0, 0, 0), 1))
    with pytest.raises(InputError, match="has 13 layers; expected 1 to 12"):
        items(Tiles(tmp_path / "many"))


def test_photos_in_folders_by_date_are_no_tiles(tmp_path: Path) -> None:
    save(tmp_path / "2024/01/02/3.png", tile((1, 2, 3), 4))
    save(tmp_path / "2024/1/15/3.png", tile((1, 2, 3), 4))  # a zoom of 1 has no column 15
    assert not recognizes(tmp_path)
    assert recognizes(write_tiles(tmp_path / "map"))


def test_stamps_change_with_the_files_and_with_what_is_shown_of_them(root: Path) -> None:
    def stamp(**told: Any) -> str:
        return items(Tiles(root, **told))[at(0, 0)].stamp

    seen = {
        stamp(),
        stamp(layers=("roads", "water")),
        stamp(layers=("water", "roads")),
        stamp(preview_layers=("roads",)),
    }
    assert len(seen) == 4
    assert stamp() in seen
    save(root / f"roads/{at(0, 0)}.png", tile(COLORS["roads"], 3))
    assert stamp() not in seen


def test_an_item_is_there_as_long_as_all_its_layers_are(root: Path) -> None:
    source = Tiles(root)
    assert source.has(at(0, 0))
    (root / f"woods/{at(0, 0)}.png").unlink()
    assert not source.has(at(0, 0))


@pytest.mark.parametrize(
    ("key", "expected"),
    [("17/3/4", Tile(17, 3, 4)), ("1/2/0", None), ("17/03/4", None), ("17/3", None), ("30/1/1", None), ("a/b/c", None)],
)
def test_only_tiles_that_their_zoom_has_are_keys(key: str, expected: Tile | None) -> None:
    assert parse_key(key) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [((0, 0, 0), (-180, 85.0511287798)), ((1, 1, 1), (0, 0)), ((3, 4, 2), (90, -85.0511287798)),
     ((68_991.5, 45_982.5, 17), (9.490814208984, 47.222366217835))],
)  # fmt: skip
def test_tile_numbers_become_degrees(place: tuple[float, float, int], expected: tuple[float, float]) -> None:
    assert lng_lat(*place) == pytest.approx(expected, abs=1e-9)


def test_a_number_finds_its_tile_and_one_that_is_not_there_the_nearest(root: Path) -> None:
    keys = list(items(Tiles(root)))
    tiles = numbers_of(keys)
    assert tiles is not None
    assert tiles.tolist()[5] == [Z, X + 1, Y + 1]
    found = nearest_tile(tiles, X + 2, Y + 1)
    assert (keys[found.row], found.distance_tiles) == (at(2, 1), 0)
    found = nearest_tile(tiles, X - 3, Y - 4)
    assert (keys[found.row], found.distance_tiles) == (at(0, 0), 5)
    tied = nearest_tile(np.array([[3, 0, 0], [3, 2, 0], [2, 1, 0]]), 1, 0)
    assert tied == (0, 1.0), "the deepest zoom counts, and of two at the same distance the first"
    assert nearest_tile(np.array([[3, 0, 0], [3, 2, 0], [2, 1, 0]]), 1, 0, 2) == (2, 0.0)
    with pytest.raises(InputError, match="no tile of zoom 3 here; there are 17"):
        nearest_tile(tiles, 1, 1, 3)
    with pytest.raises(InputError, match="Zoom 17 has no tile 200000, 5; its numbers go from 0 to 131,071"):
        nearest_tile(tiles, 200_000, 5)


def test_tiles_are_read_as_people_write_them() -> None:
    assert read_tile(" 68989 , 45981 ") == (None, 68_989, 45_981)
    assert read_tile("68989 45981") == read_tile("68989/45981") == (None, 68_989, 45_981)
    assert read_tile("17/68989/45981") == (17, 68_989, 45_981)
    for wrong in ("", "12", "1.5, 3", "-1, 3", "1, 2, 3", "a, b"):
        with pytest.raises(InputError, match=r"is no tile; expected its x, y"):
            read_tile(wrong)


def test_keys_that_are_no_tiles_have_no_numbers() -> None:
    assert numbers_of(["17/1/2", "beach.jpg"]) is None
    assert numbers_of([]) is None


def test_zones_are_the_middle_third_and_the_four_sides() -> None:
    grid = np.array([[10, x, y] for y in range(3) for x in range(3)])
    assert zones(grid) == ["north", "north", "north", "west", "center", "east", "south", "south", "south"]
    assert zones(np.array([[10, 5, 5]])) == ["center"]


@pytest.fixture
def liechtenstein(real_data: Path) -> Path:
    return real_data / "tiles"


CONTENT = {"buildings": 681, "roads": 1340, "aeroways": 1, "places": 45}


def test_the_twelve_layers_of_liechtenstein(liechtenstein: Path) -> None:
    """Counts and bounds from the data's own README."""
    assert recognizes(liechtenstein)
    source = Tiles(liechtenstein)
    found = items(source)
    assert len(found) == 1600
    assert source.scan().skipped == []
    assert source.scan().notes == []
    columns = pd.DataFrame([item.columns for item in found.values()])
    content = {layer: int((columns[f"content_{layer}"] > 0).to_numpy().sum()) for layer in CONTENT}
    assert content == CONTENT
    longitudes = columns["longitude"].to_numpy()
    assert 9.483948 < longitudes.min() < longitudes.max() < 9.596558
    assert source.read("17/69000/46000" if "17/69000/46000" in found else next(iter(found))).pixels.shape == (
        128,
        128,
        12,
    )
