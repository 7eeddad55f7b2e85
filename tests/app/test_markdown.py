"""Nothing that is data is read as Markdown: a workspace whose every text is hostile, on every page and section."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from imagespace_core.app.explore import filters
from imagespace_core.app.text.markdown import JOINER, literal
from imagespace_core.workspace import Workspace, names
from tests.app.test_pages import APP, ROOT
from tests.makers.hostile import CLUSTER, NAME, PAYLOAD, write_hostile
from tests.makers.tiles import write_tiles
from tests.pipeline.building import quick, run, write_model

PLAIN = {
    "Selectbox": {"options", "raw_value"},
    "MultiSelect": {"options", "raw_values"},
    "TextInput": {"placeholder", "default", "value"},
    "DownloadButton": {"url"},
    "ImageList": {"imgs"},
    "Dataframe": {"data"},
    "BidiComponent": {"json", "mixed"},
}
"""What Streamlit 1.67 does not render as Markdown, by element. Of everything else each text counts."""
IDS = {"id", "query_param_key", "form_id", "element_id", "user_key", "key", "active_script_hash"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_hostile(tmp_path_factory.mktemp("hostile") / "w")


def visit(patch: pytest.MonkeyPatch, place: Path, page: str, query: Query, **state: object) -> AppTest:
    """A page as a link opens it; state: what is no widget, or is not in the address."""
    patch.setenv("IMAGESPACE_WORKSPACE", str(place))
    test = AppTest.from_file(APP, default_timeout=60)
    if page != "explore.py":
        test.run()
        test.switch_page(str(ROOT / "pages" / page))
    for name, value in query.items():
        test.query_params[name] = value
    for name, value in state.items():
        test.session_state[name] = value
    test.run()
    assert not test.exception
    return test


def rendered(test: AppTest) -> list[str]:
    """Every text of every element that the browser renders as Markdown."""
    found = []
    for node in nodes(test):
        found += texts(node.proto, PLAIN.get(node.proto.DESCRIPTOR.name, set()))
    return found


def nodes(test: AppTest) -> list[Any]:
    """Every element and container of the page."""
    every = [node for side in (test.main, test.sidebar) for node in side]
    return [node for node in every if hasattr(getattr(node, "proto", None), "DESCRIPTOR")]


def texts(message: Any, plain: set[str]) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name in plain or field.name in IDS:
            continue
        for one in value if field.is_repeated else [value]:
            if field.type == field.TYPE_MESSAGE and hasattr(one, "ListFields"):
                yield from texts(one, plain | PLAIN.get(one.DESCRIPTOR.name, set()))
            elif field.type == field.TYPE_STRING:
                yield from figure(one) if field.name in ("spec", "json_args") else [one]


def figure(spec: str) -> list[str]:
    """Nothing of a figure is Markdown; Plotly reads markup."""
    record = json.loads(spec)
    assert "<b>f" not in json.dumps(json.loads(record["plot_obj"]) if "plot_obj" in record else record)
    return []


Query = dict[str, str | list[str]]
KIND, ANSWER = f"{PAYLOAD} kind", f"{PAYLOAD} answer"
COLUMNS = [f"{PAYLOAD} {name}" for name in ("number", "constant", "day", "one day", "kind", "group", "answer", "text")]
IMAGE = f"003 {NAME}.jpg"
VISITS: list[tuple[str, Query, int]] = [
    ("explore.py", {}, 4),
    ("explore.py", {"filters": [*COLUMNS, "cluster", "file name"], "image": PAYLOAD}, 9),
    ("explore.py", {"image": IMAGE, "apart": "true", "palette": "Custom", "colors": PAYLOAD}, 4),
    ("explore.py", {"workspace": PAYLOAD, "map": "Grid", "group": KIND}, 4),
    ("search.py", {"image": IMAGE}, 4),
    ("search.py", {"from": "Sentence"}, 4),
    ("search.py", {"from": "Examples"}, 3),
    ("evaluate.py", {"label": "cluster", "is-cluster": CLUSTER}, 2),
    ("evaluate.py", {"label": ANSWER, "wanted": "50"}, 2),
    ("evaluate.py", {"part": "Subgroups", "subgroup-column": KIND}, 2),
    *(("overview.py", {"section": name}, 4) for name in ("Images", "Columns", "Clusters", "Maps and index", "Making")),
]


@pytest.mark.parametrize(("page", "query", "least"), VISITS, ids=lambda value: str(value)[:20])
def test_what_is_data_is_shown_letter_by_letter_and_without_folders_of_the_server(
    monkeypatch: pytest.MonkeyPatch, hostile: Workspace, page: str, query: Query, least: int
) -> None:
    check(visit(monkeypatch, hostile.root.parent, page, query), hostile.root.parent, least)


def check(test: AppTest, place: Path, least: int) -> None:
    """least: how often the payload is to be seen, letter by letter."""
    found = rendered(test)
    assert [text for text in found if "![x](" in text] == []
    assert sum(text.count(r"!\[x\](") for text in found) >= least
    for secret in ("/srv/secret", str(place)):
        assert [text for text in found if secret in re.sub(r"\\(.)", r"\1", text)] == []
        assert [node for node in nodes(test) if secret.encode() in node.proto.SerializeToString()] == []


def test_values_chosen_by_a_part_and_what_is_refused_are_shown_letter_by_letter(
    monkeypatch: pytest.MonkeyPatch, hostile: Workspace
) -> None:
    monkeypatch.setattr(filters, "MOST_OPTIONS", 1)
    slug = next(column["slug"] for column in hostile.columns() if column["name"] == KIND)
    state = {"value-column": KIND, f"value-{slug}": "leak", "_refused": f"/srv/secret/{PAYLOAD}"}
    place = hostile.root.parent
    check(visit(monkeypatch, place, "explore.py", {"filters": [KIND]}, **state), place, 8)


def test_what_is_left_out_with_the_examples_is_named_letter_by_letter(
    monkeypatch: pytest.MonkeyPatch, hostile: Workspace
) -> None:
    place = hostile.root.parent
    test = visit(monkeypatch, place, "evaluate.py", {"label": ANSWER, "wanted": "2", "unwanted": "2"})
    test.selectbox(key="left-out").set_value(f"{PAYLOAD} group").run()
    assert not test.error
    check(test, place, 3)


def test_a_cluster_that_is_looked_at_has_a_literal_name(monkeypatch: pytest.MonkeyPatch, hostile: Workspace) -> None:
    place = hostile.root.parent
    state = {"clusters-False": json.dumps([{"pointIndex": 1}])}
    test = visit(monkeypatch, place, "overview.py", {"section": "Clusters"}, **state)
    assert any("those that belong most firmly" in caption.value for caption in test.caption)
    check(test, place, 5)


def test_workspaces_that_do_not_open_and_broken_names_are_told_letter_by_letter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = visit(monkeypatch, tmp_path / NAME, "explore.py", {})
    check(missing, tmp_path, 1)
    hostile = write_hostile(tmp_path / "w")
    (hostile.root / names.CLUSTER_NAMES).write_text("{")
    check(visit(monkeypatch, tmp_path / "w", "explore.py", {}), tmp_path, 5)
    (write_hostile(tmp_path / "broken").root / names.vectors("tiny")).unlink()
    broken = visit(monkeypatch, tmp_path / "broken", "explore.py", {})
    assert "vectors/tiny.npy is missing" in broken.warning[0].value
    check(broken, tmp_path, 2)


def test_layers_are_named_letter_by_letter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_tiles(tmp_path / "map")
    (tmp_path / "map/woods").rename(tmp_path / "map" / NAME)
    run(quick(tmp_path / "map", tmp_path / "w/tiles", write_model(tmp_path), parameters={"preview_layers": NAME}))
    image = Workspace.open(tmp_path / "w/tiles").ids[3]
    check(visit(monkeypatch, tmp_path / "w", "explore.py", {"image": image}), tmp_path, 2)


@pytest.mark.parametrize(
    "text",
    [
        "1. first", "- list", "+ list", "---", "===", "# head", "> quote", "a -- b", "<-> x", "-> x", "a >= b",
        "12:30:45", "AT&amp;T", ":smile:", ":material/home:", ":material_home:", ":streamlit:", "http://a.b", "www.a.b",
        "me@a.b", "`", "\\", "$1 and $2", "a|b", "[x](y)", "~~x~~", "<!-- x -->", "::x::", "!!", "(c)", "2024) x",
    ],
)  # fmt: skip
def test_only_signs_nobody_sees_are_added(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", literal(text)).replace(JOINER, "") == text


@pytest.mark.parametrize(
    "text",
    [
        ":smile:",
        ":material/home:",
        ":material_home:",
        ":streamlit:",
        "https://a.b",
        "www.a.b",
        "me@a.b",
        "-- b",
        "a <->",
    ],
)
def test_what_streamlit_looks_for_once_markdown_is_read_is_parted(text: str) -> None:
    assert JOINER in literal(text)
    assert JOINER not in literal("12:30 at C: a--b, e.g. me@home; http, www")
