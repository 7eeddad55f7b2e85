"""Metadata in a build: refused before anything takes long, with dates that outrank the images' own, or not."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from PIL import Image

from imagespace_core.errors import InputError
from imagespace_core.pipeline.pipeline import plan
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.tables import is_multi_valued
from tests.makers.photos import dated_exif
from tests.pipeline.building import Listening, quick, run, write_solid


def test_a_table_is_refused_before_a_model_is_loaded_or_a_folder_listed(tmp_path: Path) -> None:
    write_solid(tmp_path / "photos", 2)
    (tmp_path / "m.csv").write_text("title,label\na,b\n")
    for metadata, words in ((tmp_path / "m.csv", "no column called filename"), (tmp_path / "gone", "does not exist")):
        report = Listening()
        with pytest.raises(InputError, match=words):
            run(quick(tmp_path / "photos", tmp_path / "w", "no-such-model.onnx", metadata=metadata), report)
        assert report.counts == {}


@pytest.mark.parametrize("option", ["encoding", "sheet"])
def test_how_a_table_is_read_needs_a_table(tmp_path: Path, model: str, option: str) -> None:
    write_solid(tmp_path / "photos", 2)
    with pytest.raises(InputError, match=f"--{option} latin-1 says how --metadata is read"):
        run(quick(tmp_path / "photos", tmp_path / "w", model, **{option: "latin-1"}))


def test_another_encoding_or_sheet_makes_the_table_anew(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 2, ["a.png", "b.png"])
    (tmp_path / "m.csv").write_bytes("filename,title\na.png,Caf\xe9\n".encode("cp1252"))
    options = {"metadata": tmp_path / "m.csv"}
    run(quick(tmp_path / "photos", tmp_path / "w", model, **options, encoding="cp1252"))
    assert Workspace.open(tmp_path / "w").items["title"].tolist()[0] == "Café"
    again = quick(tmp_path / "photos", tmp_path / "w", model, **options, encoding="cp1251")
    assert "table" in plan(again, Listening()).names("redo")
    assert run(again).ran
    assert Workspace.open(tmp_path / "w").items["title"].tolist()[0] == "Cafй"
    book = openpyxl.Workbook()
    for name in ("one", "two"):
        sheet = book.create_sheet(name)
        sheet.append(["filename", "sheet"])
        sheet.append(["a.png", name])
    book.save(tmp_path / "m.xlsx")
    for name in ("one", "two"):
        run(quick(tmp_path / "photos", tmp_path / "w", model, metadata=tmp_path / "m.xlsx", sheet=name))
        assert Workspace.open(tmp_path / "w").items["sheet"].tolist()[0] == name


def test_a_table_without_such_options_has_them_not_in_its_key(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 2)
    (tmp_path / "m.csv").write_text("filename\n000.png\n")
    run(quick(tmp_path / "photos", tmp_path / "w", model, metadata=tmp_path / "m.csv"))
    assert set(Workspace.open(tmp_path / "w").manifest.steps["table"]["parameters"]) == {
        "metadata",
        "digest",
        "revision",
    }


def test_a_column_year_makes_a_timeline_and_leaves_finer_dates_alone(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 3, ["a.png", "b.png", "c.png"])
    moment, exif = datetime(2019, 5, 3, 4, 5, 6), dated_exif(DateTimeOriginal="2019:05:03 04:05:06")
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (20, 20), "teal").save(tmp_path / "photos" / name, exif=exif)
    rows = "a.png,1885\nb.png,1890\nc.png,\na.jpg,2019\nb.jpg,1890\n"
    (tmp_path / "m.csv").write_text(f"filename,Year\n{rows}")
    report = Listening()
    run(quick(tmp_path / "photos", tmp_path / "w", model, metadata=tmp_path / "m.csv", layouts="timeline"), report)
    workspace = Workspace.open(tmp_path / "w")
    items = workspace.items.set_index("path")
    assert items["Year"].loc[["a.png", "b.jpg"]].tolist() == [1885, 1890]
    assert "taken_at_metadata" not in items
    assert items["taken_at"].loc[["a.png", "b.png", "a.jpg", "b.jpg"]].tolist() == [
        datetime(1885, 1, 1), datetime(1890, 1, 1), moment, datetime(1890, 1, 1),
    ]  # fmt: skip
    assert items["taken_at"]["c.png"] is pd.NaT
    assert "column taken_at: made of Year, years read as January 1st" in report.notes
    assert "layout-timeline" in workspace.manifest.steps


def test_keywords_reach_the_workspace_as_lists(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 3, ["a.png", "b.png", "c.png"])
    (tmp_path / "m.csv").write_text("filename,keywords\na.png,sea; sun\nb.png,sun\n")
    run(quick(tmp_path / "photos", tmp_path / "w", model, metadata=tmp_path / "m.csv"))
    keywords = Workspace.open(tmp_path / "w").items["keywords"]
    assert is_multi_valued(keywords)
    assert keywords.tolist() == [["sea", "sun"], ["sun"], pd.NA]


def test_rows_of_images_beyond_the_limit_are_no_fault(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 3)
    (tmp_path / "m.csv").write_text("filename\n000.png\n001.png\n002.png\n")
    report = Listening()
    run(quick(tmp_path / "photos", tmp_path / "w", model, metadata=tmp_path / "m.csv", limit=1), report)
    assert "rows of images that --limit leaves out, or of none: 2" in report.notes


def test_an_encoding_goes_for_the_table_in_the_folder_too(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 2, ["a.png", "b.png"])
    (tmp_path / "photos" / "metadata.csv").write_bytes("filename,title\na.png,Café\n".encode("cp1252"))
    report = Listening()
    run(quick(tmp_path / "photos", tmp_path / "w", model), report)
    assert any("is not used" in note and "--encoding cp1252" in note for note in report.notes)
    run(quick(tmp_path / "photos", tmp_path / "w", model, encoding="cp1252"))
    assert Workspace.open(tmp_path / "w").items["title"].tolist()[0] == "Café"
