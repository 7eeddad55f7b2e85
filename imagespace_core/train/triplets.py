"""Triplets of map tiles: an anchor, a positive near it, a negative far from it; and what they cost.

Source of the idea: V. Spruyt, "Loc2Vec: Learning location embeddings with triplet-loss networks", Sentiance, 2018.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from imagespace_core.errors import InputError

# How far an image is shifted at most, as a share of its side.
SHIFT = 1 / 8

DRAWS = 64


@dataclass(frozen=True)
class Sampler:
    """Draws triplets among tiles at one zoom.

    tiles: int (n, 2), x and y. Distances are Chebyshev's: the larger of those in x and in y.
    pos_radius, neg_radius: a positive is another tile at most so far from the anchor, a negative lies farther.
    """

    tiles: np.ndarray
    pos_radius: int
    neg_radius: int

    def sample(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """int64 (count, 3): rows of anchor, positive and negative.

        Raises InputError where no tile has both.
        """
        tree = self._tree()
        anchors = rng.choice(self._anchors(tree), count)
        near = tree.query_ball_point(self.tiles[anchors], self.pos_radius, p=np.inf, return_sorted=True)
        triplets = np.empty((count, 3), np.int64)
        triplets[:, 0] = anchors
        for i, (anchor, rows) in enumerate(zip(anchors, near, strict=True)):
            others = [row for row in rows if row != anchor]
            triplets[i, 1] = others[rng.integers(len(others))]
        triplets[:, 2] = self._negatives(anchors, rng)
        return triplets

    def _tree(self):
        from scipy.spatial import KDTree

        return KDTree(self.tiles)

    def _anchors(self, tree) -> np.ndarray:
        """Rows that have a positive and a negative."""
        if len(self.tiles) < 2:
            raise InputError(f"there are {len(self.tiles)} tiles; a triplet needs 3. Give more tiles")
        to_nearest = tree.query(self.tiles, k=2, p=np.inf)[0][:, 1]
        positive = to_nearest <= self.pos_radius
        if not positive.any():
            raise InputError(
                f"no tile has another within --pos-radius {self.pos_radius}; the nearest two are "
                f"{to_nearest.min():g} tiles apart. Give a larger --pos-radius"
            )
        # The farthest tile lies on a side of the area, so its corners tell the distance.
        low, high = self.tiles.min(axis=0), self.tiles.max(axis=0)
        farthest = np.maximum(self.tiles - low, high - self.tiles).max(axis=1)
        negative = farthest > self.neg_radius
        if not (positive & negative).any():
            width, height = high - low + 1
            raise InputError(
                f"no tile lies beyond --neg-radius {self.neg_radius} of another; the area is {width} x {height} tiles. "
                "Give a smaller --neg-radius, or more tiles"
            )
        return np.flatnonzero(positive & negative)

    def _negatives(self, anchors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        found = np.full(len(anchors), -1)
        for _ in range(DRAWS):
            open_ = np.flatnonzero(found < 0)
            drawn = rng.integers(len(self.tiles), size=len(open_))
            far = distance(self.tiles[anchors[open_]], self.tiles[drawn]) > self.neg_radius
            found[open_[far]] = drawn[far]
        for i in np.flatnonzero(found < 0):  # nearly everything is near: look at all
            found[i] = rng.choice(np.flatnonzero(distance(self.tiles[anchors[i]], self.tiles) > self.neg_radius))
        return found


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Chebyshev distance of tile numbers (..., 2), in tiles."""
    return np.abs(a - b).max(axis=-1)


def split(tiles: np.ndarray, share: float, side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on and rows held out: `share` of the blocks of `side` x `side` tiles, drawn at random.

    tiles: int (n, 2), x and y. Blocks, since single tiles would lie among their own neighbors; from all over the area,
    since what a strip at its edge shows may be nowhere else.
    """
    blocks, of = np.unique(tiles // side, axis=0, return_inverse=True)
    held = np.isin(of, rng.permutation(len(blocks))[: math.ceil(len(blocks) * share)])
    return np.flatnonzero(~held), np.flatnonzero(held)


def changed(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 (s, s, c), randomly turned by quarters and shifted by up to an eighth; what comes in is mirrored."""
    reach = round(pixels.shape[0] * SHIFT)
    down, right = rng.integers(2 * reach + 1, size=2)
    side = pixels.shape[0]
    wide = np.pad(pixels, ((reach, reach), (reach, reach), (0, 0)), mode="reflect")
    return np.rot90(wide[down : down + side, right : right + side], int(rng.integers(4)))


def softpn_loss(positive: torch.Tensor, negative: torch.Tensor, swapped: torch.Tensor) -> torch.Tensor:
    """SoftPN: the positive distance's share in a softmax with the smaller negative distance, squared, mean.

    positive: distances (n,) of anchor and positive; negative: of anchor and negative; swapped: of positive and
    negative. Source: V. Balntas et al., "PN-Net: Conjoined triple deep network for learning local image descriptors",
    2016, equation 4: e+ squared plus (e- - 1) squared, where e+ and e- are that softmax, so both terms are alike.
    """
    share = torch.sigmoid(positive - torch.minimum(negative, swapped))
    return 2 * (share**2).mean()


def triplet_loss(positive: torch.Tensor, negative: torch.Tensor, margin: float) -> torch.Tensor:
    """max(0, d(a, p)^2 - d(a, n)^2 + margin), mean.

    Source: F. Schroff et al., "FaceNet: A unified embedding for face recognition and clustering", 2015, equation 2.
    """
    return functional.relu(positive**2 - negative**2 + margin).mean()


def active_share(positive: torch.Tensor, negative: torch.Tensor, margin: float) -> torch.Tensor:
    """Share of triplets whose squared distances do not yet keep the margin."""
    return (positive**2 - negative**2 + margin > 0).float().mean()


def triplet_accuracy(vectors: np.ndarray, triplets: np.ndarray) -> float:
    """Share of triplets whose positive is nearer to the anchor than the negative is.

    vectors: float32 (n, d). triplets: rows, int (m, 3) of anchor, positive, negative.
    """
    anchor, positive, negative = (vectors[triplets[:, i]] for i in range(3))
    near = np.linalg.norm(anchor - positive, axis=1)
    return float((near < np.linalg.norm(anchor - negative, axis=1)).mean())
