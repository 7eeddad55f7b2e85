"""The steps from vectors to what is looked at: neighbor graph, maps, clusters, search indices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imagespace_core import cluster, reduce
from imagespace_core.cluster import GMM, HDBSCAN
from imagespace_core.cluster.gmm import Mixture
from imagespace_core.cluster.summaries import summaries
from imagespace_core.neighbors import Graph
from imagespace_core.neighbors.centrality import Centrality
from imagespace_core.neighbors.graph import NeighborGraph
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.steps import Record, Report, Step, parameters_of
from imagespace_core.reduce.pca import PCA, explained_variance
from imagespace_core.search import METRICS, Metric
from imagespace_core.search.annoy import Annoy
from imagespace_core.search.by_rows import ANNOY_METRIC, ANNOY_TREES
from imagespace_core.search.recall import tune_search_k
from imagespace_core.workspace import Draft, names
from imagespace_core.workspace.tables import read_table


@dataclass(frozen=True)
class Ready:
    """What a file brings and nothing has to compute. maps: steps by dimensions.

    alone: whether the vectors are no more than those positions, so that other maps of them would say nothing.
    """

    neighbors: Step | None = None
    maps: Mapping[int, Step] = field(default_factory=dict)
    alone: bool = False


def plan(options: Options, model: str, draft: Draft, ready: Ready, kind: str) -> list[Step]:
    """The steps for the vectors of `model`, of a source of this kind.

    A graph that has more neighbors than are needed now is kept.
    """
    made = [] if ready.alone else [(name, dims) for name in options.reducers() for dims in options.dimensions()]
    reducers = [options.make(reduce.REDUCERS[name], dims=dims) for name, dims in made]
    clusterer = _clusterer(options)
    k = max([options.make(HDBSCAN).neighbors_needed, *(reducer.neighbors_needed for reducer in reducers)])
    if not options.force:
        k = max(k, (draft.record("neighbors") or {}).get("parameters", {}).get("k", 0))
    steps = [ready.neighbors or _neighbors_step(options.make(NeighborGraph, k=k), model)]
    steps += [_centrality_step(Centrality(), model), *ready.maps.values()]
    steps += [_map_step(reducer, name, dims, model) for reducer, (name, dims) in zip(reducers, made, strict=True)]
    steps.append(_clusters_step(clusterer, options.clusterer, model))
    steps.append(_summaries_step([*((names.GIVEN, dims) for dims in ready.maps), *made], model))
    steps += [
        _index_step(options.make(Annoy, metric=metric, trees=index_trees(options, metric, kind)), metric, model)
        for metric in METRICS
        if metric in options.metric_names()
    ]
    return steps


def check(options: Options, columns: Sequence[str], possible: Collection[str]) -> None:
    """Raises InputError where a column to cluster by is none that the table will have: before any image is read.

    possible: names that pictures may bring; whether they do is known once they are read.
    """
    clusterer = _clusterer(options)
    if isinstance(clusterer, GMM):
        clusterer.need([*columns, *(name for name in clusterer.columns if name in possible)])


def index_trees(options: Options, metric: Metric, kind: str) -> int:
    """Trees of an index: those asked for, else the preset of the kind of source."""
    preset = ANNOY_TREES if kind == "microscopy" and metric == ANNOY_METRIC else Annoy.trees
    return options.trees or preset


def clustered_by(draft: Draft) -> str:
    """Name of the method that found the clusters there are."""
    return (draft.record("clusters") or {}).get("clusterer", "hdbscan")


def _clusterer(options: Options) -> cluster.Clusterer:
    if options.clusterer == "gmm":
        return options.make(GMM, columns=options.cluster_column_names(), weight=options.cluster_weight)
    return options.make(cluster.CLUSTERERS[options.clusterer])


def _neighbors_step(stage: NeighborGraph, model: str) -> Step:
    file = names.neighbors(model)

    def run(draft: Draft, report: Report) -> Record:
        with report.task("Neighbor graph") as task:
            graph = stage(_vectors(draft, model), tick=task.share)
        np.savez(draft.stage(file), rows=graph.rows, distances=graph.distances)
        return {"neighbors": graph.rows.shape[1]}

    return Step("neighbors", run, [file], parameters_of(stage), ["embed"], ["numpy", "pynndescent"])


def _centrality_step(stage: Centrality, model: str) -> Step:
    def run(draft: Draft, report: Report) -> Record:
        with report.task("Central images") as task:
            np.save(draft.stage(names.CENTRALITY), stage(_graph(draft, model), tick=task.share))
        return {}

    return Step("centrality", run, [names.CENTRALITY], parameters_of(stage), ["neighbors"], ["scipy"])


def _map_step(stage: reduce.Reducer, name: str, dims: int, model: str) -> Step:
    file = names.projection(name, dims)

    def run(draft: Draft, report: Report) -> Record:
        with report.task(f"{reduce.TITLES[name]} in {dims}D") as task:
            positions = stage(_vectors(draft, model), _graph(draft, model), tick=task.share)
        np.save(draft.stage(file), np.ascontiguousarray(positions, np.float32))
        record: Record = {"projection": name, "dims": dims}
        if isinstance(stage, PCA) and dims == 2:
            record["explained_variance"] = [
                round(float(share), 6) for share in explained_variance(_vectors(draft, model))
            ]
        return record

    source = "neighbors" if stage.neighbors_needed else "embed"
    return Step(f"{name}-{dims}d", run, [file], parameters_of(stage), [source], stage.packages)


def _clusters_step(stage: cluster.Clusterer, name: str, model: str) -> Step:
    mixture = stage if isinstance(stage, GMM) else None
    files = [names.clusters(name), names.nearest_clusters(name), names.cluster_strength(name)]
    if mixture:
        files.append(names.cluster_probabilities(name))

    def run(draft: Draft, report: Report) -> Record:
        record: Record = {"clusterer": name}
        with report.task("Clusters") as task:
            if mixture:
                columns = _columns(draft, mixture.columns)
                found = mixture(_vectors(draft, model), tick=task.share, columns=columns)
            else:
                found = stage(_vectors(draft, model), _graph(draft, model), tick=task.share)
        arrays = [found.labels, found.nearest, found.strength]
        if isinstance(found, Mixture):
            arrays.append(found.probabilities)
            record["bic"] = {str(k): round(bic, 2) for k, bic in found.bic.items()}
        for file, array in zip(files, arrays, strict=True):
            np.save(draft.stage(file), array)
        return {**record, "clusters": int(found.labels.max(initial=-1)) + 1, "noise": int((found.labels < 0).sum())}

    parameters = parameters_of(stage)
    if mixture is None:
        return Step("clusters", run, files, parameters, ["neighbors"], ["hdbscan", "umap-learn"])
    inputs = ["embed", "table"] if mixture.columns else ["embed"]
    return Step("clusters", run, files, {**parameters, "clusterer": name}, inputs, ["scikit-learn"])


def _columns(draft: Draft, wanted: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Columns of the table as arrays (n,): numbers float64, dates, all else objects with None where missing.

    Those that are not there are not here either; the mixture says so, and which there are.
    """
    import pandas as pd

    if not wanted:
        return {}
    table = read_table(draft.path(names.ITEMS))
    if not set(wanted) <= set(table.columns):
        return {str(name): np.empty(0) for name in table.columns if name not in ("id", "path")}
    found: dict[str, Any] = {}
    for name in wanted:
        column = pd.Series(table[name])
        if pd.api.types.is_datetime64_any_dtype(column):
            found[name] = column.to_numpy("datetime64[us]")
        elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            found[name] = column.astype("float64").to_numpy(np.float64, na_value=np.nan)
        else:
            plain = column.astype(object)
            found[name] = plain.where(column.notna(), None).to_numpy(object)
    return found


def _summaries_step(maps: list[tuple[str, int]], model: str) -> Step:
    def run(draft: Draft, report: Report) -> Record:
        method = clustered_by(draft)
        labels = np.load(draft.path(names.clusters(method)), allow_pickle=False)
        strength = np.load(draft.path(names.cluster_strength(method)), allow_pickle=False)
        made = {
            f"{name}-{dims}d": np.load(draft.path(names.projection(name, dims)), allow_pickle=False)
            for name, dims in maps
            if draft.path(names.projection(name, dims)).exists()
        }
        return {"hotspots": [one.record() for one in summaries(labels, _vectors(draft, model), made, strength)]}

    # "hotspots" is what the manifest of format 1 calls the step and its result.
    return Step("hotspots", run, [], {}, ["clusters", *(f"{name}-{dims}d" for name, dims in maps)])


def _index_step(stage: Annoy, metric: Metric, model: str) -> Step:
    file = names.index(model, metric)

    def run(draft: Draft, report: Report) -> Record:
        vectors = _vectors(draft, model)
        with report.task(f"Search index, {metric}") as task:
            stage.build(vectors)
            stage.save(draft.stage(file))
            task.share(0.7)
            tuned = tune_search_k(stage, vectors, seed=stage.seed)
        return {
            "metric": metric,
            "search_k": tuned.search_k,
            "recall": round(tuned.recall, 4),
            "latency_ms": round(tuned.latency_ms, 3),
            "exact_latency_ms": round(tuned.exact_latency_ms, 3),
        }

    return Step(f"index-{metric}", run, [file], parameters_of(stage), ["embed"], ["annoy"])


def _vectors(draft: Draft, model: str) -> np.ndarray:
    return np.load(draft.path(names.vectors(model)), mmap_mode="r", allow_pickle=False)


def _graph(draft: Draft, model: str) -> Graph:
    with np.load(draft.path(names.neighbors(model)), allow_pickle=False) as file:
        return Graph(file["rows"], file["distances"])
