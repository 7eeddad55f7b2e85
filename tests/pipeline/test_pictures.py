"""Pictures as people have them, from the folder to the table: what was decided of each is said, and nothing lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagespace_core.images.formats import formats
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.pipeline import build
from imagespace_core.workspace import Workspace
from tests.makers.color_profiles import DISPLAY_P3, rgb_profile
from tests.makers.photos import encoded, photo
from tests.makers.raw import dng
from tests.pipeline.building import Listening, quick

formats()  # HEIF is Pillow's with them


@pytest.fixture
def options(tmp_path: Path, model: str) -> Options:
    """Six photos: of a phone, of a camera, two cut ones, a wide one and one whose profile is broken."""
    images = tmp_path / "images"
    images.mkdir()
    whole = encoded(photo("red", "circle", 1))
    files = {
        "IMG_0001": encoded(photo("blue", "square", 2), "HEIF"),
        "a.nef": dng(photo("green", "circle", 3), None),
        "cut.jpg": whole[: len(whole) * 9 // 10],
        "gone.jpg": whole[: len(whole) // 2],
        "phone.heic": encoded(photo("blue", "square", 4), "HEIF")[:-500],
        "wide.png": encoded(Image.new("RGB", (40, 30), (200, 80, 40)), "PNG", icc_profile=rgb_profile(DISPLAY_P3)),
        "zeros.png": encoded(photo("brown", "square", 5), "PNG", icc_profile=bytes(500)),
        ".DS_Store": b"\0\0\0\1Bud1",
        "notes.txt": b"notes",
    }
    for name, data in files.items():
        (images / name).write_bytes(data)
    return quick(images, tmp_path / "w", model)


def table(options: Options) -> tuple[list[str], list[bool] | None, dict[str, str], list[str]]:
    """Paths, the column damaged, reasons of failures, notes."""
    report = Listening()
    build(options, report)
    assert options.output is not None
    workspace = Workspace.open(options.output)
    items = workspace.items
    damaged = items["damaged"].tolist() if "damaged" in items else None
    failures = {failure["path"]: failure["reason"] for failure in workspace.failures()}
    return items["path"].tolist(), damaged, failures, report.notes


def test_cut_files_are_marked_or_refused_and_what_was_decided_is_said(options: Options) -> None:
    paths, damaged, failures, notes = table(options)
    assert paths == ["IMG_0001", "a.nef", "cut.jpg", "wide.png", "zeros.png"]
    assert damaged == [False, False, True, False, False]
    assert set(failures) == {"gone.jpg", "phone.heic"}
    assert all(reason.startswith("truncated: ") for reason in failures.values())
    assert "1 image: its color profile cannot be used and was ignored, e.g. 'zeros.png'" in notes
    cut = "its last part is missing and gray, as the column damaged says; --strict leaves it out"
    assert f"1 image: {cut}, e.g. 'cut.jpg'" in notes
    assert "1 file is an image by its content, not by name, e.g. 'IMG_0001'" in notes
    assert any(note.endswith("were left out: 1 (hidden files), 1 .txt") for note in notes)


def test_who_is_strict_gets_only_whole_pictures_and_no_column(options: Options) -> None:
    table(options)
    paths, damaged, failures, _ = table(replace(options, strict=True))
    assert paths == ["IMG_0001", "a.nef", "wide.png", "zeros.png"]
    assert damaged is None
    assert failures["cut.jpg"] == "damaged: a part of the picture is missing (kept without --strict)"


def test_sprites_and_columns_show_the_colors_that_a_wide_picture_means(options: Options) -> None:
    table(options)
    assert options.output is not None
    workspace = Workspace.open(options.output)
    row = workspace.items["path"].tolist().index("wide.png")
    assert workspace.items["dominant_color"].tolist()[row] == "#d84511"
    sprite = workspace.sprite(row).reshape(-1, 3).astype(int)
    assert np.abs(np.median(sprite, axis=0) - (216, 69, 17)).max() <= 4
