"""The wheel is the product: installed in an empty environment, it makes a workspace and shows it on every page."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.browser.visiting import VIEWER, WAIT_MS, visit
from tests.makers.photos import write_photos
from tests.makers.tiny_onnx import write_tiny_onnx

REPOSITORY = Path(__file__).parents[2]
IMAGES = 12

pytestmark = pytest.mark.skipif(
    os.environ.get("IMAGESPACE_WHEEL_TESTS") != "required",
    reason="installs every dependency anew; set IMAGESPACE_WHEEL_TESTS=required, as .ci/run does",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the checkout with an environment of the wheel alone, and a workspace that its command made."""
    home = tmp_path_factory.mktemp("installed")
    uv = shutil.which("uv")
    assert uv, "uv is not installed; the README's command needs it too"
    _done([uv, "build", "--quiet", "--out-dir", home / "dist", REPOSITORY], home)
    _done([uv, "venv", "--quiet", "--python", sys.executable, home / "venv"], home)
    wheel = next((home / "dist").glob("*.whl"))
    _done([uv, "pip", "install", "--quiet", "--python", home / "venv/bin/python", wheel], home)
    write_photos(home / "photos", IMAGES)
    model = write_tiny_onnx(home / "tiny.onnx")
    flags = ["--metadata", "photos/metadata.csv", "--model", model, "--trees", "2", "--min-cluster-size", "3"]
    _done([home / "venv/bin/imagespace", "build", "photos", "--source", "folder", *flags], home)
    return home


def _environment() -> dict[str, str]:
    """Of a user who never saw the checkout."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "IMAGESPACE", "VIRTUAL"))
    }


def _done(command: list[Any], home: Path) -> str:
    done = subprocess.run(
        [*map(str, command)], cwd=home, env=_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def _served(home: Path, *arguments: str) -> Iterator[str]:
    """`imagespace serve` until the block ends; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home / "serve.log"
    command = [str(home / "venv/bin/imagespace"), "serve", *arguments, "--port", str(port)]
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=home, env=_environment(), stdout=output, stderr=output) as server,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            while True:
                with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                    break
                with suppress(subprocess.TimeoutExpired):
                    server.wait(0.3)
                    pytest.fail(log.read_text())
            yield address
        finally:
            server.terminate()
            assert server.wait(20) == 0
    assert "Traceback" not in log.read_text(), log.read_text()


def test_the_package_is_what_was_installed(home: Path) -> None:
    where = _done([home / "venv/bin/python", "-c", "import imagespace_core; print(imagespace_core.__file__)"], home)
    assert Path(where.strip()).is_relative_to(home / "venv")
    assert _done([home / "venv/bin/imagespace", "--version"], home).strip()


@pytest.mark.browser
def test_every_page_of_the_served_workspace_opens(home: Path, page: Any) -> None:
    with _served(home, "workspaces/photos") as address:
        visit(page, address, "")
        assert page.locator(VIEWER).get_attribute("data-points") == str(IMAGES)
        visit(page, address, "search")
        for path, heading in (("evaluate", "Evaluate"), ("overview", "photos")):
            page.goto(f"{address}/{path}")
            page.get_by_role("heading", name=heading, exact=True).wait_for(timeout=WAIT_MS)
            page.get_by_role("radio").first.wait_for(timeout=WAIT_MS)
            assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.browser
def test_a_folder_of_workspaces_is_served_by_default(home: Path, page: Any) -> None:
    with _served(home) as address:
        visit(page, address, "")
        assert "workspace=photos" in page.url
