"""Every option of a build, once: the command line derives its flags from these fields, the manifest records them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from imagespace_core.cluster import CLUSTERERS
from imagespace_core.cluster.gmm import GMM
from imagespace_core.cluster.hdbscan import HDBSCAN
from imagespace_core.errors import InputError
from imagespace_core.images.atlas import Atlas
from imagespace_core.layout import APART, LAYOUTS
from imagespace_core.layout.apart import Apart
from imagespace_core.reduce import REDUCERS
from imagespace_core.reduce.tsne import TSNE
from imagespace_core.reduce.umap import UMAP
from imagespace_core.search import METRICS
from imagespace_core.search.annoy import Annoy
from imagespace_core.search.by_rows import ANNOY_METRIC, ANNOY_TREES
from imagespace_core.sources import parameters
from imagespace_core.sources.registry import SOURCES

Device = Literal["auto", "cpu", "cuda"]
Stage = TypeVar("Stage")


def _option(default: Any, help: str, **metadata: Any) -> Any:
    return field(default=default, metadata={"help": help, **metadata})


@dataclass(frozen=True)
class Options:
    """What a build is asked for. A field is a flag of the same name; `help` is what `--help` says of it."""

    images: Path | None = _option(
        None, "Folder of images, searched recursively; or a GeoTIFF, microscopy slices, map tiles, a table of vectors.",
        argument=True,
    )  # fmt: skip
    source: str | None = _option(None, f"What IMAGES is: {', '.join(SOURCES)}.  [default: recognized]")
    vectors: Path | None = _option(
        None,
        "Vectors or coordinates in place of a model's, beside maps: .npy, .npz, .parquet, .arrow, .csv, .jsonl.",
    )
    output: Path | None = _option(None, "The workspace folder.  [default: workspaces/<name of IMAGES>]", short="-o")
    metadata: Path | None = _option(
        None, "CSV, TSV, Excel, .ods, Parquet, JSON or JSON Lines with a 'filename' column."
    )
    encoding: str | None = _option(None, "Encoding of --metadata that is text, e.g. cp1252.  [default: UTF-8]")
    sheet: str | None = _option(None, "Sheet of a workbook of --metadata, by name or number.")
    model: str | None = _option(
        None, "clip-vit-b32, efficientnet-lite0, or a path to an ONNX file.  [default: clip-vit-b32, or the bundled "
        "efficientnet-lite0 where the model hub cannot be reached]",
    )  # fmt: skip
    model_dir: Path | None = _option(None, "Folder with vision_model.onnx, text_model.onnx and tokenizer.json of CLIP.")
    projections: str = _option(",".join(REDUCERS), "Maps to make.")
    dims: str = _option("2,3", "Dimensions of the maps.", several=True)
    layouts: str = _option(
        ",".join([*LAYOUTS, APART]), f"Arrangements to make beside the maps; {APART}: the maps in 2D without overlap."
    )
    furthest: float = _option(
        Apart.furthest,
        "Maps without overlap: how far an image may move, as a share of the map's longer side. More: larger images.",
        min=0.001,
        max=1.0,
    )
    metrics: str = _option(",".join(METRICS), "Metrics to build search indices for.")
    trees: int | None = _option(
        None,
        f"Trees of an Annoy index; more are larger and more precise.  [default: {Annoy.trees}; {ANNOY_TREES} for the "
        f"{ANNOY_METRIC} index of microscopy]",
        min=1,
    )
    clusterer: str = _option("hdbscan", f"How clusters are found: {', '.join(CLUSTERERS)} (Gaussian mixtures).")
    cluster_columns: str = _option(
        "", "gmm: columns that count beside the images, e.g. longitude,latitude; numbers, dates or few texts."
    )
    cluster_weight: float = _option(GMM.weight, "gmm: what a column counts against a direction of the images.", min=0.0)
    components: int | None = _option(GMM.components, "gmm: number of clusters.  [default: the lowest BIC]", min=1)
    min_cluster_size: int | None = _option(
        HDBSCAN.min_cluster_size,
        "Fewest images that make a cluster.  [default: chosen from their number]",
        min=2,
    )
    perplexity: float = _option(TSNE.perplexity, "t-SNE: how many neighbors each image pays heed to.", min=1.0)
    exaggeration: float = _option(
        TSNE.exaggeration, "t-SNE: attraction after the early phase; above 1 clusters draw together.", min=0.1
    )
    n_neighbors: int = _option(
        UMAP.n_neighbors,
        "Neighbors that make the local picture: of UMAP, and of the space clusters are found in.",
        min=2,
    )
    min_dist: float = _option(UMAP.min_dist, "UMAP: how tightly points may pack.", min=0.0, max=1.0)
    thumb_size: int = _option(Atlas.cell, "Longer side of a sprite, in pixels.", min=16, max=255)
    atlas_size: int = _option(Atlas.page, "Side of a sprite page, in pixels.", min=64, max=4096)
    quality: int = _option(Atlas.quality, "WebP quality of sprites and previews.", min=1, max=100)
    previews: int = _option(
        0,
        "Also keep larger copies with this longer side in pixels, so that the workspace can travel without the "
        "originals; 0 is off.",
        min=0,
    )
    limit: int | None = _option(None, "Take only so many images, in path order.", min=1)
    seed: int = _option(0, "Seed of every random choice.", min=0)
    jobs: int = _option(-1, "Threads to use; -1 is one per core.", min=-1)
    device: Device = _option("auto", "Where the model runs.")
    relayout: bool = _option(False, "Keep vectors and sprites, redo maps, clusters and layouts.")
    only: str | None = _option(
        None, "Redo just this step, e.g. tsne, umap-3d, clusters, layout-grid, apart, index, atlas, table."
    )
    strict: bool = _option(
        False,
        "Leave out images whose last bytes are missing, also those of which most is there (column damaged).",
    )
    force: bool = _option(False, "Redo every step, also those whose inputs have not changed.")
    parameters: Mapping[str, object] = field(default_factory=dict, metadata={"members": parameters.flags})
    """The source's options by name; on the command line each is a flag of its own."""

    def __post_init__(self) -> None:
        """Raises InputError for what cannot be meant."""
        _choices("--projections", self.projections, list(REDUCERS))
        _choices("--dims", self.dims, ["2", "3"])
        self.layout_names()
        _choices("--metrics", self.metrics, list(METRICS))
        _choices("--clusterer", self.clusterer, list(CLUSTERERS))
        if self.source is not None:
            _choices("--source", self.source, list(SOURCES))
        of_mixtures = bool(self.cluster_columns) or self.components is not None or self.cluster_weight != GMM.weight
        if self.clusterer != "gmm" and of_mixtures:
            raise InputError(
                "--cluster-columns, --cluster-weight and --components go with --clusterer gmm; add it or leave them out"
            )
        if self.atlas_size < self.thumb_size:
            raise InputError(
                f"--atlas-size {self.atlas_size} is smaller than --thumb-size {self.thumb_size}; "
                "a page must hold a sprite"
            )
        if self.relayout and self.only:
            raise InputError("--relayout and --only exclude each other; --only names the one step to redo")

    def reducers(self) -> list[str]:
        return _choices("--projections", self.projections, list(REDUCERS))

    def dimensions(self) -> list[int]:
        return [int(d) for d in _choices("--dims", self.dims, ["2", "3"])]

    def layout_names(self) -> list[str]:
        """Those to make, APART among them; none for "none"."""
        return [] if self.layouts.strip() == "none" else _choices("--layouts", self.layouts, [*LAYOUTS, APART])

    def metric_names(self) -> list[str]:
        return _choices("--metrics", self.metrics, list(METRICS))

    def cluster_column_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.strip() for part in self.cluster_columns.split(",") if part.strip()))

    def origin(self) -> Path | None:
        """Where the items come from: `images`, else `vectors`, which may bring its own."""
        return self.images or self.vectors

    def workspace(self) -> Path:
        """The folder to build in. Raises InputError if nothing names one."""
        if self.output is not None:
            return self.output
        origin = self.origin()
        if origin is None:
            raise InputError("nothing to build: give a folder of images, or --demo")
        return Path("workspaces") / ((origin.stem if origin.is_file() else origin.resolve().name) or "images")

    def threads(self) -> int:
        return self.jobs if self.jobs > 0 else os.cpu_count() or 1

    def make(self, stage: type[Stage], **fixed: Any) -> Stage:
        """`stage`, a frozen dataclass, with each of its fields that is also an option set from here."""
        mine = {f.name for f in fields(self) if not f.metadata.get("several")}
        chosen = {f.name: getattr(self, f.name) for f in fields(stage) if f.name in mine}  # pyright: ignore[reportArgumentType]
        return stage(**{**chosen, **fixed})


def _choices(flag: str, text: str, allowed: list[str]) -> list[str]:
    found = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [part for part in found if part not in allowed]
    if unknown or not found:
        raise InputError(f"{flag} {text!r}: expected one or more of {', '.join(allowed)}, separated by commas")
    return found
