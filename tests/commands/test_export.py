"""`imagespace export`: files that open, and what they hold."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from imagespace_core.__main__ import app
from imagespace_core.workspace import Workspace, cluster_names
from tests.app.made_workspace import CLUSTERS_KEY, LABELS, ROWS, write_made_workspace

NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_made_workspace(tmp_path_factory.mktemp("export") / "made")


def export(opened: Workspace, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["export", str(opened.root), *map(str, arguments)])


def drawn(opened: Workspace, file: Path, *arguments: str) -> ET.Element:
    done = export(opened, "-o", file, *arguments)
    assert done.exit_code == 0, done.output
    return ET.parse(file).getroot()


def fills(root: ET.Element) -> Counter[str]:
    return Counter({group.attrib["fill"]: len(list(group)) for group in root.iter(f"{NS}g")})


def texts(root: ET.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{NS}text")]


def test_points_are_counted_by_the_color_of_their_cluster(made: Workspace, tmp_path: Path) -> None:
    root = drawn(made, tmp_path / "a.svg", "--map", "pca")
    assert (LABELS < 0).sum() == 15
    assert fills(root) == {"#0072b2": 15, "#e08a00": 15, "#009e73": 15, "#a3a8b0": 15}
    found = texts(root)
    assert "made: PCA, by cluster" in found
    assert any("60 images, 15 in no cluster." in text and "built 2026-01-01" in text for text in found)
    assert any("neighborhoods, not distances" in text for text in found)


def test_names_that_people_gave_are_in_the_key_letter_by_letter(made: Workspace, tmp_path: Path) -> None:
    cluster_names.rename(made.root, CLUSTERS_KEY, 1, "<b>&Apples")
    try:
        assert "<b>&Apples" in texts(drawn(made, tmp_path / "a.svg"))
    finally:
        cluster_names.rename(made.root, CLUSTERS_KEY, 1, "")


def test_rows_without_a_place_are_left_out_and_counted(made: Workspace, tmp_path: Path) -> None:
    root = drawn(made, tmp_path / "a.svg", "--map", "grid", "--color", "none")
    assert fills(root) == {"#a3a8b0": ROWS - ROWS // 4}
    assert any("60 images, 15 without a place here." in text for text in texts(root))


def test_numbers_have_a_bar_and_missing_ones_are_counted(made: Workspace, tmp_path: Path) -> None:
    root = drawn(made, tmp_path / "a.svg", "--map", "pca", "--color", "value")
    assert sum(fills(root).values()) == ROWS
    assert fills(root)["#a3a8b0"] == 6
    assert "missing" in texts(root)
    assert len(list(root.iter(f"{NS}image"))) == 1


def test_a_png_has_the_size_asked_for_and_the_same_bytes_every_time(made: Workspace, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        assert export(made, "--size", "640x480", "-o", tmp_path / "new" / name).exit_code == 0
    image = Image.open(tmp_path / "new/a.png")
    assert image.size == (640, 480)
    assert (tmp_path / "new/a.png").read_bytes() == (tmp_path / "new/b.png").read_bytes()
    seen = {tuple(color) for color in np.asarray(image).reshape(-1, 3).tolist()}
    assert {(51, 142, 193), (230, 161, 51), (51, 177, 143)} <= seen  # the clusters' colors, 80 % on white


def test_three_dimensions_are_drawn_from_the_side(made: Workspace, tmp_path: Path) -> None:
    assert sum(fills(drawn(made, tmp_path / "a.svg", "--map", "pca", "--dims", "3")).values()) == ROWS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--map", "tsne"], "there is no such map; choose one of pca, grid"),
        (["--map", "timeline"], "there is none, because of this: no image has a *date*"),
        (["--map", "grid", "--dims", "3"], "grid is there in 2 dimensions, not in 3"),
        (["--map", "pca", "--dims", "4"], "pca is there in 2 and 3 dimensions, not in 4"),
        (["--color", "nothing"], "choose one of taken_at, value"),
        (["--size", "wide"], "expected WIDTHxHEIGHT"),
        (["--size", "10x10"], "each side must be 320 to 8192"),
        (["--thumbnails", "many"], "expected a number, or none"),
        (["--format", "pdf"], "expected one of png, svg"),
        (["--format", "svg", "-o", "a.png"], "does not end in .svg"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_remedy(made: Workspace, arguments: list[str], message: str) -> None:
    done = export(made, *arguments)
    assert done.exit_code == 1
    assert message in done.output


def test_a_folder_that_is_no_workspace_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["export", str(tmp_path)])
    assert done.exit_code == 1
    assert "is not a workspace" in done.output
