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

    size: the bytes of a value as it is put in. group, limit_each: keys of one group hold at most so many bytes as well.
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
        self._sizes: dict[K, int] = {}
        self._total = 0
        self._making: dict[K, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """The value, used now; None where there is none (any more)."""
        with self._lock:
            return self._used(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            if key in self._values:
                self._dropped(key)
            self._values[key] = value
            self._sizes[key] = self._size(value)
            self._total += self._sizes[key]
            if self._group:
                self._trim_group(self._group(key))
            while self._total > self.limit and len(self._values) > 1:
                self._dropped(next(iter(self._values)))

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
            self._sizes.clear()
            self._total = 0

    def _used(self, key: K) -> V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def _trim_group(self, group: Hashable) -> None:
        """Drop the longest unused of a group until all of it fit, but the newest."""
        keys = [key for key in self._values if self._group is not None and self._group(key) == group]
        total = sum(self._sizes[key] for key in keys)
        for key in keys[:-1]:
            if total <= self.limit_each:
                return
            total -= self._dropped(key)

    def _dropped(self, key: K) -> int:
        """The size of a value that goes."""
        del self._values[key]
        size = self._sizes.pop(key)
        self._total -= size
        return size
