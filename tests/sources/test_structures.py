"""What labels mark, as people name it."""

import numpy as np
import pytest

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources.microscopy.structures import (
    Structure,
    checked_label,
    choose_structures,
    named_structures,
)

FLAT = ("",)


@pytest.mark.parametrize(
    ("text", "structures"),
    [
        ("0=membrane, 7", [((0,), "membrane"), ((7,), "")]),
        ("membrane=0,32,64,96,128", [((0, 32, 64, 96, 128), "membrane")]),
        ("7,membrane=0,32,255=cell,9", [((7,), ""), ((0, 32), "membrane"), ((255,), "cell"), ((9,), "")]),
        ("a=1,2,b=3,3", [((1, 2), "a"), ((3,), "b")]),
        ("nonzero=cell", [((), "cell")]),
        ("cell=nonzero", [((), "cell")]),
        ("1099511627776=far", [((2**40,), "far")]),
        ("facade=1", [((1,), "facade")]),
    ],
)
def test_values_have_names_before_or_behind_them(text: str, structures: list[tuple]) -> None:
    assert [(one.values, one.name) for one in named_structures(text, False, FLAT)] == structures


def test_colors_are_written_in_six_digits() -> None:
    found = named_structures("ff0000=membrane, #00FF00, black=000000,800000", True, FLAT)
    assert [(one.values, one.name) for one in found] == [
        ((0xFF0000,), "membrane"), ((0x00FF00,), "00ff00"), ((0, 0x800000), "black"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "colored", "layers", "message"),
    [
        ("ff0000=axon", False, FLAT, "'ff0000' names no label value; write values with names, 0=membrane"),
        ("red=axon", True, FLAT, "'red' names no label value; write colors with names, ff0000=membrane"),
        ("0=a,a=1", False, FLAT, "twice"),
        ("0=axon", False, ("axon", "soma"), "folders of masks, one a structure; name some of axon, soma"),
    ],
)
def test_what_these_labels_cannot_hold_is_named(text: str, colored: bool, layers: tuple, message: str) -> None:
    with pytest.raises(InputError, match=message):
        named_structures(text, colored, layers)


def test_folders_of_masks_can_be_chosen_and_named_anew() -> None:
    found = named_structures("soma, axon=fiber", False, ("axon", "soma"))
    assert found == (Structure((), "soma", "soma"), Structure((), "fiber", "axon"))


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.uint64])
def test_several_values_mark_one_structure_and_values_beyond_the_type_mark_nothing(kind: type) -> None:
    label = np.array([[0, 32, 33], [200, 1, 96]], kind)
    expected = [[True, True, False], [True, False, True]]
    assert Structure((0, 32, 96, 200, 2**70)).marked(label).tolist() == expected
    assert not Structure((2**70,)).marked(label).any()


def test_sparse_numbers_are_told_apart_to_the_last() -> None:
    label = np.array([[2**53, 2**53 + 1, 7]], np.int64)
    assert Structure((2**53 + 1, 8)).marked(label).tolist() == [[False, True, False]]


def test_thousands_of_structures_are_refused_with_a_way_out() -> None:
    with pytest.raises(InputError, match=r"3,000 different values; .* --structures nonzero=cell"):
        choose_structures(dict.fromkeys(range(3000), 1))
    with pytest.raises(InputError, match="3,000 different colors"):
        choose_structures(dict.fromkeys(range(3000), 1), colored=True)


def test_grays_are_colors_among_colors() -> None:
    red = np.full((1, 2, 3), (255, 0, 0), np.uint8)
    assert checked_label(red, (1, 2), colored=True).tolist() == [[0xFF0000] * 2]
    assert checked_label(np.array([[0, 255]], np.uint8), (1, 2), colored=True).tolist() == [[0, 0xFFFFFF]]
    with pytest.raises(UnreadableImageError, match="colors have more than 8 bits"):
        checked_label(red.astype(np.uint16) * 200, (1, 2), colored=True)


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf, 1e30])
def test_labels_are_whole_numbers(value: float) -> None:
    with pytest.raises(UnreadableImageError, match="fractions or NaN"):
        checked_label(np.array([[value, 1.0]]), (1, 2))
    assert checked_label(np.array([[3.0, 2.0**40]]), (1, 2)).tolist() == [[3, 2**40]]
