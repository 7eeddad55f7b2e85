"""Which row of a table belongs to which image: one ladder, from the whole path down to a loosely spelled name.

Metadata, vectors, sidecar files, masks and boxes all name images; all of them are matched here.
"""

# pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from operator import eq
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

EXAMPLES = 5
KINDS = (
    "unmatched",
    "by_path",
    "by_end",
    "by_name",
    "by_stem",
    "by_spelling",
    "by_order",
    "duplicates",
    "ambiguous",
    "nameless",
)
WAYS = {
    "by_path": "by path",
    "by_end": "by the end of the path",
    "by_name": "by name",
    "by_stem": "by name without suffix",
    "by_spelling": "in another spelling",
    "by_order": "by order",
}
"""How a row was matched, for people, in the order of the ladder; below it is the order of rows without names."""
KINDS = ("unmatched", *WAYS, "duplicates", "ambiguous", "nameless")

_SUFFIX = r"([^/])\.[0-9]{0,3}[A-Za-z][A-Za-z0-9]{0,4}$"
"""Some letters or digits with a letter early among them: the end of "scan v1.2" is none."""
_ALIKE = 0.6
"""The least share of equal letters that makes a name a candidate."""
_CANDIDATES = 500
"""Names that are compared letter by letter, of a million."""
_PAIRS = 64
"""Pairs of letters of a name that are looked for; a name may have any length."""


@dataclass(frozen=True)
class Match:
    """Rows and images, each with at most one partner.

    rows: int64 (images,), the row of each image or -1. by: int8 (rows,), an index into KINDS. paths, names: what was
    matched, as written. note: what was decided, "" for nothing.
    """

    rows: np.ndarray
    by: np.ndarray
    paths: Sequence[str]
    names: Sequence[str | None]
    note: str = ""

    @property
    def images(self) -> np.ndarray:
        """int64 (rows,), the image of each row or -1."""
        images = np.full(len(self.by), -1, np.int64)
        matched = np.flatnonzero(self.rows >= 0)
        images[self.rows[matched]] = matched
        return images

    def counts(self) -> dict[str, int]:
        """How many rows are of each of KINDS; they add up to all rows."""
        return dict(zip(KINDS, np.bincount(self.by, minlength=len(KINDS)).tolist(), strict=True))

    def of_kind(self, kind: str) -> np.ndarray:
        """int64, the rows of this kind."""
        return np.flatnonzero(self.by == KINDS.index(kind))

    def ways(self) -> str:
        """What matched how, for people: "7 by path, 2 by name"; "" where nothing did."""
        counts = self.counts()
        return ", ".join(f"{counts[kind]:,} {way}" for kind, way in WAYS.items() if counts[kind])

    def examples(self, kind: str, most: int = EXAMPLES) -> list[str]:
        """The first names of this kind, quoted; of unmatched ones with the images that are nearest to them."""
        quoted = []
        for row in self.of_kind(kind)[:most].tolist():
            near = ", ".join(map(repr, self.nearest(str(self.names[row])))) if kind == "unmatched" else ""
            quoted.append(f"{self.names[row]!r}" + (f" (nearest: {near})" if near else ""))
        return quoted

    def nearest(self, wanted: str, most: int = 2) -> list[str]:
        """Paths of images without a row whose names are most like the wanted one, the best first, if any is alike.

        Of a million images those are looked at that share most pairs of letters with it.
        """
        import pyarrow.compute as pc

        wanted = str(_last(_folded(normalized([wanted])))[0])
        free, names = self._free
        if not wanted or not len(free):
            return []
        shared = np.zeros(len(free), np.int16)
        for pair in sorted({wanted[at : at + 2] for at in range(len(wanted))})[:_PAIRS]:
            shared += pc.match_substring(names, pair).to_numpy(zero_copy_only=False)
        matcher = SequenceMatcher(None, b=wanted, autojunk=False)
        alike: list[tuple[float, int, int]] = []
        for at in np.argsort(-shared, kind="stable")[:_CANDIDATES].tolist():
            matcher.set_seq1(name := str(names[at]))
            if (ratio := matcher.ratio()) >= _ALIKE:
                alike.append((-ratio, -sum(map(eq, name, wanted)), at))
        return [self.paths[int(free[at])] for *_, at in sorted(alike)[:most]]

    @cached_property
    def _free(self) -> tuple[np.ndarray, pa.Array]:
        """Images without a row, and their names, loosely spelled."""
        free = np.flatnonzero(self.rows < 0)
        return free, _last(_folded(normalized([self.paths[image] for image in free.tolist()])))


def match(paths: Sequence[str], names: Iterable[str | None]) -> Match:
    """Matches rows to images, each image to at most one row and each row to at most one image.

    paths: of the images, unique, "/" between the parts. names: of the rows: paths, addresses, names or stems; None or
    "" for none.

    The rungs, from the strictest: the whole path; then the end of it, as many parts as both share, so that either may
    start elsewhere; last the bare name. Each of these as written, then without case, blanks, leading zeros of a number,
    and with letters of compatible forms as one (NFKC), then both again without suffix. Kinds of slashes, "./", "//",
    the host of an address and composed accents never make a difference.

    A rung decides only where one image has a name and one row claims it: rows that several images fit, and rows that
    claim one image together, are ambiguous, and no looser rung decides what a stricter one could not. Where several
    images fit the end of a path, the one that is nothing but this end is meant. Rows that repeat a name are
    duplicates; the first counts.
    """
    names = list(names)
    images, wanted = normalized(paths), normalized(names)
    ladder = _Ladder(len(images), wanted)
    every, open_ = np.arange(len(images)), np.arange(len(names))
    ladder.rung("by_path", images, wanted, every, open_)
    every, open_ = _partners(images, wanted, ladder.open(open_))
    images, wanted = images.take(every), wanted.take(open_)
    parts, most = _parts(images), min(_parts(images).max(initial=0), _parts(wanted).max(initial=0))
    spellings = ((images, wanted), (_folded(images), _folded(wanted)))
    for end in range(most + 1, 0, -1):  # at first whole paths alone are equal
        kinds = ("by_end" if end > 1 else "by_name", "by_spelling", "by_stem", "by_spelling")
        for kind, (of_images, of_rows), bare in zip(kinds, spellings * 2, (False, False, True, True), strict=True):
            if not len(ladder.open(open_)):
                break
            of_images, of_rows = _end(of_images, end), _end(of_rows, end)
            if bare:
                of_images = without_suffix(of_images)
                ladder.rung(kind, of_images, of_rows, every, open_, parts <= end)
                of_rows = without_suffix(of_rows)
            ladder.rung(kind, of_images, of_rows, every, open_, parts <= end)
    return Match(ladder.rows, ladder.by, paths, names)


def normalized(names: Sequence[str | None]) -> pa.Array:
    """Paths that mean the same, written the same: "/" between parts, no "./" or "//", composed accents (NFC).

    Of an address only the path is left, without a query behind a file name.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(names, pa.large_string())
    address = pc.fill_null(pc.match_substring_regex(array, r"^[A-Za-z][A-Za-z0-9+.\-]+://"), False)
    if pc.any(address).as_py():
        array = pc.if_else(address, _paths_of(array), array)
    array = pc.replace_substring(array, "\\", "/")
    array = pc.replace_substring_regex(array, r"/(\.?/)+", "/")
    array = pc.replace_substring_regex(array, r"^(\./)+", "")
    return pc.utf8_normalize(array, "NFC")


def without_suffix(names: pa.Array) -> pa.Array:
    """Names and paths without what looks like a suffix: "a/b.tar.png" is "a/b.tar", and "scan v1.2" what it was."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(names, _SUFFIX, r"\1")


class _Ladder:
    """What is matched so far. rows, by: as in `Match`. taken: bool, images that have a row or are contested."""

    def __init__(self, images: int, wanted: pa.Array) -> None:
        import pyarrow.compute as pc

        self.rows = np.full(images, -1, np.int64)
        self.taken = np.zeros(images, bool)
        self.by = np.zeros(len(wanted), np.int8)
        codes = _codes(wanted)
        first = np.zeros(len(wanted), bool)
        first[np.unique(codes, return_index=True)[1]] = True
        self.by[~first] = KINDS.index("duplicates")
        nameless = pc.equal(pc.fill_null(wanted, ""), "")
        self.by[nameless.to_numpy(zero_copy_only=False)] = KINDS.index("nameless")

    def open(self, rows: np.ndarray) -> np.ndarray:
        """Those of these rows that are not decided."""
        return rows[self.by[rows] == 0]

    def rung(
        self,
        kind: str,
        images: pa.Array,
        wanted: pa.Array,
        of_images: np.ndarray,
        of_rows: np.ndarray,
        whole: np.ndarray | None = None,
    ) -> None:
        """Match rows that are still open where image and row have the same key.

        images, wanted: keys, null for none, of the images and rows of the numbers `of_images` and `of_rows`.
        whole: bool, images whose key is all of their path; where several have a key, this one counts.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        there = pc.is_in(wanted, images, skip_nulls=True).to_numpy(zero_copy_only=False)
        still = np.flatnonzero(there & (self.by[of_rows] == 0))
        if not len(still):
            return
        of_rows, wanted = of_rows[still], wanted.take(still)
        codes = _codes(pa.concat_arrays([images, wanted]))
        image_codes, code = codes[: len(images)], codes[len(images) :]
        size = int(codes.max()) + 1
        fits, image = _only(image_codes, of_images, size)
        if whole is not None:
            fits_whole, whole_image = _only(image_codes[whole], of_images[whole], size)
            fits, image = np.where(fits_whole == 1, 1, fits), np.where(fits_whole == 1, whole_image, image)
        claims = np.bincount(code, minlength=size)
        several = fits[code] > 1
        free = (fits[code] == 1) & ~self.taken[image[code]]
        alone = free & (claims[code] == 1)
        self.by[of_rows[several | (free & ~alone)]] = KINDS.index("ambiguous")
        self.by[of_rows[alone]] = KINDS.index(kind)
        self.rows[image[code[alone]]] = of_rows[alone]
        self.taken[image[code[free]]] = True


def _only(codes: np.ndarray, numbers: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """For each code below `size` how many numbers have it, and one of them, 0 where there is none."""
    known = codes >= 0
    one = np.zeros(size, np.int64)
    one[codes[known]] = numbers[known]
    return np.bincount(codes[known], minlength=size), one


def _codes(keys: pa.Array) -> np.ndarray:
    """int64: equal keys have equal numbers, null has -1."""
    import pyarrow.compute as pc

    return pc.fill_null(keys.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def _partners(images: pa.Array, wanted: pa.Array, open_: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The images and the open rows that any rung at all could bring together."""
    import pyarrow.compute as pc

    if not len(open_):
        return np.empty(0, np.int64), open_
    names = _last(_folded(wanted.take(open_)))
    stems, of_images = without_suffix(names), without_suffix(_last(_folded(images)))
    rows = pc.or_(pc.is_in(names, of_images), pc.is_in(stems, of_images)).to_numpy(zero_copy_only=False)
    there = pc.or_(pc.is_in(of_images, names), pc.is_in(of_images, stems)).to_numpy(zero_copy_only=False)
    return np.flatnonzero(there), open_[rows]


def _folded(names: pa.Array) -> pa.Array:
    """Without case, blanks and a number's leading zeros, letters of compatible forms as one."""
    import pyarrow.compute as pc

    names = pc.utf8_normalize(pc.utf8_lower(pc.utf8_normalize(names, "NFKC")), "NFKC")
    names = pc.replace_substring_regex(names, r"\s+", "")
    return pc.replace_substring_regex(names, r"(^|/)0+([0-9]+(?:\.[0-9]{0,3}[a-z][a-z0-9]{0,4})?)$", r"\1\2")


def _parts(names: pa.Array) -> np.ndarray:
    """int64: of how many parts a path is."""
    import pyarrow.compute as pc

    return pc.add(pc.count_substring(names, "/"), 1).to_numpy(zero_copy_only=False).astype(np.int64)


def _last(names: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.replace_substring_regex(names, r"^.*/", "")


def _end(names: pa.Array, parts: int) -> pa.Array:
    """The last parts, all where there are fewer; null where nothing is left."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if _parts(names).max(initial=0) <= parts:
        return names
    ends = pc.replace_substring_regex(names, rf"^.*/((?:[^/]*/){{{parts - 1}}}[^/]*)$", r"\1")
    return pc.if_else(pc.not_equal(ends, ""), ends, pa.scalar(None, names.type))


def _paths_of(addresses: pa.Array) -> pa.Array:
    """https://host/a/b%20c.jpg?size=9 to /a/b c.jpg. Names in buckets (s3://) are not quoted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    paths = pc.replace_substring_regex(addresses, r"^[A-Za-z][A-Za-z0-9+.\-]+://[^/]*", "")
    quoted = pc.match_substring_regex(addresses, r"^(?i:https?|file):.*%")
    plain = pc.replace_substring_regex(paths, r"(\.[A-Za-z0-9]{1,5})[?#].*$", r"\1")
    if not pc.any(quoted).as_py():
        return plain
    return pc.if_else(quoted, pa.array([unquote(path or "") for path in plain.to_pylist()], plain.type), plain)
