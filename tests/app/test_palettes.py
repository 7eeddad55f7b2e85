"""Colors that people write themselves."""

from __future__ import annotations

import re

import pytest

from imagespace_core.app.session.palettes import MOST_CUSTOM, PALETTES, read_colors


@pytest.mark.parametrize("text", ["#ff0000 #0f0", "FF0000,0F0", " #Ff0000 ;\n#0f0 #ff0000"])
def test_colors_are_read_however_they_are_parted(text: str) -> None:
    assert read_colors(text) == (("#ff0000", "#0f0"), None)


def test_what_is_no_color_is_named_and_the_others_count() -> None:
    colors, wrong = read_colors("#123456, red, #12345, url(x)")
    assert colors == ("#123456",)
    assert wrong is not None
    assert all(word in wrong for word in ("“red”", "“#12345”", "“url(x)”"))


def test_nothing_written_is_no_mistake() -> None:
    assert read_colors("  ") == ((), None)


def test_too_many_colors_are_cut_and_it_is_said() -> None:
    colors, wrong = read_colors(" ".join(f"#{i:06x}" for i in range(100)))
    assert len(colors) == MOST_CUSTOM
    assert wrong == f"100 colors; the first {MOST_CUSTOM} are used."


def test_every_palette_holds_hexadecimal_colors_each_once() -> None:
    for colors in PALETTES.values():
        assert colors is None or len(set(colors)) == len(colors) >= 8
        assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in colors or ())
