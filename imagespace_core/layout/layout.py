"""What a layout is."""

from __future__ import annotations

from typing import ClassVar, Protocol

from imagespace_core.layout.arrangement import Arrangement
from imagespace_core.layout.material import Material
from imagespace_core.neighbors import Tick


class Layout(Protocol):
    """A frozen dataclass whose fields are its parameters. `dims` is 2 or 3; `title` is what people call it."""

    dims: ClassVar[int]
    title: ClassVar[str]

    def lacks(self, material: Material) -> str | None:
        """Why it cannot be made of this material, e.g. "no image has a date"; None where it can."""
        ...

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        """Where each row goes. Any number of rows, also none; a row without a place is NaN and counted.

        Call it only where `lacks` says nothing. `tick` gets the share done in [0, 1].
        """
        ...
