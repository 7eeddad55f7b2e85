import hashlib
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from imagespace_core.embed import catalog, clip
from imagespace_core.errors import HubUnreachableError, ModelError


@pytest.fixture
def no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """Nothing in the local cache, and a hub's address where nobody listens."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{probe.getsockname()[1]}")


def test_the_default_goes_on_with_the_bundled_model_and_says_so_in_one_line(no_hub: None) -> None:
    start = time.monotonic()
    embedder, note = catalog.resolve(None)
    assert time.monotonic() - start < 5
    assert embedder.name == "efficientnet-lite0"
    assert note is not None
    assert "\n" not in note
    for part in ("cannot be fetched from the model hub", "Going on with efficientnet-lite0", "--model-dir"):
        assert part in note


def test_clip_asked_for_by_name_fails_and_names_both_remedies(no_hub: None) -> None:
    with pytest.raises(HubUnreachableError, match=r"--model-dir DIR .* or --model efficientnet-lite0") as caught:
        catalog.resolve("clip-vit-b32")
    assert "\n" not in str(caught.value)


def test_other_models_never_ask_the_hub(no_hub: None) -> None:
    embedder, note = catalog.resolve("efficientnet-lite0")
    assert (embedder.name, note) == ("efficientnet-lite0", None)


def test_a_model_folder_serves_the_default_without_a_hub(no_hub: None, tiny_clip: Path) -> None:
    for model in (None, "clip-vit-b32"):
        embedder, note = catalog.resolve(model, model_dir=tiny_clip)
        assert (embedder.name, note) == ("clip-vit-b32", None)


def test_a_model_folder_without_its_files_fails_even_for_the_default(no_hub: None, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"vision_model.onnx is not there"):
        catalog.resolve(None, model_dir=tmp_path)


def test_changed_bytes_on_the_hub_are_no_reason_to_go_on(
    no_hub: None, tiny_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the hub's cache holds is served without a network, and refused where its hash is another."""
    for name, file in clip.HUB_FILES.items():
        target = tmp_path.joinpath(
            "hub", "models--" + file.repository.replace("/", "--"), "snapshots", file.revision, file.path
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((tiny_clip / name).read_bytes())
    with pytest.raises(ModelError, match=r"expected fd6e1402"):
        catalog.resolve(None)
    honest = {
        name: replace(file, sha256=hashlib.sha256((tiny_clip / name).read_bytes()).hexdigest())
        for name, file in clip.HUB_FILES.items()
    }
    monkeypatch.setattr(clip, "HUB_FILES", honest)
    embedder, note = catalog.resolve(None)
    assert (embedder.name, note) == ("clip-vit-b32", None)
    assert isinstance(embedder, clip.Clip)
    assert embedder.embed_text(["red"]).shape == (1, 512)


@pytest.mark.parametrize("name", ["clip", "", "EFFICIENTNET-LITE0", "model.pt", "../efficientnet-lite0"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(
        ModelError, match=r"choose clip-vit-b32, efficientnet-lite0, .*satdino, or the path of an .onnx file"
    ):
        catalog.load(name)


@pytest.mark.parametrize("name", ["efficientnet-lite0", "mine.onnx"])
def test_a_model_folder_with_a_model_that_needs_none_is_a_mistake(name: str, tiny_clip: Path) -> None:
    with pytest.raises(ModelError, match=r"--model-dir .* goes with clip-vit-b32"):
        catalog.load(name, model_dir=tiny_clip)


def test_the_catalog_says_what_a_user_wants_to_know() -> None:
    for name, model in catalog.MODELS.items():
        assert name == model.name
        assert model.licence
        assert model.source
        assert model.size_mb > 0


def test_importing_the_catalog_loads_no_heavy_library() -> None:
    heavy = {"onnx", "onnxruntime", "huggingface_hub", "tokenizers", "platformdirs", "pandas", "sklearn"}
    code = "import sys, imagespace_core.embed.catalog; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(loaded)
