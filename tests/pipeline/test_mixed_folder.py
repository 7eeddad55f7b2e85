"""A folder as people have it becomes a workspace in one build: every file is a row, or it is said why not."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageCms

from imagespace_core.workspace import Workspace
from tests.makers.mixed_folder import ARCHIVED, CAMERA, DOWNLOADS, PHONE, RAW, SCANS, TOWNS, Mixed, write_mixed_folder
from tests.pipeline.building import Listening, quick, run


@dataclass(frozen=True)
class Built:
    mixed: Mixed
    workspace: Workspace
    notes: list[str]

    @property
    def items(self) -> pd.DataFrame:
        return self.workspace.items.set_index("path")

    def column(self, name: str) -> dict[str, Any]:
        """Values by path."""
        return dict(zip(self.workspace.items["path"], self.workspace.items[name], strict=True))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, real_data: Path, model: str) -> Built:
    base = tmp_path_factory.mktemp("mixed")
    mixed = write_mixed_folder(base / "photos", real_data / "grocery/images")
    report = Listening()
    run(quick(mixed.folder, base / "w", model, metadata=mixed.catalog), report)
    workspace = Workspace.open(base / "w")
    workspace.check()
    return Built(mixed, workspace, report.notes)


def test_every_file_on_the_disk_and_in_the_archive_is_a_row_or_a_reason_or_counted(built: Built) -> None:
    with zipfile.ZipFile(built.mixed.folder / "old pictures.zip") as archive:
        members = [f"old pictures.zip/{name}" for name in archive.namelist()]
    files = [
        path.relative_to(built.mixed.folder).as_posix() for path in built.mixed.folder.rglob("*") if path.is_file()
    ]
    files = [name for name in files if name != "old pictures.zip"] + members
    failures = {failure["path"]: failure["reason"] for failure in built.workspace.failures()}
    assert failures == {
        "downloads/page.png": "not an image: it starts with '<!DOCTYPE html><'",
        "phone/cut.HEIC": next(reason for path, reason in failures.items() if path == "phone/cut.HEIC"),
    }
    assert failures["phone/cut.HEIC"].startswith("truncated: ")
    said = next(note for note in built.notes if "are not images and were left out" in note)
    others = set(files) - set(built.items.index) - set(failures)
    assert others == {
        "catalog.xlsx", "read me.txt", "phone/.DS_Store", "phone/Thumbs.db", "phone/2019/IMG_0003.MOV",
    }  # fmt: skip
    assert said.startswith(f"{len(others)} files are")
    assert sorted(map(int, re.findall(r"(?:: |, )(\d+) ", said))) == [1] * len(others)
    assert len(built.items) == built.mixed.pictures == PHONE + CAMERA + RAW + SCANS + DOWNLOADS + ARCHIVED + 1
    assert len(files) == len(built.items) + len(failures) + len(others)


def test_the_phone_gives_places_and_times_and_the_archive_days(built: Built) -> None:
    items = built.items
    placed = items[items["longitude"].notna() & items["latitude"].notna()]
    assert sorted(placed.index) == sorted(path for path in items.index if Path(path).name.startswith("IMG_"))
    assert len(placed) == PHONE
    found = items.loc["phone/2020/IMG_0001.HEIC", ["latitude", "longitude"]].to_numpy(np.float64)
    np.testing.assert_allclose(found, (TOWNS[1][0] + 1 / 5000, TOWNS[1][1] + 1 / 7000), atol=1e-5)
    assert str(built.column("taken_at")["old pictures.zip/2009/20090802_001.jpg"]) == "2009-08-02 00:00:00"
    on_map, guides = built.workspace.layout("map")
    rows = built.workspace.items["longitude"].notna().to_numpy()
    assert np.isfinite(on_map[rows]).all()
    assert np.isnan(on_map[~rows]).all()
    assert f"{len(rows) - PHONE} images have no coordinates." in guides["notes"]
    dated = built.workspace.items["taken_at"].notna().to_numpy()
    in_time, _ = built.workspace.layout("timeline")
    assert in_time[dated, 0].max() < in_time[~dated, 0].min(), "those without a date stand after all others"
    assert int(dated.sum()) == PHONE + CAMERA + RAW + ARCHIVED


def test_folders_and_the_archive_are_columns_to_color_by(built: Built) -> None:
    assert built.items["folder_1"].value_counts().to_dict() == {
        "old pictures.zip": ARCHIVED, "camera": CAMERA + RAW + 1, "phone": PHONE, "scans": SCANS,
        "downloads": DOWNLOADS,
    }  # fmt: skip
    assert built.column("folder")["phone/2020/IMG_0001.HEIC"] == "2020"
    assert built.column("folder")["camera/raw/DSCF901.DNG"] == "raw"
    head, _ = built.workspace.column("folder-1")
    assert set(head["values"]) == set(built.items["folder_1"]), "the viewer has it as well"


def test_the_catalog_is_matched_by_names_without_suffix_its_prices_are_numbers_and_its_keywords_lists(
    built: Built,
) -> None:
    items = built.items
    assert f"catalog.xlsx: 62 rows; 60 of {len(items)} images have metadata (60 by name without suffix)" in built.notes
    assert "rows that match no image: 2, e.g. 'IMG_0777', 'IMG_0778'" in built.notes
    assert items["Price"].dtype == np.float64
    assert (items["Title"].notna().sum(), items["Price"].notna().sum()) == (PHONE, PHONE)
    assert built.column("Price")["phone/2021/IMG_0005.HEIC"] == 5.55
    assert list(built.column("Keywords")["phone/2021/IMG_0005.HEIC"]) == ["family", "market", "2 for 1"]
    assert list(built.column("Keywords")["phone/2021/IMG_0002.HEIC"]) == ["family"]


def test_one_picture_is_damaged_and_scans_of_12_bits_have_their_own_scale(built: Built) -> None:
    assert [path for path, damaged in built.column("damaged").items() if damaged] == ["camera/nearly whole.JPG"]
    assert any(note.startswith("1 image: its last part is missing") for note in built.notes)
    scale = [note for note in built.notes if note.startswith("pictures of more than 8 bits")]
    assert len(scale) == 1
    assert "0 becomes black and 4095 white (the 12 bits that they fill, by 50 pictures)" in scale[0]
    assert [one["high"] for one in built.workspace.manifest.source["parameters"]["ranges"]] == [4095]


def test_a_picture_in_display_p3_has_the_colors_that_its_profile_means(built: Built) -> None:
    name = "camera/DSCF0001.JPG"
    with Image.open(built.mixed.folder / name) as image:
        meant = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"])), ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )  # fmt: skip
        assert meant is not None
        stored = np.asarray(image.convert("RGB"), np.float64)
    colors = np.asarray(meant, np.float64)
    row = built.workspace.items["path"].tolist().index(name)
    sprite = np.asarray(built.workspace.sprite(row), np.float64).mean(axis=(0, 1))
    far, near = (np.abs(sprite - pixels.mean(axis=(0, 1))).max() for pixels in (stored, colors))
    assert near < 1.5
    assert far > 2 * near
