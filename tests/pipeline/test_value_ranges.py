"""One scale for all pictures of a collection that have more than eight bits: measured, said, kept, and overruled."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagespace_core.errors import InputError
from imagespace_core.sources.registry import opened
from imagespace_core.workspace import Manifest, Workspace
from tests.pipeline.building import Listening, quick, run

RAMP = np.add.outer(np.arange(64), np.arange(64)) / 126


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Twelve bits in sixteen: one scan over all of them, one over the darkest quarter; and one of eight bits."""
    folder = tmp_path / "scans"
    folder.mkdir()
    Image.fromarray((RAMP * 4095).astype(np.uint16)).save(folder / "bright.png")
    Image.fromarray((RAMP * 1023).astype(np.uint16)).save(folder / "dark.tif")
    Image.fromarray((RAMP * 255).astype(np.uint8)).save(folder / "eight.png")
    return folder


def _brightness(root: Path) -> dict[str, float]:
    items = Workspace.open(root).items
    return dict(zip(items["path"], items["brightness"], strict=True))


def test_scans_of_one_collection_stay_as_dark_as_they_are_beside_each_other(
    scans: Path, tmp_path: Path, model: str
) -> None:
    report = Listening()
    run(quick(scans, tmp_path / "w", model), report)
    found = _brightness(tmp_path / "w")
    assert found["bright.png"] == pytest.approx(0.5, abs=0.02)
    assert found["eight.png"] == pytest.approx(0.5, abs=0.02)
    assert found["dark.tif"] == pytest.approx(0.125, abs=0.02)
    manifest = Manifest.read(tmp_path / "w")
    note = next(note for note in report.notes if "4095 white" in note)
    assert "12 bits" in note
    assert note in manifest.notes
    source = opened(manifest.source)
    assert source.preview("dark.tif", 64).max() == pytest.approx(64, abs=1)
    assert source.read("dark.tif").pixels.max() == pytest.approx(64, abs=1)


def test_values_that_people_give_outrank_what_is_measured_and_the_pictures_are_read_again(
    scans: Path, tmp_path: Path, model: str
) -> None:
    run(quick(scans, tmp_path / "w", model))
    report = Listening()
    changed = run(quick(scans, tmp_path / "w", model, parameters={"range": "0,1023"}), report)
    assert "images" in changed.ran
    assert _brightness(tmp_path / "w")["dark.tif"] == pytest.approx(0.5, abs=0.02)
    assert not any("measured" in note for note in report.notes)
    again = run(quick(scans, tmp_path / "w", model, parameters={"range": "0,1023"}))
    assert not again.ran


def test_a_new_scan_that_changes_the_scale_changes_every_picture(scans: Path, tmp_path: Path, model: str) -> None:
    run(quick(scans, tmp_path / "w", model))
    Image.fromarray((RAMP * 65535).astype(np.uint16)).save(scans / "full.png")
    run(quick(scans, tmp_path / "w", model))
    assert _brightness(tmp_path / "w")["bright.png"] == pytest.approx(0.5 / 16, abs=0.01)


@pytest.mark.parametrize("range", ["5", "9,1", "1,1", "0,1,2", "nan,1", "0,inf", "0,1e309"])
def test_a_range_that_is_none_is_refused_before_anything_is_read(
    range: str, scans: Path, tmp_path: Path, model: str
) -> None:
    with pytest.raises(InputError, match=r"--range .*expected two values, rising: LOW,HIGH"):
        run(quick(scans, tmp_path / "w", model, parameters={"range": range}))


def test_photos_have_no_scale_to_speak_of(tmp_path: Path, model: str) -> None:
    (tmp_path / "photos").mkdir()
    for n in range(3):
        Image.new("RGB", (40, 30), (80 * n, 9, 9)).save(tmp_path / "photos" / f"{n}.png")
    report = Listening()
    run(quick(tmp_path / "photos", tmp_path / "w", model), report)
    assert not any("bits" in note for note in report.notes)
    assert Manifest.read(tmp_path / "w").source["parameters"]["ranges"] == []
