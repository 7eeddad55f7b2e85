"""What every answer of the server says to browsers, what its words leave out, and the pictures that it draws once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from imagespace_core.app.server import headers, routes, still_map
from imagespace_core.app.server.routes import base_url
from imagespace_core.app.session import blobs
from imagespace_core.app.text.server_paths import name, shortened, without_paths
from imagespace_core.workspace import Workspace
from tests.app.made_workspace import write_made_workspace
from tests.makers.workspaces import write_workspace

ABOUT = "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"


async def _own(request: object) -> PlainTextResponse:
    return PlainTextResponse("own", headers={"Referrer-Policy": "no-referrer"})


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[*routes.routes(), Route("/own", _own)], middleware=headers.middleware()))


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    still_map._kept.clear()
    return write_made_workspace(tmp_path / "made")


def test_every_answer_has_a_policy_errors_too(client: TestClient, made: Workspace) -> None:
    base = base_url(made)
    for path in (f"{base}columns/value.json", f"{base}manifest.json", "imagespace/no/such/file", "x"):
        answer = client.get(f"/{path}")
        assert [answer.headers.get(one) is not None for one in ABOUT] == [True] * 3, path
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' blob: 'sha256-" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/own").headers["Referrer-Policy"] == "no-referrer"


def test_a_fault_shows_visitors_neither_its_message_nor_where_it_happened() -> None:
    test = AppTest.from_function(_faulty).run()
    (shown,) = test.exception
    assert "/srv/secret" not in shown.message
    assert list(shown.stack_trace) == []


def _faulty() -> None:
    raise RuntimeError("/srv/secret/a.jpg")


def test_a_components_own_page_may_run_what_its_bundle_brings(client: TestClient) -> None:
    policy = client.get("/below/component/any/index.html").headers["Content-Security-Policy"]
    assert "'unsafe-eval'" in policy
    assert "img-src 'self'" in policy


def test_the_server_of_the_app_has_the_middleware() -> None:
    import streamlit_app

    assert [one.cls for one in streamlit_app.app._user_middleware] == [headers.SafeHeaders]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{w}/one/vectors/a.npy is missing", "one/vectors/a.npy is missing"),
        ("Build it with -o {w}/one", "Build it with -o one"),
        ("'/srv/photos/x y.jpg': no such file", "'x y.jpg': no such file"),
        ("C:\\Users\\me\\a.jpg (broken)", "a.jpg (broken)"),
        ("12/3 of 17/4/5 at https://a.b/c/d on 1/2/2024, and/or none", ...),
        ("a / b", ...),
    ],
)
def test_messages_leave_out_the_folders_that_lead_to_a_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, expected: str
) -> None:
    root = tmp_path / "my workspaces"
    monkeypatch.setenv("IMAGESPACE_WORKSPACE", str(root))
    text = text.format(w=root)
    assert shortened(text) == (text if expected is ... else expected)


def test_records_leave_them_out_in_every_depth() -> None:
    assert without_paths({"a": [{"b": "/srv/x/y"}, 3, None]}) == {"a": [{"b": "y"}, 3, None]}
    paths = ["/srv/my photos/", "D:\\photos", "photos", "/"]
    assert [name(path) for path in paths] == ["my photos", "photos", "photos", ""]


def test_an_answer_of_a_route_names_no_folder_of_the_server(
    client: TestClient, made: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGESPACE_WORKSPACE", str(made.root.parent))
    address = base_url(made)
    (made.root / "columns/size.json").write_text("{")
    answer = client.get(f"/{address}still-map/x.png?positions=projections/pca-2d.npy&color=size")
    assert answer.status_code == 410
    assert "columns/size.json cannot be read" in answer.text
    assert str(made.root.parent) not in answer.text


def test_a_picture_is_drawn_once_however_it_is_called(
    client: TestClient, made: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = counted(monkeypatch)
    address = f"/{base_url(made)}still-map/%s.png?positions=projections/pca-2d.npy&color=value&palette=%s"
    first = client.get(address % ("a", "ff0000"))
    assert first.status_code == 200
    assert client.get(address % ("b", "%23FF0000,") + "&more=1").content == first.content
    assert len(drawings) == 1
    assert client.get(address % ("a", "00ff00")).status_code == 200
    assert client.get(address.replace("value", "size") % ("a", "ff0000")).status_code == 200
    assert len(drawings) == 3
    write_workspace(made.root, build="b2")
    assert client.get(f"/{base_url(Workspace.open(made.root))}still-map/a.png?positions=projections/pca-2d.npy").content
    assert len(drawings) == 4, "another build is another picture"


def test_a_picture_of_a_filter_that_is_gone_is_refused_rather_than_drawn_without_it(
    client: TestClient, made: Workspace
) -> None:
    address = f"/{base_url(made)}still-map/a.png?positions=projections/pca-2d.npy&mask="
    for mask in (f"offered/{32 * '0'}.bits", blobs.offer(made.root, b"x", "npy")):
        answer = client.get(address + mask)
        assert answer.status_code == 404
        assert "not kept any more" in answer.text


def test_those_who_ask_at_once_share_one_drawing_and_one_is_drawn_at_a_time(made: Workspace) -> None:
    drawings, running, most = [], 0, 0
    at_once = threading.Barrier(8)

    def draw(what: int) -> bytes:
        nonlocal running, most
        running += 1
        most = max(most, running)
        drawings.append(what)
        threading.Event().wait(0.01)
        running -= 1
        return bytes([what])

    def draw_one(what: int) -> None:
        at_once.wait()
        assert still_map.kept(what, lambda: draw(what)) == bytes([what])

    threads = [threading.Thread(target=draw_one, args=(i % 2,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawings) == [0, 1]
    assert most == 1


def test_kept_pictures_are_bounded_and_the_longest_unused_go_first(
    made: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_map._kept, "limit", 25)
    drawn: list[str] = []

    def picture(what: str, size: int = 10) -> None:
        def draw() -> bytes:
            drawn.append(what)
            return bytes(size)

        still_map.kept(what, draw)

    for what in ("a", "b", "a", "c", "a", "b"):
        picture(what)
    assert drawn == ["a", "b", "c", "b"]
    picture("large", 100)
    assert still_map._kept.by_age() == ["large"]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is really drawn from here on."""
    drawings: list[object] = []
    real = still_map.drawn

    def draw(*given: Any) -> bytes:
        drawings.append(given)
        return real(*given)

    monkeypatch.setattr(still_map, "drawn", draw)
    return drawings
