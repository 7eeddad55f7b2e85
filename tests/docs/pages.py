"""What the tests of documents share: the pages, and what they set as code."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
]

FENCE = re.compile(r"^(?P<indent> *)```.*?\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")


def of(pages: list[Path]) -> list:
    """Parameters of a test, one a page."""
    return [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in pages]


@cache
def text(page: Path) -> str:
    return page.read_text("utf-8")


@dataclass(frozen=True)
class Code:
    """What a page sets as code: lines of blocks, and the spans within sentences."""

    lines: tuple[str, ...]
    spans: tuple[str, ...]


@cache
def code(page: Path) -> Code:
    lines = [line.strip() for block in FENCE.finditer(text(page)) for line in block["text"].splitlines()]
    rest = FENCE.sub("", text(page))
    lines += [line.strip() for line in rest.splitlines() if line.startswith("    ")]
    sentences = "\n".join(line for line in rest.splitlines() if not line.startswith("    "))
    return Code(tuple(lines), tuple(SPAN.findall(sentences)))


@cache
def files() -> frozenset[str]:
    """Paths of all files of the project, from its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return frozenset(name for name in listed.stdout.splitlines() if (ROOT / name).is_file())
