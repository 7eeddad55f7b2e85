"""Palettes for categories, and `read_colors`, which parses colors that people write themselves."""

from __future__ import annotations

import re

SAFE, VIVID, SOFT, CUSTOM = "Color-blind safe", "Vivid", "Soft", "Custom"

PALETTES: dict[str, tuple[str, ...] | None] = {
    SAFE: None,  # the viewer's own, after Okabe and Ito, which it adapts to light and dark
    VIVID: (
        "#4269d0", "#efb118", "#ff725c", "#3ca951", "#e65fae", "#8e6fd8", "#9c6b4e", "#3bb3c4", "#c0392b", "#7f9f1f",
    ),
    SOFT: (
        "#7f9ccb", "#e0b672", "#84b59b", "#d99299", "#ab96c9", "#8bbcc9", "#c9a58d", "#a9b878", "#c792b7", "#97a3b0",
    ),
    "Rosé Pine": ("#286983", "#ea9d34", "#b4637a", "#56949f", "#907aa9", "#d7827e", "#797593", "#a8783c"),
}  # fmt: skip
"""The viewer makes up more colors where there are more values than colors."""

MOST_CUSTOM = 64
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")


def read_colors(text: str) -> tuple[tuple[str, ...], str | None]:
    """The colors in a text, in order and each once, and a sentence on what in it is none.

    >>> read_colors("#0072B2, e69f00 red #000")
    (('#0072b2', '#e69f00', '#000'), 'Not a color: “red”. Write colors like #0072b2, with spaces or commas between.')
    """
    colors: list[str] = []
    wrong: list[str] = []
    for word in re.split(r"[\s,;]+", text.strip().lower()):
        color = word if word.startswith("#") else f"#{word}"
        if _HEX.fullmatch(color):
            colors.append(color)
        elif word:
            wrong.append(f"“{word[:20]}”")
    found = tuple(dict.fromkeys(colors))
    if wrong:
        listed = ", ".join(wrong[:5])
        return found[:MOST_CUSTOM], f"Not a color: {listed}. Write colors like #0072b2, with spaces or commas between."
    if len(found) > MOST_CUSTOM:
        return found[:MOST_CUSTOM], f"{len(found)} colors; the first {MOST_CUSTOM} are used."
    return found, None
