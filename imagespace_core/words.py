"""Words for people that agree with their numbers."""

from __future__ import annotations


def plural(count: int, one: str, many: str) -> str:
    """Words that agree with their count.

    >>> plural(1, "image has no date", "images have no date"), plural(1200, "image", "images")
    ('1 image has no date', '1,200 images')
    """
    return f"{count:,} {one if count == 1 else many}"
