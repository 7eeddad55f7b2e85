"""Every benchmark runs by its command line with tiny numbers, and prints all its figures."""

from __future__ import annotations

import csv
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagespace_core.workspace import Workspace
from tests.browser.conftest import CHROMIUM
from tests.conftest import REPOSITORY
from tests.makers.map_tiles import write_tiles
from tests.makers.photos import COLORS, photo, write_photos
from tests.makers.slices import write_slices

TRAINING = os.environ.get("IMAGESPACE_TRAIN_TESTS") == "required"
BROWSER = os.environ.get("IMAGESPACE_BROWSER_TESTS") == "required"


def run(name: str, *arguments: object, missed: str | None = None) -> str:
    """What a benchmark prints. missed: what it may say, with exit code 1, where tiny numbers miss its promise."""
    command = [sys.executable, str(REPOSITORY / f"benchmarks/{name}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not (done.returncode == 1 and missed and missed in done.stderr):
        assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def figures(printed: str, row: str) -> list[float]:
    """The finite numbers behind the name of a row, of which there is one."""
    [line] = [line for line in printed.splitlines() if line.strip().startswith(row)]
    numbers = re.findall(r"-?\d[\d,]*(?:\.\d+)?|\bnan\b|\binf\b", line.partition(row)[2])
    found = [float(number.replace(",", "")) for number in numbers]
    assert found, f"no figure in: {line}"
    assert all(map(math.isfinite, found)), line
    return found


def test_every_benchmark_has_a_smoke_run() -> None:
    here = Path(__file__).read_text("utf-8")
    names = {file.stem for file in (REPOSITORY / "benchmarks").glob("*.py")} - {"__init__"}
    assert names == set(re.findall(r'\brun\(\s*"(\w+)"', here))


def test_the_autoencoder_tells_the_precision_of_every_kind_of_vector(tmp_path: Path) -> None:
    if not TRAINING:
        pytest.importorskip("torch")
    slices = write_slices(tmp_path, 24)
    tiny = ("--epochs", 1, "--patch-size", 32, "--stride", 32, "--max-samples", 64, "--trials", 2, "--latent-dim", 4)
    printed = run("autoencoder", "--data", slices, *tiny, missed="does not beat the others")
    for row in ("raw pixels", "untrained encoder", "trained encoder", "chance"):
        assert len(figures(printed, row)) == 3
        assert all(0 <= precision <= 1 for precision in figures(printed, row))


def test_loc2vec_tells_the_accuracy_of_both_encoders(tmp_path: Path) -> None:
    if not TRAINING:
        pytest.importorskip("torch")
    tiles = write_tiles(tmp_path, ("roads", "water"), across=30, down=12)
    tiny = ("--epochs", 1, "--max-samples", 32, "--triplets", 50)
    printed = run("loc2vec", "--data", tiles, *tiny, missed="below the promised")
    for row in ("untrained ", "trained "):
        assert 0 <= figures(printed, row)[0] <= 1


def test_the_pipeline_tells_the_time_of_every_stage_and_step_and_four_floors(tmp_path: Path) -> None:
    write_photos(tmp_path, 12)
    tiny = ("--copies", 2, "--projections", "pca", "--clusterer", "gmm", "--floor-images", 8)
    printed = run("pipeline", "--images", tmp_path, *tiny)
    assert printed.startswith("24 images from ")
    one_pass = ("decode", "sprites", "prepare", "model  ", "whole pass, wall clock")
    for row in (*one_pass, "embed", "pca-2d", "clusters", "index-dot", "atlas", "everything"):
        assert len(figures(printed, row)) == 2
    assert len([line for line in printed.splitlines() if line.startswith("model alone")]) == 4
    assert figures(printed, "the whole pass  ")[0] > 0
    assert figures(printed, "The pass takes")[0] > 0


def test_the_retrieval_tells_the_precision_of_the_model_and_two_floors(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with (tmp_path / "metadata.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("filename", "category"))
        for number, color in enumerate(sorted(COLORS)[:2] * 7):
            photo(color, "circle", number).save(tmp_path / f"images/{number}.jpg")
            table.writerow((f"{number}.jpg", color))
    printed = run("retrieval", "--data", tmp_path, missed="below the promised")
    assert printed.startswith("14 images")
    for row in ("efficientnet-lite0", "raw pixels 16 x 16", "random vectors"):
        assert 0 <= figures(printed, row)[0] <= 1


def test_the_synthetic_workspace_opens(tmp_path: Path) -> None:
    printed = run("synthetic", tmp_path / "points", "--rows", 500)
    assert printed.startswith("500 images in 40 clusters")
    workspace = Workspace.open(tmp_path / "points")
    workspace.check()
    assert workspace.rows == 500


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None and not BROWSER, reason="no Chromium is installed")
def test_the_sprites_are_counted_at_every_zoom(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for number in range(2):
        Image.fromarray(random.integers(0, 256, (96, 96, 3), np.uint8)).save(tmp_path / f"photos/{number}.png")
    tiny = ("--images", 60, "--projection", "pca", "--steps", 3)
    printed = run("sprites", "--photos", tmp_path / "photos", "--keep", tmp_path / "kept", *tiny)
    for half in ("0.2", "0.08", "0.03"):
        _, most, mean, megabytes = figures(printed, half)
        assert 0 <= mean <= most <= 100
        assert megabytes > 0


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None and not BROWSER, reason="no Chromium is installed")
def test_the_viewer_is_measured_beside_its_peer() -> None:
    printed = run("viewer", "--points", 3000, "--sessions", 1)
    assert figures(printed, "lasso: rows selected")[0] > 100
    assert figures(printed, "hover: bytes to Python") == [0, 0]
    for row in (
        "page opening to first full draw, s", "one frame, ms", "bare gl.POINTS call, ms", "ratio",
        "memory: GPU, arrays and JS heap, MB", "hover: card after its dwell, ms (median)",
        "switch to UMAP, click to first frame, s", "switch to t-SNE, click to first frame, s",
        "to the first page of the gallery, s", "KB sent to the browser", "KB sent to Python",
        "the server's memory, MB for each further session", "Plotly, page opening to first draw, s",
        "ours as a share of it",
    ):  # fmt: skip
        assert figures(printed, row)
