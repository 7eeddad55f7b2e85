"""Which row of a table names its columns: titles and dates often stand above it."""

from __future__ import annotations

from collections.abc import Sequence

from imagespace_core.sources.tables.image_column import is_usual

LOOKED_AT = 20
"""Rows among which the header is looked for."""


def header_row(rows: Sequence[Sequence[object]]) -> int:
    """Number of the header among the first rows: the first that is neither empty nor a title. A title begins where the
    table does, and has at most half as many cells that are not empty as most rows below it.

    >>> header_row([["My photos", ""], ["", ""], ["title", "file"], ["x", "a.jpg"]])
    2
    >>> header_row([["", "title"], ["0", "x"], ["1", "y"]])  # an index without a name
    0
    """
    filled = [[at for at, cell in enumerate(row) if cell is not None and str(cell).strip()] for row in rows[:LOOKED_AT]]
    left = min((columns[0] for columns in filled if columns), default=0)
    for number, columns in enumerate(filled):
        below = sorted(map(len, filled[number + 1 :]))
        alone = len(below) < 2  # a title stands above a header and a row
        named = any(is_usual(str(cell)) for cell in rows[number])
        if columns and (named or columns[0] > left or alone or len(columns) > below[len(below) // 2] / 2):
            return number
    return 0


def note_on(header: int) -> list[str]:
    """What is said of a header that is not the first row, counted from 0."""
    return [f"the header is row {header + 1}; what stands above it is left out"] if header else []
