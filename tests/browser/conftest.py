"""A real Chromium for the browser tests."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from imagespace_core.workspace import Workspace
from tests.browser.standalone import Build, Server
from tests.browser.viewing import Viewer
from tests.conftest import Home

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--no-first-run",
    # Each page would come with a hidden address bar in two further processes. The rest is what Playwright turns off:
    # of two such flags the last one counts.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,"
    "PaintHolding,Translate,HttpsUpgrades,AcceptCHFrame,AutoExpandDetailsElement,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,DialMediaRouteProvider,GlobalMediaControls,LensOverlay,MediaRouter,ThirdPartyStoragePartitioning",
]

if os.environ.get("IMAGESPACE_BROWSER_TESTS") == "required":
    for needed in ("playwright.sync_api", "axe_playwright_python.sync_playwright"):
        importlib.import_module(needed)  # without them some tests would be skipped


def _absent(reason: str) -> NoReturn:
    if os.environ.get("IMAGESPACE_BROWSER_TESTS") == "required":
        pytest.fail(f"{reason}, and IMAGESPACE_BROWSER_TESTS=required")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, drawing WebGL in software."""
    if CHROMIUM is None:
        _absent("no Chromium is installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _absent("playwright is not installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profile(chromium: Any) -> Iterator[Any]:
    """What all pages of the app share: above all a cache of Streamlit's own files, which take seconds to load."""
    context = chromium.new_context()
    yield context
    context.close()


@pytest.fixture
def page(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A fresh page of 1280 x 800; errors of its scripts, and what the content policy keeps from it, fail the test."""
    shared = "app" in request.fixturenames
    context = request.getfixturevalue("profile") if shared else chromium.new_context()
    tab = context.new_page()
    tab.set_viewport_size({"width": 1280, "height": 800})
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield tab
    if shared:
        if tab.url != "about:blank":  # a test that skips has been nowhere
            tab.evaluate("localStorage.clear(), sessionStorage.clear()")
        tab.close()
    else:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return Build(tmp_path_factory.mktemp("build")).write()


@pytest.fixture(scope="session")
def server(build: Build) -> Iterator[Server]:
    server = Server(build.folder)
    yield server
    server.close()


@pytest.fixture
def viewer(page: Any, server: Server, build: Build) -> Viewer:
    return Viewer(page, server, build)


@pytest.fixture(params=["demo", "grocery"])
def opened(request: pytest.FixtureRequest, home: Home) -> Workspace:
    """The workspaces that the app is tested with."""
    if request.param == "grocery":
        request.getfixturevalue("real_data")
    return home.workspace(request.param)
