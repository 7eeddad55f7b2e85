"""Clusters: groups of similar images, found by density (HDBSCAN) or as Gaussians (GMM). -1 is noise, in no group."""

from __future__ import annotations

from imagespace_core.cluster.clustering import Clusterer, Clustering
from imagespace_core.cluster.gmm import GMM
from imagespace_core.cluster.hdbscan import HDBSCAN

__all__ = ["CLUSTERERS", "GMM", "HDBSCAN", "Clusterer", "Clustering"]

CLUSTERERS: dict[str, type[HDBSCAN | GMM]] = {"hdbscan": HDBSCAN, "gmm": GMM}
"""By the name used in files and options."""
