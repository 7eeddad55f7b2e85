import itertools

import numpy as np

from imagespace_core.layout import Material
from imagespace_core.layout.color import Color
from tests.layout.arranged import material, texts


def test_hues_go_around_the_circle_then_grays_then_those_without_color() -> None:
    hue = np.array([240, 355, 5, 120, 300, 50, 30, np.nan, 180, 270, 0, np.nan])
    saturation = np.full(12, 0.9)
    saturation[10] = 0.05
    lightness = np.full(12, 0.5)
    lightness[11] = np.nan
    made = Color()(Material(hue=hue, saturation=saturation, lightness=lightness))
    assert texts(made) == {
        "red": 2, "orange": 1, "yellow": 1, "green": 1, "cyan": 1, "blue": 1, "purple": 1, "pink": 1, "gray": 2,
        "no color": 1,
    }  # fmt: skip
    x = made.positions[:, 0]
    assert np.argsort(x[[1, 6, 5, 3, 8, 0, 9, 4, 7, 11]]).tolist() == list(range(10))
    assert x[10] == x[7], "a hue that is hardly there is gray"
    assert made.guides["missing"] == 0
    assert made.guides["notes"] == ["1 image has no color value and stands apart at the right."]


def test_within_a_hue_columns_go_from_muted_to_vivid_and_down_to_dark() -> None:
    random = np.random.default_rng(0)
    saturation, lightness = random.uniform(0.4, 1, 200), random.uniform(0.3, 0.7, 200)
    made = Color()(Material(hue=np.full(200, 100.0), saturation=saturation, lightness=lightness))
    x, y = made.positions.T
    columns = np.unique(x)
    assert len(columns) * len(np.unique(y)) >= 200
    for here, following in itertools.pairwise(columns):  # noqa: RUF007, RUF100
        assert saturation[x == here].max() <= saturation[x == following].min()
    for column in columns:
        assert (np.diff(lightness[x == column][np.argsort(-y[x == column])]) <= 0).all()


def test_gray_pictures_have_a_layout_without_any_hue() -> None:
    lightness = np.random.default_rng(0).random(50)
    made = Color()(Material(lightness=lightness))
    assert texts(made) == {"gray": 50}
    order = np.lexsort((made.positions[:, 0], -made.positions[:, 1]))
    assert (np.diff(lightness[order]) <= 0).all()


def test_the_picture_is_wider_than_high() -> None:
    for n in (500, 5_000):
        wide, high = np.ptp(Color()(material(n)).positions, axis=0)
        assert 1 < wide / high < 3.2
