"""The steps from vectors to what is looked at: neighbor graph, maps, clusters, hotspots, search indices."""

from __future__ import annotations

import numpy as np

from imagespace_core import cluster, reduce
from imagespace_core.build.options import Options
from imagespace_core.build.steps import Record, Report, Step, parameters_of
from imagespace_core.cluster.hdbscan import HDBSCAN
from imagespace_core.cluster.hotspots import hotspots
from imagespace_core.neighbors import Graph
from imagespace_core.neighbors.centrality import Centrality
from imagespace_core.neighbors.graph import NeighborGraph
from imagespace_core.reduce.pca import PCA, explained_variance
from imagespace_core.search import METRICS, Metric
from imagespace_core.search.annoy import Annoy
from imagespace_core.search.recall import tune_search_k
from imagespace_core.workspace import Draft, names

CLUSTERS = "hdbscan"


def plan(options: Options, model: str, draft: Draft) -> list[Step]:
    """The steps for the vectors of `model`. A graph that has more neighbors than are needed now is kept."""
    maps = [(name, dims) for name in options.reducers() for dims in options.dimensions()]
    reducers = [options.make(reduce.REDUCERS[name], dims=dims) for name, dims in maps]
    clusterer = options.make(HDBSCAN)
    k = max([clusterer.neighbors_needed, *(reducer.neighbors_needed for reducer in reducers)])
    if not options.force:
        k = max(k, (draft.record("neighbors") or {}).get("parameters", {}).get("k", 0))
    steps = [_neighbors_step(options.make(NeighborGraph, k=k), model), _centrality_step(Centrality(), model)]
    steps += [_map_step(reducer, name, dims, model) for reducer, (name, dims) in zip(reducers, maps, strict=True)]
    steps.append(_clusters_step(clusterer, model))
    steps.append(_hotspots_step(maps, model))
    steps += [
        _index_step(options.make(Annoy, metric=metric), metric, model)
        for metric in METRICS
        if metric in options.metric_names()
    ]
    return steps


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


_PACKAGES = {"pca": ["scikit-learn"], "tsne": ["openTSNE"], "umap": ["umap-learn"]}


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
    return Step(f"{name}-{dims}d", run, [file], parameters_of(stage), [source], _PACKAGES.get(name, []))


def _clusters_step(stage: cluster.Clusterer, model: str) -> Step:
    files = [names.clusters(CLUSTERS), names.nearest_clusters(CLUSTERS), names.cluster_strength(CLUSTERS)]

    def run(draft: Draft, report: Report) -> Record:
        with report.task("Clusters") as task:
            found = stage(_vectors(draft, model), _graph(draft, model), tick=task.share)
        for file, array in zip(files, (found.labels, found.nearest, found.strength), strict=True):
            np.save(draft.stage(file), array)
        return {"clusters": int(found.labels.max(initial=-1)) + 1, "noise": int((found.labels < 0).sum())}

    return Step("clusters", run, files, parameters_of(stage), ["neighbors"], ["hdbscan", "umap-learn"])


def _hotspots_step(maps: list[tuple[str, int]], model: str) -> Step:
    def run(draft: Draft, report: Report) -> Record:
        labels = np.load(draft.path(names.clusters(CLUSTERS)), allow_pickle=False)
        strength = np.load(draft.path(names.cluster_strength(CLUSTERS)), allow_pickle=False)
        made = {
            f"{name}-{dims}d": np.load(draft.path(names.projection(name, dims)), allow_pickle=False)
            for name, dims in maps
            if draft.path(names.projection(name, dims)).exists()
        }
        return {"hotspots": [spot.to_dict() for spot in hotspots(labels, _vectors(draft, model), made, strength)]}

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
