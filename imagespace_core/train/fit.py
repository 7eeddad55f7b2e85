"""The training loop: the same seed gives the same weights, interrupted or not."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import InputError
from imagespace_core.train import Report, Task, checkpoint
from imagespace_core.train.checkpoint import Checkpoint
from imagespace_core.train.options import Training

# The learning rate is halved after half the patience without progress, so that there is time to make some.
STALLED_FACTOR = 0.5
LEAST_LR_SHARE = 0.01

# Mixed into the seed, so that the random numbers of steps are others than those of the first weights.
STEPS = 1_000_003


class Lesson(Protocol):
    """What is learned, of which samples, at which cost.

    kind, architecture: what the model is built from; settings: what else decides the weights. All are JSON values.
    encoder: the model, or the part of it that makes vectors of images. preprocess: how it wants them.
    """

    kind: str
    architecture: Mapping[str, Any]
    settings: Mapping[str, Any]
    preprocess: Preprocess

    @property
    def model(self) -> nn.Module: ...

    @property
    def encoder(self) -> nn.Module: ...

    def samples(self, epoch: int) -> Dataset[Any]:
        """Those of an epoch, in order; a pure function of the seed and the epoch, and each of its number.

        Each is a tensor, or a tuple of tensors; a batch is then a list of them.
        """
        ...

    def held_out(self) -> Dataset[Any] | None:
        """The same ones every time; None where nothing is held out."""
        ...

    def loss(self, batch: Any) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The batch's mean loss, and what else to log, by TensorBoard tag."""
        ...


@dataclass(frozen=True)
class Trained:
    """The model has the weights of the best epoch. losses: of that epoch, on the held-out samples if there are any."""

    epochs: int
    best_epoch: int
    best_loss: float
    resumed_at: int


def fit(lesson: Lesson, training: Training, output: Path, report: Report) -> Trained:
    """Train until the epochs are over or patience is lost; `lesson.model` ends with the best epoch's weights.

    Every random number of an epoch comes from the seed and the epoch's number. A run that goes on from the checkpoint
    of any epoch, on the same device with as many threads, therefore ends with the very weights of an undisturbed one.

    Raises InputError and ModelError where the checkpoint in `output` is of another run, InputError for a device that
    is not there.
    """
    device = check_start(training, output)
    path = output / checkpoint.NAME
    before = _before(lesson, path)
    held_out = None if (samples := lesson.held_out()) is None else _batches(samples, training, device)
    with _deterministic(), _summary(output / "logs", before.epoch if before else 0) as summary:
        # Channels last: convolutions take two thirds of the time.
        model = lesson.model.to(device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        optimizer = torch.optim.Adam(model.parameters(), lr=training.lr)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, factor=STALLED_FACTOR, patience=max(1, training.patience // 2),
            min_lr=training.lr * LEAST_LR_SHARE,
        )  # fmt: skip
        best_epoch, best_loss, best = 0, math.inf, _copied(model)
        if before:
            model.load_state_dict(before.model)
            optimizer.load_state_dict(before.optimizer)
            schedule.load_state_dict(before.schedule)
            best_epoch, best_loss, best = before.best_epoch, before.best_loss, before.best
        epoch = before.epoch if before else 0
        while epoch < training.epochs and not (training.patience and epoch - best_epoch >= training.patience):
            epoch += 1
            shown = f", best loss {best_loss:.4g}" if best_epoch else ""
            # The rate is read before the schedule moves it.
            measured = {"learning_rate": optimizer.param_groups[0]["lr"]}
            batches = _batches(lesson.samples(epoch), training, device, drop_last=True)
            torch.manual_seed(training.seed * STEPS + epoch)
            with report.task(f"Epoch {epoch} of {training.epochs}{shown}", len(batches)) as task:
                measured |= _epoch(lesson, batches, held_out, device, optimizer, task)
            judged = measured.get("loss/validation", measured["loss/train"])
            if not math.isfinite(judged):
                raise InputError(
                    f"the loss of epoch {epoch} is {judged}: training has come apart. Begin anew with a lower --lr"
                )
            for name, value in measured.items():
                summary.add_scalar(name, value, epoch)
            summary.flush()
            schedule.step(judged)
            if judged < best_loss:
                best_epoch, best_loss, best = epoch, judged, _copied(model)
            lost_patience = training.patience and epoch - best_epoch >= training.patience
            if epoch % training.save_every == 0 or epoch == training.epochs or lost_patience:
                Checkpoint(
                    lesson.kind, dict(lesson.architecture), dict(lesson.settings), epoch, _copied(model),
                    optimizer.state_dict(), schedule.state_dict(), best_epoch, best_loss, best,
                ).write(path)  # fmt: skip
        model.load_state_dict(best)
    return Trained(epoch, best_epoch, best_loss, before.epoch if before else 0)


def check_start(training: Training, output: Path) -> torch.device:
    """What is to be known before the data are read, which may take a while: where to train, and that it may begin.

    Raises InputError where CUDA is asked for and there is none, or where an earlier run is in the way.
    """
    if training.device == "cuda" and not torch.cuda.is_available():
        raise InputError(
            f"--device cuda: PyTorch {torch.__version__} finds no CUDA device here. Use --device cpu, or install a "
            "driver and a PyTorch built for it"
        )
    path = output / checkpoint.NAME
    if path.exists() and not training.resume:
        raise InputError(
            f"{path} is there from an earlier run. Give --resume to go on with it, another -o, or remove it"
        )
    return torch.device("cuda" if training.device != "cpu" and torch.cuda.is_available() else "cpu")


def _before(lesson: Lesson, path: Path) -> Checkpoint | None:
    """The checkpoint to go on from."""
    if not path.exists():
        return None
    found = Checkpoint.read(path)
    found.check_architecture(path, lesson.kind, lesson.architecture)
    found.check_settings(path, lesson.settings)
    return found


def _epoch(
    lesson: Lesson,
    batches: DataLoader[Any],
    held_out: DataLoader[Any] | None,
    device: torch.device,
    optimizer: torch.optim.Optimizer,
    task: Task,
) -> dict[str, float]:
    """Learns once from `batches`. The means of what is logged, of these and of what is held out, by tag."""
    lesson.model.train()
    measured = {f"{name}/train": value for name, value in _steps(lesson, batches, device, optimizer, task).items()}
    if held_out is not None:
        lesson.model.eval()
        with torch.no_grad():
            seen = _steps(lesson, held_out, device, None, None)
        measured |= {f"{name}/validation": value for name, value in seen.items()}
    return measured


def _batches(
    samples: Dataset[Any], training: Training, device: torch.device, drop_last: bool = False
) -> DataLoader[Any]:
    # A generator of its own: workers or none, the loader takes nothing from the random numbers of the steps.
    return DataLoader(
        samples, training.batch_size, drop_last=drop_last, num_workers=training.num_workers,
        pin_memory=device.type == "cuda", generator=torch.Generator(),
    )  # fmt: skip


def _steps(
    lesson: Lesson,
    batches: DataLoader[Any],
    device: torch.device,
    optimizer: torch.optim.Optimizer | None,
    task: Task | None,
) -> dict[str, float]:
    """The means over all samples of the loss and of what else is logged; with an optimizer it learns."""
    sums: dict[str, float] = defaultdict(float)
    count = 0
    for batch in batches:
        try:
            parts = [part.to(device, non_blocking=True) for part in (batch if isinstance(batch, list) else [batch])]
            loss, measured = lesson.loss(parts if isinstance(batch, list) else parts[0])
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        except torch.OutOfMemoryError as error:
            raise MemoryError("the CUDA device has too little memory") from error
        for name, value in {"loss": loss, **measured}.items():
            sums[name] += float(value.detach()) * len(parts[0])
        count += len(parts[0])
        if task is not None:
            task.advance(1)
    return {name: value / count for name, value in sums.items()}


def _copied(model: nn.Module) -> dict[str, torch.Tensor]:
    """The model's weights, on the processor and no longer changing."""
    return {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}


@contextmanager
def _deterministic() -> Iterator[None]:
    """PyTorch's own switch, for a while: an operation that would not give the same result twice raises."""
    before = torch.are_deterministic_algorithms_enabled()
    # What cuBLAS wants for it, read when it starts. Source: PyTorch's notes on reproducibility.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)


@contextmanager
def _summary(folder: Path, done: int) -> Iterator[Any]:
    """TensorBoard's writer; what an interrupted run wrote beyond its checkpoint is purged."""
    from torch.utils.tensorboard.writer import SummaryWriter

    with SummaryWriter(str(folder), purge_step=done + 1 if done else None) as writer:
        yield writer
