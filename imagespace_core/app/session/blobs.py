"""Bytes that a page makes for its viewer and hands out by address: filters, selections, arrangements.

Kept in memory, bounded. An entry is named by a digest of its bytes, so the same filter in two sessions is kept once and
browsers may cache it for ever. Whoever needs an entry offers it again at every rerun; the longest unused go first.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock

MOST_BYTES = 256 * 2**20
"""Of all workspaces together."""
MOST_BYTES_EACH = 128 * 2**20
"""Of one workspace, whoever looks at it: a 3D arrangement of a million rows is 12 MB, a filter at most 0.13."""
PREFIX = "offered"

_kept: OrderedDict[tuple[Path, str], bytes] = OrderedDict()
_lock = Lock()


def offer(root: Path, data: bytes, suffix: str) -> str:
    """Keep `data` for the viewers of the workspace at `root`; its path below the base URL."""
    name = f"{hashlib.sha256(data).hexdigest()[:32]}.{suffix}"
    with _lock:
        _kept[root, name] = data
        _kept.move_to_end((root, name))
        _trim([key for key in _kept if key[0] == root], MOST_BYTES_EACH)
        _trim(list(_kept), MOST_BYTES)
    return f"{PREFIX}/{name}"


def taken(root: Path, name: str) -> bytes | None:
    """What was offered as `offered/<name>`, or None if it is not kept (any more)."""
    with _lock:
        data = _kept.get((root, name))
        if data is not None:
            _kept.move_to_end((root, name))
        return data


def _trim(keys: list[tuple[Path, str]], most: int) -> None:
    """Drop the longest unused of `keys` until they fit; the newest always stays."""
    size = sum(len(_kept[key]) for key in keys)
    for key in keys[:-1]:
        if size <= most:
            return
        size -= len(_kept.pop(key))
