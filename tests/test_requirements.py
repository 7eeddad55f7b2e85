"""What a host installs is what the project needs."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = [Requirement(line) for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def _environment(python: str) -> dict[str, str]:
    return {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}


def _pins(name: str, python: str) -> list[Requirement]:
    """The lines of requirements.txt that count for a package on a host with this Python."""
    same = [pin for pin in PINS if canonicalize_name(pin.name) == canonicalize_name(name)]
    return [pin for pin in same if pin.marker is None or pin.marker.evaluate(_environment(python))]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("dependency", PROJECT["dependencies"])
def test_every_dependency_is_pinned_once_and_to_a_version_that_satisfies_it(dependency: str, python: str) -> None:
    needed = Requirement(dependency)
    applies = needed.marker is None or needed.marker.evaluate(_environment(python))
    versions = [part.version for pin in _pins(needed.name, python) for part in pin.specifier]
    assert len(versions) == applies
    assert all(map(needed.specifier.contains, versions)), f"{versions} are not {needed}"


def test_every_line_pins_one_version() -> None:
    assert [str(pin) for pin in PINS if [part.operator for part in pin.specifier] != ["=="]] == []


def test_the_oldest_python_that_is_tried_is_the_oldest_that_is_allowed() -> None:
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
