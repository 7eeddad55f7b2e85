"""Positions by name: of a map (`tsne`), a layout (`grid`) or a map without overlap (`tsne-apart`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core import layout, reduce
from imagespace_core.errors import InputError
from imagespace_core.workspace import names

if TYPE_CHECKING:
    from imagespace_core.workspace import Manifest, Workspace

TITLES = {**reduce.TITLES, **layout.TITLES}
"""What people call maps and layouts, in the order that they are offered in."""


def title(name: str) -> str:
    """What people call a map or layout; a map without overlap as the map itself."""
    return TITLES.get(name.removesuffix("-apart"), name)


def dimensions(manifest: Manifest) -> dict[str, list[int]]:
    """What there are positions of, and in which dimensions: maps in build order, layouts, maps without overlap."""
    maps = {name: sorted(dims) for name, dims in manifest.projections().items()}
    layouts = {name: [dims] for name, dims in manifest.layouts().items()}
    return {**maps, **layouts, **{f"{name}-apart": [2] for name in manifest.apart()}}


def titles(manifest: Manifest) -> dict[str, str]:
    """The names of what can be shown, maps and layouts, by their titles, in the order of TITLES; unknown ones last."""
    there = [*manifest.projections(), *manifest.layouts()]
    ordered = [name for name in TITLES if name in there] + [name for name in there if name not in TITLES]
    return {title(name): name for name in ordered}


def first(workspace: Workspace) -> str:
    """What is shown first: the preferred map, else whatever there is. Raises InputError where there is nothing."""
    there = list(dimensions(workspace.manifest))
    if not there:
        raise InputError(f"{workspace.root} has no maps. Make some: precompute.py IMAGES --relayout")
    return names.preferred_map(there) or there[0]


def positions(workspace: Workspace, name: str, dims: int | None = None) -> np.ndarray:
    """float32 (n, 2 | 3), memory-mapped, NaN for rows without a place. dims: by default the fewest that there are.

    Raises InputError where there is no such map or layout, or not in these dimensions.
    """
    manifest = workspace.manifest
    there = dimensions(manifest)
    if name not in there:
        if without := manifest.layouts_without().get(name):
            raise InputError(f"{name}: there is none, because of this: {without}")
        raise InputError(f"{name}: there is no such map; choose one of {', '.join(there)}")
    if dims is not None and dims not in there[name]:
        raise InputError(f"{name} is there in {' and '.join(map(str, there[name]))} dimensions, not in {dims}")
    if name in manifest.projections():
        return workspace.positions(name, dims or there[name][0])
    return workspace.layout(name)[0]


def guides(workspace: Workspace, name: str) -> dict[str, Any]:
    """What helps people to read a layout, see `layout.arrangement`; nothing for a map."""
    return {} if name in workspace.manifest.projections() else workspace.layout(name)[1]


def by_file(manifest: Manifest) -> dict[str, tuple[str, int]]:
    """The name and dimensions of what lies in each file of positions, by its path in the workspace."""
    maps = manifest.projections()
    return {
        names.projection(name, dims) if name in maps else names.layout(name): (name, dims)
        for name, several in dimensions(manifest).items()
        for dims in several
    }
