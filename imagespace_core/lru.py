"""A cache in memory that is bounded by bytes: the longest unused go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LRU(Generic[K, V]):
    """The most recently used values, at most `limit` bytes of them; the newest stays however large. For many threads.

    size: the bytes of a value. group, limit_each: keys of one group hold at most so many bytes as well.
    """

    def __init__(
        self,
        limit: int,
        size: Callable[[V], int],
        group: Callable[[K], Hashable] | None = None,
        limit_each: int = 0,
    ) -> None:
        self.limit, self.limit_each = limit, limit_each
        self._size, self._group = size, group
        self._values: OrderedDict[K, V] = OrderedDict()
        self._making: dict[K, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """The value, used now; None where there is none (any more)."""
        with self._lock:
            return self._used(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if self._group:
                of = self._group(key)
                self._trim([other for other in self._values if self._group(other) == of], self.limit_each)
            self._trim(list(self._values), self.limit)

    def made(self, key: K, make: Callable[[], V]) -> V:
        """The value, by `make` where there is none; once, however many ask meanwhile. Its exceptions are not kept."""
        with self._lock:
            if (value := self._used(key)) is not None:
                return value
            making = self._making.setdefault(key, threading.Lock())
        with making:
            if (value := self.get(key)) is not None:
                return value
            try:
                value = make()
                self.put(key, value)
            finally:
                with self._lock:
                    self._making.pop(key, None)
            return value

    def by_age(self) -> list[K]:
        """Those there are, the longest unused first."""
        with self._lock:
            return list(self._values)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()

    def _used(self, key: K) -> V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def _trim(self, keys: list[K], limit: int) -> None:
        """Drop the first of `keys` until all fit, but the last."""
        total = sum(self._size(self._values[key]) for key in keys)
        for key in keys[:-1]:
            if total <= limit:
                return
            total -= self._size(self._values.pop(key))
