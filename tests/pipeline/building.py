"""What the tests of the build share: solid photos known by their color, quick options, a report that listens."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.pipeline import Summary, build
from imagespace_core.reduce.pca import principal_components
from imagespace_core.workspace import Workspace, names
from tests.makers.photos import WEIRD_NAMES
from tests.makers.tiny_onnx import write_tiny_onnx


class Listening:
    """A Report that keeps titles, counts and notes; `interrupt` may raise when a task begins or advances."""

    def __init__(self, interrupt: Callable[[str, int], None] = lambda title, count: None) -> None:
        self.notes: list[str] = []
        self.counts: dict[str, int] = {}
        self._interrupt = interrupt

    @contextmanager
    def task(self, title: str, total: int | None = None) -> Iterator[_Task]:
        self.counts.setdefault(title, 0)
        self._interrupt(title, 0)
        yield _Task(self, title)

    def note(self, line: str) -> None:
        self.notes.append(line)

    def advanced(self, title: str, count: int) -> None:
        self.counts[title] += count
        self._interrupt(title, self.counts[title])


class _Task:
    def __init__(self, report: Listening, title: str) -> None:
        self._report, self._title = report, title

    def advance(self, count: int) -> None:
        self._report.advanced(self._title, count)

    def share(self, done: float) -> None:
        assert 0 <= done <= 1 + 1e-9


def color_of(i: int) -> tuple[int, int, int]:
    """The i-th of 64 colors that differ in direction as well as in place, so that neither vector nor sprite is taken
    for another's."""
    hue, level = divmod(i, 4)
    angle = 2 * np.pi * hue / 16
    wave = np.cos(angle + np.array([0, 2, 4]) * np.pi / 3)
    r, g, b = np.rint(128 + (25 + 30 * level) * wave).astype(int).tolist()
    return r, g, b


def write_solid(folder: Path, n: int, file_names: list[str] | None = None) -> list[str]:
    """n PNGs: the i-th has color_of(i), 20 + i pixels across and 16 down. Returns the names."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = file_names or [f"{i:03d}.png" for i in range(n)]
    for i, name in enumerate(chosen):
        Image.new("RGB", (20 + i, 16), color_of(i)).save(folder / name, format="PNG")
    return chosen


def write_solid_weird(folder: Path) -> list[str]:
    return write_solid(folder, len(WEIRD_NAMES), list(WEIRD_NAMES))


def write_model(folder: Path, name: str = "tiny.onnx", **wishes: Any) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    return str(write_tiny_onnx(folder / name, **wishes))


def quick(images: Path | None, output: Path, model: str | None, **changed: Any) -> Options:
    """Options of a build without t-SNE, UMAP and clusters, which takes a fraction of a second."""
    plain: dict[str, Any] = {
        "projections": "pca", "dims": "2", "metrics": "angular", "trees": 2, "min_cluster_size": 500, "thumb_size": 32,
        "atlas_size": 128, "quality": 90, "jobs": 2,
    }  # fmt: skip
    return Options(**{**plain, "images": images, "output": output, "model": model, **changed})


def run(options: Options, report: Listening | None = None) -> Summary:
    return build(options, report or Listening())


def arrays(root: Path) -> dict[str, bytes]:
    """Every file of a workspace by name, but the manifest, whose times differ. Of an index only that it is there: Annoy
    writes memory that it never set."""
    found = (path for path in root.rglob("*") if path.is_file())
    return {
        path.relative_to(root).as_posix(): b"" if path.suffix == ".ann" else path.read_bytes()
        for path in found
        if path.relative_to(root).parts[0] not in (names.MANIFEST, names.BUILD, names.LOCK, names.AT_WORK)
    }


def check_rows(root: Path, images: Path) -> Workspace:
    """Open and check the workspace, and hold every row of every file against the solid image that `path` names."""
    workspace = Workspace.open(root)
    workspace.check()
    items, vectors = workspace.items, workspace.vectors()
    paths = items["path"].tolist()
    assert items["id"].tolist() == paths
    pages = sorted((root / names.NAMES).iterdir(), key=lambda page: int(page.stem))
    assert [name for page in pages for name in json.loads(page.read_text("utf-8"))] == paths
    _, widths = workspace.column("width")
    _, dominant = workspace.column("dominant-color")
    assert widths is not None
    assert dominant is not None
    expected = []
    for row, path in enumerate(paths):
        with Image.open(images / path) as image:
            color = np.array(image.convert("RGB").getpixel((0, 0)), np.float64)
            assert items["width"][row] == widths[row] == image.width, path
        expected.append(color / np.linalg.norm(color))
        np.testing.assert_allclose(vectors[row], expected[-1], atol=2e-3, err_msg=path)
        np.testing.assert_allclose(dominant[row], color, atol=1, err_msg=path)
        np.testing.assert_allclose(np.median(workspace.sprite(row), axis=(0, 1)), color, atol=5, err_msg=path)
        if (preview := workspace.preview(row)) is not None:
            with Image.open(io.BytesIO(preview)) as copy:
                np.testing.assert_allclose(np.asarray(copy).mean(axis=(0, 1)), color, atol=5, err_msg=path)
    rows, distances = workspace.graph()
    for row in range(len(paths)):
        np.testing.assert_allclose(distances[row], np.linalg.norm(vectors[rows[row]] - vectors[row], axis=1), atol=1e-3)
    if "pca" in workspace.manifest.projections():
        again = principal_components(np.array(vectors), 2)
        np.testing.assert_allclose(workspace.positions("pca", 2), again, atol=1e-3)
    return workspace
