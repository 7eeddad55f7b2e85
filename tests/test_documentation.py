"""What the documentation shows in Python runs as it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.pipeline import build
from tests.makers.photos import write_photos
from tests.pipeline.building import Listening

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _documents() -> dict[str, str]:
    """The text of each page of the documentation with a Python block, by its path in the repository."""
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}
    return {name: text for name, text in texts.items() if BLOCK.search(text)}


DOCUMENTS = _documents()


@pytest.fixture(scope="session")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of workspaces with the one the documentation speaks of: PHOTOS, 36 photos with metadata."""
    base = tmp_path_factory.mktemp("documentation")
    write_photos(base / "photos", 36)
    options = Options(
        images=base / "photos", metadata=base / "photos/metadata.csv", output=base / "workspaces/PHOTOS",
        model="efficientnet-lite0", min_cluster_size=5, jobs=2,
    )  # fmt: skip
    build(options, Listening())
    return base / "workspaces"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_python_of_a_page_runs_from_top_to_bottom(
    name: str, workspaces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(workspaces, tmp_path / "workspaces")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in BLOCK.finditer(DOCUMENTS[name]):
        above = DOCUMENTS[name].count("\n", 0, block.start(1))
        exec(compile("\n" * above + block[1], ROOT / name, "exec"), namespace)  # a traceback names the page's own line


def test_the_readme_has_python() -> None:
    assert "README.md" in DOCUMENTS
