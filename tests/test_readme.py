"""The README names every command and flag there is, and none that is not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def flags(*command: str) -> set[str]:
    """Every long flag that `precompute.py --help`, or the help of another command, lists."""
    done = subprocess.run(
        [sys.executable, *(command or ["precompute.py"]), "--help"], cwd=ROOT, capture_output=True, text=True,
        check=True, env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", "HOME": "/nonexistent"},
    )  # fmt: skip
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", done.stdout)) - {"--help"}


def test_every_flag_is_documented() -> None:
    known = flags()
    assert len(known) > 25
    assert {flag for flag in known if f"`{flag}" not in README} == set()


@pytest.mark.parametrize("kind", ["autoencoder", "loc2vec"])
def test_every_flag_of_training_is_documented(kind: str) -> None:
    known = flags("-m", "imagespace_core", "train", kind)
    assert len(known) > 15
    assert {flag for flag in known if f"`{flag}" not in README} == set()


@pytest.mark.parametrize("command", ["evaluate", "export"])
def test_every_flag_of_a_command_is_documented(command: str) -> None:
    known = flags("-m", "imagespace_core", command)
    assert len(known) > 5
    assert {flag for flag in known if f"`{flag}" not in README} == set()


def test_every_documented_flag_of_the_build_exists() -> None:
    lines = [line for line in README.splitlines() if "precompute.py" in line or line.startswith("| `")]
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", "\n".join(lines)))
    assert named - flags() - {"--help"} == set()


def test_every_subcommand_is_documented() -> None:
    from imagespace_core.__main__ import app

    for command in app.registered_commands:
        assert f"imagespace {command.name}" in README
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for command in group.typer_instance.registered_commands:
            assert f"imagespace {group.name} {command.name}" in README


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"\b(?:imagespace_core|pages|tests|benchmarks)/[\w/.]*\w", README)))
)
def test_every_path_the_readme_names_exists(name: str) -> None:
    assert (ROOT / name).exists()


@pytest.mark.parametrize("target", re.findall(r"!\[[^]]*\]\(([^)]+)\)", README))
def test_every_picture_exists(target: str) -> None:
    assert (ROOT / target).is_file()


def test_the_set_up_commands_are_the_ones_that_ci_and_the_issue_name() -> None:
    commands = [line.strip() for line in README.splitlines() if line.startswith("    ")]
    for command in (
        "pip install uv && uv run precompute.py --demo --open",
        "uv run pytest",
        "uv run precompute.py PHOTOS --metadata photos.csv",
        "uv run streamlit run streamlit_app.py",
    ):
        assert command in commands
    assert "uv run pytest" in (ROOT / ".ci/run").read_text()


def test_no_committed_file_names_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "uv.lock" not in listed
    hosts = re.compile(rb"pypi" rb"\.org|python" rb"hosted\.org|registry" rb"\.npmjs|hugging" rb"face\.co\b")
    assert [name for name in listed if (ROOT / name).is_file() and hosts.search((ROOT / name).read_bytes())] == []
