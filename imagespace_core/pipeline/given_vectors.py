"""Vectors, coordinates and neighbors that a file brings: steps in the place of a model's, and maps of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from imagespace_core.pipeline.steps import Record, Report, Step
from imagespace_core.pipeline.vector_steps import Ready
from imagespace_core.sources import Scan
from imagespace_core.sources.tables.joining import Match
from imagespace_core.sources.vectors.given import Given, ids_file, read_vectors
from imagespace_core.sources.vectors.source import VectorTable
from imagespace_core.workspace import Draft, names
from imagespace_core.workspace.tables import read_table

FAR = 3.0
"""How far above the map's middle it is looked at from, in its radii, where positions stand for vectors: at its edge
distances are a tenth too short. From farther away they would be more even, and lose digits in 32 bits."""
COORDINATES = "coordinates"
EXAMPLES = 3
_DIGEST = "brought"
"""The parameter that the file's digest is, on disk and in keys; another word would make every such workspace anew."""


@dataclass(frozen=True)
class GivenVectors:
    """What `given` brings for items. row_of: its row for each item's key. pictured: whether there are images."""

    given: Given
    row_of: Mapping[str, int]
    pictured: bool

    @property
    def embeds(self) -> bool:
        """Whether it stands for a model: by its vectors, or, with nothing to show a model, by its positions."""
        return self.given.vectors is not None or not self.pictured

    @property
    def alone(self) -> bool:
        return self.embeds and self.given.vectors is None

    @property
    def name(self) -> str:
        """Of the vectors, as a file name."""
        if self.alone:
            return COORDINATES
        return re.sub(r"[^A-Za-z0-9._-]+", "-", self.given.file.stem).strip("-.") or names.GIVEN

    def embed_step(self) -> Step:
        def run(draft: Draft, report: Report) -> Record:
            part = self._rows(draft)
            staged = draft.stage(names.vectors(self.name))
            if part.vectors is None:
                np.save(staged, vectors := lifted(*part.positions.values()))
            else:
                vectors = part.vectors
                vectors.save(staged)
            file = str(self.given.file.resolve())
            return {"model": None, "model_dir": None, "brought": file, "alone": self.alone, "size": vectors.shape[1]}

        return Step("embed", run, [names.vectors(self.name)], {_DIGEST: self._digest}, ["images"])

    def notes(self) -> list[str]:
        """What of the file is not used."""
        if self.given.neighbors is None or self.alone:
            return []
        return [f"{self.given.file.name}: its neighbors are not used; they are found anew from the vectors"]

    def ready(self) -> Ready:
        neighbors = self._neighbors_step() if self.alone and self.given.neighbors is not None else None
        return Ready(neighbors, {dims: self._map_step(dims) for dims in self.given.positions}, self.alone)

    def _neighbors_step(self) -> Step:
        file = names.neighbors(self.name)

        def run(draft: Draft, report: Report) -> Record:
            near = self._rows(draft).neighbors
            assert near is not None
            np.savez(draft.stage(file), rows=near[0], distances=near[1])
            return {"neighbors": near[0].shape[1]}

        return Step("neighbors", run, [file], {_DIGEST: self._digest}, ["images"])

    def _map_step(self, dims: int) -> Step:
        file = names.projection(names.GIVEN, dims)

        def run(draft: Draft, report: Report) -> Record:
            np.save(draft.stage(file), self._rows(draft).positions[dims])
            return {"projection": names.GIVEN, "dims": dims}

        return Step(f"{names.GIVEN}-{dims}d", run, [file], {_DIGEST: self._digest}, ["images"])

    def _rows(self, draft: Draft) -> Given:
        """In the order of the workspace."""
        ids = read_table(draft.path(names.IMAGES), ["id"])["id"]
        return self.given.take([self.row_of[key] for key in ids])

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256()
        for file in (self.given.file, ids_file(self.given.file)):
            if file.is_file():
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()


def of_table(source: VectorTable, scan: Scan) -> GivenVectors:
    """What the table itself brings for its items."""
    row_of = {key: row for row, key in enumerate(source.given.ids)}
    return GivenVectors(source.given, row_of, any(item.pictured for item in scan.items))


def match_given(file: Path, scan: Scan, report: Report, limit: int | None = None) -> tuple[GivenVectors, Scan]:
    """What `file` brings for the items of a scan, and the scan without the items that it has nothing for.

    The file's other columns become columns of the items. limit: the most items that the scan was to find; rows for
    those beyond it are no fault. Raises InputError where nothing in it belongs to an item.
    """
    given = read_vectors(file)
    limited = limit is not None and len(scan.items) >= limit
    found = given.match([item.path for item in scan.items], limited)
    for line in [*given.lines(), *_account(given, found, limited)]:
        report.note(line)
    columns, taken = given.records(), {name for item in scan.items for name in item.columns}
    row_of: dict[str, int] = {}
    items, without, refused = [], [], dict(given.left_out)
    for item, row in zip(scan.items, found.rows.tolist(), strict=True):
        if row < 0:
            reason = refused.get(item.path)
            without.append((item.path, f"{file.name}: {reason}" if reason else f"{file.name} has no row for it"))
            continue
        row_of[item.key] = row
        more = {f"{name}_given" if name in taken else name: value for name, value in columns[row].items()}
        items.append(replace(item, columns={**item.columns, **more}))
    named = {path for path, _ in without}
    others = [(f"{file.name}: {name}", reason) for name, reason in given.left_out if name not in named]
    skipped = [*scan.skipped, *without, *others]
    return GivenVectors(given, row_of, True), replace(scan, items=items, skipped=skipped)


def lifted(positions: np.ndarray) -> np.ndarray:
    """float32 (n, d) -> (n, d + 1), rows of unit length: the directions in which a map's points are seen from above, so
    that who is near on the map is near by angle."""
    centered = positions.astype(np.float64) - positions.mean(0, dtype=np.float64)
    radius = float(np.linalg.norm(centered, axis=1).max(initial=0))
    seen = np.hstack([centered / (radius or 1.0), np.full((len(positions), 1), FAR)])
    return (seen / np.linalg.norm(seen, axis=1, keepdims=True)).astype(np.float32)


def _account(given: Given, found: Match, limited: bool) -> list[str]:
    """Which images have a row and how they were matched, and which rows have no image."""
    name, ways, counts = given.file.name, found.ways(), found.counts()
    matched, images = int((found.rows >= 0).sum()), len(found.rows)
    lines = [f"{name}: rows for {matched:,} of {images:,} images" + (f" ({ways})" if ways else "")]
    lines += [found.note] if found.note else []
    if limited and (count := counts["unmatched"]):
        lines.append(f"{name}: {count:,} rows are of images that --limit leaves out, or of none")
    for kind, what in (
        *(() if limited else (("unmatched", "match no image"),)),
        ("ambiguous", "fit several images, or one together with others,"),
        ("duplicates", "repeat one"),
    ):
        if count := counts[kind]:
            examples = ", ".join(found.examples(kind, EXAMPLES))
            lines.append(f"{name}: {count:,} rows {what} and are not used, e.g. {examples}")
    return lines
