"""Selections: sets of rows, changed by polygons with modes, with a history and an order to look at them in."""

from imagespace_core.selection.history import History
from imagespace_core.selection.polygon import inside
from imagespace_core.selection.rows import MODES, Mode, Selection, combine, packed, unpacked, within

__all__ = ["MODES", "History", "Mode", "Selection", "combine", "inside", "packed", "unpacked", "within"]
