"""The file names inside a workspace. `items.parquet` row i, and row i of every array, are the same image."""

from __future__ import annotations

import re
from collections.abc import Container

MANIFEST = "manifest.json"
ITEMS = "items.parquet"
IMAGES = "images.parquet"  # what the images themselves say; `items.parquet` adds the source's columns and the metadata
SOURCE_COLUMNS = "source.parquet"  # what the source says of them, row by row
FAILURES = "failures.csv"
ATLAS = "atlas.json"
ATLAS_PAGES = "atlas"
COLUMNS = "columns"
NAMES = "names"
PREVIEWS = "previews"
CENTRALITY = "centrality.npy"
LOCK = ".lock"  # held by a build; nobody else ever takes it
AT_WORK = ".lock-at-work"  # held by a build too; who wants to know whether one is at work tries this one
CLUSTER_NAMES = "cluster-names.json"  # given by people, kept over rebuilds
CLUSTER_NAMES_LOCK = ".cluster-names.lock"
BUILD = ".build"  # staging of a build in progress, and what an interrupted one left
TRASH = ".build-removed"  # what was `.build`, on its way out
JOURNAL = f"{BUILD}/publish.json"  # a publication that was decided and may not be finished
LONGEST_PATH = 400
NAMES_PER_PAGE = 2048
GIVEN = "given"  # the map that a file brought
PREFERRED_MAPS = (GIVEN, "tsne", "umap", "pca")  # the first that was made is shown first, and sprites lie along it


def preferred_map(there: Container[str]) -> str | None:
    """The first of PREFERRED_MAPS that is there.

    >>> preferred_map(["pca", "tsne"])
    'tsne'
    """
    return next((name for name in PREFERRED_MAPS if name in there), None)


def vectors(model: str) -> str:
    return f"vectors/{model}.npy"


def neighbors(model: str) -> str:
    return f"neighbors/{model}.npz"


def projection(name: str, dims: int) -> str:
    return f"projections/{name}-{dims}d.npy"


def layout(name: str) -> str:
    return f"layouts/{name}.npy"


def guides(name: str) -> str:
    return f"layouts/{name}.json"


def clusters(name: str) -> str:
    return f"clusters/{name}.npy"


def nearest_clusters(name: str) -> str:
    return f"clusters/{name}-nearest.npy"


def cluster_strength(name: str) -> str:
    return f"clusters/{name}-strength.npy"


def cluster_probabilities(name: str) -> str:
    return f"clusters/{name}-probabilities.npy"


def index(model: str, metric: str) -> str:
    return f"indices/{model}-{metric}.ann"


def preview(row: int) -> str:
    return f"{PREVIEWS}/{row // 1000:04d}/{row}.webp"


def is_inside(name: object) -> bool:
    """Whether a manifest or a journal, perhaps from elsewhere, names a file or folder of the workspace by this.

    >>> is_inside("columns/hue.npy"), is_inside("../photos"), is_inside("/etc/passwd"), is_inside(".build/files")
    (True, False, False, False)
    """
    if not isinstance(name, str) or len(name) > LONGEST_PATH or "\0" in name or "\\" in name:
        return False
    first, *more = name.split("/")
    return bool(first) and not first.startswith(".") and ".." not in more and ":" not in first and name != MANIFEST


def slug(name: str) -> str:
    """A column's name as a file name; `columns.unique_slugs` settles collisions.
    Cut to 80 signs: a survey's question is a column name, and file systems stop at 255.

    >>> slug("Taken at (UTC)")
    'taken-at-utc'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "column"
