"""The steps that need pixels: table of images, vectors, sprite atlas, previews. They share one pass over the images."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from imagespace_core.embed import Embedder
from imagespace_core.errors import InputError, ModelError
from imagespace_core.images.atlas import Atlas, sprite
from imagespace_core.images.decode import Decode
from imagespace_core.images.hilbert import hilbert_order
from imagespace_core.images.placeholder import placeholder
from imagespace_core.pipeline import image_parts
from imagespace_core.pipeline.image_parts import Product, Ragged
from imagespace_core.pipeline.image_pass import Reading
from imagespace_core.pipeline.image_table import read_table
from imagespace_core.pipeline.left_out import MOST_REFUSED, REFUSED, LeftOut, check_directions, without_direction
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.plan import Plan
from imagespace_core.pipeline.steps import Record, Report, Step, parameters_of
from imagespace_core.sources import Scan, Source
from imagespace_core.workspace import Draft, names
from imagespace_core.workspace.tables import write_table

_PRODUCTS = {"images": "table", "embed": "vectors", "atlas": "sprites", "previews": "previews"}
"""What each step needs of the pass."""


class OtherRowsError(Exception):
    """The model refuses other images than those that the table of images was made without: it has to be made anew."""


class Pixels:
    """The pixel steps of one build.

    embedder: None where vectors are given. decode: how pixels are read; its fields are parameters of the steps.
    of_model: whether the table is to be made anew if the model is another.
    plan: of the whole build, set before the first step runs, so that the one pass makes all that will be wanted of it.

    An image for which the model gives no usable vector is left out like one that cannot be read, under the stage
    "embed". The parts of the pass have it, and every step leaves it out when it puts its product together.
    """

    plan: Plan

    def __init__(
        self, source: Source, scan: Scan, embedder: Embedder | None, model: Record, options: Options, draft: Draft,
        of_model: bool = False,
    ) -> None:  # fmt: skip
        self.source, self.scan, self.embedder, self.model, self.options = source, scan, embedder, model, options
        self.draft = draft
        self.decode = _decode(embedder, options)
        self.atlas = Atlas(cell=options.thumb_size, page=options.atlas_size, quality=options.quality)
        self._parts = image_parts.part_count(scan.items)
        self._read: set[str] = set()
        self._of_model = of_model or self._refused_by_another()

    def _refused_by_another(self) -> bool:
        """Whether which images there are once depended on another model than this one, and so does it from then on."""
        parameters = (self.draft.record("images") or {}).get("parameters", {})
        left_out = self._left_out()
        return (bool(left_out.refused) and left_out.refused_by != self._fingerprint) or "model" in parameters

    def _left_out(self) -> LeftOut:
        return LeftOut.of(self.draft.record("images"))

    @property
    def _fingerprint(self) -> str | None:
        return self.embedder.fingerprint if self.embedder else None

    def reading_steps(self) -> list[Step]:
        """Images and vectors; first in a build."""
        read = {"digest": self.scan.digest, **parameters_of(self.decode)}
        if self._of_model:
            read["model"] = self._fingerprint
        images = Step("images", self._images, [names.IMAGES, names.FAILURES], read, packages=["pillow"])
        if self.embedder is None:
            return [images]
        embed = Step(
            "embed", self._vectors, [names.vectors(self.embedder.name)], {"fingerprint": self.embedder.fingerprint},
            inputs=["images"], packages=["onnxruntime"],
        )  # fmt: skip
        return [images, embed]

    def sprite_steps(self) -> list[Step]:
        """Atlas and previews; after the maps, since sprites are ordered along one.

        The map is not an input: it decides the order of the sprites, never what they show, and a new map is no reason
        to decode every image again.
        """
        sprites = parameters_of(self.atlas)
        steps = [Step("atlas", self._sprites, [names.ATLAS, names.ATLAS_PAGES], sprites, ["images"], ["pillow"])]
        if self.options.previews:
            parameters = {"side": self.options.previews, "quality": self.options.quality}
            steps.append(Step("previews", self._previews, [names.PREVIEWS], parameters, ["images"], ["pillow"]))
        return steps

    def _product(self, name: str) -> Product:
        made_by = {
            "table": [],
            "vectors": [self._fingerprint],
            "sprites": [self.atlas.cell],
            "previews": [self.options.previews, self.options.quality],
        }[name]
        text = json.dumps([image_parts.PART, self.scan.digest, parameters_of(self.decode), made_by])
        key = hashlib.sha256(text.encode()).hexdigest()[:16]
        return Product(name, self.draft.scratch("parts") / f"{name}-{key}")

    def _ensure(self, name: str, report: Report) -> Record:
        """Make the parts of `name`, and in the same pass those of everything else that is stale."""
        if name in self._read:
            return {}
        redone = [_PRODUCTS[step] for step in self.plan.names("redo") if step in _PRODUCTS]
        if self.embedder is None and "vectors" in redone:
            redone.remove("vectors")  # a file gives them
        wanted = [name, *(other for other in redone if other not in {name, *self._read})]
        failed = frozenset() if "table" in wanted else frozenset(self._left_out().failed)
        pass_over = Reading(
            self.source,
            self.scan.items,
            [self._product(product) for product in wanted],
            self.decode.min_side or 0,
            self.embedder if "vectors" in wanted else None,
            self.atlas.cell,
            self.options.previews,
            self.options.quality,
            self.options.threads(),
            failed,
        )
        title = "Reading and embedding images" if "vectors" in wanted else "Reading images"
        with report.task(title, len(self.scan.items)) as task:
            spent = pass_over.run(task.advance)
        self._read |= set(wanted)
        if spent.blended and self.embedder:
            report.note(
                f"{self.embedder.name} takes {self.embedder.channels} channels, so it saw {spent.blended:,} images as "
                "people do, with their layers as one picture. A model of as many channels as layers sees each of them"
            )
        counts = {"images_read": spent.images, "blended": spent.blended}
        seconds = {f"{key}_seconds": round(value, 3) for key, value in asdict(spent).items() if key != "images"}
        del seconds["blended_seconds"]
        return {**seconds, **counts}

    def _images(self, draft: Draft, report: Report) -> Record:
        spent = self._ensure("table", report)
        read = read_table(self._product("table"), self._parts)
        table = read.table
        for line in read.notes():
            report.note(line)
        broken = table[table["failure"].notna()]
        if len(broken) == len(table):
            first = broken.iloc[0]
            raise InputError(
                f"none of the {len(table)} images could be read; the first, {first['path']!r}: {first['failure']}. "
                "Check that this is the right folder and that the files are whole"
            )
        failures = [(path, "scan", reason) for path, reason in self.scan.skipped]
        failures += [(path, "read", reason) for path, reason in zip(broken["path"], broken["failure"], strict=True)]
        good = table.loc[table["failure"].isna()].drop(columns="failure")
        refused = self._refused(good["path"].tolist())
        if refused is None:  # the vectors there are stay
            refused = good["key"].isin(self._left_out().refused).to_numpy()
        elif refused.all():
            raise ModelError(f"{self._model_name} gave no usable vector for any image. Choose another --model")
        failures += [(path, "embed", f"{self._model_name}: {REFUSED}") for path in good["path"][refused]]
        with draft.stage(names.FAILURES).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("path", "stage", "reason"), *failures])
        write_table(read.settled(good.index[~refused]), draft.stage(names.IMAGES))
        counts = {"items": int((~refused).sum()), "failures": len(failures), "failed_keys": broken["key"].tolist()}
        if refused.any():
            counts |= {"refused_keys": good["key"][refused].tolist(), "refused_by": self._fingerprint}
        return {**counts, **spent}

    @property
    def _model_name(self) -> str:
        return self.embedder.name if self.embedder else "the model"

    def _refused(self, paths: Sequence[str]) -> np.ndarray | None:
        """bool (readable,): for which of the readable images the model gave no usable vector; None if it saw none now.

        Raises ModelError where these are too many to be the images' fault.
        """
        if self.embedder is None:
            return np.zeros(len(paths), bool)
        if "vectors" not in self._read:
            return None
        parts = (np.load(self._product("vectors").part(number)) for number in range(self._parts))
        refused = np.concatenate([without_direction(part) for part in parts])
        self._check(len(refused), len(paths), "vectors")
        check_directions(refused, paths, self.embedder.name, MOST_REFUSED)
        return refused

    def _readable(self) -> int:
        return len(self.scan.items) - len(self._left_out().failed)

    def _rows(self) -> int:
        return (self.draft.record("images") or {})["items"]

    def _vectors(self, draft: Draft, report: Report) -> Record:
        spent = self._ensure("vectors", report)
        assert self.embedder is not None
        rows, size = self._rows(), self.embedder.size
        readable, known = self._left_out().readable(self.scan.items), self._left_out().refused
        refused = self._refused([item.path for item in readable])
        assert refused is not None
        keys = [item.key for item, left_out in zip(readable, refused, strict=True) if left_out]
        if keys != known:
            if self.options.only:
                raise InputError(
                    f"{self.embedder.name} gives no usable vector for {len(keys):,} images ({', '.join(keys[:3])}); "
                    f"the table was made without {len(known):,}. Build again without --only"
                )
            raise OtherRowsError
        found = 0
        # Written, not mapped: where the disk is full a write fails, and a mapped page kills the process.
        with draft.stage(names.vectors(self.embedder.name)).open("wb") as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": (rows, size)}
            np.lib.format.write_array_header_1_0(file, header)
            for number in range(self._parts):
                part = np.load(self._product("vectors").part(number), allow_pickle=False)
                part = part[~without_direction(part)]
                file.write(part.astype("<f4", copy=False).tobytes())
                found += len(part)
        self._check(found, rows, "vectors")
        return {**self.model, "size": size, **spent}

    def _sprites(self, draft: Draft, report: Report) -> Record:
        spent = self._ensure("sprites", report)
        sprites = Ragged(self._product("sprites"), self._parts)
        rows, kept = self._rows(), self._left_out().kept(self.scan.items)
        self._check(len(sprites), self._readable(), "sprites")
        order, empty = _along_a_map(draft, rows), sprites.empty()[kept]
        blank = sprite(placeholder(), self.atlas.cell)
        with report.task("Packing the sprite atlas", rows) as task:
            self.atlas.write(
                draft.stage(names.ATLAS).parent,
                order[~empty[order]],
                lambda row: blank if empty[row] else sprites[kept[row]],
                self.options.threads(),
                task.advance,
                np.flatnonzero(empty),
            )
        return spent

    def _previews(self, draft: Draft, report: Report) -> Record:
        spent = self._ensure("previews", report)
        previews = Ragged(self._product("previews"), self._parts)
        kept = self._left_out().kept(self.scan.items)
        self._check(len(previews), self._readable(), "previews")
        with report.task("Writing previews", len(kept)) as task:
            for row, readable in enumerate(kept):
                draft.stage(names.preview(row)).write_bytes(previews[readable].tobytes())
                task.advance(1)
        return spent

    def _check(self, found: int, rows: int, what: str) -> None:
        if found != rows:
            raise InputError(
                f"{found} {what} for {rows} images: files changed while they were read. Run again; "
                f"if it stays so, remove {self.draft.scratch('parts')}"
            )


def _decode(embedder: Embedder | None, options: Options) -> Decode:
    """What gives no more pixels than the model, the sprite and the preview need between them."""
    seen = embedder.min_side if embedder else 0
    return Decode(min_side=max(seen, options.thumb_size, options.previews), strict=options.strict)


def _along_a_map(draft: Draft, rows: int) -> np.ndarray:
    """int (rows,): the rows along the first map there is, so that neighbors share pages.

    A map of the build before that is not made any more may still lie there, of other rows.
    """
    for name in names.PREFERRED_MAPS:
        path = draft.path(names.projection(name, 2))
        if path.exists() and len(positions := np.load(path, allow_pickle=False)) == rows:
            return hilbert_order(positions)
    return np.arange(rows)
