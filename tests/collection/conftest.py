"""A workspace with every kind of map and column, built once, and quick builds with other metadata."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagespace_core.workspace import Workspace
from tests.pipeline.building import quick, run, write_model, write_solid

ROWS = 40
Build = Callable[..., Workspace]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds 40 solid images with these lines of metadata, the first of them the header; clusters by a mixture."""
    base = tmp_path_factory.mktemp("collection")
    write_solid(base / "photos", ROWS)
    model = write_model(base)

    def built(name: str, *lines: str, **changed: Any) -> Workspace:
        metadata = base / f"{name}.csv"
        metadata.write_text("\n".join(lines), "utf-8")
        options: dict[str, Any] = {"clusterer": "gmm", "components": 3, "metadata": metadata if lines else None}
        run(replace(quick(base / "photos", base / "workspaces" / name, model, **options), **changed))
        return Workspace.open(base / "workspaces" / name)

    return built


@pytest.fixture(scope="session")
def places(build: Build) -> Workspace:
    """With dates in another column, coordinates under other names, a category, and yes and no."""
    lines = [f"{i:03d}.png,2021-{i % 12 + 1:02d}-03,{40 + i / 10},{i - 10},{'ab'[i % 2]},{i < 12}" for i in range(ROWS)]
    return build("places", "filename,day,Lat,lon_deg,kind,dark", *lines, dims="2,3")


@pytest.fixture(scope="session")
def root(places: Workspace) -> Path:
    return places.root
