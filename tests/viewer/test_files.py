"""The list of files that a host serves."""

from __future__ import annotations

import re

import pytest

from imagespace_core import viewer

MODULES = [name for name in viewer.FILES if name.endswith(".js")]


def test_files_are_the_modules_and_their_stylesheet() -> None:
    assert {"index.js", "viewer.css"} <= set(viewer.FILES)
    assert all(viewer.path(name).is_file() for name in viewer.FILES)


@pytest.mark.parametrize("name", ["../__init__.py", "__init__.py", "", "/etc/passwd", "index.JS"])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        viewer.path(name)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_modules_beside_it_and_uses_all_it_imports(name: str) -> None:
    code = viewer.path(name).read_text(encoding="utf-8")
    for names, target in re.findall(r"^import \{([^}]+)\} from \"([^\"]+)\";", code, re.MULTILINE):
        assert target.removeprefix("./") in MODULES
        body = re.sub(r"^import .*$", "", code, flags=re.MULTILINE)
        used = [part.split(" as ")[-1].strip() for part in names.split(",")]
        assert [word for word in used if not re.search(rf"\b{word}\b", body)] == []
    assert code.count("import {") == len(re.findall(r"^import \{[^}]+\} from \"\./\w+\.js\";", code, re.MULTILINE))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_stays_one_idea_long(name: str) -> None:
    assert len(viewer.path(name).read_text(encoding="utf-8").splitlines()) < 300


def test_a_page_can_ask_for_all_that_a_module_needs_at_once() -> None:
    assert viewer.needs("gallery.js") == ("dom.js",)
    assert {"viewer.js", "points.js", "dom.js"} <= set(viewer.needs("index.js")) <= set(MODULES)
    for name in viewer.needs("index.js"):
        imported = set(re.findall(r'from "\./(\w+\.js)"', viewer.path(name).read_text(encoding="utf-8")))
        assert imported <= {"index.js", *viewer.needs("index.js")}
