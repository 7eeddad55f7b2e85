"""The same seed gives the same weights, however often a run is interrupted."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from imagespace_core.__main__ import app  # noqa: E402
from imagespace_core.errors import InputError, ModelError  # noqa: E402
from imagespace_core.train.autoencoder import Autoencoding  # noqa: E402
from imagespace_core.train.checkpoint import Checkpoint  # noqa: E402
from imagespace_core.train.fit import Lesson, Trained, fit  # noqa: E402
from imagespace_core.train.images import Images  # noqa: E402
from imagespace_core.train.loc2vec import Loc2vec  # noqa: E402
from imagespace_core.train.options import AutoencoderTraining, Loc2vecTraining, Training  # noqa: E402
from tests.makers.slices import write_slices  # noqa: E402
from tests.train.conftest import Silent  # noqa: E402
from tests.waiting import wait_until  # noqa: E402

ROOT = Path(__file__).parents[2]
VAE = AutoencoderTraining(
    epochs=3, save_every=3, batch_size=6, latent_dim=4, variational=True, turns=True, patience=0, device="cpu", seed=3
)
LOC2VEC = Loc2vecTraining(
    epochs=3,
    save_every=3,
    batch_size=4,
    tile_size=32,
    max_samples=16,
    pos_radius=1,
    neg_radius=4,
    patience=0,
    device="cpu",
    seed=3,
)

Weights = dict[str, torch.Tensor]


def learn(training: Training, images: Images, output: Path) -> tuple[Trained, Weights]:
    lesson = make(training, images)
    trained = fit(lesson, training, output, Silent())
    return trained, {name: tensor.clone() for name, tensor in lesson.model.state_dict().items()}


def make(training: Training, images: Images) -> Lesson:
    if isinstance(training, AutoencoderTraining):
        return Autoencoding(images, training)
    assert isinstance(training, Loc2vecTraining)
    return Loc2vec(images, training, ("roads", "water"))


def same(a: Weights, b: Weights) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture(params=["vae", "loc2vec"])
def run(request: pytest.FixtureRequest) -> tuple[Training, Images]:
    return (VAE, request.getfixturevalue("patches")) if request.param == "vae" else (
        LOC2VEC, request.getfixturevalue("tiles")
    )  # fmt: skip


def test_a_seed_decides_the_weights_and_a_resumed_run_ends_with_them(run: tuple, tmp_path: Path) -> None:
    training, images = run
    undisturbed, weights = learn(training, images, tmp_path / "undisturbed")
    assert undisturbed.epochs == 3
    learn(replace(training, epochs=1), images, tmp_path / "resumed")
    first = Checkpoint.read(tmp_path / "resumed" / "checkpoint.pt")
    resumed, again = learn(replace(training, resume=True), images, tmp_path / "resumed")
    assert (first.epoch, resumed.resumed_at, resumed.epochs) == (1, 1, 3)
    assert (resumed.best_epoch, resumed.best_loss) == (undisturbed.best_epoch, undisturbed.best_loss)
    assert same(weights, again)
    last, other = (Checkpoint.read(tmp_path / name / "checkpoint.pt") for name in ("undisturbed", "resumed"))
    assert same(last.model, other.model)
    assert not same(first.model, last.model)


def test_checkpoints_are_written_as_often_as_asked_and_at_the_end(
    patches: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    monkeypatch.setattr(Checkpoint, "write", lambda self, path: written.append(self.epoch))
    learn(replace(VAE, epochs=5, save_every=2), patches, tmp_path)
    assert written == [2, 4, 5]


def test_workers_change_nothing_and_another_seed_does(patches: Images, tmp_path: Path) -> None:
    short = replace(VAE, epochs=1)
    _, weights = learn(short, patches, tmp_path / "none")
    _, with_workers = learn(replace(short, num_workers=2), patches, tmp_path / "two")
    _, other = learn(replace(short, seed=4), patches, tmp_path / "other")
    assert same(weights, with_workers)
    assert not same(weights, other)


def test_a_run_killed_in_the_middle_resumes_to_the_weights_of_an_undisturbed_one(tmp_path: Path) -> None:
    """Killed with SIGKILL, as a machine that goes down would."""
    data = write_slices(tmp_path / "slices", 4)
    checkpoint = tmp_path / "killed" / "checkpoint.pt"
    arguments = [
        "train", "autoencoder", str(data), "--epochs", "6", "--batch-size", "8", "--patch-size", "32", "--variational",
        "--turns", "--patience", "0", "--device", "cpu", "-o",
    ]  # fmt: skip
    command = [sys.executable, "-m", "imagespace_core", *arguments, str(tmp_path / "killed")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        wait_until(checkpoint.exists, process)
        assert process.poll() is None
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert 1 <= Checkpoint.read(checkpoint).epoch < 6
    assert not (tmp_path / "killed" / "encoder.onnx").exists()

    for output, more in (("killed", ["--resume"]), ("undisturbed", [])):
        done = CliRunner().invoke(app, [*arguments, str(tmp_path / output), *more])
        assert done.exit_code == 0, done.output
        assert ("resumed after" in done.output) == bool(more)
    killed, undisturbed = (Checkpoint.read(tmp_path / name / "checkpoint.pt") for name in ("killed", "undisturbed"))
    assert same(killed.model, undisturbed.model)
    assert same(killed.best, undisturbed.best)
    encoders = [(tmp_path / name / "encoder.onnx").read_bytes() for name in ("killed", "undisturbed")]
    assert encoders[0] == encoders[1]


def test_patience_ends_a_run_and_the_best_epoch_is_kept(patches: Images, tmp_path: Path) -> None:
    training = AutoencoderTraining(epochs=30, save_every=30, batch_size=6, patience=2, lr=0.3, device="cpu")
    trained, weights = learn(training, patches, tmp_path)
    last = Checkpoint.read(tmp_path / "checkpoint.pt")
    assert trained.epochs == trained.best_epoch + 2 == last.epoch < 30
    assert same(weights, last.best)
    assert not same(weights, last.model)


def test_what_was_promised_is_logged_for_tensorboard_also_after_an_interruption(tiles: Images, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    learn(replace(LOC2VEC, epochs=2, save_every=2), tiles, tmp_path)
    learn(replace(LOC2VEC, epochs=3, resume=True), tiles, tmp_path)
    logs = EventAccumulator(str(tmp_path / "logs")).Reload()
    both = {f"{name}/{part}" for name in ("loss", "positive_distance", "negative_distance", "active_triplets")
            for part in ("train", "validation")}  # fmt: skip
    assert set(logs.Tags()["scalars"]) == both | {"learning_rate"}
    assert all([event.step for event in logs.Scalars(tag)] == [1, 2, 3] for tag in both)
    assert logs.Scalars("learning_rate")[0].value == pytest.approx(LOC2VEC.lr)
    assert all(0 <= event.value <= 2 for event in logs.Scalars("negative_distance/train"))


def test_training_makes_the_loss_less(patches: Images, tmp_path: Path) -> None:
    training = AutoencoderTraining(epochs=24, save_every=24, batch_size=6, validation=0.0, device="cpu")
    trained, _ = learn(training, patches, tmp_path)
    assert trained.best_loss < 0.5  # of patches with variance 1
    report = Silent()
    fit(make(replace(training, resume=True), patches), replace(training, resume=True), tmp_path, report)
    assert report.titles == []


def test_an_earlier_run_is_neither_overwritten_nor_mixed_up_with_another(patches: Images, tmp_path: Path) -> None:
    short = replace(VAE, epochs=1)
    learn(short, patches, tmp_path)
    before = (tmp_path / "checkpoint.pt").read_bytes()

    def refused(kind: type[Exception], words: str, **other: object) -> None:
        with pytest.raises(kind, match=words):
            learn(replace(short, **{"resume": True, **other}), patches, tmp_path)

    refused(InputError, r"is there from an earlier run\. Give --resume", resume=False)
    refused(
        ModelError, "another architecture: latent dim was 4, now 5. Train as it was, or give another -o", latent_dim=5
    )
    refused(ModelError, "another architecture: variational was True, now False", variational=False)
    refused(InputError, "made by another run: lr was 0.001, now 0.01; .*Give the same", lr=0.01, seed=9)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_other_images_are_another_run(patches: Images, tmp_path: Path) -> None:
    learn(replace(VAE, epochs=1), patches, tmp_path)
    with pytest.raises(InputError, match="made by another run: data was"):
        learn(replace(VAE, epochs=1, resume=True), patches.some(range(20)), tmp_path)


def test_a_checkpoint_of_another_kind_is_refused(patches: Images, tiles: Images, tmp_path: Path) -> None:
    learn(replace(LOC2VEC, epochs=1), tiles, tmp_path)
    with pytest.raises(ModelError, match="of an encoder of kind loc2vec; expected autoencoder. Give another -o"):
        learn(replace(VAE, resume=True), patches, tmp_path)
    with pytest.raises(ModelError, match="of kind loc2vec; expected autoencoder. Give another --finetune"):
        make(replace(VAE, finetune=tmp_path / "checkpoint.pt"), patches)


def test_fine_tuning_begins_with_the_best_weights_of_another_run(patches: Images, tmp_path: Path) -> None:
    _, before = learn(replace(VAE, epochs=2), patches, tmp_path)
    tuned = make(replace(VAE, finetune=tmp_path / "checkpoint.pt", lr=1e-4), patches.some(range(12)))
    assert same(before, tuned.model.state_dict())
    with pytest.raises(ModelError, match="latent dim was 4, now 8"):
        make(replace(VAE, finetune=tmp_path / "checkpoint.pt", latent_dim=8), patches)


def test_a_loss_that_is_not_finite_ends_the_run_with_a_remedy(patches: Images, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the loss of epoch 1 is nan: .*lower --lr"):
        learn(replace(VAE, lr=1e30), patches, tmp_path)
    assert not (tmp_path / "checkpoint.pt").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_that_is_not_there_is_refused(patches: Images, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--device cuda: .* finds no CUDA device here. Use --device cpu"):
        learn(replace(VAE, device="cuda"), patches, tmp_path)
