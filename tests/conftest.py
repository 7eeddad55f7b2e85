"""What tests of the whole share: workspaces built by the real command, and the real app serving them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

# As the build command does: waiting OpenMP threads sleep. It counts only before the first library loads OpenMP.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from hypothesis import settings
from hypothesis import strategies as st

from imagespace_core.workspace import Workspace
from tests.waiting import wait_until

settings.register_profile("suite", deadline=None)  # how long a draw takes says more of the machine than of the code
settings.load_profile("suite")

REPOSITORY = Path(__file__).parents[1]


def precompute(*arguments: str | Path, cwd: Path) -> None:
    """Run the build command; fails the test with its output if it does."""
    command = [sys.executable, str(REPOSITORY / "precompute.py"), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session", autouse=True)
def characters() -> None:
    """Make Hypothesis' table of all characters, once: in a fresh checkout that takes longer than a draw of text may."""
    st.text().validate()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images, scenes, slices and tiles that IMAGESPACE_TEST_DATA names."""
    if not (named := os.environ.get("IMAGESPACE_TEST_DATA")):
        pytest.skip("set IMAGESPACE_TEST_DATA to the folder of real images")
    folder = Path(named)
    if missing := [name for name in ("grocery", "microscopy", "satellite", "tiles") if not (folder / name).is_dir()]:
        pytest.fail(f"IMAGESPACE_TEST_DATA is {folder}, which has no {', '.join(missing)}")
    return folder


@dataclass(frozen=True)
class Home:
    """A folder of workspaces: `demo`, `words` (made with a tiny CLIP) and, with test data, `grocery`."""

    folder: Path

    def workspace(self, name: str) -> Workspace:
        return Workspace.open(self.folder / name)


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What builds of the tests note of themselves stays in their own folder."""
    os.environ["IMAGESPACE_STATE"] = str(_shared(tmp_path_factory) / "state")


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the whole run; the workers of one run share what the first of them builds."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    if built := os.environ.get("IMAGESPACE_TEST_HOME"):
        os.environ["IMAGESPACE_TRUST_ROOTS"] = "1"
        return Home(Path(built))  # for working on one test: keep the workspaces of an earlier run
    base = _shared(tmp_path_factory)
    home, built = Home(base / "home/workspaces"), base / "home-built"
    with FileLock(base / "home.lock"):
        if not built.exists():
            _build(home.folder)
            built.touch()
    return home


def _build(folder: Path) -> None:
    from tests.makers.photos import write_photos, write_weird_names
    from tests.makers.tiny_clip import write_tiny_clip

    base = folder.parent
    (base / "clip").mkdir(parents=True)
    write_tiny_clip(base / "clip")
    write_photos(base / "photos", 40)
    write_weird_names(base / "photos")
    precompute("--demo", "-o", folder / "demo", cwd=base)
    precompute(
        base / "photos", "--metadata", base / "photos/metadata.csv", "--model", "clip-vit-b32",
        "--model-dir", base / "clip", "--projections", "pca", "-o", folder / "words", cwd=base,
    )  # fmt: skip
    if data := os.environ.get("IMAGESPACE_TEST_DATA"):
        grocery = Path(data) / "grocery"
        precompute(
            grocery / "images", "--metadata", grocery / "metadata.csv", "--model", "efficientnet-lite0",
            "-o", folder / "grocery", cwd=base,
        )  # fmt: skip


@contextmanager
def serving(workspaces: Path, log: Path, below: str = "") -> Iterator[str]:
    """The app on 127.0.0.1 with these workspaces, as `streamlit run` starts it, below a base path; yields its URL."""
    with running(REPOSITORY / "streamlit_app.py", log, below, IMAGESPACE_WORKSPACE=str(workspaces)) as (address, _):
        yield address
    assert "Traceback" not in log.read_text(), log.read_text()


@contextmanager
def running(script: Path, log: Path, below: str = "", **environment: str) -> Iterator[tuple[str, int]]:
    """A Streamlit script on 127.0.0.1; yields its URL and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true",
        "--server.address", "127.0.0.1", "--server.port", str(port), "--server.fileWatcherType", "none",
        "--server.baseUrlPath", below,
    ]  # fmt: skip
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **environment}) as server,
    ):
        address = f"http://127.0.0.1:{port}{below}"
        try:
            wait_until(lambda: _answers(f"{address}/_stcore/health"), server)
            assert server.poll() is None, log.read_text()
            yield address, server.pid
        finally:
            server.terminate()
            server.wait(20)


def _answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=2):
        return True
    return False


@pytest.fixture(scope="session")
def app(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address, with every workspace of `home`."""
    with serving(home.folder, tmp_path_factory.mktemp("app") / "log.txt") as address:
        yield address
