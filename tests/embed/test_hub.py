"""The hub's client library for real, against hubs on this machine: one that serves, and three that fail."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from imagespace_core.embed import hub
from imagespace_core.embed.hub import HubFile
from imagespace_core.errors import HubUnreachableError, ModelError

CONTENT = b"the model's bytes"
REVISION = "0123456789abcdef0123456789abcdef01234567"
FILE = HubFile("someone/model", REVISION, "onnx/model.onnx", hashlib.sha256(CONTENT).hexdigest())


@dataclass
class Hub:
    url: str
    content: bytes = CONTENT
    status: int = 200
    requested: list[str] = field(default_factory=list)


@pytest.fixture
def local_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "hub"


@pytest.fixture
def serving(local_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            found.requested.append(f"{self.command} {self.path}")
            self.send_response(found.status)
            self.send_header("ETag", f'"{hashlib.sha1(found.content).hexdigest()}"')
            self.send_header("X-Repo-Commit", REVISION)
            self.send_header("Content-Length", str(len(found.content)))
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(found.content)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Hub(f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_ENDPOINT", found.url)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def refusing(local_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{probe.getsockname()[1]}")


@pytest.fixture
def silent(local_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hub that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield


def test_a_file_is_downloaded_once_at_its_pinned_revision(serving: Hub) -> None:
    path = FILE.fetch()
    assert path.read_bytes() == CONTENT
    assert f"GET /someone/model/resolve/{REVISION}/onnx/model.onnx" in serving.requested
    serving.requested.clear()
    assert FILE.fetch() == path
    assert serving.requested == []


def test_a_cached_file_needs_no_network(serving: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    path = FILE.fetch()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert FILE.fetch() == path
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert FILE.fetch() == path


def test_other_bytes_than_the_pinned_ones_are_refused_and_never_replaced_by_a_fallback(serving: Hub) -> None:
    serving.content = b"someone else's bytes"
    for _ in range(2):  # fresh from the hub, then from the cache
        with pytest.raises(ModelError, match=rf"expected {FILE.sha256}\. Delete ") as caught:
            FILE.fetch()
        assert not isinstance(caught.value, HubUnreachableError)


def test_deleting_the_file_that_the_message_names_is_a_remedy(serving: Hub) -> None:
    serving.content = b"damaged"
    with pytest.raises(ModelError) as caught:
        FILE.fetch()
    Path(str(caught.value).split("Delete ")[1].split(" and run again")[0]).unlink()
    serving.content = CONTENT
    assert FILE.fetch().read_bytes() == CONTENT


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_hub_that_answers_with_an_error_counts_as_unreachable(serving: Hub, status: int) -> None:
    serving.status = status
    start = time.monotonic()
    with pytest.raises(HubUnreachableError, match=r"model\.onnx cannot be fetched from the model hub \(.*\)\.$"):
        FILE.fetch()
    assert time.monotonic() - start < 3


def test_a_hub_that_refuses_the_connection_is_known_at_once(refusing: None) -> None:
    start = time.monotonic()
    with pytest.raises(HubUnreachableError, match=r"refused"):
        FILE.fetch()
    assert time.monotonic() - start < 3


def test_a_silent_hub_is_given_up_within_seconds(silent: None) -> None:
    start = time.monotonic()
    with pytest.raises(HubUnreachableError, match=r"timed out|no answer"):
        FILE.fetch()
    assert time.monotonic() - start < hub.DEADLINE_SECONDS + 1


def test_what_no_timeout_of_the_client_covers_ends_at_the_deadline(
    silent: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "ANSWER_SECONDS", 60.0)
    monkeypatch.setattr(hub, "DEADLINE_SECONDS", 0.3)
    start = time.monotonic()
    with pytest.raises(HubUnreachableError, match=r"no answer within"):
        FILE.fetch()
    assert time.monotonic() - start < 2


def test_offline_mode_is_named_as_the_reason(serving: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachableError, match=r"HF_HUB_OFFLINE is set"):
        FILE.fetch()
    assert serving.requested == []


def test_a_cache_that_cannot_be_written_is_no_reason_to_blame_the_hub(
    serving: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "file" / "hub"))
    with pytest.raises(ModelError, match=r"cannot be stored in the hub's cache .* HF_HOME") as caught:
        FILE.fetch()
    assert not isinstance(caught.value, HubUnreachableError)


def test_files_of_one_repository_do_not_mix(serving: Hub) -> None:
    first = FILE.fetch()
    serving.content = b"another"
    other = replace(FILE, path="tokenizer.json", sha256=hashlib.sha256(b"another").hexdigest())
    assert other.fetch().read_bytes() == b"another"
    assert first.read_bytes() == CONTENT
