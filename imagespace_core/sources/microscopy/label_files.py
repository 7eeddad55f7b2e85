"""Which files hold the labels of which slices: one for all structures, or a folder of masks for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from imagespace_core.sources.microscopy.pages import Page
from imagespace_core.sources.microscopy.pairing import counted, paired
from imagespace_core.sources.microscopy.stacks import Stack, read_stacks
from imagespace_core.sources.natural_order import natural_key


@dataclass(frozen=True)
class LabelFiles:
    """The labels of a dataset.

    pages: by the folder of masks, "" alone where labels hold all structures: the label of a slice, by the name of the
    slice's file and its number in it. skipped: (path, reason). unpaired: sentences on labels of which none belongs to a
    slice. notes: what else people should know.
    """

    pages: dict[str, dict[tuple[str, int], Page]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    unpaired: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def labels_of(
    stacks: Mapping[str, Stack], files: Mapping[str, Path], raw: str, labels: str, max_pixels: int
) -> LabelFiles:
    """The labels among `files` that belong to slices of `stacks`. raw, labels: the folders, as people see them."""
    found = LabelFiles()
    for layer in _layers(stacks, files):
        shown, below = (f"{labels}{layer}/", f"{layer}/") if layer else (labels, "")
        own = {name.removeprefix(below): file for name, file in files.items() if name.startswith(below)}
        pairing = paired(list(stacks), list(own))
        partners = {label: name for name, label in pairing.labels.items()}
        found.pages[layer] = {}
        if pairing.how:
            label, name = next(iter(partners.items()))
            found.notes.append(
                f"labels belong to slices by {pairing.how}, because no names are the same: {shown}{label} to "
                f"{raw}{name}; {len(partners):,} in all"
            )
        if not partners and (pages := _one_by_one(stacks, own, shown, max_pixels)):
            found.pages[layer] = pages
            found.notes.append(
                f"labels belong to slices one by one, {len(pages):,} of each, from {shown}{next(iter(own))} and "
                f"{raw}{next(iter(stacks))} on, because one is a stack and the others are counted"
            )
            continue
        if own and stacks and not partners:
            found.unpaired.append(_nothing_pairs(shown, list(own), raw, next(iter(stacks))))
        for label in own:
            if label not in partners:
                wanted = f"its slice would be {raw}{label}, which is not there; rename one of the two"
                found.skipped.append((f"{shown}{label}", f"label without a slice: {wanted}"))
        used = {label: file for label, file in own.items() if label in partners}
        for label, stack in read_stacks(used, shown, max_pixels, found.skipped, "label left out: ").items():
            name = partners[label]
            found.pages[layer] |= _of_stack(stack, f"{shown}{label}", name, len(stacks[name].frames), found.skipped)
    return found


def _layers(raw: Iterable[str], labels: Iterable[str]) -> tuple[str, ...]:
    """The folders of masks: those right below `labels` where every label lies in one, and no slice in one so called."""
    tops, own = ({path.partition("/")[0] if "/" in path else "" for path in paths} for paths in (labels, raw))
    return ("",) if not tops or "" in tops or tops & own else tuple(sorted(tops, key=natural_key))


def _one_by_one(
    stacks: Mapping[str, Stack], files: Mapping[str, Path], shown: str, max_pixels: int
) -> dict[tuple[str, int], Page]:
    """Of one stack and as many counted files as it has slices, whichever of them are the labels; else empty."""
    slices = [(name, number) for name, stack in stacks.items() for number in range(len(stack.frames))]
    many = list(files if len(files) > 1 else stacks)
    if min(len(stacks), len(files)) != 1 or not counted(many):
        return {}
    labels = [frame.channels for stack in read_stacks(files, shown, max_pixels, []).values() for frame in stack.frames]
    if len(labels) != len(slices) or any(len(channels) > 1 for channels in labels):
        return {}
    return {slice_: channels[0].page for slice_, channels in zip(slices, labels, strict=True)}


def _nothing_pairs(shown: str, labels: list[str], raw: str, name: str) -> str:
    many = f"not one of the {len(labels):,} labels belongs" if len(labels) > 1 else "the label does not belong"
    return (
        f"{many} to a slice, so that nothing is known of what {shown} marks: found {shown}{labels[0]}, expected the "
        f"name of a slice, like {raw}{name}, or numbers that count the same. Rename one of the two"
    )


def _of_stack(
    stack: Stack, shown: str, name: str, wanted: int, skipped: list[tuple[str, str]]
) -> dict[tuple[str, int], Page]:
    """Label after label for slice after slice. wanted: how many slices there are."""
    if len(stack.frames) != wanted:
        which = f"it has {len(stack.frames)} pages and its slices {wanted}; those without a partner have no label"
        skipped.append((shown, which))
    found: dict[tuple[str, int], Page] = {}
    for number, frame in enumerate(stack.frames[:wanted]):
        channel, *others = frame.channels
        if others:
            reason = f"label left out: it has {1 + len(others)} channels; expected one number a pixel"
            skipped.append((f"{shown}{frame.suffix}", reason))
        else:
            found[name, number] = channel.page
    return found
