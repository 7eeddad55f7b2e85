"""Reducers: high-dimensional vectors to maps in two and three dimensions."""

from __future__ import annotations

from imagespace_core.reduce.pca import PCA
from imagespace_core.reduce.reducer import Reducer
from imagespace_core.reduce.tsne import TSNE
from imagespace_core.reduce.umap import UMAP

__all__ = ["PCA", "REDUCERS", "TITLES", "TSNE", "UMAP", "Reducer"]

REDUCERS: dict[str, type[PCA | TSNE | UMAP]] = {"pca": PCA, "tsne": TSNE, "umap": UMAP}
"""By the name used in files and options. Importing these is cheap: the libraries load inside the calls."""

TITLES = {"given": "Given", "pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
"""What people call them; a given map was brought in and not made here."""
