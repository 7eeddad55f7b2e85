"""The examples of docs/python-api.md do what they say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from imagespace_core.workspace import Workspace

DOCUMENT = Path(__file__).parents[2] / "docs/python-api.md"


def test_the_examples_run_one_after_the_other(
    places: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(places.root, tmp_path / "workspaces/PHOTOS")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 7
    for block in blocks:
        exec(compile(block, str(DOCUMENT), "exec"), names)
    assert (tmp_path / "map.png").exists()
    assert len(names["some"]) == 12
