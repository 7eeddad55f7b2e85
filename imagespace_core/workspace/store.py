"""Reading a workspace: the table as a data frame, arrays memory-mapped and checked against its rows."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import ChangedError, WorkspaceError
from imagespace_core.workspace import names
from imagespace_core.workspace.draft import finish_publish
from imagespace_core.workspace.manifest import Manifest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Workspace:
    """An open workspace. Row i is the same image in everything it returns."""

    root: Path
    manifest: Manifest
    stamp: tuple[int, int]

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """Raises WorkspaceError if it is not one or is broken, NewerFormatError if it is ahead of this program."""
        finish_publish(root)
        stamp = _stamp(root)  # before reading: a manifest replaced in between then counts as stale
        return cls(root.resolve(), Manifest.read(root), stamp)

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def rows(self) -> int:
        return self.manifest.rows

    def check(self) -> None:
        """Raise WorkspaceError unless every file that the manifest lists is there with the right number of rows."""
        for step, record in self.manifest.steps.items():
            for name in record["files"]:
                if not (self.root / name).exists():
                    raise WorkspaceError(f"{self.root / name} is missing. {_remedy(step)}")
        if (found := self._parquet_rows()) != self.rows:
            raise WorkspaceError(f"{names.ITEMS} has {found} rows; the manifest says {self.rows}. {_remedy('table')}")
        for name, dims in self.manifest.projections().items():
            for d in dims:
                self.positions(name, d)
        for name in [*self.manifest.layouts(), *(f"{name}-apart" for name in self.manifest.apart())]:
            self.layout(name)
        self.vectors()

    @cached_property
    def items(self) -> pd.DataFrame:
        """The table: id, path, width, height, taken_at, computed columns, then the metadata columns."""
        import pandas as pd

        self._unchanged()
        table = pd.read_parquet(self.root / names.ITEMS)
        if len(table) != self.rows:
            raise WorkspaceError(
                f"{names.ITEMS} has {len(table)} rows; the manifest says {self.rows}. {_remedy('table')}"
            )
        return table

    @cached_property
    def ids(self) -> list[str]:
        """The key of every row in its source, read without the rest of the table."""
        import pyarrow.parquet as pq

        self._unchanged()
        return pq.read_table(self.root / names.ITEMS, columns=["id"])["id"].to_pylist()

    def vectors(self, model: str | None = None) -> np.ndarray:
        """float32 (n, d), rows of unit length, memory-mapped."""
        return self._array(names.vectors(model or self.manifest.model), "embed", 2)

    def graph(self, model: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """rows int32 (n, k) and distances float32 (n, k) of the neighbor graph."""
        name = names.neighbors(model or self.manifest.model)
        self._unchanged()
        try:
            with np.load(self.root / name, allow_pickle=False) as file:
                rows, distances = file["rows"], file["distances"]
        except (OSError, ValueError, KeyError) as error:
            raise WorkspaceError(f"{name} cannot be read ({error}). {_remedy('neighbors')}") from error
        return self._aligned(rows, name, "neighbors"), self._aligned(distances, name, "neighbors")

    def positions(self, name: str, dims: int) -> np.ndarray:
        """float32 (n, dims), memory-mapped: where the map `name` puts every row."""
        return self._array(names.projection(name, dims), f"{name}-{dims}d", 2)

    def layout(self, name: str) -> tuple[np.ndarray, dict[str, Any]]:
        """float32 (n, 2 | 3), memory-mapped, NaN for rows without a place; and its guides, see layout.arrangement."""
        step = f"apart-{name.removesuffix('-apart')}" if name.endswith("-apart") else f"layout-{name}"
        positions = self._array(names.layout(name), step, 2)
        path = self.root / names.guides(name)
        try:
            return positions, json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise WorkspaceError(f"{path} cannot be read ({error}). {_remedy(step)}") from error

    def centrality(self) -> np.ndarray:
        """float32 (n,), sum 1, memory-mapped: how central each image is in the neighbor graph."""
        return self._array(names.CENTRALITY, "centrality", 1)

    def clusters(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """labels int32 (n,), -1 noise; nearest cluster int32 (n,); membership strength float32 (n,)."""
        name = self.manifest.clusterer
        files = names.clusters(name), names.nearest_clusters(name), names.cluster_strength(name)
        labels, nearest, strength = (self._array(file, "clusters", 1) for file in files)
        return labels, nearest, strength

    def cluster_probabilities(self) -> np.ndarray | None:
        """float32 (n, clusters), rows sum to 1, memory-mapped; None where the method gives none (HDBSCAN)."""
        name = names.cluster_probabilities(self.manifest.clusterer)
        return self._array(name, "clusters", 2) if (self.root / name).exists() else None

    def index_path(self, metric: str, model: str | None = None) -> Path:
        return self.root / names.index(model or self.manifest.model, metric)

    def columns(self) -> list[dict[str, Any]]:
        """What a view can be colored and filtered by: name, slug, kind, without the values; in table order."""
        return list(self.manifest.measured("columns", "columns", []))

    def column(self, slug: str) -> tuple[dict[str, Any], np.ndarray | None]:
        """A column as the viewer reads it: its description, and its array (n,) or (n, 3); see `workspace.columns`."""
        self._unchanged()
        path = self.root / names.COLUMNS / f"{slug}.json"
        try:
            head = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise WorkspaceError(f"{path} cannot be read ({error}). {_remedy('columns')}") from error
        if head["kind"] == "text":
            return head, None
        return head, self._array(f"{names.COLUMNS}/{slug}.npy", "columns", 2 if head["kind"] == "color" else 1)

    def failures(self) -> list[dict[str, str]]:
        """path, stage and reason of every image that was left out."""
        self._unchanged()
        path = self.root / names.FAILURES
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def preview_path(self, row: int) -> Path | None:
        """The larger copy of an image, if the workspace was built with previews."""
        path = self.root / names.preview(row)
        return path if path.exists() else None

    def sprite(self, row: int) -> np.ndarray:
        """uint8 RGB (h, w, 3): the row's sprite, cut from its page."""
        from PIL import Image

        self._unchanged()
        pages = self.root / names.ATLAS_PAGES
        try:
            atlas = json.loads((self.root / names.ATLAS).read_text("utf-8"))
            cell = int(np.load(pages / "cells.npy", mmap_mode="r", allow_pickle=False)[row])
            width, height = np.load(pages / "sizes.npy", mmap_mode="r", allow_pickle=False)[row].tolist()
            number, place = divmod(cell, atlas["per_page"])
            x, y = place % atlas["columns"] * atlas["cell"], place // atlas["columns"] * atlas["cell"]
            with Image.open(pages / f"{number:04d}.webp") as page:
                return np.asarray(page.convert("RGB").crop((x, y, x + width, y + height)))
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise WorkspaceError(f"the sprite of row {row} cannot be read ({error}). {_remedy('atlas')}") from error

    def public_file(self, name: str) -> Path | None:
        """The file that a browser asks for as `name`, or None if there is none or it is not for browsers."""
        if not names.PUBLIC.fullmatch(name):
            return None
        path = self.root / name
        return path if path.is_file() else None

    def _array(self, name: str, step: str, dimensions: int) -> np.ndarray:
        self._unchanged()
        try:
            array = np.load(self.root / name, mmap_mode="r", allow_pickle=False)
        except FileNotFoundError:
            raise WorkspaceError(f"{self.root / name} is missing. {_remedy(step)}") from None
        except (OSError, ValueError, EOFError) as error:
            raise WorkspaceError(f"{self.root / name} cannot be read ({error}). {_remedy(step)}") from error
        if array.ndim != dimensions:
            raise WorkspaceError(f"{name} has shape {array.shape}; expected {dimensions} dimensions. {_remedy(step)}")
        return self._aligned(array, name, step)

    def _aligned(self, array: np.ndarray, name: str, step: str) -> np.ndarray:
        if len(array) != self.rows:
            raise WorkspaceError(f"{name} has {len(array)} rows; {names.ITEMS} has {self.rows}. {_remedy(step)}")
        return array

    def _parquet_rows(self) -> int:
        import pyarrow.parquet as pq
        from pyarrow import ArrowException

        try:
            return pq.read_metadata(self.root / names.ITEMS).num_rows
        except (OSError, ArrowException) as error:
            raise WorkspaceError(f"{names.ITEMS} cannot be read ({error}). {_remedy('table')}") from error

    def _unchanged(self) -> None:
        if self.stale():
            raise ChangedError(f"{self.root} was rebuilt while it was open. Reload the page")

    def stale(self) -> bool:
        """Whether a newer build has been published here since this was opened."""
        return _stamp(self.root) != self.stamp


def _stamp(root: Path) -> tuple[int, int]:
    """Identity of the manifest file; (0, 0) where there is none, or while a publication is under way."""
    if (root / names.JOURNAL).exists():
        return (0, 0)
    try:
        found = (root / names.MANIFEST).stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)


def _remedy(step: str) -> str:
    return f"Run: precompute.py IMAGES --only {step}"
