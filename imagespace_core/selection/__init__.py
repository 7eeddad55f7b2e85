"""Selecting rows: by a polygon drawn on the screen, with modes, a history, and an order to look at them in."""

from imagespace_core.selection.history import History
from imagespace_core.selection.polygon import inside
from imagespace_core.selection.rows import MODES, Mode, Selection, combine, packed, unpacked, within

__all__ = ["MODES", "History", "Mode", "Selection", "combine", "inside", "packed", "unpacked", "within"]
