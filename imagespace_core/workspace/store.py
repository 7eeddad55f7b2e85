"""Reading a workspace: the table as a data frame, arrays memory-mapped and checked against its rows.

Readers change nothing on disk and need no lock. While a build is being published they read the new one, before that
the old one: see `workspace.publication`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from imagespace_core.errors import ChangedError, WorkspaceError
from imagespace_core.workspace import names
from imagespace_core.workspace.manifest import Manifest
from imagespace_core.workspace.public_files import is_public
from imagespace_core.workspace.publication import Current, Stamp, path_of, settled, stamp_of
from imagespace_core.workspace.tables import read_table
from imagespace_core.workspace.value_lists import ValueLists

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


@dataclass(frozen=True)
class Workspace:
    """An open workspace. Row i is the same image in everything it returns."""

    root: Path
    manifest: Manifest
    _moves: dict[Stamp | None, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    """By the stamps under which this build counted: the names that may not have been moved to their places then."""

    follow_links: bool = True
    """Whether files may be links that lead out of the workspace; not in one that comes from elsewhere."""

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """Raises WorkspaceError if it is not one or is broken, NewerFormatError if it is ahead of this program."""
        current = Current.of(root)
        return cls(root.resolve(), current.manifest, {current.stamp: current.moves})

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
                try:
                    self.read(name, Path.stat)
                except FileNotFoundError:
                    raise WorkspaceError(f"{self.root / name} is missing. {_remedy(step)}") from None
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
        table = self.read(names.ITEMS, read_table)
        if len(table) != self.rows:
            raise WorkspaceError(
                f"{names.ITEMS} has {len(table)} rows; the manifest says {self.rows}. {_remedy('table')}"
            )
        return table

    @cached_property
    def ids(self) -> list[str]:
        """The key of every row in its source, read without the rest of the table."""
        import pyarrow.parquet as pq

        return self.read(names.ITEMS, lambda path: pq.read_table(path, columns=["id"])["id"].to_pylist())

    def vectors(self, model: str | None = None) -> np.ndarray:
        """float32 (n, d), rows of unit length, memory-mapped."""
        return self._array(names.vectors(model or self.manifest.model), "embed", 2)

    def graph(self, model: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """rows int32 (n, k) and distances float32 (n, k) of the neighbor graph."""
        name = names.neighbors(model or self.manifest.model)

        def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
            with np.load(path, allow_pickle=False) as file:
                return file["rows"], file["distances"]

        try:
            rows, distances = self.read(name, read)
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
        return positions, self._json(names.guides(name), step)

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
        there = name in self.manifest.steps["clusters"]["files"]
        return self._array(name, "clusters", 2) if there else None

    def index(self, metric: str, load: Callable[[Path], T]) -> T:
        """What `load` makes of the index for `metric`."""
        return self.read(names.index(self.manifest.model, metric), load)

    def columns(self) -> list[dict[str, Any]]:
        """What a view can be colored and filtered by: name, slug, kind, without the values; in table order."""
        return list(self.manifest.measured("columns", "columns", []))

    def distinct(self, column: Mapping[str, Any]) -> int:
        """How many values a column of `columns` has, of categories, clusters or lists."""
        found = column.get("distinct")  # older workspaces do not say
        return len(self.column(column["slug"])[0]["values"]) if found is None else found

    def column(self, slug: str) -> tuple[dict[str, Any], np.ndarray | None]:
        """A column as the viewer reads it: its description, and its array (n,) or (n, 3); see `workspace.columns`."""
        head = self._json(f"{names.COLUMNS}/{slug}.json", "columns")
        if head["kind"] == "text":
            return head, None
        return head, self._array(f"{names.COLUMNS}/{slug}.npy", "columns", 2 if head["kind"] == "color" else 1)

    def value_lists(self, slug: str) -> ValueLists:
        """All values of every row of a column of kind list, memory-mapped; `column` gives one a row."""
        starts, codes = (
            self._mapped_array(f"{names.COLUMNS}/{slug}.{part}.npy", "columns", 1) for part in ("starts", "codes")
        )
        if len(starts) != self.rows + 1 or int(starts[-1]) != len(codes):
            raise WorkspaceError(f"{names.COLUMNS}/{slug}.starts.npy does not fit its codes. {_remedy('columns')}")
        return ValueLists(starts, codes)

    def failures(self) -> list[dict[str, str]]:
        """path, stage and reason of every image that was left out."""

        def read(path: Path) -> list[dict[str, str]]:
            with path.open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        try:
            return self.read(names.FAILURES, read)
        except FileNotFoundError:
            return []

    def preview(self, row: int) -> bytes | None:
        """The larger copy of an image, a WebP file, if the workspace was built with previews."""
        try:
            return self.read(names.preview(row), Path.read_bytes)
        except FileNotFoundError:
            return None

    def sprite(self, row: int) -> np.ndarray:
        """uint8 RGB (h, w, 3): the row's sprite, cut from its page."""
        from PIL import Image

        def rows(name: str) -> np.ndarray:
            return self.read(f"{names.ATLAS_PAGES}/{name}", _mapped)

        try:
            atlas = self._json(names.ATLAS, "atlas")
            cell = int(rows("cells.npy")[row])
            width, height = rows("sizes.npy")[row].tolist()
            number, slot = divmod(cell, atlas["per_page"])
            x, y = slot % atlas["columns"] * atlas["cell"], slot // atlas["columns"] * atlas["cell"]
            data = self.read(f"{names.ATLAS_PAGES}/{number:04d}.webp", Path.read_bytes)
            with Image.open(io.BytesIO(data)) as page:
                return np.asarray(page.convert("RGB").crop((x, y, x + width, y + height)))
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise WorkspaceError(f"the sprite of row {row} cannot be read ({error}). {_remedy('atlas')}") from error

    def public_file(self, name: str) -> bytes | None:
        """The file that a browser requests as `name`, or None if there is none or it is not for browsers.

        All of it, and not its path: by the time that a path is opened, another build's file may lie there.
        """
        if not is_public(name):
            return None
        try:
            return self.read(name, Path.read_bytes)
        except (FileNotFoundError, IsADirectoryError):
            return None

    def read(self, name: str, read: Callable[[Path], T]) -> T:
        """What `read` makes of the file `name` of this build, wherever it lies at the moment.

        read: raises where there is no such file; it is called again where that was moved meanwhile. Raises ChangedError
        if another build counts by now, and whatever `read` raises.
        """

        def look(seen: Stamp | None) -> T:
            path = path_of(self.root, name, self._moves_at(seen))
            try:
                return read(self._followed(path))
            except Exception:
                if (moved := path_of(self.root, name, self._moves_at(seen))) == path:
                    raise
                return read(self._followed(moved))

        return settled(self.root, look)

    def _followed(self, path: Path) -> Path:
        if not self.follow_links and not path.resolve().is_relative_to(self.root):
            raise WorkspaceError(f"{path} is a link out of the workspace, which was not built here; it is not read")
        return path

    def _json(self, name: str, step: str) -> Any:
        try:
            return self.read(name, lambda path: json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise WorkspaceError(f"{self.root / name} cannot be read ({error}). {_remedy(step)}") from error

    def _array(self, name: str, step: str, dimensions: int) -> np.ndarray:
        return self._aligned(self._mapped_array(name, step, dimensions), name, step)

    def _mapped_array(self, name: str, step: str, dimensions: int) -> np.ndarray:
        try:
            array = self.read(name, _mapped)
        except FileNotFoundError:
            raise WorkspaceError(f"{self.root / name} is missing. {_remedy(step)}") from None
        except (OSError, ValueError, EOFError) as error:
            raise WorkspaceError(f"{self.root / name} cannot be read ({error}). {_remedy(step)}") from error
        if array.ndim != dimensions:
            raise WorkspaceError(f"{name} has shape {array.shape}; expected {dimensions} dimensions. {_remedy(step)}")
        return array

    def _aligned(self, array: np.ndarray, name: str, step: str) -> np.ndarray:
        if len(array) != self.rows:
            raise WorkspaceError(f"{name} has {len(array)} rows; {names.ITEMS} has {self.rows}. {_remedy(step)}")
        return array

    def _parquet_rows(self) -> int:
        import pyarrow.parquet as pq
        from pyarrow import ArrowException

        try:
            return self.read(names.ITEMS, pq.read_metadata).num_rows
        except (OSError, ArrowException) as error:
            raise WorkspaceError(f"{names.ITEMS} cannot be read ({error}). {_remedy('table')}") from error

    def _moves_at(self, seen: Stamp | None) -> frozenset[str]:
        """The names that may not be at their places yet. Raises ChangedError if another build counts by now."""
        if seen not in self._moves:
            try:
                current = Current.of(self.root)
            except WorkspaceError as error:
                raise ChangedError(f"{self.root} was changed while it was open: {error}") from error
            if current.manifest != self.manifest:
                raise ChangedError(f"{self.root} was rebuilt while it was open. Reload the page")
            self._moves[current.stamp] = current.moves
            return current.moves
        return self._moves[seen]

    def stale(self) -> bool:
        """Whether a newer build has been published here since this was opened."""
        try:
            self._moves_at(stamp_of(self.root))
        except ChangedError:
            return True
        return False


def _mapped(path: Path) -> np.ndarray:
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _remedy(step: str) -> str:
    return f"Run: precompute.py IMAGES --only {step}"
