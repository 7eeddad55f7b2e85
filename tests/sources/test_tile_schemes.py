"""How tiles are counted: as people say, as files say, as they join, as other layers lie; and what is said of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources import Scan
from imagespace_core.sources.parameters import recorded
from imagespace_core.sources.registry import opened
from imagespace_core.sources.tiles.coordinates import Tile, deepest_tile, lng_lat
from imagespace_core.sources.tiles.source import Tiles, recognizes
from tests.makers.tiles import SIDE, X, Y, Z, drawn_map, save, stored, write_map

WEST, NORTH = lng_lat(X, Y, Z)
EAST, SOUTH = lng_lat(X + 10, Y + 8, Z)
RESOURCE = """<?xml version="1.0" encoding="utf-8"?>
<TileMap version="1.0.0" tilemapservice="http://tms.osgeo.org/1.0.0">
  <Title>relief</Title><Abstract></Abstract><SRS>{srs}</SRS>
  <BoundingBox minx="{0}" miny="{1}" maxx="{2}" maxy="{3}"/>
  <TileSets profile="{profile}"><TileSet href="17" units-per-pixel="1" order="17"/></TileSets>
</TileMap>"""


def resource(*bounds: float, srs: str = "EPSG:3857", profile: str = "mercator") -> str:
    return RESOURCE.format(*(bounds or (WEST, SOUTH, EAST, NORTH)), srs=srs, profile=profile)


def plain(layer: Path, scheme: str = "xyz") -> Path:
    """10 x 8 tiles of noise, which do not join in any way."""
    noise = np.random.default_rng(1).integers(0, 256, (8 * SIDE, 10 * SIDE, 3), dtype=np.uint8)
    return write_map(layer, scheme, noise)


def source_as_read(scan: Scan) -> Tiles:
    return cast("Tiles", scan.reads) if scan.reads else Tiles(Path())


def placed(root: Path, scheme: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    """The scheme by which the tiles turn out to be read, and the notes."""
    scan = Tiles(root, scheme=scheme).scan()
    keys = {item.key for item in scan.items}
    [found] = {scheme.rpartition("=")[2] for scheme in source_as_read(scan).schemes} or {"xyz"}
    if keys != {f"{Z}/{X + x}/{Y + y}" for x in range(10) for y in range(8)}:
        return f"{found}, misplaced", list(scan.notes)
    return found, list(scan.notes)


def test_tiles_beside_a_tilemapresource_are_counted_from_the_south(tmp_path: Path) -> None:
    (plain(tmp_path / "map/relief", "tms") / "tilemapresource.xml").write_text(resource())
    scheme, notes = placed(tmp_path / "map")
    assert scheme == "tms"
    assert notes == [
        "layer relief: tiles are read as tms (columns, then rows from the south), as tilemapresource.xml says. "
        "--scheme chooses another way"
    ]
    scan = Tiles(tmp_path / "map").scan()
    assert scan.items[0].columns["latitude"] == pytest.approx(lng_lat(0, Y + 0.5, Z)[1])
    assert scan.left_out == {}, "what was read is not left out"


def meters(lng: float, lat: float) -> tuple[float, float]:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(lng, lat)


@pytest.mark.parametrize(
    ("bounds", "srs"),
    [((SOUTH, WEST, NORTH, EAST), "EPSG:900913"), ((*meters(WEST, SOUTH), *meters(EAST, NORTH)), "EPSG:3857")],
)
def test_bounds_may_be_in_meters_or_latitude_first(tmp_path: Path, bounds: tuple[float, ...], srs: str) -> None:
    """GDAL wrote both. The tiles are counted otherwise than such a file means, so that only the bounds tell."""
    (plain(tmp_path / "map/relief") / "tilemapresource.xml").write_text(resource(*bounds, srs=srs))
    assert placed(tmp_path / "map")[0] == "xyz"


@pytest.mark.parametrize(
    "record",
    ['{"scheme": "tms"}', '{"scheme": "TMS", "bounds": "5,40,20,60"}', f'{{"bounds": "{WEST},{SOUTH},{EAST},{NORTH}"}}',
     f'{{"center": [{(WEST + EAST) / 2}, {(SOUTH + NORTH) / 2}, 17]}}'],
)  # fmt: skip
def test_metadata_says_by_scheme_bounds_or_center_how_tiles_are_counted(tmp_path: Path, record: str) -> None:
    (plain(tmp_path / "map/relief", "tms") / "metadata.json").write_text(record)
    scheme, notes = placed(tmp_path / "map")
    assert (scheme, len(notes)) == ("tms", 1)


def test_stated_bounds_show_rows_before_columns_too(tmp_path: Path) -> None:
    (plain(tmp_path / "map/relief", "zyx") / "metadata.json").write_text(
        f'{{"bounds": [{WEST},{SOUTH},{EAST},{NORTH}]}}'
    )
    assert placed(tmp_path / "map")[0] == "zyx"


def test_bounds_outweigh_a_scheme_that_does_not_fit_them(tmp_path: Path) -> None:
    (plain(tmp_path / "map/relief") / "tilemapresource.xml").write_text(resource())
    scheme, notes = placed(tmp_path / "map")
    assert scheme == "xyz"
    assert notes == [
        "layer relief: tiles are read as xyz (columns, then rows from the north), because only so they lie within the "
        "bounds that tilemapresource.xml states. --scheme chooses another way"
    ]


@pytest.mark.parametrize(
    "record", ['{"bounds": "-180,-85,180,85"}', '{"bounds": [1, 2]}', '{"bounds": "a,b,c,d"}', "[]"]
)
def test_what_tells_nothing_changes_nothing(tmp_path: Path, record: str) -> None:
    (plain(tmp_path / "map/relief") / "metadata.json").write_text(record)
    scheme, notes = placed(tmp_path / "map")
    assert scheme == "xyz"
    assert notes == [
        "layer relief: nothing tells how tiles are counted, so they are read as xyz and lie around longitude 9.5, "
        "latitude 47.2. If that is wrong, try --scheme tms or --scheme zyx"
    ]


@pytest.mark.parametrize("scheme", ["xyz", "tms", "zyx"])
def test_without_a_word_tiles_are_counted_as_they_join(tmp_path: Path, scheme: str) -> None:
    write_map(tmp_path / "map/relief", scheme)
    found, notes = placed(tmp_path / "map")
    assert found == scheme
    assert len(notes) == (scheme != "xyz")
    assert all("because their edges join only so" in note for note in notes)


@pytest.mark.parametrize("scheme", ["tms", "zyx"])
def test_a_chosen_scheme_is_taken_and_a_mirrored_look_is_said(tmp_path: Path, scheme: str) -> None:
    plain(tmp_path / "noise/relief", scheme)
    assert placed(tmp_path / "noise", scheme=(scheme,)) == (scheme, [])
    write_map(tmp_path / "map/relief")
    found, notes = placed(tmp_path / "map", scheme=(scheme,))
    assert found == f"{scheme}, misplaced"
    assert notes[0].startswith(f"layer relief: the map looks mirrored: tiles are read as {scheme}")
    assert notes[0].endswith(
        "but join at their edges only as xyz (columns, then rows from the north). Try --scheme xyz"
    )


def test_a_stated_scheme_that_the_edges_contradict_is_kept_and_said(tmp_path: Path) -> None:
    (write_map(tmp_path / "map/relief") / "metadata.json").write_text('{"scheme": "tms"}')
    found, notes = placed(tmp_path / "map")
    assert found == "tms, misplaced"
    assert any("the map looks mirrored" in note for note in notes)


def test_a_layer_without_a_word_lies_where_the_others_do(tmp_path: Path) -> None:
    plain(tmp_path / "map/noise", "tms")
    write_map(tmp_path / "map/relief")
    scan = Tiles(tmp_path / "map").scan()
    assert len(scan.items) == 80
    assert source_as_read(scan).schemes == ("noise=tms", "relief=xyz")
    assert "layer noise: tiles are read as tms" in scan.notes[0]
    assert "because only so they lie where those of relief do" in scan.notes[0]


def test_layers_that_lie_alike_are_decided_together(tmp_path: Path) -> None:
    write_map(tmp_path / "map/blank", "tms", np.full((8 * SIDE, 10 * SIDE, 3), 255, np.uint8))
    write_map(tmp_path / "map/relief", "tms")
    scheme, notes = placed(tmp_path / "map")
    assert scheme == "tms"
    [note] = notes
    assert note.startswith("layers blank, relief: tiles are read as tms")
    assert "because their edges join only so" in note


def test_two_layers_apart_are_refused_until_one_is_named(tmp_path: Path) -> None:
    plain(tmp_path / "map/north")
    plain(tmp_path / "map/south", "tms")
    with pytest.raises(
        InputError, match="have no tile in common as they are counted, .* --scheme north=tms or --scheme s"
    ):
        Tiles(tmp_path / "map").scan()
    assert len(Tiles(tmp_path / "map", scheme=("south=tms",)).scan().items) == 80


@pytest.mark.parametrize(
    ("scheme", "said"),
    [("wms", "--scheme wms: expected one of xyz, tms, zyx"), ("roads=tms", "there is no layer roads")],
)
def test_a_scheme_that_cannot_be_meant_is_refused(tmp_path: Path, scheme: str, said: str) -> None:
    plain(tmp_path / "map/relief")
    with pytest.raises(InputError, match=said):
        Tiles(tmp_path / "map", scheme=(scheme,)).scan()


@pytest.mark.parametrize("profile", ["geodetic", "global-geodetic", "raster"])
def test_tiles_of_another_map_are_refused(tmp_path: Path, profile: str) -> None:
    (plain(tmp_path / "map/relief") / "tilemapresource.xml").write_text(resource(profile=profile, srs="EPSG:4326"))
    with pytest.raises(InputError, match=f"tiles are in the profile {profile}; expected those of the Web Mercator map"):
        Tiles(tmp_path / "map").scan()


BOMB = '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><TileMap><Title>&b;</Title></TileMap>'


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tilemapresource.xml", "<TileMap><", "it is no XML"),
        ("tilemapresource.xml", "", "it is no XML"),
        ("tilemapresource.xml", BOMB, "it defines entities"),
        ("tilemapresource.xml", "<html/>", "it is a <html>, no <TileMap>"),
        ("metadata.json", "{", "it is no JSON"),
        ("metadata.json", "[" * 100_000, "RecursionError|recursion"),
        ("metadata.json", '{"scheme": "tms"}' + " " * (5 << 20), "it has more than 4 MB"),
        ("metadata.json", '{"scheme": "wmts"}', "its scheme 'wmts' is unknown"),
    ],
)
def test_what_cannot_be_used_of_such_a_file_is_said_and_tiles_go_on(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (plain(tmp_path / "map/relief") / name).write_text(text)
    scan = Tiles(tmp_path / "map").scan()
    assert len(scan.items) == 80
    [note, nothing] = sorted(scan.notes, key=lambda note: "nothing tells" in note)
    assert "nothing tells how tiles are counted" in nothing
    assert name in note
    assert re.search(said, note), note
    assert "\n" not in note


def test_the_app_reads_tiles_as_they_were_built_and_old_workspaces_as_xyz(tmp_path: Path) -> None:
    pixels = drawn_map(10, 8)
    root = write_map(tmp_path / "map/relief", "tms", pixels).parent
    record = {"kind": "tiles", "root": str(root), "parameters": recorded(source_as_read(Tiles(root).scan()))}
    assert record["parameters"] == {"layers": [], "preview_layers": [], "scheme": [], "schemes": ["relief=tms"]}
    (root / "relief/metadata.json").write_text('{"scheme": "xyz"}')  # what came later decides nothing
    key = f"{Z}/{X + 1}/{Y + 2}"
    np.testing.assert_array_equal(opened(record).preview(key, 99), pixels[2 * SIDE : 3 * SIDE, SIDE : 2 * SIDE])
    del record["parameters"]["scheme"], record["parameters"]["schemes"]
    (root / "relief/metadata.json").write_text('{"scheme": "tms"}')
    assert not opened(record).has(key)
    assert opened(record).has(stored("tms", X + 1, Y + 2))


def test_tiles_drawn_at_twice_the_size_are_tiles(tmp_path: Path) -> None:
    write_map(tmp_path / "map/relief", ending="@2x.png")
    source = Tiles(tmp_path / "map")
    assert recognizes(tmp_path / "map")
    assert placed(tmp_path / "map") == ("xyz", [])
    assert source.has(f"{Z}/{X}/{Y}")
    save(tmp_path / f"map/relief/{Z}/{X}/{Y}.png", np.zeros((SIDE, SIDE, 3), np.uint8))
    assert placed(tmp_path / "map")[1] == [
        "layer relief: tiles that are there twice, as @2x or of another kind: 1; one of each is taken"
    ]
    assert not Tiles(tmp_path / "map").preview(f"{Z}/{X}/{Y}", 99).any(), "the plain one"


def test_tiles_of_one_kind_need_no_folder_of_their_own(tmp_path: Path) -> None:
    write_map(tmp_path / "relief")
    assert recognizes(tmp_path / "relief")
    assert Tiles(tmp_path / "relief").names() == ("relief",)
    assert placed(tmp_path / "relief") == ("xyz", [])


def test_numbered_folders_of_photos_are_no_tiles(tmp_path: Path) -> None:
    for patient, study, slice_ in ((12, 3, 45), (12, 3, 46), (2, 9, 1)):  # a zoom of 2 has no column 9
        save(tmp_path / f"scans/{patient}/{study}/{slice_}.png", np.zeros((4, 4, 3), np.uint8))
    assert not recognizes(tmp_path / "scans")
    save(tmp_path / "years/2024/1/1.png", np.zeros((4, 4, 3), np.uint8))
    assert not recognizes(tmp_path / "years")


def test_numbers_that_no_zoom_has_are_counted_and_good_tiles_go_on(tmp_path: Path) -> None:
    write_map(tmp_path / "map/relief")
    for wrong in ("99/1/1", "3/8/1", f"3/1/{10**30}"):
        save(tmp_path / f"map/relief/{wrong}.png", np.zeros((SIDE, SIDE, 3), np.uint8))
    scan = Tiles(tmp_path / "map").scan()
    assert len(scan.items) == 80
    assert scan.skipped == [("relief", "tiles whose numbers their zoom does not have: 2, the first 3/8/1; left out")]
    assert scan.left_out == {".png": 1}
    save(tmp_path / "deep/relief/99/1/1.png", np.zeros((SIDE, SIDE, 3), np.uint8))
    with pytest.raises(InputError, match="Zooms go from 0 to 29"):
        Tiles(tmp_path / "deep").scan()


def test_the_deepest_tile_that_holds_a_place() -> None:
    tiles = np.array([[0, 0, 0], [1, 1, 0], [2, 3, 1], [2, 0, 0]])
    assert deepest_tile(tiles, *Tile(2, 3, 1).center()) == 2
    assert deepest_tile(tiles, *Tile(2, 2, 1).center()) == 1
    assert deepest_tile(tiles, 10, -40) == 0
    assert deepest_tile(tiles, 180, 80) == 3, "180 degrees east are 180 degrees west"
    assert deepest_tile(tiles[1:], 10, -40) is None
    assert deepest_tile(tiles, 0, 90) is None
    assert deepest_tile(tiles, 0, 89) is None, "the map ends at 85 degrees"
