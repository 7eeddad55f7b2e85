"""The options of a training run, as dataclasses: the command line derives its flags from these fields."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from imagespace_core.errors import InputError

Device = Literal["auto", "cpu", "cuda"]

LIKE_BEFORE = {"like_before": True}
"""Marks the fields that decide the weights: a run that is resumed must have them as they were."""


LR_HELP = "Learning rate of Adam at the start; halved when the validation loss stalls."


def _option(default: Any, help: str, **metadata: Any) -> Any:
    return field(default=default, metadata={"help": help, **metadata})


@dataclass(frozen=True)
class Training:
    """How to train, whatever is trained. `output` holds checkpoint.pt, logs for TensorBoard, and the encoder."""

    data: Path | None = None
    output: Path | None = _option(None, "Folder for the encoder, its checkpoint and its logs.  [default: encoders/<name "  # noqa: E501
        "of the data>-<kind>]", short="-o")  # fmt: skip
    limit: int | None = _option(None, "Take only so many images, the first in order.", min=1)
    epochs: int = _option(50, "Passes over the samples, at most.", min=1)
    batch_size: int = _option(16, "Samples that a step looks at.", min=2, **LIKE_BEFORE)
    lr: float = _option(1e-3, LR_HELP, min=1e-9, **LIKE_BEFORE)
    validation: float = _option(0.2, "Share of the data that is kept for validation.", min=0.0, max=0.5, **LIKE_BEFORE)
    patience: int = _option(10, "Stop when the validation loss has not become less for so many epochs; 0: never.",
                            min=0, **LIKE_BEFORE)  # fmt: skip
    save_every: int = _option(1, "Epochs between checkpoints.", min=1)
    resume: bool = _option(False, "Go on from the checkpoint in the output folder, if there is one.")
    num_workers: int = _option(0, "Processes that prepare batches; 0: none but the one that trains.", min=0)
    seed: int = _option(0, "Seed of every random choice.", min=0, **LIKE_BEFORE)
    device: Device = _option("auto", "Where to train.")

    def root(self) -> Path:
        """Raises InputError where `data` is not given."""
        if self.data is None:
            raise InputError("nothing to train on: give the folder of the data")
        return self.data

    def folder(self, kind: str) -> Path:
        """The output folder. Raises InputError if neither `output` nor `data` names one."""
        return self.output or Path("encoders") / f"{self.root().resolve().name or 'data'}-{kind}"

    def deciding(self) -> dict[str, Any]:
        """The options that decide the weights, as JSON values, by field."""
        return {
            f.name: str(value) if isinstance(value := getattr(self, f.name), Path) else value
            for f in fields(self)
            if f.metadata.get("like_before")
        }


@dataclass(frozen=True)
class AutoencoderTraining(Training):
    """An autoencoder, or with `variational` a VAE, on gray patches of 64 x 64 pixels."""

    data: Path | None = _option(None, "Folder of images, or of microscopy slices.", argument=True, name="IMAGES")
    batch_size: int = _option(64, "Patches that a step looks at.", min=2, **LIKE_BEFORE)
    source: Literal["auto", "folder", "microscopy"] = _option("auto", "What IMAGES holds; auto: microscopy where there "
        "are raw and labels, else a folder of images, each a patch.")  # fmt: skip
    patch_size: int = _option(80, "Microscopy: side of a patch in pixels of the slice.", min=4)
    stride: int = _option(0, "Microscopy: pixels from one patch to the next; 0: half of a patch.", min=0)
    latent_dim: int = _option(32, "Numbers that a patch becomes: the length of the vectors.", min=1)
    variational: bool = _option(False, "Train a variational autoencoder (VAE).")
    kl_weight: float = _option(1.0, "VAE: weight of the KL term beside the reconstruction.", min=0.0, **LIKE_BEFORE)
    loss_type: Literal["pixels", "texture"] = _option("pixels", "What of a patch has to come out again; pixels: "
        "each in its place; texture: how bright and varied it is at several scales, wherever that is.",
        **LIKE_BEFORE)  # fmt: skip
    crop: Literal["center", "random"] = _option("center", "What of an image is the patch: its scaled middle, or a new "
        "window of it in every epoch.", **LIKE_BEFORE)  # fmt: skip
    turns: bool = _option(False, "Also show every patch turned and mirrored: for images without an up, as microscopy "
        "has.", **LIKE_BEFORE)  # fmt: skip
    max_samples: int = _option(100_000, "Patches of an epoch, at most.", min=2, **LIKE_BEFORE)
    finetune: Path | None = _option(None, "Start from this checkpoint.pt, which was trained on other images; give a "
        "lower --lr.", **LIKE_BEFORE)  # fmt: skip


@dataclass(frozen=True)
class Loc2vecTraining(Training):
    """A loc2vec encoder on map tiles in layers."""

    data: Path | None = _option(None, "Folder with <layer>/<z>/<x>/<y>.png.", argument=True, name="TILES")
    layers: str = _option("", "Layers to take, in the order of the channels, separated by commas.  [default: all, by "
        "name]", **LIKE_BEFORE)  # fmt: skip
    pos_radius: int = _option(2, "A positive lies at most so many tiles from its anchor, in x and in y.", min=1,
                              **LIKE_BEFORE)  # fmt: skip
    neg_radius: int = _option(10, "A negative lies more than so many tiles from its anchor, in x or in y.", min=1,
                              **LIKE_BEFORE)  # fmt: skip
    lr: float = _option(3e-4, LR_HELP, min=1e-9, **LIKE_BEFORE)
    embedding_dim: int = _option(128, "Length of the vectors.", min=2)
    margin: float = _option(0.2, "Triplet loss: how much nearer than the negative the positive shall be, and what "
        "counts as an active triplet in the logs.", min=0.0, max=2.0, **LIKE_BEFORE)  # fmt: skip
    dropout: float = _option(0.5, "Share of the dense layers' values that a step leaves out.", min=0.0, max=0.95,
                             **LIKE_BEFORE)  # fmt: skip
    max_samples: int = _option(10_000, "Triplets of an epoch.", min=2, **LIKE_BEFORE)
    loss_type: Literal["softpn", "triplet"] = _option("softpn", "Loss.", **LIKE_BEFORE)
    tile_size: int = _option(128, "Pixels of a side that the encoder sees.", min=32, max=512)

    def __post_init__(self) -> None:
        if self.neg_radius < self.pos_radius:
            raise InputError(
                f"--neg-radius {self.neg_radius} is less than --pos-radius {self.pos_radius}; "
                "a negative must be farther away than a positive"
            )

    def layer_names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.layers.split(",") if name.strip())
