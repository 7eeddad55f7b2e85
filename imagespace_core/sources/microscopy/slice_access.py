"""The slices below a folder by name, their pixels and their labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources.microscopy.channels import blended
from imagespace_core.sources.microscopy.pages import Page
from imagespace_core.sources.microscopy.slice_folders import Dataset, Slice, find_datasets
from imagespace_core.sources.microscopy.slices import Stretch, kept
from imagespace_core.sources.microscopy.structures import Structure, checked_label


@dataclass(frozen=True)
class Slices:
    """What lies below `root`, looked up once. percentiles: see Stretch. channels: names or numbers; none for all."""

    root: Path
    max_pixels: int
    percentiles: tuple[float, float]
    channels: tuple[str, ...] = ()

    @cached_property
    def datasets(self) -> list[Dataset]:
        """Raises InputError where there is none, or where some have folders of masks and others do not."""
        found = find_datasets(self.root, self.max_pixels, self.channels)
        labeled = [dataset for dataset in found if any(slice_.labels for slice_ in dataset.slices)]
        flat = [dataset for dataset in labeled if dataset.layers == ("",)]
        if 0 < len(flat) < len(labeled):
            other = next(dataset for dataset in labeled if dataset not in flat)
            raise InputError(
                f"the labels of {flat[0].name} hold all structures, those of {other.name} are folders of masks; give "
                "one of them alone, or bring their labels into one form"
            )
        return found

    @cached_property
    def by_name(self) -> dict[str, tuple[Slice, Dataset]]:
        return {slice_.name: (slice_, dataset) for dataset in self.datasets for slice_ in dataset.slices}

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The folders of masks of all datasets, "" alone where labels hold all structures."""
        labels = [slice_.labels for slice_, _ in self.by_name.values()]
        return tuple(dict.fromkeys(layer for each in labels for layer in each)) or ("",)

    @cached_property
    def colored(self) -> bool:
        """Whether any label has colors, so that in all of them colors are what counts."""
        pages = [page for slice_, _ in self.by_name.values() for page in slice_.labels.values()]
        return any(page.colored and self._has_colors(page) for page in pages)

    def _has_colors(self, page: Page) -> bool:
        try:
            return page.values(self.max_pixels).ndim == 3
        except UnreadableImageError:
            return False

    @cached_property
    def stretches(self) -> dict[str, tuple[Stretch | None, ...]]:
        """By the name of a slice, of each channel; the same for all slices of a dataset."""
        found: dict[str, tuple[Stretch | None, ...]] = {}
        for dataset in self.datasets:
            most = max((len(slice_.channels) for slice_ in dataset.slices), default=0)
            channels = [[slice_.channels[n].page for slice_ in dataset.slices if n < len(slice_.channels)]
                        for n in range(most)]  # fmt: skip
            stretches = tuple(Stretch.of(pages, self.percentiles, self.max_pixels) for pages in channels)
            found |= {slice_.name: stretches[: len(slice_.channels)] for slice_ in dataset.slices}
        return found

    def slice(self, name: str) -> Slice:
        """Raises UnreadableImageError for a name that is none of these slices: no other file is ever opened."""
        try:
            return self.by_name[name][0]
        except KeyError:
            raise UnreadableImageError(f"{name!r} is no slice below {self.root}") from None

    def stamp(self, slice_: Slice) -> str:
        """Changes when a file of the slice does. Raises VanishedError where one is gone."""
        pages = {channel.page.file: channel.page for channel in slice_.channels}
        return " ".join(page.stamp() for page in pages.values())

    def pixels(self, slice_: Slice) -> np.ndarray:
        """uint8 (h, w, 1 | 3), read-only. Raises UnreadableImageError."""
        stretches, channels = self.stretches[slice_.name], slice_.channels

        def make() -> np.ndarray:
            planes = [self._plane(channel.page, stretch) for channel, stretch in zip(channels, stretches, strict=True)]
            if len({plane.shape[:2] for plane in planes}) > 1:
                raise UnreadableImageError("its channels differ in size")
            colors = [channel.color or (255, 255, 255) for channel in channels]
            values = planes[0] if len(planes) == 1 else blended(planes, colors)
            return values if values.ndim == 3 else values[..., None]

        return kept(("slice", channels, self.stamp(slice_), stretches), make)

    def _plane(self, page: Page, stretch: Stretch | None) -> np.ndarray:
        values = page.values(self.max_pixels)
        if values.dtype == np.uint8:
            return values
        return stretch(values) if stretch else np.zeros(values.shape, np.uint8)

    def checked_label(self, slice_: Slice, layer: str) -> np.ndarray:
        """The label, which there must be, as integers (h, w), read-only. Raises UnreadableImageError."""
        page, colored = slice_.labels[layer], self.colored and not layer
        height, width = self.pixels(slice_).shape[:2]

        def make() -> np.ndarray:
            return checked_label(page.values(self.max_pixels), (height, width), colored)

        return kept(("label", page, page.stamp(), height, width, colored), make)

    def label(self, slice_: Slice, layer: str = "") -> np.ndarray | None:
        """None where there is no label, or none that can be used: the source's scan has the reason."""
        if layer not in slice_.labels:
            return None
        try:
            return self.checked_label(slice_, layer)
        except UnreadableImageError:
            return None

    def marked(self, slice_: Slice, structure: Structure) -> np.ndarray | None:
        """bool (h, w), where the structure is in the slice; None where nothing is known of it."""
        label = self.label(slice_, structure.layer)
        return None if label is None else structure.marked(label)

    def values(self, slice_: Slice) -> np.ndarray | None:
        """The label as integers (h, w); of folders of masks, bit i for `layers[i]`. None where there is none."""
        if self.layers == ("",):
            return self.label(slice_)
        masks = [
            (bit, mask) for bit, layer in enumerate(self.layers) if (mask := self.label(slice_, layer)) is not None
        ]
        if not masks:
            return None
        bits = np.zeros(masks[0][1].shape, np.int64)
        for bit, mask in masks:
            bits |= (mask != 0).astype(np.int64) << bit
        return bits
