"""What pictures, the files beside them and their folders say comes into the table, and layouts are made of it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imagespace_core.collection.coordinates import coordinates_of
from imagespace_core.errors import InputError
from imagespace_core.images.embedded.position import NO_PLACE
from imagespace_core.pipeline.options import Options
from imagespace_core.sources.sidecars import unreadable
from imagespace_core.workspace import Workspace
from tests.makers.described import exif, phone_exif, xmp
from tests.makers.photos import encoded, photo
from tests.pipeline.building import Listening, quick, run

PLACES = [(2.3, 48.9), (-0.1, 51.5), (13.4, 52.5), (151.2, -33.9), (-70.7, -33.4), (139.7, 35.7)]
"""Degrees east and north."""


def write(root: Path, name: str, number: int = 0, **options: Any) -> None:
    """A photo that differs with the number."""
    colors = ["red", "orange", "green", "blue", "purple", "brown"]
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(encoded(photo(colors[number % 6], "circle", number), **options))


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """Twelve photos of a phone; the last two have no place, the last one says it is at 0, 0."""
    root = tmp_path / "phone"
    for i in range(12):
        place = PLACES[i % 6] if i < 10 else (0, 0)
        described = phone_exif(*place, taken=f"20{10 + i}:07:06 05:04:03") if i != 10 else exif()
        keywords = xmp(dc_subject=["all", "even" if i % 2 == 0 else "odd"], xmp_Rating=1 + i % 5, dc_title=f"photo {i}")
        write(root, f"{i:02d}.jpg", i, exif=described, xmp=keywords)
    return root


def built(options: Options, report: Listening | None = None) -> Workspace:
    run(options, report)
    assert options.output is not None
    workspace = Workspace.open(options.output)
    workspace.check()
    return workspace


def values(workspace: Workspace, name: str) -> list[Any]:
    """A column of the table."""
    return pd.Series(workspace.items[name]).tolist()


def test_a_folder_of_a_phone_has_a_map_a_timeline_and_keywords_without_a_table(
    phone: Path, tmp_path: Path, model: str
) -> None:
    report = Listening()
    workspace = built(quick(phone, tmp_path / "w", model), report)
    assert {"map", "timeline"} <= set(workspace.manifest.layouts())
    items = workspace.items
    assert items["camera"].dropna().unique().tolist() == ["Apple iPhone 12"]
    np.testing.assert_allclose(items["longitude"][:10], [PLACES[i % 6][0] for i in range(10)], atol=1e-6)
    assert np.isnan(values(workspace, "longitude")[10:]).all()
    assert items["taken_at"].dt.year.tolist()[:3] == [2010, 2011, 2012]
    assert list(items["keywords"][1]) == ["all", "odd"]
    positions, guides = workspace.layout("map")
    assert (np.isfinite(positions[:10]).all(), np.isnan(positions[10:]).all()) == (True, True)
    assert "2 images have no coordinates." in guides["notes"]
    assert f"1 image: {NO_PLACE}, e.g. '11.jpg'" in report.notes
    heads = {column["name"]: column for column in workspace.columns()}
    assert (heads["rating"]["kind"], heads["iso"]["kind"]) == ("category", "category")
    assert heads["longitude"]["kind"] == "number"


def test_images_are_found_by_the_place_that_they_say(phone: Path, tmp_path: Path, model: str) -> None:
    found = coordinates_of(built(quick(phone, tmp_path / "w", model)))
    assert found is not None
    assert np.isfinite(found.longitude).sum() == 10


def test_mixtures_may_use_columns_that_only_pictures_bring(phone: Path, tmp_path: Path, model: str) -> None:
    options = quick(phone, tmp_path / "w", model, clusterer="gmm", components=2, cluster_columns="longitude,latitude")
    assert "cluster" in [column["name"] for column in built(options).columns()]
    with pytest.raises(InputError, match="there is no column 'altitudes' to cluster by"):
        run(replace(options, cluster_columns="altitudes", output=tmp_path / "v"))


def test_mixtures_may_use_columns_of_sidecars(phone: Path, tmp_path: Path, model: str) -> None:
    for i in range(12):
        (phone / f"{i:02d}.json").write_text(json.dumps({"weight": i}))
    options = quick(phone, tmp_path / "w", model, clusterer="gmm", components=2, cluster_columns="weight")
    assert built(options).items["weight"].tolist() == list(range(12))


def test_folders_color_and_filter_with_nothing_else_given(tmp_path: Path, model: str) -> None:
    for split in ("test", "train"):
        for number, name in enumerate(("airplane", "dog")):
            for i in range(3):
                write(tmp_path / "photos", f"{split}/{name}/{i:04d}.jpg", number * 3 + i)
    workspace = built(quick(tmp_path / "photos", tmp_path / "w", model))
    heads = {column["name"]: column for column in workspace.columns()}
    assert heads["folder"]["kind"] == heads["folder_1"]["kind"] == "category"
    assert workspace.items["folder_1"].tolist() == ["test"] * 6 + ["train"] * 6
    assert workspace.items["folder"].tolist() == (["airplane"] * 3 + ["dog"] * 3) * 2


def test_a_changed_sidecar_is_read_again_and_a_broken_one_is_counted(phone: Path, tmp_path: Path, model: str) -> None:
    (phone / "00.txt").write_text("a tower")
    (phone / "01.json").write_text("{")
    options, report = quick(phone, tmp_path / "w", model), Listening()
    assert built(options, report).items["caption"].fillna("").tolist()[:2] == ["a tower", ""]
    assert f"1 image: {unreadable('.json')}, e.g. '01.jpg'" in report.notes
    assert run(options).ran == []
    (phone / "00.txt").write_text("a bridge")
    os.utime(phone / "00.txt", ns=(1, 1))
    assert "images" in run(options).ran
    assert values(built(options), "caption")[0] == "a bridge"


def test_names_that_a_workspace_has_of_its_own_are_changed(phone: Path, tmp_path: Path, model: str) -> None:
    (phone / "00.json").write_text(json.dumps({"width": 7, "path": "x", "id": 3, "taken_at": "1999-01-02"}))
    items = built(quick(phone, tmp_path / "w", model)).items
    assert (items["width"][0], items["width_picture"][0]) == (128, 7)
    assert (items["path"][0], items["path_picture"][0], items["id_picture"][0]) == ("00.jpg", "x", 3)
    assert items["taken_at"].iloc[0] == pd.Timestamp("1999-01-02")


def test_metadata_in_the_folder_is_found_and_said_and_one_that_is_named_counts_first(
    phone: Path, tmp_path: Path, model: str
) -> None:
    (phone / "metadata.csv").write_text("filename,title,size\n00.jpg,of the table,5\n")
    (phone / "metadata.jsonl").write_text('{"filename": "00.jpg", "title": "of lines"}\n')
    report = Listening()
    items = built(quick(phone, tmp_path / "w", model), report).items
    assert (items["title"][0], items["title_picture"][0], items["size"][0]) == ("of the table", "photo 0", 5)
    found = "metadata.csv in the folder of images is read as metadata, and not metadata.jsonl; --metadata names another"
    assert found in report.notes
    assert not [note for note in report.notes if "not images" in note]
    report = Listening()
    named = quick(phone, tmp_path / "w", model, metadata=phone / "metadata.jsonl")
    assert values(built(named, report), "title")[0] == "of lines"
    assert found not in report.notes


def test_metadata_that_was_found_and_cannot_be_read_stops_nothing(phone: Path, tmp_path: Path, model: str) -> None:
    (phone / "metadata.csv").write_text("weight,height\n1,2\n")
    report = Listening()
    assert len(built(quick(phone, tmp_path / "w", model), report).items) == 12
    assert [note for note in report.notes if note.startswith("metadata.csv in the folder of images is not used: ")]


def test_a_relayout_keeps_the_metadata_that_was_found(phone: Path, tmp_path: Path, model: str) -> None:
    (phone / "metadata.csv").write_text("filename,weight\n00.jpg,5\n")
    options = quick(phone, tmp_path / "w", model)
    run(options)
    run(replace(options, relayout=True))
    assert "weight" in built(options).items
    run(replace(options, only="table"))
    assert values(built(options), "weight")[0] == 5
