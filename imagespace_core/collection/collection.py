"""`Collection`: a workspace with everything that can be done with it, as methods. The Python API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.collection.clusters import clusters_of, labeled, names_of
from imagespace_core.collection.embedder import embedder_of, vector_of_image, vector_of_text
from imagespace_core.collection.evaluate import EvaluationSettings, evaluate
from imagespace_core.collection.search import index_of, metrics, query_of_rows
from imagespace_core.errors import InputError
from imagespace_core.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from imagespace_core.cluster.summaries import ClusterSummary
    from imagespace_core.collection.retrieval_map import RetrievalMap
    from imagespace_core.drawing.figure import Figure
    from imagespace_core.embed import Embedder
    from imagespace_core.evaluate.experiment import Evaluation
    from imagespace_core.evaluate.retrieval_map import ParentBoxes
    from imagespace_core.layout import Arrangement
    from imagespace_core.search import Index, Metric
    from imagespace_core.search.query import Query
    from imagespace_core.sources import Source
    from imagespace_core.workspace.cluster_names import ClusterNames


@dataclass(frozen=True)
class Clusters:
    """What the rows belong to.

    labels: int32 (n,), -1 is noise. nearest: int32 (n,), the cluster a row is nearest to. strength: float32 (n,), 0 to
    1, how firmly it belongs to that. probabilities: float32 (n, clusters), None where the method gives none. names:
    what people call the clusters. each: their sizes, central rows and anchors, by label.
    """

    labels: np.ndarray
    nearest: np.ndarray
    strength: np.ndarray
    probabilities: np.ndarray | None
    names: ClusterNames
    each: tuple[ClusterSummary, ...]

    @property
    def table(self) -> pd.DataFrame:
        """A line for each cluster: label, name, size, central (a row)."""
        import pandas as pd

        titles = self.names.titles(len(self.each))
        lines = [(one.label, titles[one.label], one.size, one.central) for one in self.each]
        return pd.DataFrame(lines, columns=["label", "name", "size", "central"])


class Collection:
    """An open workspace. Row i is the same image in everything it takes and returns."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._indices: dict[Metric, Index] = {}

    @classmethod
    def open(cls, path: str | Path) -> Collection:
        """Raises WorkspaceError if there is no workspace, or none that this program can read."""
        return cls(Workspace.open(Path(path)))

    def __repr__(self) -> str:
        return f"<Collection {self.workspace.name!r} of {len(self):,} images>"

    def __len__(self) -> int:
        return self.workspace.rows

    @cached_property
    def items(self) -> pd.DataFrame:
        """The table, n rows: id, path, width, height, taken_at, columns computed from pixels, those of the source and
        the metadata, and `cluster`, by the names that people gave."""
        return labeled(self.workspace)

    @property
    def ids(self) -> list[str]:
        """The name of every row in its source; it stays when a workspace is rebuilt, rows may not."""
        return self.workspace.ids

    def rows(self, ids: Sequence[str]) -> np.ndarray:
        """int64 (m,): the rows of these ids. Raises InputError for one that is not there."""
        known = self._rows_by_id
        if unknown := [name for name in ids if name not in known]:
            raise InputError(f"no image has the id {unknown[0]!r}; ids are like {self.ids[0]!r}")
        return np.array([known[name] for name in ids], np.int64)

    @cached_property
    def _rows_by_id(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.ids)}

    def vectors(self) -> np.ndarray:
        """float32 (n, d), rows of unit length, memory-mapped."""
        return self.workspace.vectors()

    def positions(self, name: str, dims: int | None = None) -> np.ndarray:
        """float32 (n, 2 | 3), memory-mapped, NaN for rows without a place: a map (`tsne`, `given`), a layout (`grid`)
        or a map without overlap (`tsne-apart`).

        dims: by default the fewest that there are. Raises InputError where there is no such map or layout.
        """
        from imagespace_core.collection.positions import positions

        return positions(self.workspace, name, dims)

    @property
    def maps(self) -> dict[str, list[int]]:
        """What `positions` knows, each with its dimensions, e.g. {"tsne": [2, 3], "grid": [2], "tsne-apart": [2]}."""
        from imagespace_core.collection.positions import dimensions

        return dimensions(self.workspace.manifest)

    @property
    def clusters(self) -> Clusters:
        """The clusters as they are called now. Raises WorkspaceError where the workspace has none."""
        opened = self.workspace
        return Clusters(
            *opened.clusters(), opened.cluster_probabilities(), names_of(opened), tuple(clusters_of(opened))
        )

    def arrange(
        self, layout: str, rows: np.ndarray | Sequence[int] | None = None, by: str | None = None
    ) -> Arrangement:
        """A layout made now: `positions` float32 (n, 2 | 3), NaN for rows without a place, and `guides`, which help to
        read it.

        layout: grid, clusters, color, carousel, timeline or map. rows: int (m,) or bool (n,), the only ones to have a
        place. by: a column of categories that groups clusters or carousel.
        Raises InputError where it cannot be made, e.g. "no image has a date".
        """
        from imagespace_core.collection.arrange import GROUPED, arrange, with_names

        made = arrange(self.workspace, layout, None if rows is None else np.asarray(rows), by)
        if layout not in GROUPED or by is not None:
            return made
        return type(made)(made.positions, with_names(made.guides, names_of(self.workspace)))

    def select(
        self,
        values: Mapping[str, Sequence[str]] | None = None,
        ranges: Mapping[str, tuple[float, float]] | None = None,
        polygons: Mapping[str, np.ndarray | Sequence[Sequence[float]]] | None = None,
    ) -> np.ndarray:
        """int64 (m,): the rows that meet every condition, ascending.

        values: by column, those that count. ranges: by column, lowest and highest, both included. polygons: by map in
        2D, corners (v, 2) in its units. Raises InputError for a column, value or map that there is not.
        """
        from imagespace_core.collection.select import select

        return select(self.workspace, values, ranges, polygons)

    def query(
        self,
        image: str | Path | np.ndarray | None = None,
        rows: Sequence[int] = (),
        text: str | None = None,
        negative: Sequence[int] = (),
    ) -> Query:
        """What is wanted, as one query: an image file or its pixels, uint8 (h, w, 3); rows of the collection; a
        sentence; or several of these together. negative: rows that it should be unlike.

        Raises InputError without any example, ModelError where the model that made the vectors cannot be had, or takes
        no sentences.
        """
        query = query_of_rows(self.workspace, rows, negative)
        others = [] if image is None else [vector_of_image(self.embedder, image)]
        if text is not None:
            others.append(vector_of_text(self.embedder, text))
        return replace(query, positive=np.vstack([query.positive, *others]))

    def search(
        self,
        image: str | Path | np.ndarray | None = None,
        rows: Sequence[int] = (),
        text: str | None = None,
        k: int = 20,
        *,
        negative: Sequence[int] = (),
        metric: Metric | None = None,
    ) -> pd.DataFrame:
        """The k nearest images to what `query` describes, nearest first: row, id, distance. The examples are not among
        them.

        metric: angular, euclidean, manhattan or dot, whose distance is minus the product; by default the first that the
        workspace was built for.
        """
        import pandas as pd

        from imagespace_core.search.query import run

        query = self.query(image, rows, text, negative)
        built = metrics(self.workspace)
        found = run(query, self._index(metric or (built[0] if built else "angular")), k)
        answers = found.rows[0]
        return pd.DataFrame(
            {"row": answers.astype(np.int64), "id": [self.ids[row] for row in answers], "distance": found.distances[0]}
        )

    def evaluate(self, settings: EvaluationSettings) -> Evaluation:
        """How well searches by examples find what a column labels. Raises InputError where that cannot be measured."""
        return evaluate(self.workspace, settings)

    def retrieval_map(self, parent: str, scores: np.ndarray, opacity: float = 0.6) -> RetrievalMap:
        """Scores of all rows, (n,), higher is more alike, painted over an image that rows were cut from.

        Raises InputError for a collection of images that were not cut from larger ones.
        """
        from imagespace_core.collection.retrieval_map import retrieval_map

        return retrieval_map(self.source, self.parent_boxes, parent, scores, opacity)

    @cached_property
    def parent_boxes(self) -> ParentBoxes:
        """Where every row lies in the image it was cut from: `parents`, object (n,), and `boxes`, int64 (n, 4)."""
        from imagespace_core.collection.retrieval_map import parent_boxes

        return parent_boxes(self.workspace, self.source)

    def figure(
        self, name: str | None = None, dims: int | None = None, color: str | None = "cluster", *,
        width: int = 1600, height: int = 1000, thumbnails: int = 0,
    ) -> Figure:  # fmt: skip
        """A map or layout as a still figure; `figure(...).save("map.png")` writes PNG or SVG.

        name: by default what is shown first. color: a column by name, None for gray. width, height: px. thumbnails: how
        many of the most central images lie on it. Raises InputError where there is no such map or column.
        """
        from imagespace_core.collection.figure import default_color, subject
        from imagespace_core.drawing.map_figure import MapFigure

        chosen = default_color(self.workspace) if color == "cluster" else color
        return MapFigure(width, height, thumbnails)(subject(self.workspace, name, dims, chosen))

    @cached_property
    def source(self) -> Source:
        """Where the images come from, opened again: `read(id)` and `preview(id, side)` give pixels."""
        from imagespace_core.sources import registry

        return registry.opened(self.workspace.manifest.source)

    @cached_property
    def embedder(self) -> Embedder:
        """The model that made the vectors. Raises ModelError if it cannot be had here, or is another by now."""
        return embedder_of(self.workspace)

    def _index(self, metric: Metric) -> Index:
        if metric not in self._indices:
            self._indices[metric] = index_of(self.workspace, metric)
        return self._indices[metric]
