"""A column has the same colors in the viewer and in what Python draws of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imagespace_core.drawing.colors import NEUTRAL, colors_of
from imagespace_core.workspace import columns
from tests.browser.standalone import Build, Server
from tests.browser.viewing import BOARD, Viewer

pytestmark = pytest.mark.browser

ROWS = 400
GIVEN = ("#4269d0", "#efb118", "#ff725c")


def cases() -> dict[str, pd.Series | np.ndarray]:
    """Values by column; every fifth row has none. An array holds labels of clusters, -1 is noise."""
    random = np.random.default_rng(0)
    none = np.arange(ROWS) % 5 == 0
    few, many = (pd.Series([f"v{code}" for code in random.integers(0, count, ROWS)]) for count in (8, 150))
    numbers = pd.Series(random.lognormal(3, 0.8, ROWS))
    dates = pd.Series(pd.Timestamp("2001-02-03") + pd.to_timedelta(random.integers(0, 9000, ROWS), "D"))
    return {
        "few": few.mask(none),
        "many": many.mask(none),
        "number": numbers.mask(none),
        "date": dates.mask(none),
        "cluster": np.where(none, -1, random.integers(0, 30, ROWS)).astype(np.int32),
    }


@pytest.mark.parametrize("palette", [(), GIVEN])
@pytest.mark.parametrize("name", ["few", "many", "number", "date", "cluster"])
def test_every_value_has_the_color_that_python_gives_it(
    page: Any, tmp_path: Path, name: str, palette: tuple[str, ...]
) -> None:
    build = Build(tmp_path, rows=ROWS, lost=(), sprites=False).write()
    given = cases()[name]
    labels = isinstance(given, np.ndarray)
    head, values = columns.encode_clusters(given) if labels else columns.encode(given.rename(name), name)
    assert values is not None
    np.save(tmp_path / f"columns/{name}.npy", values)
    (tmp_path / f"columns/{name}.json").write_text(json.dumps(head))
    server = Server(tmp_path)
    viewer = Viewer(page, server, build, color=name, palette=list(palette) or None, opacity=1, pointSize=1.5, **BOARD)

    limits = (head.get("low") or 0.0, head.get("high") or 0.0)
    expected = colors_of(head["kind"], values, ROWS, limits, palette).astype(int)
    at, shot = viewer.screens().round().astype(int), viewer.shot()
    seen = np.flatnonzero((at[:, 0] > 110) & (at[:, 0] < 1000) & (at[:, 1] > 100) & (at[:, 1] < 540))
    assert len(np.unique(expected[seen], axis=0)) >= 8
    assert len(seen) > 200
    assert (expected[seen] == NEUTRAL).all(axis=1).sum() > 40
    # A scale has 1,024 steps in the viewer.
    np.testing.assert_allclose(shot[at[seen, 1], at[seen, 0]], expected[seen], atol=1)
    server.close()
