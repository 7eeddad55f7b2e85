"""The addresses that people may have kept: each is listed, each listed one is used, and none is ever lost."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from imagespace_core.app.pages import PAGES
from imagespace_core.app.server.routes import MADE, base_url, module_url, routes
from imagespace_core.app.session import addresses, blobs
from imagespace_core.app.session.addresses import PARAMETERS, ROUTES
from imagespace_core.workspace import Workspace, names
from tests.app.made_workspace import write_made_workspace
from tests.conftest import REPOSITORY

LISTED = {name for parameters in PARAMETERS.values() for name in parameters}
UNBOUND = {addresses.WORKSPACE, addresses.IMAGE, addresses.CAMERA}
"""Parameters that no widget keeps."""
NEVER_LOST = {
    "workspace", "image", "camera", "map", "dims", "color", "size", "opacity", "palette", "colors", "apart", "group",
    "only", "layers", "filters", "f-<column>", "file", "sort", "order", "per-page", "from", "sentence", "coordinate",
    "coordinate-order", "metric", "count", "quality", "part", "label", "is-<column>", "overlap", "searches", "wanted",
    "unwanted", "batches", "left-out", "by", "index", "seed", "subgroup-column", "subgroup-point", "subgroup-most",
    "subgroup-structures", "subgroups-<column>", "section",
}  # fmt: skip
"""As of 2026-11. Add to it; whatever is taken away breaks links that people have sent each other."""


def trees() -> Iterator[ast.Module]:
    for file in (*(REPOSITORY / "imagespace_core/app").rglob("*.py"), *(REPOSITORY / "pages").glob("*.py")):
        yield ast.parse(file.read_text("utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, dict[str, ast.expr]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, {word.arg: word.value for word in node.keywords if word.arg}


def written(node: ast.expr | None) -> str:
    """A key as it is written, a part that varies as <column>; "" for one that comes from elsewhere."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "<column>" for part in node.values)
    return ""


def bound() -> set[str]:
    """The keys of all widgets that keep themselves in the address.

    A key in a variable is what the function assigns to it; where it is an argument, what the module's other functions
    assign or pass on as one.
    """
    found = set()
    for tree in trees():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for _, words in calls(function):
                if written(words.get("bind")) != "query-params":
                    continue
                key = words["key"]
                found |= {written(key)} if not isinstance(key, ast.Name) else _named(tree, function, key.id)
    return found


def _named(tree: ast.Module, function: ast.FunctionDef, name: str) -> set[str]:
    """What the variable `name` of a function holds."""
    arguments = [argument.arg for argument in function.args.args]
    if name not in arguments:
        return {
            written(node.value)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
        }
    place, found = arguments.index(name), set()
    for other in ast.walk(tree):
        if isinstance(other, ast.FunctionDef):
            for call, _ in calls(other):
                if isinstance(call.func, ast.Name) and call.func.id == function.name:
                    passed = call.args[place]
                    found |= _named(tree, other, passed.id) if isinstance(passed, ast.Name) else {written(passed)}
    return found


def test_every_widget_in_the_address_is_listed_and_every_listed_one_is_used() -> None:
    assert bound() | UNBOUND == LISTED


def test_what_is_read_or_written_without_a_widget_goes_by_the_names_that_are_listed() -> None:
    keys: list[ast.expr] = []
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "st.query_params":
                keys.append(node.slice)
        for call, words in calls(tree):
            if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "st.query_params":
                keys.append(call.args[0])
            if isinstance(sent := words.get("query_params"), ast.Dict):
                keys += [key for key in sent.keys if key]
    assert len(keys) > 6
    # In `url.leave`, `name` goes over the three; in `url.ends`, `key` is that of a widget, and those are listed.
    constants = {"IMAGE", "WORKSPACE", "CAMERA", "url.IMAGE", "name", "key"}
    assert {ast.unparse(key) for key in keys if written(key) not in LISTED} <= constants


def test_no_parameter_is_ever_lost() -> None:
    assert NEVER_LOST <= LISTED


def test_parameters_are_listed_for_pages_that_there_are() -> None:
    assert {title for title, _ in PAGES.values()} < set(PARAMETERS)
    assert all(about.endswith(".") for parameters in PARAMETERS.values() for about in parameters.values())
    assert all(about.endswith(".") for about in ROUTES.values())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_made_workspace(tmp_path_factory.mktemp("made") / "made")


def test_every_route_is_listed() -> None:
    served = {route.path.replace(":path", "") for route in routes()}
    assert served == {"/imagespace/viewer/{version}/{name}", "/imagespace/{token}/{build}/{name}"}
    below = {route.removeprefix("imagespace/<token>/<build>/").split("/")[0] for route in ROUTES if "<token>" in route}
    assert below - {"<file>"} == set(MADE)
    assert [route for route in ROUTES if "<token>" not in route] == ["imagespace/viewer/<version>/<file>"]


@pytest.mark.parametrize("route", [route for route in ROUTES if "<token>" in route])
def test_every_listed_route_is_answered(made: Workspace, route: str) -> None:
    client = TestClient(Starlette(routes=routes()))
    values = {
        "imagespace/<token>/<build>/": base_url(made),
        "<file>": names.projection("pca", 2),
        "<row>": "0",
        "offered/<name>": blobs.offer(made.root, b"bits", "bits"),
        "<map>.png": "pca.png?positions=projections/pca-2d.npy",
    }
    address = route
    for part, value in values.items():
        address = address.replace(part, value)
    answer = client.get(f"/{address}")
    if "/parent/" in route:  # of this workspace there are none, as only what answers for them can know
        assert (answer.status_code, "were not cut from larger ones" in answer.text) == (404, True)
    elif "/image/" in route:
        assert answer.status_code == 410  # its files were never written
    else:
        assert answer.status_code == 200, answer.text


def test_the_viewer_is_answered() -> None:
    client = TestClient(Starlette(routes=routes()))
    assert client.get(f"/{module_url('index.js')}").status_code == 200
