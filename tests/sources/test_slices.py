import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from imagespace_core.sources.microscopy.slices import Kept, Stretch


def test_kept_arrays_stay_below_the_limit_and_the_oldest_go_first() -> None:
    kept = Kept(limit=25)
    made: list[str] = []

    def get(name: str) -> None:
        kept.get(name, lambda: made.append(name) or np.zeros(10, np.uint8))

    for name in "abacab":  # b goes for c, then c... a is always the younger
        get(name)
    assert made == ["a", "b", "c", "b"]


def test_an_array_larger_than_the_limit_is_given_all_the_same() -> None:
    kept = Kept(limit=5)
    assert len(kept.get("a", lambda: np.zeros(100, np.uint8))) == 100


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


def test_many_threads_that_want_the_same_array_make_it_once() -> None:
    kept, made, key = Kept(), [], Wanted(8)

    def make() -> np.ndarray:
        made.append(threading.get_ident())
        assert key.by_all.wait(60)
        return np.arange(3)

    with ThreadPoolExecutor(8) as executor:
        found = list(executor.map(lambda _: kept.get(key, make), range(32)))
    assert len(made) == 1
    assert all(array is found[0] for array in found)
    assert not found[0].flags.writeable


def test_a_failure_is_raised_and_tried_again() -> None:
    kept = Kept()
    with pytest.raises(ValueError, match="no"):
        kept.get("a", lambda: (_ for _ in ()).throw(ValueError("no")))
    assert kept.get("a", lambda: np.ones(1)) == 1


def test_a_stretch_clips_both_ends_and_blackens_what_is_not_finite() -> None:
    values = np.array([-1.0, 0.0, 50.0, 100.0, 1e9, np.nan, np.inf, -np.inf])
    assert Stretch(0, 100)(values).tolist() == [0, 0, 128, 255, 255, 0, 255, 0]
    assert Stretch(5, 5)(np.array([5.0, 6.0])).tolist() == [0, 255]
