"""The figure of a map: what is on it, in numbers."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from imagespace_core.drawing.key import Entry, Key, drawn, key_of, named_colors
from imagespace_core.drawing.map_figure import Label, MapFigure, Subject
from imagespace_core.drawing.marks import Dots, Drawing, Image, Line, Text
from imagespace_core.drawing.svg import svg
from imagespace_core.errors import InputError

PLACES = np.stack([np.arange(40) % 8, np.arange(40) // 8], axis=1).astype(np.float32)
COLORS = np.random.default_rng(0).integers(0, 255, (40, 3)).astype(np.uint8)


def sprite(row: int) -> np.ndarray:
    return np.full((4, 8, 3), row, np.uint8)


def texts(drawing: Drawing) -> list[str]:
    return [mark.text for mark in drawing.marks if isinstance(mark, Text)]


def dots(drawing: Drawing) -> Dots:
    (found,) = [mark for mark in drawing.marks if isinstance(mark, Dots)]
    return found


def test_every_row_with_a_place_is_a_point_in_its_color() -> None:
    positions = PLACES.copy()
    positions[::10] = np.nan
    drawing = MapFigure()(Subject("t", positions, COLORS))
    found = dots(drawing)
    placed = np.arange(40) % 10 != 0
    np.testing.assert_array_equal(found.colors, COLORS[placed])
    # x to the right and y upward, in one scale.
    across, up = np.ptp(found.x) / np.ptp(PLACES[placed, 0]), np.ptp(found.y) / np.ptp(PLACES[placed, 1])
    assert across == pytest.approx(up)
    assert np.corrcoef(found.y, PLACES[placed, 1])[0, 1] == pytest.approx(-1)
    assert 0 < found.x.min() < found.x.max() < drawing.width
    ET.fromstring(svg(drawing))


def test_title_names_and_notes_are_written_and_names_do_not_cover_each_other() -> None:
    labels = [Label("small", (0, 0), 1), Label("large", (0, 0.01), 9), Label("far", (7, 4), 1)]
    found = texts(MapFigure()(Subject("the title", PLACES, COLORS, labels=labels, notes=["one note.", "two"])))
    assert found[0] == "the title"
    assert {"large", "far", "one note.", "two"} <= set(found)
    assert "small" not in found


def test_the_most_central_images_lie_on_the_map_at_their_places() -> None:
    central = np.arange(40)[::-1]
    drawing = MapFigure(thumbnails=5)(Subject("t", PLACES, COLORS, central=central, sprite=sprite))
    pictures = [mark for mark in drawing.marks if isinstance(mark, Image)]
    rows = [int(mark.pixels[0, 0, 0]) for mark in pictures]
    assert len(rows) == 5
    assert rows[0] == 39
    assert rows == sorted(rows, reverse=True)
    for mark, row in zip(pictures, rows, strict=True):
        assert mark.width == pytest.approx(2 * mark.height)
        assert mark.x + mark.width / 2 == pytest.approx(dots(drawing).x[row])
        assert mark.y + mark.height / 2 == pytest.approx(dots(drawing).y[row])
    boxes = [(mark.x, mark.y, mark.x + mark.width, mark.y + mark.height) for mark in pictures]
    assert not any(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for i, a in enumerate(boxes) for b in boxes[:i]
    )


def test_a_map_with_coordinates_has_its_lines_and_ticks() -> None:
    axes = [
        {"axis": "x", "title": "longitude", "ticks": [{"at": 0, "text": "9° E"}, {"at": 7, "text": "10° E"}]},
        {"axis": "y", "title": "latitude", "ticks": [{"at": 2, "text": "47° N"}]},
    ]
    guides = {"axes": axes, "lines": [[[0, 0], [0, 4]], [[0, 2], [7, 2]]], "headings": []}
    drawing = MapFigure()(Subject("t", PLACES, COLORS, guides=guides))
    found = {mark.text: mark for mark in drawing.marks if isinstance(mark, Text)}
    assert {"9° E", "10° E", "47° N", "longitude", "latitude"} <= set(found)
    assert found["9° E"].x == pytest.approx(dots(drawing).x[0])
    assert found["10° E"].x == pytest.approx(dots(drawing).x[7])
    assert sum(isinstance(mark, Line) for mark in drawing.marks) == 2


def test_a_flat_picture_of_three_dimensions_and_one_point_alone() -> None:
    solid = np.column_stack([PLACES, PLACES[:, 0]])
    assert len(dots(MapFigure()(Subject("t", solid, COLORS))).x) == 40
    alone = dots(MapFigure()(Subject("t", PLACES[:1], COLORS[:1])))
    assert np.isfinite([alone.x[0], alone.y[0]]).all()


def test_the_key_counts_every_row_once() -> None:
    codes = np.repeat([0, 1, 2, -1], [5, 20, 10, 5])
    head = {"name": "size", "kind": "category", "values": ["a", "b", "c"]}
    key = key_of(head, codes, head["values"])
    assert [(entry.name, entry.count) for entry in key.entries] == [("b", 20), ("c", 10), ("a", 5)]
    assert key.rest is not None
    assert (key.rest.name, key.rest.count) == ("missing", 5)
    assert key.entries[0].color == "#e08a00"  # of its code, not of its place in the key


def test_values_that_have_no_room_in_the_key_are_counted() -> None:
    key = Key("many", tuple(Entry(f"v{i}", "#000000", 2) for i in range(100)))
    words = [mark.text for mark in drawn(key, 0, 0, 300, 200, 12) if isinstance(mark, Text)]
    shown = sum(word.startswith("v") for word in words)
    assert 0 < shown < 12
    assert f"and {100 - shown} more ({2 * (100 - shown)})" in words


@pytest.mark.parametrize(
    ("head", "low", "high"),
    [
        ({"name": "n", "kind": "number", "low": 0.5, "high": 20_000.0}, "0.5", "20,000"),
        ({"name": "d", "kind": "date", "low": 0.0, "high": 86_400.0 * 365}, "1970-01-01", "1971-01-01"),
    ],
)
def test_the_bar_says_its_ends(head: dict, low: str, high: str) -> None:
    assert key_of(head, np.array([0.5, np.nan]), ()).limits == (low, high)


def test_names_get_colors_by_how_often_they_are() -> None:
    key, colors = named_colors("kind", np.array(["a", "b", "b"], object))
    assert [(entry.name, entry.count) for entry in key.entries] == [("b", 2), ("a", 1)]
    assert colors.tolist() == [[224, 138, 0], [0, 114, 178], [0, 114, 178]]


@pytest.mark.parametrize("bad", [(100, 1000), (1600, 9000), (1600, 1000, -1), (1600, 1000, 2000)])
def test_sizes_and_counts_that_cannot_be_are_refused(bad: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"expected|must be"):
        MapFigure(*bad)


def test_a_map_where_no_image_has_a_place_is_refused() -> None:
    with pytest.raises(InputError, match="no image has a place"):
        MapFigure()(Subject("t", np.full((3, 2), np.nan, np.float32), COLORS[:3]))
