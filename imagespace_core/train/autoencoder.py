"""Autoencoders: gray patches to a few numbers, from which the patch can be drawn again.

Source of the variational one: D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import Dataset

from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import InputError
from imagespace_core.sources import Contextual, Source
from imagespace_core.train import Report
from imagespace_core.train.checkpoint import Checkpoint
from imagespace_core.train.images import Images, measure, read_images
from imagespace_core.train.loc2vec import normalized
from imagespace_core.train.options import AutoencoderTraining

KIND = "autoencoder"
SIDE = 64
BLOCKS = (32, 64, 128, 256)
SLOPE = 0.1

# Scales of the texture loss: sides in pixels of the blocks whose means are compared, and of how many one.
SCALES = ((2, 16), (4, 4), (8, 1))
SPREAD_SIDE = 8
LEAST_VARIANCE = 1e-4

CENTER_MOMENTUM = 0.1

# A random window is the whole patch down to half of it, so patches are read at twice their side for it.
LEAST_WINDOW = 0.5


class Centered(nn.Module):
    """float32 (n, d), less their mean: of the batch in training, later a running mean of what was trained on.

    Vectors are compared by their direction; seen from far outside their midst they would all lie in the same one.
    """

    middle: torch.Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("middle", torch.zeros(size))

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return vectors - self.middle
        mean = vectors.mean(dim=0)
        self.middle.lerp_(mean.detach(), CENTER_MOMENTUM)
        return vectors - mean


class Encoder(nn.Module):
    """float32 (n, 1, 64, 64) -> (n, latent_dim): of a VAE the mean of the distribution.

    pooled: the last block's mean over all places is taken, so that it does not matter where in a patch something lies.
    """

    def __init__(self, latent_dim: int, pooled: bool = False) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        for width_in, width in zip((1, *BLOCKS), BLOCKS, strict=False):
            convolution = nn.Conv2d(width_in, width, 3, stride=2, padding=1, bias=False)
            blocks += [convolution, nn.BatchNorm2d(width), nn.LeakyReLU(SLOPE)]
        if pooled:
            blocks.append(nn.AvgPool2d(SIDE >> len(BLOCKS)))
        self.blocks = nn.Sequential(*blocks, nn.Flatten())
        self.mean = nn.Sequential(nn.Linear(_inner(pooled), latent_dim), Centered(latent_dim))

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        return self.mean(self.blocks(patches))


class Autoencoder(nn.Module):
    """The encoder and the decoder that mirrors it; a VAE also knows how sure it is of each number."""

    def __init__(self, latent_dim: int = 32, variational: bool = False, pooled: bool = False) -> None:
        super().__init__()
        self.encoder = Encoder(latent_dim, pooled)
        self.log_variance = nn.Linear(_inner(pooled), latent_dim) if variational else None
        blocks: list[nn.Module] = []
        for width_in, width in zip(BLOCKS[::-1], (*BLOCKS[-2::-1], 1), strict=True):
            blocks.append(nn.ConvTranspose2d(width_in, width, 4, stride=2, padding=1))
            if width > 1:
                blocks += [nn.BatchNorm2d(width), nn.LeakyReLU(SLOPE)]
        side = SIDE >> len(BLOCKS)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, _inner()), nn.Unflatten(1, (BLOCKS[-1], side, side)), *blocks
        )

    def forward(self, patches: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """-> patches drawn again, and per patch the divergence from the standard normal (zeros without one)."""
        inner = self.encoder.blocks(patches)
        latent = self.encoder.mean(inner)
        divergence = torch.zeros(len(patches), device=patches.device)
        if self.log_variance is not None:
            log_variance = self.log_variance(inner)
            # Kingma and Welling, appendix B.
            divergence = -0.5 * (1 + log_variance - latent**2 - log_variance.exp()).sum(dim=1)
            if self.training:
                latent = latent + torch.randn_like(latent) * (log_variance / 2).exp()
        return self.decoder(latent), divergence


class Autoencoding:
    """The lesson: patches to be drawn again from their vectors. `preprocess` is how the encoder wants its patches."""

    kind = KIND

    def __init__(self, images: Images, training: AutoencoderTraining) -> None:
        """Raises InputError where there are fewer patches than a batch takes, ModelError where the checkpoint to start
        from is of another architecture."""
        self._images, self._training = images, training
        self.architecture: Mapping[str, Any] = {
            "latent_dim": training.latent_dim, "variational": training.variational, "side": SIDE,
            "blocks": list(BLOCKS), "pooled": training.loss_type == "texture", "centered": True,
        }  # fmt: skip
        self.settings: Mapping[str, Any] = training.deciding() | {"data": images.digest}
        torch.manual_seed(training.seed)
        self.model = Autoencoder(training.latent_dim, training.variational, training.loss_type == "texture")
        self.encoder = self.model.encoder
        if training.finetune is not None:
            before = Checkpoint.read(training.finetune)
            before.check_architecture(training.finetune, KIND, self.architecture, "another --finetune")
            self.model.load_state_dict(before.best)
        rng = np.random.default_rng((training.seed, 0))
        self._rows, self._held_rows = _split(images, training.validation, rng)
        if min(len(self._rows), training.max_samples) < training.batch_size:
            raise InputError(
                f"there are {len(self._rows)} patches to train on, at most {training.max_samples} an epoch, fewer than "
                f"a batch of {training.batch_size}. Give a smaller --batch-size, or more images"
            )
        mean, std = measure(images, self._rows.tolist())
        self.preprocess = Preprocess(side=SIDE, channels=1, mean=mean, std=std)

    def samples(self, epoch: int) -> Dataset[torch.Tensor]:
        rng = np.random.default_rng((self._training.seed, epoch))
        rows = rng.permutation(self._rows)[: self._training.max_samples]
        return _Patches(self._images, rows, self._training, (self._training.seed, epoch))

    def held_out(self) -> Dataset[torch.Tensor] | None:
        if not len(self._held_rows):
            return None
        return _Patches(self._images, self._held_rows[: self._training.max_samples], self._training, None)

    def loss(self, batch: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """batch: uint8 (n, 1, 64, 64). The squared error of a pixel, plus the divergence spread over the pixels.
        With the loss type `texture` the error is that of `texture` instead.

        With kl_weight 1 that is the negative evidence lower bound for pixels of unit variance, times 2, per pixel.
        """
        patches = normalized(batch, self.preprocess)
        drawn, divergence = self.model(patches)
        if self._training.loss_type == "texture":
            drawn, patches = texture(drawn), texture(patches)
        reconstruction = functional.mse_loss(drawn, patches)
        if self.model.log_variance is None:
            return reconstruction, {}
        kl = divergence.mean()
        loss = reconstruction + self._training.kl_weight * 2 * kl / SIDE**2
        return loss, {"reconstruction": reconstruction, "kl": kl}


def texture(patches: torch.Tensor) -> torch.Tensor:
    """float32 (n, 1, 64, 64) -> (n, m): how bright and how varied patches are at several scales, and not where.

    Sorted means of blocks of pixels at each of SCALES, and sorted standard deviations within blocks. The squared error
    of sorted values is the squared Wasserstein distance of their distributions. Source: G. Peyre and M. Cuturi,
    "Computational optimal transport", 2019, remark 2.28.
    """
    parts = [_blocks(patches, side).mean(dim=2).sort(dim=1).values[:, ::every] for side, every in SCALES]
    variance = _blocks(patches, SPREAD_SIDE).var(dim=2, correction=0)
    return torch.cat([*parts, (variance + LEAST_VARIANCE).sqrt().sort(dim=1).values], dim=1)


def read_side(training: AutoencoderTraining) -> int:
    """Side of the images that patches are made of, in pixels: as the encoder sees them, or larger to take windows."""
    return SIDE if training.crop == "center" else round(SIDE / LEAST_WINDOW)


def read_patches(source: Source, training: AutoencoderTraining, report: Report) -> Images:
    """The images that patches are made of."""
    return read_images(source, Preprocess(side=read_side(training), channels=1), report)


class _Patches(Dataset[torch.Tensor]):
    """uint8 (1, 64, 64) each; with a seed changed as the options ask."""

    def __init__(self, images: Images, rows: np.ndarray, training: AutoencoderTraining, seed: tuple[int, int] | None):
        self._images, self._rows, self._training, self._seed = images, rows, training, seed

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> torch.Tensor:
        if index >= len(self):
            raise IndexError(index)
        pixels = self._images[self._rows[index]]
        rng = np.random.default_rng((*self._seed, index)) if self._seed is not None else None
        if self._training.crop == "random" and rng is not None:
            side = int(rng.integers(round(pixels.shape[0] * LEAST_WINDOW), pixels.shape[0] + 1))
            top, left = rng.integers(pixels.shape[0] - side + 1, size=2)
            pixels = pixels[top : top + side, left : left + side]
        if self._training.turns and rng is not None:
            pixels = np.rot90(pixels, int(rng.integers(4)))
            pixels = pixels[:, ::-1] if rng.integers(2) else pixels
        if pixels.shape[0] != SIDE:
            pixels = Preprocess(side=SIDE, channels=1).prepare(np.ascontiguousarray(pixels))
        return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))


def _split(images: Images, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on and rows held out. Whole slices are held out where there are several: their patches overlap."""
    parents = [item.key for item in images.items]
    if isinstance(images.source, Contextual):
        slices = [images.source.context(key).parent for key in parents]
        parents = slices if len(set(slices)) > 1 else parents
    number = {parent: n for n, parent in enumerate(dict.fromkeys(parents))}
    of = np.array([number[parent] for parent in parents])
    held = np.isin(of, rng.permutation(len(number))[: math.ceil(len(number) * share)])
    return np.flatnonzero(~held), np.flatnonzero(held)


def _blocks(patches: torch.Tensor, side: int) -> torch.Tensor:
    """float32 (n, 1, 64, 64) -> (n, blocks, pixels of a block), without overlap."""
    across = SIDE // side
    cut = patches.reshape(-1, across, side, across, side).transpose(2, 3)
    return cut.reshape(-1, across**2, side**2)


def _inner(pooled: bool = False) -> int:
    """Numbers of the last block, flat, or their means over all places."""
    return BLOCKS[-1] * (1 if pooled else (SIDE >> len(BLOCKS)) ** 2)
