"""Hostile texts, a content policy, and a login, in a real Chromium: no visitor's browser calls another host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from imagespace_core.app.text.markdown import JOINER
from tests.browser.visiting import DETAIL, READY, WAIT_MS
from tests.conftest import REPOSITORY, running, serving
from tests.makers.hostile import CLUSTER, HOST, LONG, NAME, PAYLOAD, write_hostile

pytestmark = pytest.mark.browser

IMAGE = f"003 {NAME}.jpg"
MARKDOWN = "[data-testid=stMarkdownContainer]"
DONE = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    base = tmp_path_factory.mktemp("hostile")
    write_hostile(base / "w")
    with serving(base / "w", base / "log.txt") as address:
        yield address


@pytest.fixture
def unguarded(chromium: Any) -> Iterator[Any]:
    """A page without the content policy, which would keep most of what is looked for here from happening."""
    context = chromium.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def go(page: Any, address: str, **query: str) -> None:
    page.goto(f"{address}?{'&'.join(f'{name}={quote(value)}' for name, value in query.items())}")
    page.wait_for_selector(DONE, timeout=WAIT_MS)


def visits(address: str) -> Iterator[tuple[str, dict[str, str]]]:
    yield address, {"image": IMAGE, "filters": f"{PAYLOAD} kind", "apart": "true"}
    yield address, {"image": PAYLOAD, "palette": "Custom", "colors": PAYLOAD, "map": "Grid"}
    yield f"{address}/search", {"image": IMAGE}
    yield f"{address}/evaluate", {"label": f"{PAYLOAD} answer"}
    yield f"{address}/evaluate", {"part": "Subgroups", "subgroup-column": f"{PAYLOAD} kind"}
    for section in ("Images", "Columns", "Clusters", "Maps and index", "Making"):
        yield f"{address}/overview", {"section": section}


def test_no_text_of_a_workspace_makes_a_browser_call_another_host(unguarded: Any, hostile: str) -> None:
    hosts: set[str] = set()
    unguarded.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for address, query in visits(hostile):
        go(unguarded, address, **query)
        unguarded.wait_for_load_state("networkidle")
        links = unguarded.locator(
            f"a[href*='{HOST}'], img[src*='{HOST}'], .katex, [data-testid=stMarkdownContainer] img"
        )
        assert links.count() == 0, (address, query, links.first.inner_text())
    assert hosts - {""} == {urlsplit(hostile).netloc}


def test_texts_are_shown_letter_by_letter(page: Any, hostile: str) -> None:
    go(page, f"{hostile}/overview", section="Columns")
    heading = page.locator("h1").text_content().replace(JOINER, "")
    assert heading == NAME
    notes = [text.replace(JOINER, "") for text in page.locator(f"[data-testid=stAlert] {MARKDOWN}").all_text_contents()]
    assert PAYLOAD in notes
    go(page, hostile, image=IMAGE, filters=f"{PAYLOAD} number")
    page.wait_for_selector(READY, timeout=WAIT_MS)
    labels = [text.replace(JOINER, "") for text in page.get_by_test_id("stWidgetLabel").all_text_contents()]
    assert f"{PAYLOAD} number" in labels
    assert page.locator(f"{DETAIL} h3").text_content() == IMAGE
    assert page.locator("[data-testid=imagespace-clusters]").get_by_text(CLUSTER).count() == 1


def test_the_content_policy_keeps_other_hosts_out_of_every_page(chromium: Any, hostile: str) -> None:
    page = chromium.new_page()
    for path in ("", "/search", "/evaluate", "/overview"):
        go(page, hostile + path)
        blocked = page.evaluate(
            """() => new Promise((resolve) => {
                document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
                document.body.append(Object.assign(new Image(), { src: "https://leak.invalid/a.png" })); })"""
        )
        assert blocked == "img-src"
    page.close()


def test_where_the_secrets_name_a_login_nothing_is_shown_without_it(page: Any, tmp_path: Path) -> None:
    write_hostile(tmp_path / "w")
    secrets = tmp_path / "secrets.toml"
    settings = ["[auth]", 'redirect_uri = "http://127.0.0.1/oauth2callback"', 'cookie_secret = "0123456789abcdef"']
    provider = ['client_id = "a"', 'client_secret = "b"', 'server_metadata_url = "http://127.0.0.1:9/none"']
    secrets.write_text("\n".join([*settings, "[auth.somewhere]", *provider]))
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    environment = {"STREAMLIT_SECRETS_FILES": str(secrets), "IMAGESPACE_WORKSPACE": str(tmp_path / "w")}
    with running(REPOSITORY / "streamlit_app.py", tmp_path / "log.txt", **environment) as (address, _):
        for path in ("", "search", "evaluate", "overview"):
            go(page, f"{address}/{path}")
            page.get_by_role("button", name="Log in with somewhere").wait_for(timeout=WAIT_MS)
            assert NAME not in page.locator("body").inner_text()
            assert page.get_by_role("combobox").count() == 0
    assert not [url for url in urls if "/imagespace/" in url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_long_names_of_columns_leave_room_for_their_values(page: Any, hostile: str, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    go(page, hostile, image=IMAGE)
    page.wait_for_selector(f"{DETAIL}[data-row='3']", timeout=WAIT_MS)
    facts = page.locator(f"{DETAIL} .is-facts")
    page.wait_for_function("list => getComputedStyle(list).display === 'grid'", arg=facts.element_handle())
    assert LONG in facts.inner_text()
    wide = facts.evaluate("list => [list.scrollWidth, list.clientWidth]")
    assert wide[0] <= wide[1]
    for part in ("dt", "dd"):
        shares = facts.evaluate(
            "(list, part) => [...list.querySelectorAll(part)].map((cell) => cell.offsetWidth / list.clientWidth)", part
        )
        assert min(shares) > 0.35, part
