"""The contracts of pyproject.toml hold for the package, and each is broken by what it forbids."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _broken(root: Path) -> set[str]:
    """The names of the contracts that the package below `root` does not keep."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache", "--no-logo"], cwd=root, capture_output=True, text=True, check=False)
    assert "\nContracts: " in done.stdout, done.stdout + done.stderr
    return set(re.findall(r"^(.+) BROKEN\b", done.stdout, re.MULTILINE))


def test_every_contract_is_kept() -> None:
    assert _broken(ROOT) == set()


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("search/new.py", "from imagespace_core.pipeline.options import Options", "Imports go one way"),
        ("layout/new.py", "from imagespace_core.search import Query", "Imports go one way"),
        ("helpers/__init__.py", "", "Imports go one way"),
        ("commands/new.py", "import streamlit as st", "Streamlit is imported in app only"),
        ("workspace/new.py", "from streamlit.runtime import caching", "Streamlit is imported in app only"),
        ("embed/new.py", "import torch", "PyTorch is imported in train only"),
        ("commands/new.py", "def show(): from torch.utils import tensorboard", "PyTorch is imported in train only"),
        ("app/new.py", "from tensorboard import program", "PyTorch is imported in train only"),
    ],
)
def test_a_contract_is_broken_by_what_it_forbids(tmp_path: Path, file: str, line: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    package = tmp_path / "imagespace_core"
    shutil.copytree(ROOT / "imagespace_core", package, ignore=shutil.ignore_patterns("__pycache__", "*.js", "*.png"))
    (package / file).parent.mkdir(exist_ok=True)
    (package / file).write_text(line)
    assert _broken(tmp_path) == {contract}
