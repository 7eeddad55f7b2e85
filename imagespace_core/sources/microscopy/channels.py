"""Which channels of a slice are seen: one as it is, or several blended, each in its color."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imagespace_core.errors import UnreadableImageError
from imagespace_core.sources.microscopy.ome import Color
from imagespace_core.sources.microscopy.stacks import Channel

COLORS: tuple[Color, ...] = (
    (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 255, 255), (255, 0, 255), (255, 255, 0),
)  # fmt: skip
"""Of channels of which the file says no color, in the order of ImageJ's composite images."""
OF_COLOR = ("red", "green", "blue")


def chosen_channels(channels: Sequence[Channel], names: Sequence[str]) -> tuple[Channel, ...]:
    """The channels to see, each with its color. names: numbers from 1 or names; none for all of them.

    A colored image has the channels red, green and blue when they are chosen from.
    Raises UnreadableImageError where there is no such channel, with those there are.
    """
    if names and len(channels) == 1 and channels[0].page.colored:
        page = channels[0].page
        channels = [Channel(replace(page, sample=sample), name) for sample, name in enumerate(OF_COLOR)]
    colored = [
        replace(channel, color=channel.color or COLORS[number % len(COLORS)]) for number, channel in enumerate(channels)
    ]
    known = {channel.name.casefold(): channel for channel in reversed(colored) if channel.name}
    known |= {str(number + 1): channel for number, channel in enumerate(colored) if str(number + 1) not in known}
    missing = [name for name in names if name.casefold() not in known]
    if missing:
        there = ", ".join(f"{number} {channel.name}".strip() for number, channel in enumerate(channels, 1))
        raise UnreadableImageError(f"it has no channel {missing[0]!r}; --channel takes of {there}")
    return tuple(known[name.casefold()] for name in names) if names else tuple(colored)


def blended(planes: Sequence[np.ndarray], colors: Sequence[Color]) -> np.ndarray:
    """uint8 (h, w) or (h, w, 3), one a color -> uint8 RGB (h, w, 3): what shines adds up."""
    total = np.zeros((*planes[0].shape[:2], 3), np.uint16)
    for plane, color in zip(planes, colors, strict=True):
        light = plane if plane.ndim == 3 else plane[..., None]
        total += (light * np.array(color, np.uint16) + 127) // 255
        np.minimum(total, 255, out=total)
    return total.astype(np.uint8)
