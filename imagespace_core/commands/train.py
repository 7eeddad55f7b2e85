"""`imagespace train`: trains encoders on one's own images, as ONNX files that a build takes."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from imagespace_core.commands.flags import as_command, usage
from imagespace_core.commands.mishaps import Remedies, plain_errors
from imagespace_core.train.options import AutoencoderTraining, Loc2vecTraining, Training

if TYPE_CHECKING:
    from imagespace_core.train.run import Finished

PROGRAM = "train"
REMEDIES = Remedies(
    stopped="the last checkpoint is kept. Give the same command with --resume to go on from it",
    memory="a smaller --batch-size",
    go_on="give the same command with --resume; it goes on from the last checkpoint",
    what="the output folder",
)


def autoencoder_command(options: AutoencoderTraining) -> None:
    """Train an autoencoder, or a VAE, on gray patches of 64 x 64 pixels: of microscopy slices, or any images.

    Its encoder turns a patch into a vector from which the patch can be drawn again. To fine-tune, train on many images
    first, then give --finetune CHECKPOINT and the few that matter.
    """

    def train(report: Any) -> Finished:
        from imagespace_core.train.run import train_autoencoder

        return train_autoencoder(options, report)

    _train(options, train)


def loc2vec_command(options: Loc2vecTraining) -> None:
    """Train a loc2vec encoder on map tiles of 1 to 12 layers: near places get near vectors."""

    def train(report: Any) -> Finished:
        from imagespace_core.train.run import train_loc2vec

        return train_loc2vec(options, report)

    _train(options, train)


def _train(options: Training, train: Callable[[Any], Finished]) -> None:
    from imagespace_core.commands.report import TerminalReport
    from imagespace_core.train import require_packages

    if options.data is None:
        usage(PROGRAM, "give the folder to train on")
    report = TerminalReport(program=PROGRAM)
    with plain_errors(report.error, REMEDIES):
        require_packages()
        finished = train(report)
    _print_result(report.console.print, options, finished)


def _print_result(print_line: Callable[..., None], options: Training, finished: Finished) -> None:
    trained, encoder = finished.trained, finished.encoder
    resumed = f", resumed after {trained.resumed_at}" if trained.resumed_at else ""
    kind = "validation" if options.validation else "training"
    for line in (
        f"\n{finished.images:,} images, {trained.epochs} {'epoch' if trained.epochs == 1 else 'epochs'}{resumed}; "
        f"the best was {trained.best_epoch}, with a {kind} loss of {trained.best_loss:.4g}",
        f"{encoder} answers as PyTorch does to {finished.difference:.1g}",
        "\nUse it, and see how the training went, with:",
        f"  precompute.py {shlex.quote(str(options.data))} --model {shlex.quote(str(encoder))}",
        f"  tensorboard --logdir {shlex.quote(str(encoder.parent))}",
    ):
        print_line(line, markup=False, soft_wrap=True)


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Train an encoder on your own images; needs the extra `train`.",
)
app.command("autoencoder")(as_command(autoencoder_command, PROGRAM))
app.command("loc2vec")(as_command(loc2vec_command, PROGRAM))
