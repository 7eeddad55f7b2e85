"""What README and docs say of commands and flags is what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docs import generate_options
from imagespace_core.__main__ import app
from tests.docs.pages import PAGES, ROOT, code, of, text

AT_MOST = 120
"""Lines of the README: one page."""
OTHERS_FLAGS = {"--strict-markers"}
"""Flags of other programs that are named alone."""

_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


def help_of(*words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


@cache
def flags(*words: str) -> set[str]:
    """Every long flag that the help of a command lists: of the program itself, not of what generates the page."""
    return set(_FLAG.findall(help_of(*words)))


def commands() -> list[tuple[str, ...]]:
    """The words of every command, as the page of options has them."""
    return [tuple(name.split()[1:]) for name, _, _ in generate_options.commands()]


def test_the_readme_is_one_page() -> None:
    assert len(text(ROOT / "README.md").splitlines()) <= AT_MOST


def test_the_set_up_commands_are_the_ones_that_ci_and_users_know() -> None:
    for command in (
        "pip install uv && uv run precompute.py --demo --open",
        "uv run pytest",
        "uv run precompute.py PHOTOS --metadata photos.csv",
        "uv run streamlit run streamlit_app.py",
    ):
        assert command in code(ROOT / "README.md").lines
    assert "uv run pytest" in (ROOT / ".ci/run").read_text()


def test_the_page_of_options_is_what_the_commands_say() -> None:
    assert text(generate_options.FILE) == generate_options.page(), "run: python docs/generate_options.py"


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_flag_is_documented_under_its_command(words: tuple[str, ...]) -> None:
    section = text(generate_options.FILE).split(f"## {' '.join(['imagespace', *words])}\n")[1].split("\n## ")[0]
    found = flags(*words) - {"--help"}
    if words == ("build",):
        assert len(found) > 40
    assert {flag for flag in found if f"`{flag}`" not in section} == set()


def test_the_help_of_the_script_is_that_of_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "precompute.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", "HOME": "/nonexistent"},
    )  # fmt: skip
    assert set(_FLAG.findall(done.stdout)) == flags("build")


def uses(page: Path) -> Iterator[tuple[str, set[str]]]:
    """Every piece of code that runs one of our programs, and the flags that this one knows."""
    for piece in (*code(page).lines, *code(page).spans):
        piece = re.sub(r"\s#\s.*", "", piece)
        if match := re.search(r"(?<![\w./-])imagespace((?: [a-z][a-z0-9]+){0,2})(?![\w./])", piece):
            words = tuple(match[1].split())
            known = next((words[:count] for count in (2, 1, 0) if words[:count] in {(), *_groups(), *commands()}), ())
            unknown = words[len(known) :] if known in {(), *_groups()} else ()
            assert not unknown, f"{page.name}: there is no command {piece!r}"
            yield piece, flags(*known)
        elif "precompute.py" in piece and not piece.endswith("precompute.py"):
            yield piece, flags("build")
        elif match := re.search(r"benchmarks/\w+\.py", piece):
            yield piece, set(_FLAG.findall((ROOT / match[0]).read_text("utf-8")))
        elif match := re.search(r"docs/\w+\.py", piece):
            yield piece, set()
        elif piece.startswith("--"):
            yield piece, set().union(OTHERS_FLAGS, *(flags(*words) for words in commands()))


def _groups() -> set[tuple[str, ...]]:
    return {words[:count] for words in commands() for count in range(len(words))}


@pytest.mark.parametrize("page", of(PAGES))
def test_every_command_and_flag_that_a_page_names_exists(page: Path) -> None:
    assert {(piece, flag) for piece, known in uses(page) for flag in set(_FLAG.findall(piece)) - known} == set()


def test_the_test_of_commands_finds_what_is_wrong(tmp_path: Path) -> None:
    wrong = {
        "`imagespace evaluate W --trees 3 --colour red`": {"--colour"},
        "    uv run precompute.py PHOTOS --metdata a.csv": {"--metdata"},
        "Take `--prevews`.": {"--prevews"},
        "    python benchmarks/viewer.py --point 3": {"--point"},
    }
    for number, (line, flag) in enumerate(wrong.items()):
        page = tmp_path / f"{number}.md"
        page.write_text(line)
        assert {flag for piece, known in uses(page) for flag in set(_FLAG.findall(piece)) - known} == flag
    page = tmp_path / "unknown.md"
    page.write_text("`imagespace serv`")
    with pytest.raises(AssertionError, match="there is no command"):
        list(uses(page))


@pytest.mark.parametrize("page", of(PAGES))
def test_every_target_of_make_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    pieces = [*code(page).lines, *code(page).spans]
    assert {match[1] for piece in pieces if (match := re.fullmatch(r"make ([a-z]+)", piece))} <= targets
