"""One word, one meaning: names of the package keep to `docs/glossary.md`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "imagespace_core"

INSTEAD = {
    "told": "source_columns, guides, notes, explanation, or send for an event",
    "tell": "show (on the page), announce (to a screen reader) or send (an event)",
    "tells": "show, announce or send",
    "say": "show or warn",
    "says": "show or warn",
    "said": "message, notes or explanation",
    "ask": "the verb of what is done: fetch, search, request",
    "asks": "the verb of what is done: fetch, search, request",
    "asked": "params (of an address), SearchForm or EvaluationSettings",
    "hear": "apply or receive",
    "heard": "apply or receive",
    "hotspot": "cluster",
    "hotspots": "cluster",
    "spot": "cluster",
    "lit": "highlight",
    "lighting": "highlight",
    "heat": "density",
    "places": "coordinates, positions, parent_boxes or anchors",
}
"""Words that had several meanings or none, and what to write in their stead."""

SCENE = re.compile(r"sources/(geotiff|registry)|app/server/parents")
"""A scene is a GeoTIFF scene; any image that others were cut from is a parent."""

ON_DISK = {"hotspots": "the step of a workspace of format 1 that keeps the summaries of clusters"}


OF_OTHERS = {"tell": "the method of Python's files"}
"""Names that are not ours."""


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="tell"):  # where a stream is
                pass
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Attribute(attr=name) | ast.Name(id=name):
                yield name
            case ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def _faults(path: str, text: str) -> list[str]:
    """Each wrong name of a module once, with what to write in its stead."""
    names = {*_names(ast.parse(text)), Path(path).stem} - OF_OTHERS.keys()
    found = [
        f"{path}: {name}: {INSTEAD[word]}"
        for name in names
        for word in _words(name) & INSTEAD.keys() - OF_OTHERS.keys()
    ]
    if not SCENE.search(path):
        found += [f"{path}: {name}: parent" for name in names if {"scene", "scenes"} & _words(name)]
    return sorted(found)


def test_no_name_has_a_word_that_was_given_up() -> None:
    modules = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")]
    assert len(modules) > 200
    assert [fault for path in modules for fault in _faults(path, (PACKAGE / path).read_text("utf-8"))] == []


def test_a_word_that_was_given_up_is_a_value_only_where_a_workspace_on_disk_has_it() -> None:
    found = {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in INSTEAD
    }
    assert found <= ON_DISK.keys()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def say_count(): ...", "say_count"),
        ("class AskedBefore: ...", "AskedBefore"),
        ("def draw(told=1): ...", "told"),
        ("draw(heard=1)", "heard"),
        ("self._said = 1", "_said"),
        ("HOTSPOTS = 1", "HOTSPOTS"),
        ("def write_scene(): ...", "write_scene"),
    ],
)
def test_a_wrong_name_is_found_wherever_it_stands(text: str, name: str) -> None:
    (fault,) = _faults("app/session/example.py", text)
    assert fault.startswith(f"app/session/example.py: {name}: ")


def test_a_scene_is_one_where_geotiff_is_read() -> None:
    assert _faults("sources/geotiff/scene.py", "class Scene: ...") == []
