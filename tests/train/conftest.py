"""Small images to train on, in memory."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.images import Picture
from imagespace_core.sources import Advance, Context, Item, Scan, counted
from imagespace_core.train import require_packages

if os.environ.get("IMAGESPACE_TRAIN_TESTS") == "required":
    require_packages()


class Silent:
    """A report that keeps what it is told."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.notes: list[str] = []
        self.advanced = 0

    @contextmanager
    def task(self, title: str, total: int | None = None) -> Iterator[Silent]:
        self.titles.append(title)
        yield self

    def advance(self, count: int) -> None:
        self.advanced += count

    def note(self, line: str) -> None:
        self.notes.append(line)


@dataclass(frozen=True)
class Drawn:
    """A source of arrays by key; `parents` says which larger image each is from."""

    pixels: dict[str, np.ndarray]
    parents: dict[str, str] = field(default_factory=dict)

    def scan(self, advance: Advance | None = None) -> Scan:
        return Scan(counted((Item(key, key, "1") for key in self.pixels), advance))

    def has(self, key: str) -> bool:
        return key in self.pixels

    def read(self, key: str, min_side: int | None = None) -> Picture:
        return Picture(self.pixels[key], *self.pixels[key].shape[1::-1])

    def preview(self, key: str, max_side: int) -> np.ndarray:
        raise NotImplementedError


class Cut(Drawn):
    """The same, of images with surroundings."""

    def context(self, key: str) -> Context:
        return Context(self.parents[key], 1, 1, ())

    def region(self, *_: Any) -> np.ndarray:
        raise NotImplementedError

    def outlines(self, parent: str) -> dict:
        raise NotImplementedError


def gray_patches(count: int = 24, side: int = 64) -> dict[str, np.ndarray]:
    """Waves of as many directions: something that can be learned."""
    y, x = np.mgrid[:side, :side] / side
    angles = np.linspace(0, np.pi, count, endpoint=False)
    waves = (np.sin(12 * (x * np.cos(a) + y * np.sin(a))) for a in angles)
    return {f"{i:03}": (127 + 100 * wave).astype(np.uint8)[..., None] for i, wave in enumerate(waves)}


def map_tiles(across: int = 14, down: int = 4, channels: int = 2, side: int = 32) -> dict[str, np.ndarray]:
    """Tiles by "z/x/y" that are lighter in the east."""
    rng = np.random.default_rng(0)
    return {
        f"17/{100 + x}/{200 + y}": (20 + 200 * x // across + rng.integers(0, 16, (side, side, channels))).astype(
            np.uint8
        )
        for x in range(across)
        for y in range(down)
    }


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As many in every process: how a sum is split decides its last bits."""
    if importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def report() -> Silent:
    return Silent()


@pytest.fixture
def patches(report: Silent):
    """24 gray patches as the autoencoder sees them."""
    pytest.importorskip("torch")
    from imagespace_core.train.images import read_images

    return read_images(Drawn(gray_patches()), Preprocess(side=64, channels=1), report)


@pytest.fixture
def tiles(report: Silent):
    """14 x 4 tiles of two layers as loc2vec sees them."""
    pytest.importorskip("torch")
    from imagespace_core.train.images import read_images

    return read_images(Drawn(map_tiles()), Preprocess(side=32, channels=2), report)
