"""Square patches of microscopy slices, with what their labels say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images import Picture
from imagespace_core.images.decode import Decode
from imagespace_core.images.fitted import fitted
from imagespace_core.sources import Advance, Context, Item, Ring, Scan, counted, option
from imagespace_core.sources.microscopy.patches import (
    Box,
    as_rgb,
    cut,
    cut_window,
    parse_patch_key,
    patch_key,
    square,
    starts,
)
from imagespace_core.sources.microscopy.slice_access import Slices
from imagespace_core.sources.microscopy.slice_folders import Dataset, Slice, recognizes
from imagespace_core.sources.microscopy.structures import (
    Structure,
    check_values,
    choose_structures,
    column_names,
    named_structures,
    of_layers,
    shares,
)

__all__ = ["Microscopy", "recognizes"]

OVERLAY = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (213, 94, 0), (204, 121, 167))
"""Of structures drawn over a slice. M. Okabe and K. Ito, "Color universal design", 2008."""


@dataclass(frozen=True)
class Microscopy:
    """Patches of the slices in `raw` folders: in `root` itself, right below it, or below its `images`.

    Files are PNG, TIFF or any other image that can be decoded, gray or RGB. Of a TIFF every depth and time is a slice,
    and its channels are seen together, or as `channel` chooses; without such axes every page is a slice. 8 bits are
    taken as they are; of more, the dataset's `percentiles` become black and white, the same for all its slices.
    Labels lie in `labels` beside `raw`, under the same names, see `pairing`, or there in folders of masks, one a
    structure; a slice without one gets patches all the same.

    patch_size: sides of the patches in px of the slice, one or several. stride: px from one patch to the next, 0 for
    half their side. The last patches of a row and of a column lie flush with the slice's edge, so that every pixel is
    in a patch. encoder_size: side of what `read` gives, in px; a smaller patch stays as it is, and 0 means as cut.
    channel: names of channels, or their numbers from 1; several are blended, "" means all.
    structures: label values and their names, see `parse_structures`; "" chooses: of two values the rarer, else each.
    min_overlap: share of a patch that a structure must cover for the patch to count as positive.

    Keys are `<slice>@<left>,<top>,<side>`. Columns: slice, z (number of the slice among those of its dataset and time,
    from 0), t (the time, from 0) where there are several, x, y (px of the patch's center), patch_size where there are
    several, dataset where there are several; for every structure its overlap (0 to 1) and whether that is enough, both
    missing where there is no label; and where there is more than one structure, label: the names of those that are
    enough, or none.
    """

    root: Path
    decode: Decode = field(default_factory=Decode)
    limit: int | None = None
    patch_size: tuple[int, ...] = option((80,), "Sides of the patches in pixels, one or several: 80,120.")
    stride: int = option(0, "Pixels from one patch to the next; 0 is half their side.")
    encoder_size: int = option(64, "Side in pixels at which models see a patch; 0 is as cut.")
    channel: str = option("", "Channels to see, by number from 1 or by name; several are blended.  [default: all]")
    structures: str = option(
        "", "Label values and their names: 0=membrane,255=cell, nonzero=cell, ff0000=axon, or membrane=0,32,64 of "
        "several values.  [default: the rarer of two, else all]",
    )  # fmt: skip
    min_overlap: float = option(0.5, "Share of a patch that a structure covers for the patch to count as positive.")
    percentiles: tuple[float, float] = option((0.1, 99.9), "Of more than 8 bits: what becomes black and white.")

    def __post_init__(self) -> None:
        """Takes lists for tuples, as JSON has them, and one number for one size. Raises InputError."""
        given: Any = self.patch_size
        sizes = (given,) if isinstance(given, int) else tuple(given)
        object.__setattr__(self, "patch_size", tuple(dict.fromkeys(sizes)))
        object.__setattr__(self, "percentiles", tuple(self.percentiles))
        if not sizes or min(sizes) < 4:
            raise InputError(f"--patch-size {sizes}: expected one or more sizes of at least 4 px")
        if self.stride < 0 or self.encoder_size < 0:
            raise InputError(f"stride {self.stride} and encoder size {self.encoder_size} must not be below 0")
        if not 0 < self.min_overlap <= 1:
            raise InputError(f"--min-overlap {self.min_overlap}: expected a share above 0 and up to 1")
        if len(self.percentiles) != 2 or not 0 <= self.percentiles[0] < self.percentiles[1] <= 100:
            raise InputError(f"--percentiles {self.percentiles}: expected two, rising, from 0 to 100")

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every patch once: slice by slice, sizes in the order given, from top left along the rows.

        Skipped: slices without patches, and labels that cannot be used. Left out: files in `raw` and `labels` that are
        no images. Notes: what the labels are taken to mark, where nobody said.
        Raises InputError where there are no patches, or labels and none of them fits.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} patches leaves none; give 1 or more")
        datasets = self._slices.datasets
        chosen, bad_labels = self._chosen
        skipped = [*(pair for dataset in datasets for pair in dataset.skipped), *bad_labels]
        found = (
            item
            for dataset in datasets
            for z, slice_ in _counted_by_time(dataset.slices)
            for item in self._slice_items(dataset, z, slice_, chosen, skipped)
        )
        items = counted(islice(found, self.limit), advance)
        if not items:
            raise InputError(self._why_empty(skipped))
        others: Counter[str] = sum((dataset.left_out for dataset in datasets), Counter())
        unpaired = [line for dataset in datasets for line in dataset.unpaired]
        notes = [line for dataset in datasets for line in dataset.notes]
        return Scan(items, skipped, dict(others.most_common()), [*unpaired, *notes, *self._guessed(chosen)])

    def _guessed(self, chosen: Sequence[Structure]) -> list[str]:
        if self.structures or not chosen:
            return []
        if chosen[0].layer:
            names = ", ".join(structure.layer for structure in chosen)
            return [f"labels: each folder of masks is a structure, {names}, marked where a mask is not 0"]
        what = "color" if self._slices.colored else "value"
        values = ", ".join(structure.name or str(structure.values[0]) for structure in chosen)
        if len(chosen) > 1:
            return [f"labels: each {what} is a structure, {values}; name some of them by --structures"]
        return [f"labels: the {what} {values} is taken for the structure; name others by --structures"]

    def has(self, key: str) -> bool:
        """Whether the file of its slice is there."""
        return self._slices.slice(key.rpartition("@")[0]).file.exists()

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """uint8 (side, side, 1), or 3 where the slice has colors; side is `encoder_size`, or less for less, whatever
        `min_side`.

        Raises UnreadableImageError.
        """
        slice_, box = self._parse(key)
        patch = cut(self._slices.pixels(slice_), box)
        side = box[2]
        wanted = min(self.encoder_size or side, side)
        if wanted < side:
            planes = [Image.fromarray(plane).resize((wanted, wanted), Image.Resampling.BICUBIC)
                      for plane in np.moveaxis(patch, 2, 0)]  # fmt: skip
            patch = np.stack([np.asarray(plane) for plane in planes], axis=2)
        return Picture(np.ascontiguousarray(patch), side, side)

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3) of the patch as cut, its longer side at most `max_side` px; never enlarged."""
        slice_, box = self._parse(key)
        return as_rgb(cut(self._slices.pixels(slice_), box), max_side)

    def mask(self, key: str) -> np.ndarray | None:
        """The label's values in the patch, integers (side, side), see `Slices.values`; None where no label fits.

        Raises UnreadableImageError for a key of no patch.
        """
        slice_, box = self._parse(key)
        label = self._slices.values(slice_)
        return None if label is None else cut(label, box)

    def context(self, key: str) -> Context:
        """The patch's slice and the patch's place in it. Raises UnreadableImageError."""
        slice_, (left, top, side) = self._parse(key)
        height, width = self._slices.pixels(slice_).shape[:2]
        return Context(slice_.name, width, height, (square(left, top, side),))

    def region(self, parent: str, window: tuple[float, float, float, float] | None, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3) of a slice: the window (left, top, right, bottom in px), or all of it.

        The longer side is at most `max_side` px; never enlarged. Raises UnreadableImageError.
        """
        return as_rgb(cut_window(self._slices.pixels(self._slices.slice(parent)), window), max_side)

    def overlay(self, parent: str, window: tuple[float, float, float, float] | None, max_side: int) -> np.ndarray:
        """uint8 RGBA (h, w, 4): the structures of the slice's label, each in its color; transparent elsewhere."""
        slice_ = self._slices.slice(parent)
        rgba = np.zeros((*cut_window(self._slices.pixels(slice_), window).shape[:2], 4), np.uint8)
        for structure, color in zip(self.chosen_structures(), self.colors().values(), strict=True):
            if (label := self._slices.label(slice_, structure.layer)) is not None:
                rgba[structure.marked(cut_window(label, window))] = (*color, 255)
        return fitted(rgba, max_side)

    def colors(self) -> dict[str, tuple[int, int, int]]:
        """The color of each structure in `overlay`, by its name."""
        chosen = self.chosen_structures()
        names = [column_names(structure, len(chosen))[1] for structure in chosen]
        return {name: OVERLAY[number % len(OVERLAY)] for number, name in enumerate(names)}

    def marked(self, parent: str) -> dict[str, np.ndarray]:
        """bool (h, w) of a slice by the column that judges the structure: where it is. Empty without a label."""
        slice_, chosen = self._slices.slice(parent), self.chosen_structures()
        found = {column_names(one, len(chosen))[1]: self._slices.marked(slice_, one) for one in chosen}
        return {name: marked for name, marked in found.items() if marked is not None}

    def outlines(self, parent: str) -> dict[str, tuple[Ring, ...]]:
        """The outline of every patch of a slice, by key."""
        height, width = self._slices.pixels(self._slices.slice(parent)).shape[:2]
        return {patch_key(parent, box): (square(*box),) for box in self._boxes(width, height)}

    def parents(self) -> list[str]:
        """The names of all slices, in order."""
        return list(self._slices.by_name)

    def chosen_structures(self) -> tuple[Structure, ...]:
        """What the labels mark; empty where there are none. May take a look at all of them."""
        return self._chosen[0]

    @cached_property
    def _slices(self) -> Slices:
        channels = tuple(filter(None, (name.strip() for name in self.channel.split(","))))
        return Slices(self.root, self.decode.max_pixels, self.percentiles, channels)

    @cached_property
    def _chosen(self) -> tuple[tuple[Structure, ...], list[tuple[str, str]]]:
        """The structures, and (slice, reason) of labels that cannot be used. One look at every label."""
        counts: Counter[int] = Counter()
        bad: list[tuple[str, str]] = []
        labeled = [(slice_, layer) for slice_, _ in self._slices.by_name.values() for layer in slice_.labels]
        for slice_, layer in labeled:
            try:
                values, pixels = np.unique(self._slices.checked_label(slice_, layer), return_counts=True)
            except UnreadableImageError as error:
                bad.append((slice_.name, str(error)))
                continue
            counts.update(dict(zip(values.tolist(), pixels.tolist(), strict=True)))
        if labeled and not counts:
            raise InputError(f"none of the {len(labeled)} labels can be used; the first, of {bad[0][0]}: {bad[0][1]}")
        if not counts:
            return (), bad
        layers, colored = self._slices.layers, self._slices.colored
        if structures := named_structures(self.structures, colored, layers):
            check_values(structures, counts, colored)
            return structures, bad
        return (choose_structures(counts, colored) if layers == ("",) else of_layers(layers)), bad

    def _slice_items(
        self, dataset: Dataset, z: int, slice_: Slice, chosen: Sequence[Structure], skipped: list[tuple[str, str]]
    ) -> Iterator[Item]:
        try:
            height, width = self._slices.pixels(slice_).shape[:2]
            stamp = self._stamp(slice_)
        except UnreadableImageError as error:
            skipped.append((slice_.name, str(error)))
            return
        boxes = self._boxes(width, height)
        if small := [side for side in self.patch_size if side > min(width, height)]:
            reason = f"the slice is {width} x {height} px, smaller than patches of {', '.join(map(str, small))} px"
            skipped.append((slice_.name, f"{reason}; give a smaller --patch-size"))
        marked = [self._slices.marked(slice_, structure) for structure in chosen]
        overlaps = [None if one is None else shares(one, boxes) for one in marked]
        for at, box in enumerate(boxes):
            left, top, side = box
            columns: dict[str, object] = {"slice": slice_.title, "z": z, "x": left + side // 2, "y": top + side // 2}
            if self._times > 1:
                columns["t"] = slice_.time
            if len(self.patch_size) > 1:
                columns["patch_size"] = side
            if len(self._slices.datasets) > 1:
                columns["dataset"] = dataset.name
            columns |= self._judged(chosen, [None if share is None else float(share[at]) for share in overlaps])
            key = patch_key(slice_.name, box)
            yield Item(key, key, stamp, columns)

    def _judged(self, chosen: Sequence[Structure], overlaps: Sequence[float | None]) -> dict[str, object]:
        columns: dict[str, object] = {}
        enough = []
        for structure, overlap in zip(chosen, overlaps, strict=True):
            share, verdict = column_names(structure, len(chosen))
            positive = None if overlap is None else overlap >= self.min_overlap
            columns |= {share: overlap, verdict: positive}
            if positive:
                enough.append(verdict)
        if len(chosen) > 1:
            columns["label"] = ("+".join(enough) or "none") if None not in overlaps else None
        return columns

    def _stamp(self, slice_: Slice) -> str:
        """Also of what changes pixels without changing a key; labels change columns alone."""
        stretches = self._slices.stretches[slice_.name]
        stretched = stretches[0] if len(stretches) == 1 else stretches
        chosen = f" {self.channel}" if self.channel else ""
        return f"{self._slices.stamp(slice_)} {self.encoder_size} {stretched}{chosen}"

    @cached_property
    def _times(self) -> int:
        return len({slice_.time for slice_, _ in self._slices.by_name.values()})

    def _boxes(self, width: int, height: int) -> list[Box]:
        """(left, top, side) of the patches of a slice."""
        boxes = []
        for side in self.patch_size:
            stride = self.stride or max(1, side // 2)
            across, down = (starts(length, side, stride) for length in (width, height))
            boxes += [(left, top, side) for top in down for left in across]
        return boxes

    def _parse(self, key: str) -> tuple[Slice, Box]:
        found = parse_patch_key(key)
        if not found:
            raise UnreadableImageError(f"{key!r} is no patch; expected <slice>@<left>,<top>,<side>")
        slice_ = self._slices.slice(found[0])
        box = found[1]
        height, width = self._slices.pixels(slice_).shape[:2]
        if box[2] < 1 or box[0] + box[2] > width or box[1] + box[2] > height:
            raise UnreadableImageError(f"{key!r} lies outside its slice of {width} x {height} px")
        return slice_, box

    def _why_empty(self, skipped: list[tuple[str, str]]) -> str:
        if skipped:
            path, reason = skipped[0]
            return f"{self.root} gives no patches; {len(skipped)} files were skipped, e.g. {path}: {reason}"
        return f"{self.root} gives no patches: its raw folders hold no images; put PNG or TIFF slices there"


def _counted_by_time(slices: Iterable[Slice]) -> Iterator[tuple[int, Slice]]:
    """Each slice with its number among those of its time, from 0."""
    counts: Counter[int] = Counter()
    for slice_ in slices:
        yield counts[slice_.time], slice_
        counts[slice_.time] += 1
