"""The slices below a folder by name, their pixels and their labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from imagespace_core.errors import UnreadableImageError
from imagespace_core.sources.microscopy.slice_folders import Dataset, Slice, find_datasets
from imagespace_core.sources.microscopy.slices import Stretch, kept
from imagespace_core.sources.microscopy.structures import checked_label


@dataclass(frozen=True)
class Slices:
    """What lies below `root`, looked up once. percentiles: see Stretch."""

    root: Path
    max_pixels: int
    percentiles: tuple[float, float]

    @cached_property
    def datasets(self) -> list[Dataset]:
        """Raises InputError where there is none."""
        return find_datasets(self.root, self.max_pixels)

    @cached_property
    def by_name(self) -> dict[str, tuple[Slice, Dataset]]:
        return {slice_.name: (slice_, dataset) for dataset in self.datasets for slice_ in dataset.slices}

    @cached_property
    def stretches(self) -> dict[str, Stretch | None]:
        """By the name of a slice; the same for all slices of a dataset."""
        found: dict[str, Stretch | None] = {}
        for dataset in self.datasets:
            pages = [slice_.page for slice_ in dataset.slices]
            stretch = Stretch.of(pages, self.percentiles, self.max_pixels)
            found |= dict.fromkeys((slice_.name for slice_ in dataset.slices), stretch)
        return found

    def slice(self, name: str) -> Slice:
        """Raises UnreadableImageError for a name that is none of these slices: no other file is ever opened."""
        try:
            return self.by_name[name][0]
        except KeyError:
            raise UnreadableImageError(f"{name!r} is no slice below {self.root}") from None

    def pixels(self, slice_: Slice) -> np.ndarray:
        """uint8 (h, w, 1 | 3), read-only. Raises UnreadableImageError."""
        stretch = self.stretches[slice_.name]

        def make() -> np.ndarray:
            values = slice_.page.values(self.max_pixels)
            if values.dtype != np.uint8:
                values = stretch(values) if stretch else np.zeros(values.shape, np.uint8)
            return values if values.ndim == 3 else values[..., None]

        return kept(("slice", slice_.page, slice_.page.stamp(), stretch), make)

    def checked_label(self, slice_: Slice) -> np.ndarray:
        """The label, which there must be, as integers (h, w), read-only. Raises UnreadableImageError."""
        page = slice_.label
        assert page is not None
        height, width = self.pixels(slice_).shape[:2]

        def make() -> np.ndarray:
            return checked_label(page.values(self.max_pixels), (height, width))

        return kept(("label", page, page.stamp(), height, width), make)

    def label(self, slice_: Slice) -> np.ndarray | None:
        """None where there is no label, or none that can be used: the source's scan has the reason."""
        if slice_.label is None:
            return None
        try:
            return self.checked_label(slice_)
        except UnreadableImageError:
            return None
