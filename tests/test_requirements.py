"""What a host installs is what the project needs."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_dependency_is_pinned_for_hosting() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()}
    assert {re.match(r"[\w.-]+", line)[0].lower() for line in needed} <= pinned  # type: ignore[index]
