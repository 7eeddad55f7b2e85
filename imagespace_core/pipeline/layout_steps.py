"""The steps that arrange images: the layouts beside the maps, and the maps in 2D without overlap."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from imagespace_core import layout, reduce
from imagespace_core.collection.material import material
from imagespace_core.layout import Arrangement, Material
from imagespace_core.layout.apart import Apart
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.steps import Record, Report, Step, parameters_of
from imagespace_core.pipeline.vector_steps import clustered_by
from imagespace_core.workspace import Draft, names
from imagespace_core.workspace.draft import write_text
from imagespace_core.workspace.tables import read_table

MAP = "map in 2D"
MADE_FROM = {
    "grid": (MAP,),
    "clusters": (MAP, "clusters"),
    "color": ("images",),
    "carousel": (MAP, "clusters"),
    "timeline": ("table",),
    "map": ("table",),
}
"""Steps that each layout is made from; MAP stands for the first of PREFERRED_MAPS."""


def plan(options: Options, maps: Sequence[str]) -> list[Step]:
    """The steps of the layouts that `options` names. maps: names of those there are in 2D."""
    default = names.preferred_map(maps)
    wanted = options.layout_names()
    steps = [_layout_step(layout.LAYOUTS[name](), name, default) for name in wanted if name != layout.APART]
    return steps + [_apart_step(options.make(Apart), name) for name in maps if layout.APART in wanted]


def _layout_step(stage: layout.Layout, name: str, default: str | None) -> Step:
    files = [names.layout(name), names.guides(name)]
    sources = MADE_FROM[name]
    inputs = [f"{default}-2d" if source == MAP else source for source in sources if source != MAP or default]

    def run(draft: Draft, report: Report) -> Record:
        found = _material(draft, default, sources)
        if reason := stage.lacks(found):
            return {"layout": name, "without": reason, "files": []}
        with report.task(f"Layout: {stage.title.lower()}") as task:
            made = stage(found, tick=task.share)
            _write(draft, files, made)
        return {"layout": name, "dims": stage.dims, **_notes(made)}

    return Step(f"layout-{name}", run, files, parameters_of(stage), inputs, ["numpy", "scipy"])


def _apart_step(stage: Apart, name: str) -> Step:
    files = [names.layout(f"{name}-apart"), names.guides(f"{name}-apart")]

    def run(draft: Draft, report: Report) -> Record:
        with report.task(f"{reduce.TITLES[name]} without overlap") as task:
            positions = np.load(draft.path(names.projection(name, 2)), allow_pickle=False)
            made = stage(positions, name, f"{reduce.TITLES[name]} without overlap", tick=task.share)
            _write(draft, files, made)
        report_of = {key: value for key, value in made.guides["apart"].items() if key != "map"}
        return {"apart": name, **report_of, **_notes(made)}

    return Step(f"apart-{name}", run, files, parameters_of(stage), [f"{name}-2d"], ["numpy", "scipy"])


def _notes(made: Arrangement) -> Record:
    return {"missing": made.guides["missing"], "notes": made.guides["notes"]}


def _write(draft: Draft, files: Sequence[str], made: Arrangement) -> None:
    positions, guides = files
    np.save(draft.stage(positions), np.ascontiguousarray(made.positions, np.float32))
    write_text(draft.stage(guides), json.dumps(made.guides, ensure_ascii=False, allow_nan=False))


def _material(draft: Draft, default: str | None, sources: Sequence[str]) -> Material:
    """What the draft has of what a layout is made from."""
    map2d = labels = table = None
    if MAP in sources and default is not None:
        map2d = np.load(draft.path(names.projection(default, 2)), allow_pickle=False)
    if "clusters" in sources and (path := draft.path(names.clusters(clustered_by(draft)))).exists():
        labels = np.load(path, allow_pickle=False)
    for source, file in (("images", names.IMAGES), ("table", names.ITEMS)):
        if source in sources:
            table = read_table(draft.path(file))
    return material(table, map2d, labels)
