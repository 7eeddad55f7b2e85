"""Every file and every link that README and docs name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import FENCE, PAGES, ROOT, code, files, of, text

SUFFIXES = (".py", ".js", ".css", ".toml", ".md", ".ts")
"""Of files that documents name and that must exist; others may be a user's own."""

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FOLDERS = r"(?:imagespace_core|pages|tests|benchmarks|docs|\.ci|\.readme|\.streamlit)"


def missing(page: Path) -> set[str]:
    """Files that a page names in code and that are not there. A bare name stands for a file of that name anywhere."""
    named = set(re.findall(rf"(?<![\w/.-]){_FOLDERS}/[\w./-]*\w", text(page)))
    absent = {name for name in named if not (ROOT / name).exists()}
    everywhere = {Path(name).name for name in files()}
    for span in code(page).spans:
        if re.fullmatch(r"[\w.-]+", span) and span.endswith(SUFFIXES) and span not in everywhere:
            absent.add(span)
        if re.fullmatch(r"[\w.-]+/[\w./-]+", span) and span.endswith(SUFFIXES) and not (ROOT / span).exists():
            absent.add(span)
    return absent


@pytest.mark.parametrize("page", of(PAGES))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    assert missing(page) == set()


def test_the_test_of_files_finds_what_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`stage.py`, `reduce/gone.py`, see imagespace_core/gone.py and `benchmarks/gone.py`; `photos.csv`")
    assert missing(page) == {"stage.py", "reduce/gone.py", "imagespace_core/gone.py", "benchmarks/gone.py"}


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """Targets within the project."""
    return [target for target in _LINK.findall(FENCE.sub("", text(page))) if "://" not in target]


@pytest.mark.parametrize("page", of(PAGES))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / target.partition("#")[0]).resolve() for target in links(page)]
    assert {page.relative_to(ROOT).as_posix() for page in set(PAGES) - reached} == set()
