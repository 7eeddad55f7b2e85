"""What labels mark: which of their values are structures, and how much of a patch each covers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError

MOST_VALUES = 32
NONZERO = "nonzero"
_COLOR = re.compile(r"#?[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Structure:
    """A structure in the labels.

    values: what it is drawn with, a color as 0xRRGGBB; none means every value but 0. name: "" where nobody named it.
    layer: the folder of its masks; "" where all structures lie in the same labels.
    """

    values: tuple[int, ...]
    name: str = ""
    layer: str = ""

    def marked(self, label: np.ndarray) -> np.ndarray:
        """Label (h, w) -> bool (h, w), where the structure is."""
        if not self.values:
            return label != 0
        if len(self.values) == 1:
            return label == self.values[0]
        limits = np.iinfo(label.dtype)  # a value beyond them would make NumPy compare floats
        return np.isin(label, np.array([v for v in self.values if limits.min <= v <= limits.max], label.dtype))


@dataclass(frozen=True)
class Naming:
    """Values of labels, or a folder of masks, as people write them, and the name they give them; "" for none."""

    words: tuple[str, ...]
    name: str = ""


def parse_structures(text: str) -> tuple[Naming, ...]:
    """`0=membrane`, `1=mitochondrion,2=vesicle`, `nonzero=cell`, `ff0000=axon`, or the name first, which takes all
    values behind it: `membrane=0,32,64`. Names may be left out.

    >>> parse_structures("7, 255=cell, membrane=0,32")
    (Naming(words=('7',), name=''), Naming(words=('255',), name='cell'), Naming(words=('0', '32'), name='membrane'))
    """
    found: list[Naming] = []
    takes_more = False
    for part in filter(None, (part.strip() for part in text.split(","))):
        left, equals, right = (half.strip() for half in part.partition("="))
        name_first = (
            bool(equals) and _is_value(right) and (not _is_value(left) or (left.isalpha() and right.isdecimal()))
        )
        if name_first and left != NONZERO:
            found.append(Naming((right,), left))
            takes_more = True
        elif takes_more and not equals and _is_value(left):
            found[-1] = Naming((*found[-1].words, left), found[-1].name)
        else:
            found.append(Naming((left,), right))
            takes_more = False
    return tuple(found)


def _is_value(word: str) -> bool:
    return word == NONZERO or word.isdecimal() or bool(_COLOR.fullmatch(word))


def named_structures(text: str, colored: bool, layers: Sequence[str]) -> tuple[Structure, ...]:
    """The structures that people name. colored: labels have colors. layers: folders of masks, "" for none.

    Raises InputError for what these labels cannot hold, and for what stands twice.
    """
    structures = []
    for naming in parse_structures(text):
        if layers != ("",):
            (word, *others) = naming.words
            if others or word not in layers:
                raise InputError(
                    f"--structures {text!r}: the labels are folders of masks, one a structure; name some of "
                    f"{', '.join(layers)}, or leave it out"
                )
            structures.append(Structure((), naming.name or word, word))
            continue
        values = tuple(_value(word, text, colored) for word in naming.words)
        named = naming.name or (f"{values[0]:06x}" if colored and values[0] is not None else "")
        known = tuple(dict.fromkeys(value for value in values if value is not None))
        structures.append(Structure(() if None in values else known, named))
    names = [column_names(structure, len(structures)) for structure in structures]
    if len(set(names)) != len(names):
        raise InputError(f"--structures {text!r} has a value or a name twice; give each once")
    return tuple(structures)


def _value(word: str, text: str, colored: bool) -> int | None:
    """None for every value but 0. Six digits are a color where labels have colors."""
    if word == NONZERO:
        return None
    if colored and _COLOR.fullmatch(word):
        return int(word.removeprefix("#"), 16)
    if not word.isdecimal():
        write = "colors with names, ff0000=membrane" if colored else "values with names, 0=membrane,255=cell"
        raise InputError(f"--structures {text!r}: {word!r} names no label value; write {write}, or {NONZERO}=cell")
    return int(word)


def check_values(structures: Sequence[Structure], counts: Mapping[int, int], colored: bool) -> None:
    """Raises InputError where the labels hold none of a structure's values."""
    for structure in structures:
        if structure.values and not counts.keys() & set(structure.values):
            what, shown = ("color", "{:06x}") if colored else ("value", "{}")
            values = ", ".join(map(shown.format, sorted(counts)[:10]))
            named = ", ".join(map(shown.format, structure.values))
            raise InputError(f"--structures names the {what} {named}; the labels hold {values}. Name these")


def choose_structures(counts: Mapping[int, int], colored: bool = False) -> tuple[Structure, ...]:
    """The structures of labels whose values cover `counts` pixels: of two values the rarer one (membranes, which are
    drawn black in some datasets and white in others, cover less than what lies between them), else each value.

    Raises InputError where there are too many values for structures.
    """
    if len(counts) > MOST_VALUES:
        raise InputError(
            f"the labels hold {len(counts):,} different {'colors' if colored else 'values'}; expected at most "
            f"{MOST_VALUES} structures. If they number cells one by one, use --structures {NONZERO}=cell; if they were "
            "saved as JPEG or resized smoothly, save them again as PNG without smoothing"
        )
    values = sorted(counts)
    if len(values) == 2:
        values = [min(values, key=lambda value: (counts[value], -value))]
    return tuple(Structure((value,), f"{value:06x}" if colored else "") for value in values)


def of_layers(layers: Sequence[str]) -> tuple[Structure, ...]:
    """A structure for each folder of masks. Raises InputError where there are too many."""
    if len(layers) > MOST_VALUES:
        raise InputError(
            f"the labels lie in {len(layers):,} folders of masks; expected at most {MOST_VALUES} structures. If they "
            "are no structures, give labels the paths of their slices"
        )
    return tuple(Structure((), layer, layer) for layer in layers)


def column_names(structure: Structure, count: int) -> tuple[str, str]:
    """(name of the share, name of the yes or no) among `count` structures.

    >>> column_names(Structure((0,)), 1), column_names(Structure((0, 32), "membrane"), 1)
    (('overlap', 'structure'), ('overlap_membrane', 'membrane'))
    >>> column_names(Structure((7,)), 2)
    ('overlap_7', 'label_7')
    """
    if structure.name:
        return f"overlap_{structure.name}", structure.name
    if count == 1:
        return "overlap", "structure"
    value = str(structure.values[0]) if structure.values else NONZERO
    return f"overlap_{value}", f"label_{value}"


def checked_label(values: np.ndarray, shape: tuple[int, int], colored: bool = False) -> np.ndarray:
    """A label as read -> integers (h, w). Raises UnreadableImageError with the remedy where it cannot be one.

    shape: (h, w) of its slice. colored: labels have colors, so that its grays are colors too; these become 0xRRGGBB.
    """
    if values.shape[:2] != shape:
        (height, width), (own_height, own_width) = shape, values.shape[:2]
        raise UnreadableImageError(
            f"label left out: it is {own_width} x {own_height} pixels and its slice {width} x {height}; "
            "export it at the size of the slice, without smoothing"
        )
    if values.ndim == 3 and values.dtype != np.uint8:
        raise UnreadableImageError(
            "label left out: its colors have more than 8 bits; expected one number a pixel, or 8-bit colors"
        )
    if values.ndim == 3:
        red, green, blue = np.moveaxis(values.astype(np.int32), 2, 0)
        return red << 16 | green << 8 | blue
    if colored and values.dtype == np.uint8:
        return values.astype(np.int32) * 0x010101
    if values.dtype.kind == "f":
        if not (np.isfinite(values).all() and (np.trunc(values) == values).all() and np.abs(values).max() < 2**62):
            raise UnreadableImageError(
                "label left out: it holds fractions or NaN; expected whole numbers: save it as 8 or 16-bit gray"
            )
        return values.astype(np.int64)
    return values


def shares(marked: np.ndarray, boxes: Sequence[tuple[int, int, int]]) -> np.ndarray:
    """bool (h, w) and boxes (left, top, side) in px -> float64 (boxes,): the share of each that is marked."""
    sums = np.zeros((marked.shape[0] + 1, marked.shape[1] + 1), np.int64)
    np.cumsum(np.cumsum(marked, 0, dtype=np.int64), 1, out=sums[1:, 1:])
    left, top, side = np.array(boxes, np.int64).reshape(-1, 3).T
    right, bottom = left + side, top + side
    inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return inside / side**2
