"""Runs a training: from the data to an encoder that a build takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from imagespace_core.images.decode import Decode
from imagespace_core.sources import Source
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.microscopy.source import Microscopy, recognizes
from imagespace_core.sources.tiles.source import Tiles
from imagespace_core.train import Report, autoencoder, loc2vec
from imagespace_core.train.fit import Lesson, Trained, check_start, fit
from imagespace_core.train.images import Images
from imagespace_core.train.onnx_export import export
from imagespace_core.train.options import AutoencoderTraining, Loc2vecTraining, Training

ENCODER = "encoder.onnx"


@dataclass(frozen=True)
class Finished:
    """encoder: the file. images: that could be read. difference: the largest between PyTorch and ONNX Runtime."""

    encoder: Path
    images: int
    trained: Trained
    difference: float


def train_autoencoder(training: AutoencoderTraining, report: Report) -> Finished:
    """Raises InputError and ModelError for what cannot be trained."""
    output = training.folder(autoencoder.KIND)
    check_start(training, output)
    images = autoencoder.read_patches(_patches(training), training, report)
    return _learn(autoencoder.Autoencoding(images, training), images, training, output, report)


def train_loc2vec(training: Loc2vecTraining, report: Report) -> Finished:
    """Raises InputError and ModelError for what cannot be trained."""
    output = training.folder(loc2vec.KIND)
    check_start(training, output)
    tiles = Tiles(training.root(), limit=training.limit, layers=training.layer_names())
    images = loc2vec.read_tiles(tiles, training, report)
    return _learn(loc2vec.Loc2vec(images, training, tiles.names()), images, training, output, report)


def _learn(lesson: Lesson, images: Images, training: Training, output: Path, report: Report) -> Finished:
    trained = fit(lesson, training, output, report)
    about = {
        "kind": lesson.kind, "architecture": lesson.architecture, "settings": lesson.settings,
        "epochs": trained.epochs, "best_epoch": trained.best_epoch, "best_loss": trained.best_loss,
        "torch": torch.__version__,
    }  # fmt: skip
    path = output / ENCODER
    return Finished(path, len(images), trained, export(lesson.encoder, path, lesson.preprocess, about))


def _patches(training: AutoencoderTraining) -> Source:
    """Patches of microscopy slices where there are such, else every image as a patch."""
    root, side = training.root(), autoencoder.read_side(training)
    if training.source == "microscopy" or (training.source == "auto" and recognizes(root)):
        # As they were cut: reducing them is left to the one place that knows which size is wanted.
        return Microscopy(
            root, limit=training.limit, patch_size=(training.patch_size,), stride=training.stride, encoder_size=0
        )
    return Folder(root, Decode(min_side=side), training.limit)
