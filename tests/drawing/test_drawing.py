"""The same marks as SVG, which is parsed, and as PNG, whose pixels are looked at."""

import base64
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image as Pillow

from imagespace_core.drawing import svg as svg_module
from imagespace_core.drawing.marks import (
    Area,
    Dots,
    Drawing,
    Image,
    Line,
    Mark,
    Text,
    box,
    measured,
    shortened,
    wrapped,
)
from imagespace_core.drawing.png import png
from imagespace_core.drawing.points import fitted, flat, splatted
from imagespace_core.drawing.svg import svg

NS = "{http://www.w3.org/2000/svg}"
RED, BLUE = (200, 0, 0), (0, 0, 200)
DOTS = Dots(np.array([20.0, 60.0, 20.0]), np.array([20.0, 20.0, 60.0]), np.array([RED, BLUE, RED], np.uint8), 3)


def parsed(*marks: Mark) -> ET.Element:
    return ET.fromstring(svg(Drawing(100, 80, "title", marks)))


def pixels(*marks: Mark, scale: int = 1) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(png(Drawing(100, 80, "title", marks), scale))))


def test_points_are_circles_in_the_color_of_their_row() -> None:
    root = parsed(DOTS)
    found = {
        (circle.get("cx"), circle.get("cy")): group.get("fill")
        for group in root.iter(f"{NS}g")
        for circle in group.iter(f"{NS}circle")
    }
    assert found == {("20.0", "20.0"): "#c80000", ("60.0", "20.0"): "#0000c8", ("20.0", "60.0"): "#c80000"}


def test_more_points_than_the_bound_become_one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg_module, "MOST_VECTOR", 2)
    root = parsed(DOTS)
    assert not list(root.iter(f"{NS}circle"))
    (image,) = root.iter(f"{NS}image")
    kind, data = image.attrib["href"].split(",")
    assert kind == "data:image/png;base64"
    inside = np.asarray(Pillow.open(io.BytesIO(base64.b64decode(data))))
    assert inside.shape == (160, 200, 4)
    assert [inside[2 * y, 2 * x, :3].tolist() for x, y in ((20, 20), (60, 20))] == [list(RED), list(BLUE)]
    assert inside[100, 100, 3] == 0


def test_names_of_any_letters_are_written_as_they_are() -> None:
    evil = "<script>&\"'\x00\ud800</text> 𝄞 名"
    root = parsed(Text(1, 2, evil))
    (text,) = root.iter(f"{NS}text")
    assert text.text == evil.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")


def test_pictures_are_within_the_file() -> None:
    picture = np.full((4, 6, 3), (0, 200, 0), np.uint8)
    (image,) = parsed(Image(10, 10, 30, 20, picture)).iter(f"{NS}image")
    assert image.attrib["href"].startswith("data:image/jpeg;base64,")
    found = pixels(Image(10, 10, 30, 20, picture))
    assert found[20, 25].tolist() == [0, 200, 0]
    assert found[20, 45].tolist() == [255, 255, 255]


def test_pixels_of_areas_lines_and_points() -> None:
    found = pixels(
        Area(box(0, 40, 100, 40), "#00ff00"), Area(box(0, 60, 100, 20), "#000000", 0.5),
        Line(np.array([(50.0, 0.0), (50.0, 40.0)]), "#ff00ff", 4), DOTS,
    )  # fmt: skip
    assert found[50, 90].tolist() == [0, 255, 0]
    assert found[70, 90].tolist() in ([0, 127, 0], [0, 128, 0])
    assert found[30, 50].tolist() == [255, 0, 255]
    assert found[20, 20].tolist() == [211, 51, 51]  # 80 % of the color on white
    assert found[10, 90].tolist() == [255, 255, 255]


def test_words_are_drawn_where_they_belong_also_turned() -> None:
    found = pixels(Text(5, 20, "MMM", 16), Text(90, 60, "MM", 12, turned=True)).min(axis=2)
    assert (found[8:20, 5:40] < 100).any()
    assert (found[45:75, 80:92] < 100).any()
    assert (found[25:40, 5:70] == 255).all()


def test_a_png_of_twice_the_scale_has_twice_the_sides() -> None:
    found = pixels(DOTS, scale=2)
    assert found.shape == (160, 200, 3)
    assert found[40, 40].tolist() == [211, 51, 51]


def test_dashes_leave_gaps() -> None:
    found = pixels(Line(np.array([(0.0, 40.0), (100.0, 40.0)]), "#000000", 2, dashed=True))[40, :, 0]
    assert (found < 128).sum() > 40
    assert (found == 255).sum() > 20


def test_points_in_one_place_mix_and_outside_ones_are_moved_in() -> None:
    found = splatted(np.array([10, 10, -5]), np.array([10, 10, 10]), np.array([RED, BLUE, RED], np.uint8), 30, 20, 1)
    assert found[10, 10].tolist() == [100, 0, 100, 245]  # 1 - 0.2 ** 2
    assert found[10, 1].tolist() == [*RED, 204]
    assert found[0, 20, 3] == 0


def test_places_fit_with_their_proportions() -> None:
    places = np.array([[0.0, 0.0], [4.0, 1.0]])
    scale, middle = fitted(places, 100, 100, 10)
    assert scale == 20
    assert middle.tolist() == [2, 0.5]
    assert fitted(places[:1], 100, 100, 10)[0] == 0
    assert flat(np.array([[1.0, 2.0, 3.0]])).shape == (1, 2)


def test_texts_are_shortened_and_wrapped_to_their_room() -> None:
    text = "a name that is too long"
    short = shortened(text, 12, 60)
    assert short.endswith("…")
    assert measured(short, 12) <= 60
    assert shortened("short", 12, 600) == "short"
    scenes = [f"S2A_MSIL1C_vineyards_of_the_upper_valley_{month:02}.tif" for month in range(12)]
    cut = [shortened(scene, 12, 120, middle=True) for scene in scenes]
    assert len(set(cut)) == 12, "names that differ at their ends stay apart"
    assert all(measured(name, 12) <= 120 and "…" in name for name in cut)
    lines = wrapped(text, 12, 60)
    assert " ".join(lines) == text
    assert all(measured(line, 12) <= 60 for line in lines)
