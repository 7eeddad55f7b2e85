"""Every layout of the registry keeps its promises, whatever the material."""

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from imagespace_core.layout import LAYOUTS, TITLES, Material, scattered, subset
from tests.layout.arranged import material, nearest, placed

NAMES = list(LAYOUTS)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(n=st.integers(1, 90), seed=st.integers(0, 9), kind=st.sampled_from(["some", "one place", "none in a group"]))
def test_every_row_has_a_place_of_its_own_or_is_counted(name: str, n: int, seed: int, kind: str) -> None:
    given = material(n, seed)
    if kind == "one place":
        given = replace(given, map2d=np.zeros((n, 2), np.float32))
    if kind == "none in a group":
        given = replace(given, labels=np.full(n, -1, np.int32))
    layout = LAYOUTS[name]()
    assume(layout.lacks(given) is None)
    made = layout(given)
    guides = made.guides
    assert made.positions.shape == (n, layout.dims)
    assert made.positions.dtype == np.float32
    assert guides["missing"] == np.isnan(made.positions).any(1).sum()
    assert np.isnan(made.positions).all(1).sum() == guides["missing"], "a row is placed or not, never by half"
    assert (guides["name"], guides["title"], guides["dims"]) == (name, TITLES[name], layout.dims)
    if guides["cell"] is not None and layout.dims == 2:
        assert nearest(placed(made)) >= guides["cell"] * (1 - 1e-6)
    if guides["headings"]:
        assert sum(heading["count"] for heading in guides["headings"]) == n
    json.dumps(guides, allow_nan=False)
    again = layout(given)
    np.testing.assert_array_equal(again.positions, made.positions)
    assert again.guides == guides


@pytest.mark.parametrize("name", NAMES)
def test_what_a_layout_lacks_is_said_in_words(name: str) -> None:
    nothing = Material(saturation=np.zeros(5))
    reason = LAYOUTS[name]().lacks(nothing)
    assert reason
    assert not reason.endswith(".")
    missing: dict[str, Any] = {
        field.name: np.full(5, np.nan) for field in fields(Material)
        if field.name in ("hue", "saturation", "lightness", "taken", "longitude", "latitude")
    }  # fmt: skip
    assert LAYOUTS[name]().lacks(Material(**missing)) is not None


@pytest.mark.parametrize("name", NAMES)
def test_no_rows_are_lacked_or_laid_out_as_none(name: str) -> None:
    empty = subset(material(9), np.zeros(9, bool))
    layout = LAYOUTS[name]()
    if layout.lacks(empty) is None:
        made = layout(empty)
        assert made.positions.shape == (0, layout.dims)
        assert (made.guides["missing"], made.guides["headings"]) == (0, [])


@pytest.mark.parametrize("name", NAMES)
def test_some_rows_are_laid_out_among_all_as_if_they_were_alone(name: str) -> None:
    whole = material(40, 3)
    rows = np.arange(3, 40, 2)
    made = LAYOUTS[name]()(subset(whole, rows))
    among = scattered(made, rows, 40)
    np.testing.assert_array_equal(among.positions[rows], made.positions)
    assert np.isnan(np.delete(among.positions, rows, axis=0)).all()
    assert among.guides == made.guides


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"same number of rows.*\(3,\).*\(4,\)"):
        Material(hue=np.zeros(3), lightness=np.zeros(4))
