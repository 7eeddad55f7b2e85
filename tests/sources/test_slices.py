import numpy as np
import pytest

from imagespace_core.sources.microscopy.slices import Stretch, kept


def test_a_kept_slice_is_made_once_and_cannot_be_written() -> None:
    made: list[str] = []
    first, again = (kept("a test's own", lambda: made.append("") or np.arange(3)) for _ in range(2))
    assert first is again
    assert len(made) == 1
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


def test_a_stretch_clips_both_ends_and_blackens_what_is_not_finite() -> None:
    values = np.array([-1.0, 0.0, 50.0, 100.0, 1e9, np.nan, np.inf, -np.inf])
    assert Stretch(0, 100)(values).tolist() == [0, 0, 128, 255, 255, 0, 255, 0]
    assert Stretch(5, 5)(np.array([5.0, 6.0])).tolist() == [0, 255]
