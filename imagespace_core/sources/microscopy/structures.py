"""What labels mark: which of their values are structures, and how much of a patch each covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError

MOST_VALUES = 32
NONZERO = "nonzero"


@dataclass(frozen=True)
class Structure:
    """A structure in the labels. value: None means every value but 0. name: "" where nobody named it."""

    value: int | None
    name: str = ""

    def marked(self, label: np.ndarray) -> np.ndarray:
        """Label (h, w) -> bool (h, w), where the structure is."""
        return label != 0 if self.value is None else label == self.value


def parse_structures(text: str) -> tuple[Structure, ...]:
    """`0=membrane` or `1=mitochondrion,2=vesicle` or `nonzero=cell`; the names may be left out.

    Raises InputError for anything else.

    >>> parse_structures("0=membrane, 7")
    (Structure(value=0, name='membrane'), Structure(value=7, name=''))
    """
    structures = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        value, _, name = (half.strip() for half in part.partition("="))
        if value != NONZERO and not value.isdecimal():
            raise InputError(
                f"--structures {text!r}: {part!r} names no label value; write values with names, 0=membrane,255=cell, "
                f"or {NONZERO}=cell"
            )
        structures.append(Structure(None if value == NONZERO else int(value), name))
    names = [column_names(structure, len(structures)) for structure in structures]
    if len(set(names)) != len(names):
        raise InputError(f"--structures {text!r} has a value or a name twice; give each once")
    return tuple(structures)


def choose_structures(counts: Mapping[int, int]) -> tuple[Structure, ...]:
    """The structures of labels whose values cover `counts` pixels: of two values the rarer one (membranes, which are
    drawn black in some datasets and white in others, cover less than what lies between them), else each value.

    Raises InputError where there are too many values for structures.
    """
    if len(counts) > MOST_VALUES:
        raise InputError(
            f"the labels hold {len(counts)} different values; expected at most {MOST_VALUES} structures. If they "
            f"number cells one by one, use --structures {NONZERO}=cell; if they were saved as JPEG or resized smoothly, "  # noqa: E501
            "save them again as PNG without smoothing"
        )
    values = sorted(counts)
    if len(values) == 2:
        values = [min(values, key=lambda value: (counts[value], -value))]
    return tuple(Structure(value) for value in values)


def column_names(structure: Structure, count: int) -> tuple[str, str]:
    """(name of the share, name of the yes or no) among `count` structures.

    >>> column_names(Structure(0), 1), column_names(Structure(0, "membrane"), 1), column_names(Structure(7), 2)
    (('overlap', 'structure'), ('overlap_membrane', 'membrane'), ('overlap_7', 'label_7'))
    """
    if structure.name:
        return f"overlap_{structure.name}", structure.name
    if count == 1:
        return "overlap", "structure"
    value = NONZERO if structure.value is None else str(structure.value)
    return f"overlap_{value}", f"label_{value}"


def checked_label(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A label as read -> integers (h, w). Raises UnreadableImageError with the remedy where it cannot be one.

    shape: (h, w) of its slice.
    """
    if values.shape[:2] != shape:
        (height, width), (own_height, own_width) = shape, values.shape[:2]
        raise UnreadableImageError(
            f"label left out: it is {own_width} x {own_height} pixels and its slice {width} x {height}; "
            "export it at the size of the slice, without smoothing"
        )
    if values.ndim == 3:
        y, x = np.argwhere((values != values[..., :1]).any(2))[0]
        raise UnreadableImageError(
            f"label left out: it has colors, {tuple(values[y, x].tolist())} at ({x}, {y}); expected one number a "
            "pixel: save it as 8-bit gray or with a palette"
        )
    if values.dtype.kind == "f":
        whole = values.astype(np.int64)
        if not (np.isfinite(values).all() and (whole == values).all()):
            raise UnreadableImageError(
                "label left out: it holds fractions or NaN; expected whole numbers: save it as 8 or 16-bit gray"
            )
        return whole
    return values


def shares(marked: np.ndarray, boxes: Sequence[tuple[int, int, int]]) -> np.ndarray:
    """bool (h, w) and boxes (left, top, side) in px -> float64 (boxes,): the share of each that is marked."""
    sums = np.zeros((marked.shape[0] + 1, marked.shape[1] + 1), np.int64)
    np.cumsum(np.cumsum(marked, 0, dtype=np.int64), 1, out=sums[1:, 1:])
    left, top, side = np.array(boxes, np.int64).reshape(-1, 3).T
    right, bottom = left + side, top + side
    inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return inside / side**2
