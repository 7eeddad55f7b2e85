"""The steps that need pixels: table of images, vectors, sprite atlas, previews. They share one pass over the images."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.embed import Embedder
from imagespace_core.errors import InputError, ModelError
from imagespace_core.images import color
from imagespace_core.images.atlas import Atlas, sprite
from imagespace_core.images.decode import Decode
from imagespace_core.images.hilbert import hilbert_order
from imagespace_core.images.placeholder import placeholder
from imagespace_core.pipeline import image_pass
from imagespace_core.pipeline.image_pass import Product, Ragged, Reading, read_table
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.steps import Choice, Record, Report, Step, parameters_of
from imagespace_core.sources import Item, Source
from imagespace_core.workspace import Draft, names

if TYPE_CHECKING:
    import pandas as pd


MOST_REFUSED = 0.1
"""Share of the images for which a model may give no usable vector; above it the model is at fault."""
_REFUSED = "its vector is not finite, or only zeros, so there is nothing to compare by"


class OtherRowsError(Exception):
    """The model refuses other images than those that the table of images was made without: it has to be made anew."""


@dataclass(frozen=True)
class Scan:
    """The items of a source, in order, and what could not be offered. `digest` changes when what they show does."""

    source: Source
    items: Sequence[Item]
    skipped: Sequence[tuple[str, str]]

    @cached_property
    def digest(self) -> str:
        text = json.dumps([[(item.key, item.stamp) for item in self.items], list(self.skipped)])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def parts(self) -> int:
        return image_pass.part_count(self.items)


class Pixels:
    """The pixel steps of one build.

    embedder: None where vectors are brought. draft, choice: to find out which products are stale before the one pass
    starts. of_model: whether the table is to be made anew if the model is another.

    An image for which the model gives no usable vector is left out like one that cannot be read, under the stage
    "embed". The parts of the pass have it, and every step leaves it out when it puts its product together.
    """

    def __init__(
        self,
        scan: Scan,
        embedder: Embedder | None,
        model: Record,
        decode: Decode,
        options: Options,
        draft: Draft,
        choice: Choice,
        of_model: bool = False,
    ) -> None:
        self.scan, self.embedder, self.model, self.decode, self.options = (
            scan,
            embedder,
            model,
            decode,
            options,
        )
        self.draft, self.choice = draft, choice
        self.atlas = Atlas(cell=options.thumb_size, page=options.atlas_size, quality=options.quality)
        self._read: set[str] = set()
        self._of_model = of_model or self._refused_by_another()

    def _refused_by_another(self) -> bool:
        """Whether which images there are once depended on another model than this one, and so does it from then on."""
        record = self.draft.record("images") or {}
        refused = bool(record.get("refused_keys")) and record.get("refused_by") != self._fingerprint
        return refused or "model" in record.get("parameters", {})

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
        steps = [
            Step(
                "atlas",
                self._sprites,
                [names.ATLAS, names.ATLAS_PAGES],
                parameters_of(self.atlas),
                inputs=["images"],
                packages=["pillow"],
            )
        ]
        if self.options.previews:
            parameters = {"side": self.options.previews, "quality": self.options.quality}
            steps.append(
                Step(
                    "previews",
                    self._previews,
                    [names.PREVIEWS],
                    parameters,
                    inputs=["images"],
                    packages=["pillow"],
                )
            )
        return steps

    def _product(self, name: str) -> Product:
        made_by = {
            "table": [],
            "vectors": [self._fingerprint],
            "sprites": [self.atlas.cell],
            "previews": [self.options.previews, self.options.quality],
        }[name]
        text = json.dumps([image_pass.PART, self.scan.digest, parameters_of(self.decode), made_by])
        key = hashlib.sha256(text.encode()).hexdigest()[:16]
        return Product(name, self.draft.scratch("parts") / f"{name}-{key}")

    def _stale(self) -> list[str]:
        product = {"images": "table", "embed": "vectors", "atlas": "sprites", "previews": "previews"}
        keys: dict[str, str] = {}
        stale = []
        for step in self.reading_steps() + self.sprite_steps():
            keys[step.name] = step.key(keys)
            if not self.choice.carried(step.name) and self.choice.stale(step, keys[step.name], self.draft):
                stale.append(product[step.name])
        return stale

    def _ensure(self, name: str, report: Report) -> Record:
        """Make the parts of `name`, and in the same pass those of everything else that is stale."""
        if name in self._read:
            return {}
        wanted = list(dict.fromkeys([name, *self._stale()]))
        failed = frozenset() if "table" in wanted else frozenset(self._failed_keys())
        pass_over = Reading(
            self.scan.source,
            self.scan.items,
            [self._product(product) for product in wanted],
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
        table = read_table(self._product("table"), self.scan.parts)
        if "failure" not in table:
            table["failure"] = None
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
            refused = good["key"].isin(self._refused_keys()).to_numpy()
        elif refused.all():
            raise ModelError(f"{self._model_name} gave no usable vector for any image. Choose another --model")
        failures += [(path, "embed", f"{self._model_name}: {_REFUSED}") for path in good["path"][refused]]
        with draft.stage(names.FAILURES).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("path", "stage", "reason"), *failures])
        _typed(good[~refused]).to_parquet(draft.stage(names.IMAGES), index=False)
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
        parts = (np.load(self._product("vectors").part(number)) for number in range(self.scan.parts))
        refused = np.concatenate([image_pass.without_direction(part) for part in parts])
        self._check(len(refused), len(paths), "vectors")
        image_pass.check_directions(refused, paths, self.embedder.name, MOST_REFUSED)
        return refused

    def _failed_keys(self) -> list[str]:
        return (self.draft.record("images") or {}).get("failed_keys", [])

    def _refused_keys(self) -> list[str]:
        return (self.draft.record("images") or {}).get("refused_keys", [])

    def _readable(self) -> list[Item]:
        failed = frozenset(self._failed_keys())
        return [item for item in self.scan.items if item.key not in failed]

    def _kept(self) -> np.ndarray:
        """int (rows,): which of the readable images each row is."""
        refused = frozenset(self._refused_keys())
        return np.flatnonzero([item.key not in refused for item in self._readable()])

    def _rows(self) -> int:
        return (self.draft.record("images") or {})["items"]

    def _vectors(self, draft: Draft, report: Report) -> Record:
        spent = self._ensure("vectors", report)
        assert self.embedder is not None
        rows, size = self._rows(), self.embedder.size
        readable = self._readable()
        refused = self._refused([item.path for item in readable])
        assert refused is not None
        keys = [item.key for item, left_out in zip(readable, refused, strict=True) if left_out]
        if keys != self._refused_keys():
            if self.choice.carried("images"):
                raise InputError(
                    f"{self.embedder.name} gives no usable vector for {len(keys):,} images ({', '.join(keys[:3])}); "
                    f"the table was made without {len(self._refused_keys()):,}. Build again without --only"
                )
            raise OtherRowsError
        found = 0
        # Written, not mapped: where the disk is full a write fails, and a mapped page kills the process.
        with draft.stage(names.vectors(self.embedder.name)).open("wb") as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": (rows, size)}
            np.lib.format.write_array_header_1_0(file, header)
            for number in range(self.scan.parts):
                part = np.load(self._product("vectors").part(number), allow_pickle=False)
                part = part[~image_pass.without_direction(part)]
                file.write(part.astype("<f4", copy=False).tobytes())
                found += len(part)
        self._check(found, rows, "vectors")
        return {**self.model, "size": size, **spent}

    def _sprites(self, draft: Draft, report: Report) -> Record:
        spent = self._ensure("sprites", report)
        sprites = Ragged(self._product("sprites"), self.scan.parts)
        rows, kept = self._rows(), self._kept()
        self._check(len(sprites), len(self._readable()), "sprites")
        order, empty = np.arange(rows), sprites.empty()[kept]
        for name in names.PREFERRED_MAPS:
            if (path := draft.path(names.projection(name, 2))).exists():
                order = hilbert_order(np.load(path, allow_pickle=False))
                break
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
        previews = Ragged(self._product("previews"), self.scan.parts)
        kept = self._kept()
        self._check(len(previews), len(self._readable()), "previews")
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


def scan(source: Source, report: Report) -> Scan:
    """List the items, and say which other files there are. Raises InputError if there are no items."""
    with report.task("Looking for images") as task:
        items = []
        for item in source.items():
            items.append(item)
            task.advance(1)
    for line in source.report():
        report.note(line)
    if others := source.left_out():
        kinds = ", ".join(f"{count:,} {suffix or 'without suffix'}" for suffix, count in others.items())
        report.note(f"{sum(others.values()):,} files are not images and were left out: {kinds}")
    return Scan(source, items, source.skipped())


def decoder(embedder: Embedder | None, options: Options) -> Decode:
    """A decoder that gives no more pixels than the model, the sprite and the preview need between them."""
    seen = embedder.min_side if embedder else 0
    return replace(Decode(), min_side=max(seen, options.thumb_size, options.previews))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """The table of readable images with settled column types and order."""
    import pandas as pd

    table["taken_at"] = pd.to_datetime(table["taken_at"], format="ISO8601").astype("datetime64[us]")
    first = ["key", "path", "width", "height", "taken_at", *color.COLUMNS]
    # A column that is missing throughout (the hue of gray pictures) is there all the same.
    table = table.reindex(columns=[*first, *(column for column in table.columns if column not in first)])
    table = table.reset_index(drop=True)
    return table.rename(columns={"key": "id"}).astype({"width": "int32", "height": "int32"})
