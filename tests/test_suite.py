"""The suite itself: every test on disk is run, whatever its folder is called."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What pytest, and many another tool, passes over by default.
PASSED_OVER = ["build", "dist", "venv", "node_modules", ".hidden", "CVS", "fresh.egg"]


def unseen(root: Path) -> set[str]:
    """The test files of which `pytest`, called in `root` without arguments, neither collects nor reports as skipped."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-rs", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment)
    seen = re.findall(r"^(?:SKIPPED \[\d+\] (?=\S+:\d)|(?=\S+::))([^\s:]+)", done.stdout, re.MULTILINE)
    return {path.relative_to(root).as_posix() for path in (root / "tests").rglob("test_*.py")} - set(seen)


def test_every_test_file_is_collected_and_has_a_test() -> None:
    assert unseen(ROOT) == set()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project with the settings of this one and no tests yet."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "tests").mkdir()
    return tmp_path


def test_no_name_of_a_folder_hides_its_tests(copy: Path) -> None:
    for folder in PASSED_OVER:
        (copy / "tests" / folder).mkdir()
        (copy / "tests" / folder / "test_one.py").write_text("def test_one(): pass")
    assert unseen(copy) == set()


def test_a_file_that_cannot_be_imported_or_holds_no_test_is_named(copy: Path) -> None:
    contents = {
        "good": "def test_one(): pass",
        "skips": "import pytest\npytest.importorskip('a_module_that_is_not_there')",
        "broken": "import a_module_that_is_not_there\ndef test_one(): pass",
        "misspelled": "def tset_one(): pass",
        "empty": "",
    }
    for name, content in contents.items():
        (copy / f"tests/test_{name}.py").write_text(content)
    assert unseen(copy) == {f"tests/test_{name}.py" for name in ("broken", "misspelled", "empty")}
