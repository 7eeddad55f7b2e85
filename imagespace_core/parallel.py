"""Maps a function over many inputs on an executor, in order and with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def map_ordered(
    function: Callable[[T], R], inputs: Iterable[T], executor: Executor, ahead: int
) -> Generator[R, None, None]:
    """Results of `function` in the order of `inputs`, at most `ahead` of them computed and not yet taken.

    Unlike `Executor.map` it does not submit everything at once, so a million images are never in memory together.
    The first exception of `function` is raised here; what was submitted and has not started is canceled.
    """
    pending: deque[Future[R]] = deque()
    try:
        for value in inputs:
            pending.append(executor.submit(function, value))
            if len(pending) >= ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
