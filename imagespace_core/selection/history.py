"""The history of a selection, with undo and redo."""

from __future__ import annotations

from dataclasses import dataclass, replace

from imagespace_core.selection.rows import Selection

MOST_STEPS = 50
"""Selections kept, the present one among them: at a million rows between some kilobytes and 6 MB in all."""


@dataclass(frozen=True)
class History:
    """The selections so far, oldest first, and which of them is the present one. Each verb returns a new history."""

    steps: tuple[Selection, ...]
    at: int = 0

    @classmethod
    def start(cls, rows: int) -> History:
        """Nothing selected, nothing to undo."""
        return cls((Selection.none(rows),))

    @property
    def now(self) -> Selection:
        return self.steps[self.at]

    @property
    def can_undo(self) -> bool:
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        return self.at + 1 < len(self.steps)

    def push(self, selection: Selection) -> History:
        """A new present; what was undone is gone. The same selection again is no step."""
        if selection == self.now:
            return self
        steps = (*self.steps[: self.at + 1], selection)[-MOST_STEPS:]
        return History(steps, len(steps) - 1)

    def undo(self) -> History:
        return replace(self, at=max(0, self.at - 1))

    def redo(self) -> History:
        return replace(self, at=min(len(self.steps) - 1, self.at + 1))
