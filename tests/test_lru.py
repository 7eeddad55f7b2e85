"""The cache that is bounded by bytes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from imagespace_core.lru import LRU


def test_values_stay_below_the_limit_and_the_longest_unused_go_first() -> None:
    cache: LRU[str, bytes] = LRU(25, len)
    made: list[str] = []

    def get(name: str) -> None:
        cache.made(name, lambda: made.append(name) or bytes(10))

    for name in "abacab":  # b goes for c, then c... a is always the younger
        get(name)
    assert made == ["a", "b", "c", "b"]


def test_a_value_larger_than_the_limit_stays_until_the_next() -> None:
    cache: LRU[str, bytes] = LRU(5, len)
    cache.put("a", b"1")
    assert len(cache.made("large", lambda: bytes(100))) == 100
    assert cache.by_age() == ["large"]
    cache.put("b", b"1")
    assert cache.by_age() == ["b"]


def test_a_group_has_a_limit_of_its_own_and_all_share_one() -> None:
    cache: LRU[tuple[str, int], bytes] = LRU(50, len, lambda key: key[0], 25)
    for key in [("a", 1), ("b", 1), ("a", 2), ("a", 3), ("b", 2)]:
        cache.put(key, bytes(10))
    assert cache.by_age() == [("b", 1), ("a", 2), ("a", 3), ("b", 2)]
    cache.put(("c", 1), bytes(20))
    assert cache.by_age() == [("a", 2), ("a", 3), ("b", 2), ("c", 1)]


def test_what_is_put_again_replaces_and_what_is_not_there_is_none() -> None:
    cache: LRU[str, bytes] = LRU(25, len)
    cache.put("a", bytes(20))
    cache.put("a", bytes(10))
    cache.put("b", bytes(10))
    assert cache.by_age() == ["a", "b"]
    assert cache.get("a") == bytes(10)
    assert cache.by_age() == ["b", "a"]
    assert cache.get("c") is None


class Wanted:
    """A key that knows when so many threads have looked for it."""

    def __init__(self, threads: int) -> None:
        self.looking: set[int] = set()
        self.threads = threads
        self.by_all = threading.Event()

    def __hash__(self) -> int:
        self.looking.add(threading.get_ident())
        if len(self.looking) == self.threads:
            self.by_all.set()
        return 0


def test_many_threads_that_want_the_same_value_make_it_once() -> None:
    cache: LRU[object, list[int]] = LRU(100, len)
    made, key = [], Wanted(8)

    def make() -> list[int]:
        made.append(threading.get_ident())
        assert key.by_all.wait(60)
        return [1, 2, 3]

    with ThreadPoolExecutor(8) as executor:
        found = list(executor.map(lambda _: cache.made(key, make), range(32)))
    assert len(made) == 1
    assert all(value is found[0] for value in found)


def test_a_failure_is_raised_and_tried_again() -> None:
    cache: LRU[str, bytes] = LRU(100, len)
    with pytest.raises(ValueError, match="no"):
        cache.made("a", lambda: (_ for _ in ()).throw(ValueError("no")))
    assert cache.made("a", lambda: b"yes") == b"yes"
