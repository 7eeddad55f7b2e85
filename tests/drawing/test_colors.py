"""The colors of columns are the viewer's own: golden values are what `viewer/core/colors.js` gives in light."""

import numpy as np
import pytest

from imagespace_core.drawing.colors import NEUTRAL, categorical, colors_of, scale


def test_categories_have_the_viewers_colors_also_beyond_the_first() -> None:
    golden = {0: (0, 114, 178), 7: (122, 92, 192), 8: (82, 74, 0), 20: (0, 92, 25), 95: (206, 161, 116)}
    golden |= {96: (19, 109, 160), 119: (0, 149, 99)}
    colors = categorical(120)
    assert {at: tuple(colors[at].tolist()) for at in golden} == golden


def test_more_values_do_not_change_the_colors_of_the_first() -> None:
    np.testing.assert_array_equal(categorical(30), categorical(60)[:30])
    assert len(np.unique(categorical(60), axis=0)) == 60


def test_a_palette_comes_first() -> None:
    colors = categorical(3, ("#ff0000", "#0f0"))
    assert colors[:2].tolist() == [[255, 0, 0], [0, 255, 0]]
    assert colors[2].tolist() not in colors[:2].tolist()


def test_colors_near_one_of_a_palette_are_left_out_of_those_that_follow() -> None:
    colors = categorical(20, ("#0173b1",))
    assert [tuple(color) for color in colors[:3].tolist()] == [(1, 115, 177), (224, 138, 0), (0, 158, 115)]
    away = np.linalg.norm(colors[1:].astype(float) - colors[0], axis=1)
    assert away.min() >= 50


def test_the_scale_is_the_viewers() -> None:
    golden = [[59, 31, 107], [54.544, 100.526, 157.152], [224.78, 224.52, 72.98]]
    np.testing.assert_allclose(scale(np.array([0, 0.3, 1])), golden, atol=1e-3)
    np.testing.assert_array_equal(scale(np.array([-1.0, 2.0])), scale(np.array([0.0, 1.0])))


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("category", np.array([1, -1, 0]), [(224, 138, 0), NEUTRAL, (0, 114, 178)]),
        ("cluster", np.array([0, 0, -1]), [(0, 114, 178), (0, 114, 178), NEUTRAL]),
        ("number", np.array([0, np.nan, 10]), [(59, 31, 107), NEUTRAL, (224, 224, 72)]),
        ("color", np.array([[1, 2, 3]] * 3, np.uint8), [(1, 2, 3)] * 3),
        (None, None, [NEUTRAL] * 3),
    ],
)
def test_every_row_has_the_color_of_its_value(kind: str | None, values: np.ndarray | None, expected: list) -> None:
    assert colors_of(kind, values, 3, (0, 10)).tolist() == [list(color) for color in expected]
