"""Every order of a selection's gallery, against pandas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagespace_core.app.explore.gallery_order import DISTANCE, in_order, orders
from imagespace_core.collection.order import NAME, sort_keys
from imagespace_core.selection import Selection
from imagespace_core.workspace import Workspace
from tests.app.made_workspace import LABELS, ROWS, table, write_made_workspace


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_made_workspace(tmp_path_factory.mktemp("made") / "made")


@pytest.fixture(scope="module")
def selection() -> Selection:
    return Selection.of(np.arange(ROWS) % 3 != 0)


def rows(opened: Workspace, selection: Selection, order: str, descending: bool = False, image: int | None = None):
    return in_order(opened, selection, order, descending, image).rows.tolist()


def test_there_is_an_order_for_every_column(opened: Workspace) -> None:
    assert orders(opened)[:2] == [DISTANCE, NAME]
    assert set(orders(opened)) == {DISTANCE, NAME, "cluster", *table().columns[1:]}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["taken_at", "value", "size"])
def test_columns_sort_as_pandas_does_missing_last(
    opened: Workspace, selection: Selection, column: str, descending: bool
) -> None:
    some = table().loc[selection.mask()]
    expected = some.sort_values(column, ascending=not descending, na_position="last", kind="stable").index.tolist()
    assert rows(opened, selection, column, descending) == expected


def test_clusters_sort_by_number_and_noise_comes_last(opened: Workspace, selection: Selection) -> None:
    labels = LABELS[rows(opened, selection, "cluster", descending=True)]
    assert labels.tolist() == sorted(labels[labels >= 0], reverse=True) + [-1] * int((labels < 0).sum())


def test_colors_sort_by_lightness(opened: Workspace, selection: Selection) -> None:
    assert rows(opened, selection, "tint") == sorted(np.flatnonzero(selection.mask()).tolist())


def test_a_column_of_mixed_types_sorts_as_text(opened: Workspace, selection: Selection) -> None:
    found = table().loc[rows(opened, selection, "mixed"), "mixed"]
    present = found.dropna().tolist()
    assert present == sorted(present)
    assert found.isna().tolist() == sorted(found.isna().tolist())


def test_values_that_are_numbers_sort_as_numbers(opened: Workspace) -> None:
    keys = sort_keys({"kind": "category", "values": ["10", "9", "2.5"]}, np.array([0, 1, 2, -1]))
    assert keys[:3].tolist() == [10, 9, 2.5]
    assert np.isnan(keys[3])


def test_names_sort_by_name_both_ways(opened: Workspace, selection: Selection) -> None:
    expected = np.flatnonzero(selection.mask()).tolist()
    assert rows(opened, selection, NAME) == expected
    assert rows(opened, selection, NAME, descending=True) == expected[::-1]


def test_distance_is_from_the_open_image_else_from_the_mean(opened: Workspace, selection: Selection) -> None:
    vectors, picked = np.asarray(opened.vectors()), np.flatnonzero(selection.mask())
    for image in (None, 40):
        target = vectors[picked].mean(axis=0) if image is None else vectors[image]
        distances = 1 - vectors[picked] @ target / np.linalg.norm(target)
        found = in_order(opened, selection, DISTANCE, False, image)
        assert found.rows.tolist() == picked[np.argsort(distances, kind="stable")].tolist()
        assert found.distances == pytest.approx(np.sort(distances), abs=1e-6)
    assert rows(opened, selection, DISTANCE, image=40)[0] == 40


def test_one_selected_image_and_a_name_out_of_order(opened: Workspace, tmp_path: Path) -> None:
    one = Selection.of(np.arange(ROWS) == 5)
    assert all(rows(opened, one, order) == [5] for order in orders(opened))
