"""Which metadata row belongs to which image, and an account of every row and image that has no partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 5


@dataclass(frozen=True)
class MetadataReport:
    """What became of every metadata row and every image.

    rows = by_path + by_name + duplicates + ambiguous + unmatched + nameless, and
    images = by_path + by_name + without.

    by_path, by_name: rows matched by their path, or by their bare name. duplicates: rows that repeat the file name
    of an earlier one. ambiguous: rows whose bare name fits several images, or that share one image with rows of
    other paths. unmatched: rows without an image. nameless: rows without a file name. without: images without a
    row. completed, left_out: rows with too few cells (counted in rows), with too many (not counted there).
    examples: up to 5 names, by the field that counts them.
    """

    file: str
    rows: int
    images: int
    by_path: int
    by_name: int
    duplicates: int
    ambiguous: int
    unmatched: int
    nameless: int
    without: int
    completed: int = 0
    left_out: int = 0
    notes: tuple[str, ...] = ()
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The account for people: one line for the whole, one for each thing worth knowing."""
        matched = self.by_path + self.by_name
        lines = [
            f"{self.file}: {self.rows} rows; {matched} of {self.images} images have metadata "
            f"({self.by_path} by path, {self.by_name} by name)"
        ]
        sentences = {
            "without": "images without metadata",
            "unmatched": "rows that match no image",
            "ambiguous": "rows whose name fits several (write the path relative to the image folder)",
            "duplicates": "rows that repeat a file name (the first row counts)",
            "nameless": "rows without a file name",
            "completed": "rows with fewer cells than the header (the rest is missing)",
            "left_out": "rows with more cells than the header (left out)",
        }
        for kind, sentence in sentences.items():
            if count := getattr(self, kind):
                examples = ", ".join(repr(name) for name in self.examples.get(kind, ()))
                lines.append(f"{sentence}: {count}{', e.g. ' if examples else ''}{examples}")
        return [*lines, *self.notes]


@dataclass(frozen=True)
class Match:
    """rows: int64 (images,), the metadata row of each image or -1. by: int8 (metadata rows,), an index into KINDS."""

    KINDS = ("unmatched", "by_path", "by_name", "duplicates", "ambiguous", "nameless")

    rows: np.ndarray
    by: np.ndarray
    paths: Sequence[str]
    filenames: pd.Series

    def report(self, file: str, notes: tuple[str, ...] = (), completed: int = 0, left_out: int = 0) -> MetadataReport:
        """Counts and examples."""
        counts = np.bincount(self.by, minlength=len(self.KINDS)).tolist()
        without: list[int] = np.flatnonzero(self.rows < 0)[:_EXAMPLES].tolist()
        examples: dict[str, tuple[str, ...]] = {"without": tuple(self.paths[row] for row in without)}
        for kind in ("unmatched", "duplicates", "ambiguous"):
            some = np.flatnonzero(self.by == self.KINDS.index(kind))[:_EXAMPLES]
            examples[kind] = tuple(map(str, self.filenames.iloc[some]))
        return MetadataReport(
            file=file,
            rows=len(self.by),
            images=len(self.paths),
            without=int((self.rows < 0).sum()),
            completed=completed,
            left_out=left_out,
            notes=notes,
            examples={kind: names for kind, names in examples.items() if names},
            **dict(zip(self.KINDS, counts, strict=True)),
        )


def normalized(names: pd.Series) -> pd.Series:
    """Paths that mean the same, written the same: "/" between parts, no "./" or "//", composed accents (NFC)."""
    names = names.str.replace("\\", "/", regex=False)
    names = names.str.replace(r"/(\.?/)+", "/", regex=True).str.replace(r"^(\./)+", "", regex=True)
    return names.str.normalize("NFC")


def match(paths: Sequence[str], filenames: pd.Series) -> Match:
    """Matches metadata rows to images, each image to at most one row and each row to at most one image.

    paths: of the images, unique. filenames: text (rows,), may be missing.
    A path that two images share once normalized, and a bare name that several images or rows of different paths
    share, decide nothing: those rows are ambiguous.
    """
    import pandas as pd

    from imagespace_core.sources.tables.inference import text_type

    kind = {name: i for i, name in enumerate(Match.KINDS)}
    image_paths = normalized(pd.Series(list(paths), dtype=text_type()))
    row_paths = normalized(filenames.reset_index(drop=True))
    by = np.zeros(len(row_paths), np.int8)
    rows = np.full(len(image_paths), -1, np.int64)

    nameless = row_paths.isna().to_numpy()
    by[nameless] = kind["nameless"]
    by[row_paths.duplicated().to_numpy() & ~nameless] = kind["duplicates"]

    open_rows = np.flatnonzero(by == kind["unmatched"])
    image, ambiguous = _lookup(image_paths, row_paths.iloc[open_rows])
    by[open_rows[ambiguous]] = kind["ambiguous"]
    by[open_rows[image >= 0]] = kind["by_path"]
    rows[image[image >= 0]] = open_rows[image >= 0]

    open_rows = np.flatnonzero(by == kind["unmatched"])
    image, ambiguous = _lookup(_base(image_paths), _base(row_paths.iloc[open_rows]))
    taken = np.append(rows >= 0, True)  # the last one stands for image -1
    free = ~taken[image]
    claims = np.bincount(image[free], minlength=len(taken))
    alone = free & (claims[image] == 1)
    by[open_rows[ambiguous | (free & ~alone)]] = kind["ambiguous"]
    by[open_rows[alone]] = kind["by_name"]
    rows[image[alone]] = open_rows[alone]
    return Match(rows, by, paths, filenames)


def _lookup(images: pd.Series, wanted: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """(int64 image of each wanted key or -1, bool whether several images have that key)."""
    import pandas as pd

    unique = ~images.duplicated(keep=False).to_numpy()
    where = np.flatnonzero(unique)
    found = pd.Index(images[unique]).get_indexer(pd.Index(wanted))
    ambiguous = wanted.isin(images[~unique]).to_numpy()
    image = np.full(len(wanted), -1, np.int64)
    image[found >= 0] = where[found[found >= 0]]
    return image, ambiguous


def _base(paths: pd.Series) -> pd.Series:
    return paths.str.replace(r"^.*/", "", regex=True)
