"""Similarity painted over slices, and what may count as found."""

import numpy as np
import pandas as pd
import pytest

from imagespace_core.errors import InputError
from imagespace_core.evaluate.leakage import groups_of, parent_column
from imagespace_core.evaluate.retrieval_map import ParentBoxes, edges, painted, retrieval_map
from imagespace_core.evaluate.subgroups import group_means, in_groups, sample_evenly
from imagespace_core.sources import Context


def square(left: float, top: float, side: float) -> tuple[tuple[float, float], ...]:
    return ((left, top), (left + side, top), (left + side, top + side), (left, top + side), (left, top))


def test_every_pixel_has_the_mean_of_the_boxes_that_cover_it() -> None:
    found = retrieval_map(np.array([1.0, 3.0]), np.array([[0, 0, 2, 2], [1, 0, 3, 1]]), 3, 4)
    np.testing.assert_array_equal(found, [[1, 2, 3, np.nan], [1, 1, np.nan, np.nan], [np.nan] * 4])


def test_rows_are_painted_where_they_lie_and_large_parents_smaller() -> None:
    contexts = [Context("a", 100, 50, (square(0, 0, 50),)), Context("b", 10, 10, (square(0, 0, 10),))]
    contexts += [Context("a", 100, 50, (square(50, 0, 50),))]
    places = ParentBoxes.of(contexts)
    scores = np.array([1.0, 9.0, 5.0])
    np.testing.assert_array_equal(places.map_of("a", scores, 20), np.repeat([[1.0, 5.0]], 10, 1).repeat(10, 0))
    assert places.map_of("b", scores).shape == (10, 10)
    assert places.ordered(np.array([1, 3, 1])) == ["b", "a"]


def test_opacity_mixes_and_bare_pixels_stay_as_they_are() -> None:
    image, map_ = np.full((1, 2, 3), 100, np.uint8), np.array([[0.0, np.nan]], np.float32)
    assert painted(image, map_, 0, 1, 0.0).tolist() == [[[100] * 3] * 2]
    assert painted(image, map_, 0, 1, 1.0).tolist() == [[[0, 0, 4], [100] * 3]]


def test_edges_are_the_outermost_pixels_of_what_is_marked() -> None:
    marked = np.zeros((5, 5), bool)
    marked[1:4, 1:4] = True
    found = edges(marked)
    assert found.sum() == 8
    assert not found[2, 2]
    assert not (found & ~marked).any()


def test_slices_are_left_out_only_where_enough_would_be_left() -> None:
    table = pd.DataFrame({"slice": [f"s{i // 4}" for i in range(80)]})
    assert parent_column(table, 10) == "slice"
    assert parent_column(table, 11) is None
    assert parent_column(table.rename(columns={"slice": "category"}), 1) is None
    assert groups_of(table, "slice")[4] == "s1"
    with pytest.raises(InputError, match="choose one of slice"):
        groups_of(table, "other")


def test_means_are_directions_by_group_and_kind() -> None:
    vectors = np.array([[1, 0], [0, 1], [1, 0], [-1, 0], [0, 1]], np.float32)
    groups = np.array(["g", "g", "h", "h", "i"], object)
    kinds = np.array(["k", "k", "k", "k", "l"], object)
    made = group_means(vectors, groups, kinds, np.arange(5))
    assert made.names == ["g, k (2)", "i, l (1)"]  # h has no direction: its two cancel
    np.testing.assert_allclose(made.vectors, [[2**-0.5, 2**-0.5], [0, 1]], atol=1e-6)
    assert group_means(vectors, groups, groups, np.arange(2)).names == ["g (2)"]


def test_groups_are_picked_and_thinned_out() -> None:
    groups = np.repeat(np.array(["a", "b", "c"], object), [50, 3, 10])
    rows = in_groups(groups, ["a", "b"])
    assert rows.tolist() == list(range(53))
    sampled = sample_evenly(groups, 5, among=rows)
    assert [(groups[sampled] == name).sum() for name in "abc"] == [5, 3, 0]
    with pytest.raises(InputError, match="there is no d; there are a, b, c"):
        in_groups(groups, ["d"])
