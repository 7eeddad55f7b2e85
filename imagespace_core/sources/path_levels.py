"""Folders are labels: the levels of a path as columns, where they tell images apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MOST_LEVELS = 10
"""Levels below the root that become columns; what lies deeper is where programs keep files."""


def path_levels(paths: Sequence[str]) -> list[Mapping[str, str]]:
    """The columns of each path ("/" between the parts), in their order; images of one folder share one mapping.

    folder: the folder that the image lies in. folder_1, folder_2, ...: the folders on the way to it, counted from the
    outermost. An image that does not lie so deep has no value. A level is left out where it is the same for all images,
    where it differs for each of them, and where it says the same as `folder` does.

    >>> path_levels(["train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png", "test/dog/2.png"])[0]
    {'folder_1': 'train', 'folder': 'cat'}
    """
    folders = [path.rpartition("/")[0] for path in paths]
    counts: dict[str, int] = {}
    for folder in folders:
        counts[folder] = counts.get(folder, 0) + 1
    parts = {folder: folder.split("/") if folder else [] for folder in counts}
    names = [f"folder_{level}" for level in range(1, min(MOST_LEVELS, max(map(len, parts.values()), default=0)) + 1)]
    levels = {name: {f: p[level] for f, p in parts.items() if level < len(p)} for level, name in enumerate(names)}
    innermost = {folder: part[-1] for folder, part in parts.items() if part}
    levels = {name: level for name, level in levels.items() if level != innermost} | {"folder": innermost}
    kept = {name: level for name, level in levels.items() if _groups(level, counts)}
    made = {folder: {n: level[folder] for n, level in kept.items() if folder in level} for folder in counts}
    return [made[folder] for folder in folders]


def _groups(level: Mapping[str, str], counts: Mapping[str, int]) -> bool:
    """Whether there are groups: more than one value, and fewer than images. No value is one, too."""
    values = {level.get(folder) for folder in counts}
    return 1 < len(values) < sum(counts.values())
