"""Search by coordinate, by Streamlit's own test harness: what is found, what is said, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from imagespace_core.sources.tiles.coordinates import Tile, lng_lat
from tests.app.test_pages import APP, ROOT
from tests.makers.tiles import COLORS, X, Y, Z, save, tile, write_tiles
from tests.pipeline.building import quick, run, write_model, write_solid


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tiles`, 4 x 4 of them; `zooms`, four of two zooms; `photos`, 6 around the date line, the last without a place;
    `plain`, without any."""
    base = tmp_path_factory.mktemp("places")
    model = write_model(base)
    run(quick(write_tiles(base / "map"), base / "w/tiles", model))
    for z, x, y in ((Z, X + 2, Y + 2), (Z, X + 3, Y + 3), (Z - 1, X // 2, Y // 2), (Z - 1, X // 2 + 1, Y // 2 + 1)):
        save(base / f"zooms/roads/{z}/{x}/{y}.png", tile(COLORS["roads"], 5))
    run(quick(base / "zooms", base / "w/zooms", model))
    names = write_solid(base / "photos", 6)
    places = ["179.9,0", "-179.9,0", "-170,80", "10,50", "10,-50", ","]
    table = ["filename,lng,lat", *(f"{name},{place}" for name, place in zip(names, places, strict=True))]
    (base / "photos.csv").write_text("\n".join(table))
    run(quick(base / "photos", base / "w/photos", model, metadata=base / "photos.csv"))
    run(quick(base / "photos", base / "w/plain", model))
    return base / "w"


def search(patch: pytest.MonkeyPatch, workspaces: Path, name: str, **params: str) -> AppTest:
    """The Search page, as a link opens it."""
    patch.setenv("IMAGESPACE_WORKSPACE", str(workspaces / name))
    test = AppTest.from_file(APP, default_timeout=30)
    test.run()
    for key, value in {"from": "Coordinate", **params}.items():
        test.query_params[key] = value
    test.switch_page(str(ROOT / "pages/search.py")).run()
    assert not test.exception
    return test


def caption(test: AppTest) -> str:
    """What the captions say, without the signs that keep Markdown from reading it."""
    return re.sub(r"\\(.)", r"\1", "\n".join(caption.value for caption in test.caption))


def nearest(test: AppTest) -> str:
    return test.subheader[0].value.removeprefix("Nearest to ")


def test_a_link_finds_the_tile_at_a_place(monkeypatch: pytest.MonkeyPatch, workspaces: Path) -> None:
    lng, lat = Tile(Z, X + 2, Y + 1).center()
    test = search(monkeypatch, workspaces, "tiles", coordinate=f"{lat + 0.0001}, {lng}")
    assert nearest(test) == f"17/{X + 2}/{Y + 1}"
    assert "11 m away, at 47.2" in caption(test)
    assert "order of the numbers" not in caption(test)
    test.text_input(key="coordinate").set_value(f"{lng}, {lat}").run()
    assert "is the order of the numbers right?" in caption(test)
    test.text_input(key="coordinate").set_value(f"17/{X + 3}/{Y}").run()
    assert nearest(test) == f"17/{X + 3}/{Y}"
    test = search(
        monkeypatch, workspaces, "tiles", coordinate=f"{lng}, {lat}", **{"coordinate-order": "Longitude, latitude"}
    )
    assert nearest(test) == f"17/{X + 2}/{Y + 1}"
    assert "is the tile that holds 47.2" in caption(test)
    assert "at zoom 17; its middle is 0 m away, at" in caption(test)


def test_of_several_zooms_the_deepest_tile_that_holds_the_place_is_found(
    monkeypatch: pytest.MonkeyPatch, workspaces: Path
) -> None:
    lng, lat = lng_lat(X + 2, Y + 2, Z)  # the middle of the tile of zoom 16, and a corner of that of zoom 17
    test = search(monkeypatch, workspaces, "zooms", coordinate=f"{lat - 0.00001:.6f}, {lng + 0.00001:.6f}")
    assert nearest(test) == f"17/{X + 2}/{Y + 2}"
    assert "This is the deepest tile that holds 47.2" in caption(test)
    test.text_input(key="coordinate").set_value(f"{lat - 0.00001:.6f}, {lng - 0.00001:.6f}").run()
    assert nearest(test) == f"16/{(X + 2) // 2}/{(Y + 2) // 2}", "zoom 17 has none there"
    test.text_input(key="coordinate").set_value(f"{lat + 1}, {lng}").run()
    assert "lies nearest to" in caption(test), "no tile holds it"


def test_a_tile_is_found_by_its_number_and_its_absence_is_said(
    monkeypatch: pytest.MonkeyPatch, workspaces: Path
) -> None:
    by_number = {"coordinate-order": "Tile x, y"}
    test = search(monkeypatch, workspaces, "tiles", coordinate=f"{X + 3}, {Y}", **by_number)
    assert nearest(test) == f"17/{X + 3}/{Y}"
    assert f"This is the tile {X + 3}, {Y} at zoom 17; its middle lies at 47.2" in caption(test)
    test.text_input(key="coordinate").set_value(f"17/{X - 1}/{Y + 2}").run()
    assert nearest(test) == f"17/{X}/{Y + 2}"
    assert f"There is no tile {X - 1}, {Y + 2} at zoom 17 here. The nearest is {X}, {Y + 2}, 1 tile away" in caption(
        test
    )
    test.text_input(key="coordinate").set_value("16/1/1").run()
    assert test.error[0].value == "There is no tile of zoom 16 here; there are 17"
    assert not test.subheader


def test_photos_are_found_across_the_date_line_and_those_without_a_place_are_counted(
    monkeypatch: pytest.MonkeyPatch, workspaces: Path
) -> None:
    test = search(monkeypatch, workspaces, "photos", coordinate="0, 180")
    assert nearest(test) == r"000.png"
    assert "11 km away, at 0° N, 179.9° E. 1 of 6 images have no coordinates" in caption(test)
    test.text_input(key="coordinate").set_value("0, -179.95").run()
    assert nearest(test) == r"001.png"
    test.text_input(key="coordinate").set_value("89 N, 20 E").run()
    assert nearest(test) == r"002.png"
    options = test.segmented_control(key="coordinate-order").options
    assert options == ["Latitude, longitude", "Longitude, latitude"], "photos are no tiles"


def test_what_is_no_coordinate_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch, workspaces: Path) -> None:
    test = search(monkeypatch, workspaces, "photos", coordinate="Vaduz")
    assert test.error[0].value.startswith("“Vaduz” was not understood; expected latitude, longitude in decimal degrees")
    test.text_input(key="coordinate").set_value("91, 0").run()
    assert "no place on Earth" in test.error[0].value
    test.text_input(key="coordinate").set_value("").run()
    assert not test.error
    assert "The images lie between 50° S, 179.9° W and 80° N, 179.9° E." in caption(test)


def test_without_places_there_is_no_search_by_coordinate(monkeypatch: pytest.MonkeyPatch, workspaces: Path) -> None:
    test = search(monkeypatch, workspaces, "plain", coordinate="0, 0")
    assert "Coordinate" not in test.segmented_control(key="from").options
    assert not test.subheader
