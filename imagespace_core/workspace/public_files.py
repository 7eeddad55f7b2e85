"""Which files of a workspace a browser may fetch: from the app's server, and from a static site."""

from __future__ import annotations

import re

from imagespace_core.workspace.names import LONGEST_PATH

# Vectors, indices and paths stay inside.
_PUBLIC = re.compile(
    r"projections/[\w.-]+\.npy|layouts/[\w.-]+\.(?:npy|json)|centrality\.npy|columns/[\w-]+\.(?:npy|json|starts\.npy|codes\.npy)|names/\d+\.json"
    r"|atlas\.json|atlas/(?:\d+\.webp|cells\.npy|sizes\.npy)|previews/\d+/\d+\.webp"
)


def is_public(name: str) -> bool:
    """Whether the file of this name may leave.

    >>> is_public("columns/hue.npy"), is_public("columns/tags.starts.npy"), is_public("columns/../items.parquet")
    (True, True, False)
    >>> is_public("vectors/clip.npy")
    False
    """
    return len(name) <= LONGEST_PATH and _PUBLIC.fullmatch(name) is not None
