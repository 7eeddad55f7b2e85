"""Where items come from: folders, scenes, slices, tiles, tables. A new one is one file and a line in `registry`."""

from __future__ import annotations

from imagespace_core.sources.abilities import Context, Contextual, Layered, Masked, Ring
from imagespace_core.sources.source import Advance, Item, Scan, Source, counted, option, settled, settled_fields

__all__ = [
    "Advance", "Context", "Contextual", "Item", "Layered", "Masked", "Ring", "Scan", "Source", "counted", "option",
    "settled", "settled_fields",
]  # fmt: skip
