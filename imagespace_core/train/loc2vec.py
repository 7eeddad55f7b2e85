"""Loc2vec: map tiles of any number of layers to vectors, such that near places have near vectors.

Source: V. Spruyt, "Loc2Vec: Learning location embeddings with triplet-loss networks", Sentiance, 2018.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import Dataset

from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import InputError
from imagespace_core.sources.tiles.coordinates import parse_key
from imagespace_core.sources.tiles.source import Tiles
from imagespace_core.train import Report, triplets
from imagespace_core.train.images import Images, measure, read_images
from imagespace_core.train.options import Loc2vecTraining

KIND = "loc2vec"
BLOCKS = (64, 128, 256, 512, 512)
DENSE = (1024, 512)
SLOPE = 0.1

# Vectors of unit length are at most 2 apart, where the softmax of SoftPN is nearly flat: its gradient would hardly tell
# a triplet that is right from one that is wrong.
SHARPNESS = 3.0

# The root has no gradient at 0.
LEAST_SQUARE = 1e-6

# Held-out triplets: so many per epoch's triplets, always the same.
VALIDATION_TRIPLETS = 1000


class Encoder(nn.Module):
    """float32 (n, channels, s, s) -> (n, embedding_dim), rows of unit length, as search and maps compare them.

    Each block halves the image: a convolution of 3 x 3 with stride 2, batch norm, leaky ReLU. Its mean over all places
    goes through the dense layers, so any side from 32 px on will do: that of the last block, as in the source, and also
    those of the blocks before it and the mean and spread of the tile itself. What there is on a tile tells more than
    where on it, and is learned in fewer steps so. Strides instead of pooling cost a third of the time, and PyTorch can
    repeat their gradients bit by bit on CUDA.
    """

    def __init__(self, channels: int, embedding_dim: int = 128, dropout: float = 0.5) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        for width_in, width in zip((channels, *BLOCKS), BLOCKS, strict=False):
            convolution = nn.Conv2d(width_in, width, 3, stride=2, padding=1, bias=False)
            blocks.append(nn.Sequential(convolution, nn.BatchNorm2d(width), nn.LeakyReLU(SLOPE)))
        dense: list[nn.Module] = []
        for width_in, width in zip((2 * channels + sum(BLOCKS), *DENSE), DENSE, strict=False):
            dense += [nn.Linear(width_in, width), nn.LeakyReLU(SLOPE), nn.Dropout(dropout)]
        self.blocks = nn.Sequential(*blocks)
        self.dense = nn.Sequential(*dense, nn.Linear(DENSE[-1], embedding_dim))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        seen = [images.mean(dim=(2, 3)), images.var(dim=(2, 3), correction=0).log1p()]
        for block in self.blocks:
            images = block(images)
            seen.append(images.mean(dim=(2, 3)))
        return functional.normalize(self.dense(torch.cat(seen, dim=1)))


class Loc2vec:
    """The lesson: tiles whose triplets the encoder is to tell apart. `preprocess` is how the encoder wants its tiles."""  # noqa: E501

    kind = KIND

    def __init__(self, images: Images, training: Loc2vecTraining, layers: tuple[str, ...]) -> None:
        """Raises InputError where there are too few tiles for a batch, or no triplets among them."""
        self._images, self._training = images, training
        numbers = np.array([parse_key(item.key) for item in images.items])
        if len(zooms := np.unique(numbers[:, 0])) > 1:
            raise InputError(
                f"the tiles are of the zooms {zooms.tolist()}; near and far need one. Leave the others out"
            )
        tiles = numbers[:, 1:]
        rng = np.random.default_rng((training.seed, 0))
        # A block holds positives for each of its tiles.
        self._rows, self._held_rows = triplets.split(tiles, training.validation, 2 * training.pos_radius, rng)
        if min(len(self._rows), training.max_samples) < training.batch_size:
            raise InputError(
                f"there are {len(self._rows)} tiles to train on and {training.max_samples} triplets an epoch, fewer than "  # noqa: E501
                f"a batch of {training.batch_size}. Give a smaller --batch-size, or more tiles"
            )
        self._tiles = torch.from_numpy(tiles.astype(np.int64))
        radii = training.pos_radius, training.neg_radius
        self._sampler = triplets.Sampler(tiles[self._rows], *radii)
        self._held_sampler = triplets.Sampler(tiles[self._held_rows], *radii)
        mean, std = measure(images, self._rows.tolist())
        self.preprocess = Preprocess(
            side=images.preprocess.side, channels=images.preprocess.channels, mean=mean, std=std
        )
        self.architecture: Mapping[str, Any] = {
            "layers": list(layers), "tile_size": training.tile_size, "embedding_dim": training.embedding_dim,
            "blocks": list(BLOCKS), "dense": list(DENSE), "means": "tile and blocks",
        }  # fmt: skip
        self.settings: Mapping[str, Any] = training.deciding() | {"data": images.digest}
        torch.manual_seed(training.seed)
        self.model = self.encoder = Encoder(images.preprocess.channels, training.embedding_dim, training.dropout)

    def samples(self, epoch: int) -> Dataset[tuple[torch.Tensor, ...]]:
        seed = (self._training.seed, epoch)
        drawn = self._sampler.sample(self._training.max_samples, np.random.default_rng(seed))
        return _Triplets(self._images, self._tiles, self._rows[drawn], seed)

    def held_out(self) -> Dataset[tuple[torch.Tensor, ...]] | None:
        """Triplets among the held-out tiles. Raises InputError where there are none."""
        if not len(self._held_rows):
            return None
        rng = np.random.default_rng((self._training.seed, 0))
        try:
            drawn = self._held_sampler.sample(min(VALIDATION_TRIPLETS, self._training.max_samples), rng)
        except InputError as error:
            raise InputError(
                f"among the {len(self._held_rows)} tiles held out for validation {error}; or give another --validation, "  # noqa: E501
                "0 for none"
            ) from error
        return _Triplets(self._images, self._tiles, self._held_rows[drawn], None)

    def loss(self, batch: Sequence[torch.Tensor]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """batch: uint8 (n, 3, channels, s, s), and int64 (n, 3, 2): the tiles, x and y.

        Every tile of the batch that is far from an anchor counts as its negative, not its own alone: many more
        comparisons of the same vectors. Source: A. Hermans et al., "In defense of the triplet loss for person
        re-identification", 2017, equation 6.
        """
        pixels, tiles = batch
        vectors = self.model(normalized(pixels.flatten(0, 1), self.preprocess))
        anchor, positive, negative = vectors.reshape(len(pixels), 3, -1).unbind(1)
        near, far = (functional.pairwise_distance(anchor, other) for other in (positive, negative))
        margin = self._training.margin
        away = (tiles[:, :1] - tiles.reshape(1, -1, 2)).abs().amax(dim=2) > self._training.neg_radius
        nears = near[:, None].expand_as(away)[away]
        fars, swapped = (_distances(these, vectors)[away] for these in (anchor, positive))
        if self._training.loss_type == "softpn":
            loss = triplets.softpn_loss(SHARPNESS * nears, SHARPNESS * fars, SHARPNESS * swapped)
        else:
            loss = triplets.triplet_loss(nears, fars, margin)
        active = triplets.active_share(near, far, margin)
        logged = {"positive_distance": near.mean(), "negative_distance": far.mean(), "active_triplets": active}
        return loss, logged


def _distances(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """float32 (n, m) of rows of unit length (n, d) and (m, d)."""
    return (2 - 2 * a @ b.T).clamp_min(LEAST_SQUARE).sqrt()


def normalized(pixels: torch.Tensor, preprocess: Preprocess) -> torch.Tensor:
    """uint8 (n, c, s, s) -> float32, as `Preprocess.normalize` does it for the finished encoder."""
    mean, std = (torch.tensor(values, device=pixels.device).reshape(1, -1, 1, 1)
                 for values in (preprocess.mean, preprocess.std))  # fmt: skip
    return (pixels.float() * preprocess.scale - mean) / std


def read_tiles(source: Tiles, training: Loc2vecTraining, report: Report) -> Images:
    """The tiles as the encoder sees them, with notes on what is odd about them."""
    preprocess = Preprocess(side=training.tile_size, channels=len(source.names()))
    return read_images(source, preprocess, report)


class _Triplets(Dataset[tuple[torch.Tensor, ...]]):
    """uint8 (3, c, s, s) each: anchor, positive and negative; with a seed turned and shifted; int64 (3, 2), x and y."""

    def __init__(self, images: Images, tiles: torch.Tensor, rows: np.ndarray, seed: tuple[int, int] | None) -> None:
        self._images, self._tiles, self._rows, self._seed = images, tiles, rows, seed

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, ...]:
        if index >= len(self):
            raise IndexError(index)
        three = [self._images[row] for row in self._rows[index]]
        if self._seed is not None:
            rng = np.random.default_rng((*self._seed, index))
            three = [triplets.changed(pixels, rng) for pixels in three]
        pixels = np.ascontiguousarray(np.stack(three).transpose(0, 3, 1, 2))
        return torch.from_numpy(pixels), self._tiles[self._rows[index]]
