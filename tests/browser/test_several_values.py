"""A column with several values a row, in the viewer: colors, legend, card, and what a selection asks for."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from imagespace_core.workspace.columns import encode_lists
from tests.browser.standalone import Build
from tests.browser.viewing import Viewer

pytestmark = pytest.mark.browser

WORDS = ["sea", "sky", "boat", "dog"]


def several(build: Build) -> list[list[str]]:
    """Keywords of each row, none for every seventh."""
    random = np.random.default_rng(3)
    chosen = random.random((build.rows, 4)) < [0.7, 0.4, 0.3, 0.1]
    chosen[::7] = False
    return [[WORDS[k] for k in np.flatnonzero(row)] for row in chosen]


def test_the_legend_counts_hides_and_isolates_every_value_of_a_row(viewer: Viewer, build: Build) -> None:
    given = several(build)
    series = pd.Series(
        pd.array([one or None for one in given], dtype=pd.ArrowDtype(pa.list_(pa.string()))), name="tags"
    )
    head, lists = encode_lists(series, "tags")
    for part, array in {"": lists.first, ".starts": lists.starts, ".codes": lists.codes}.items():
        np.save(build.folder / f"columns/tags{part}.npy", array)
    (build.folder / "columns/tags.json").write_text(json.dumps(head))
    viewer.update(color="tags", select=True)
    has = {word: np.array([word in row for row in given]) & build.placed for word in WORDS}
    entries = viewer.page.locator("button.is-entry").all_inner_texts()
    assert [entry.split() for entry in entries[:4]] == [[word, str(has[word].sum())] for word in head["values"]]

    sea, sky = head["values"].index("sea"), head["values"].index("sky")
    viewer.page.locator(f"button.is-entry[data-code='{sea}']").click()
    left = build.placed & ~(has["sea"] & ~has["sky"] & ~has["boat"] & ~has["dog"])
    assert viewer.data("visible") == str(left.sum()), "who has another value stays"
    viewer.page.locator(f"button.is-entry[data-code='{sea}']").click()
    viewer.page.locator(f"button.is-entry[data-code='{sky}']").dblclick()
    assert viewer.data("visible") == str(has["sky"].sum())
    viewer.page.get_by_role("button", name="Select sky").click()
    asked: Any = viewer.events("select")[-1]
    assert (asked["kind"], asked["color"], asked["codes"], asked["hiding"]["shown"]) == ("codes", "tags", [sky], [sky])

    row = next(row for row in viewer.alone(30) if has["sky"][row] and has["sea"][row])
    viewer.page.mouse.move(*viewer.place(row))
    card = viewer.page.locator("[data-testid=imagespace-hover]:not([hidden])")
    assert card.inner_text().endswith("tags: " + ", ".join(word for word in head["values"] if word in given[row]))
