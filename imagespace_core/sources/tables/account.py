"""An account of every metadata row and every image: what matched how, and what has no partner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from imagespace_core.sources.tables.joining import EXAMPLES, Match


@dataclass(frozen=True)
class MetadataReport:
    """What became of every metadata row and every image.

    The rows are those matched (by_path, by_end, by_name, by_stem, by_spelling: how, see `match`; by_order never),
    duplicates, ambiguous, unmatched and nameless; the images are those matched and those without.

    duplicates: rows that repeat the file name of an earlier one. ambiguous: rows that fit several images, or that
    share one image with other rows. unmatched: rows without an image. nameless: rows without a file name. without:
    images without a row. completed, left_out: rows with too few cells (counted in rows), with too many (not counted
    there). limited: only some of the images were taken, so that rows for others are no fault.
    ways: what matched how, for people. examples: up to 5 names, quoted, by the field that counts them.
    """

    file: str
    rows: int
    images: int
    duplicates: int
    ambiguous: int
    unmatched: int
    nameless: int
    without: int
    by_path: int = 0
    by_end: int = 0
    by_name: int = 0
    by_stem: int = 0
    by_spelling: int = 0
    by_order: int = 0
    completed: int = 0
    left_out: int = 0
    limited: bool = False
    ways: str = ""
    notes: tuple[str, ...] = ()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The account for people: one line for the whole, one for each thing worth knowing."""
        ways = f" ({self.ways})" if self.ways else ""
        matched = self.images - self.without
        lines = [f"{self.file}: {self.rows} rows; {matched} of {self.images} images have metadata{ways}"]
        sentences = {
            "without": "images without metadata",
            "unmatched": "rows of images that --limit leaves out, or of none" if self.limited else UNMATCHED,
            "ambiguous": "rows whose name fits several (write the path relative to the image folder)",
            "duplicates": "rows that repeat a file name (the first row counts)",
            "nameless": "rows without a file name",
            "completed": "rows with fewer cells than the header (the rest is missing)",
            "left_out": "rows with more cells than the header (left out)",
        }
        for kind, sentence in sentences.items():
            if count := getattr(self, kind):
                examples = ", ".join(self.examples.get(kind, ()))
                lines.append(f"{sentence}: {count}{', e.g. ' if examples else ''}{examples}")
        return [*lines, *self.notes]


UNMATCHED = "rows that match no image"


def account_of(
    found: Match,
    file: str,
    notes: tuple[str, ...] = (),
    completed: int = 0,
    left_out: int = 0,
    limited: bool = False,
) -> MetadataReport:
    """Counts and examples of what was matched."""
    without = [image for image, row in enumerate(found.rows.tolist()) if row < 0]
    examples = {"without": tuple(repr(found.paths[image]) for image in without[:EXAMPLES])}
    for kind in ("duplicates", "ambiguous", *(() if limited else ("unmatched",))):
        examples[kind] = tuple(found.examples(kind))
    return MetadataReport(
        file=file,
        rows=len(found.by),
        images=len(found.paths),
        without=len(without),
        completed=completed,
        left_out=left_out,
        limited=limited,
        ways=found.ways(),
        notes=notes,
        examples={kind: names for kind, names in examples.items() if names},
        **found.counts(),
    )
