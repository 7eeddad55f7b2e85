"""Bytes that a page makes for its viewer and hands out by address: filters, selections, arrangements.

Kept in memory, bounded. An entry is named by a digest of its bytes, so the same filter in two sessions is kept once and
browsers may cache it for ever. Whoever needs an entry offers it again at every rerun; the longest unused go first.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from imagespace_core.lru import LRU

MOST_BYTES = 256 * 2**20
"""Of all workspaces together."""
MOST_BYTES_EACH = 128 * 2**20
"""Of one workspace, whoever looks at it: a 3D arrangement of a million rows is 12 MB, a filter at most 0.13."""
PREFIX = "offered"

_kept: LRU[tuple[Path, str], bytes] = LRU(MOST_BYTES, len, lambda key: key[0], MOST_BYTES_EACH)


def offer(root: Path, data: bytes, suffix: str) -> str:
    """Keep `data` for the viewers of the workspace at `root`; its path below the base URL."""
    name = f"{hashlib.sha256(data).hexdigest()[:32]}.{suffix}"
    _kept.put((root, name), data)
    return f"{PREFIX}/{name}"


def taken(root: Path, name: str) -> bytes | None:
    """What was offered as `offered/<name>`, or None if it is not kept (any more)."""
    return _kept.get((root, name))
