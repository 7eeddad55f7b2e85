"""Where the time of the pass over the images goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields


@dataclass
class Spent:
    """Seconds by what they went into, summed over the worker threads, and of the whole pass: `wall` is what the clock
    says, `processor` what all threads computed. And images read; of these `blended`, which the model saw as people do,
    because it does not take their channels."""

    decode: float = 0.0
    columns: float = 0.0
    sprites: float = 0.0
    previews: float = 0.0
    prepare: float = 0.0
    model: float = 0.0
    wall: float = 0.0
    processor: float = 0.0
    images: int = 0
    blended: int = 0

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        setattr(self, what, getattr(self, what) + time.perf_counter() - started)

    def add(self, other: Spent) -> None:
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name) + getattr(other, f.name))
