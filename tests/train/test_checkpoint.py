"""A checkpoint is whole or not there, and reading one runs nothing."""

import io
import os
import pickle
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from imagespace_core.errors import ModelError  # noqa: E402
from imagespace_core.train.checkpoint import Checkpoint  # noqa: E402


def checkpoint(epoch: int = 1) -> Checkpoint:
    weights = {"layer": torch.arange(6.0).reshape(2, 3)}
    return Checkpoint("loc2vec", {"dim": 3}, {"lr": 0.1}, epoch, weights, {"step": 1}, {"bad": 0}, 1, 0.5, weights)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    checkpoint().write(tmp_path / "new" / "checkpoint.pt")
    found = Checkpoint.read(tmp_path / "new" / "checkpoint.pt")
    assert torch.equal(found.model.pop("layer"), checkpoint().model["layer"])
    assert (found.kind, found.architecture, found.settings, found.epoch) == ("loc2vec", {"dim": 3}, {"lr": 0.1}, 1)
    assert (found.optimizer, found.schedule, found.best_epoch, found.best_loss) == ({"step": 1}, {"bad": 0}, 1, 0.5)


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_the_one_before_stays_whole_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    path = tmp_path / "checkpoint.pt"
    checkpoint(1).write(path)
    if fails == "write":  # what a full disk does, at once
        path.with_name("checkpoint.pt.tmp").symlink_to("/dev/full")
    else:
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        checkpoint(2).write(path)
    assert Checkpoint.read(path).epoch == 1


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("/tmp/imagespace-was-here",)


def unusual(tmp_path: Path) -> dict[str, bytes]:
    checkpoint().write(tmp_path / "good.pt")
    whole = (tmp_path / "good.pt").read_bytes()
    foreign, other = io.BytesIO(), io.BytesIO()
    torch.save({"state_dict": {}}, foreign)
    torch.save({"format": 99}, other)
    return {
        "empty": b"", "text": b"no checkpoint", "cut": whole[: len(whole) // 2], "foreign": foreign.getvalue(),
        "format": other.getvalue(), "code": pickle.dumps({"format": 1, "kind": Malicious()}),
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "foreign", "format", "code"])
def test_what_is_no_checkpoint_is_refused_in_one_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(unusual(tmp_path)[kind])
    with pytest.raises(ModelError, match="is not a whole checkpoint of `imagespace train`") as caught:
        Checkpoint.read(path)
    assert "\n" not in str(caught.value)
    assert not Path("/tmp/imagespace-was-here").exists()


def test_one_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not there; expected a checkpoint"):
        Checkpoint.read(tmp_path / "checkpoint.pt")
