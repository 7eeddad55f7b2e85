"""Which workspaces were built on this machine: only what these name outside their own folder is read for visitors.

A manifest names where its images lie, and perhaps the file of a model. One that came from elsewhere may name any
folder. So each build notes here, outside of every workspace, what its workspace names: a line of JSON, only added to.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path

from imagespace_core.workspace.manifest import Manifest


def notes_file() -> Path:
    """`confirmed.jsonl` in $IMAGESPACE_STATE, else in the user's folder for the state of programs."""
    import platformdirs

    return Path(os.environ.get("IMAGESPACE_STATE") or platformdirs.user_state_dir("imagespace")) / "confirmed.jsonl"


def confirm(root: Path, manifest: Manifest) -> None:
    """Note that the workspace at `root` may read what its manifest names. Raises OSError."""
    if not is_confirmed(root, manifest):
        file = notes_file()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.open("a", encoding="ascii") as notes:
            notes.write(f"{_line(root, manifest)}\n")


def is_confirmed(root: Path, manifest: Manifest) -> bool:
    """Whether a build on this machine made the workspace at `root` from what its manifest names."""
    file = notes_file()
    try:
        status = file.stat()
        return _line(root, manifest) in _lines(file, status.st_mtime_ns, status.st_size)
    except OSError:
        return False


def _line(root: Path, manifest: Manifest) -> str:
    # Early manifests had no parameters.
    source = {"parameters": {}, **{name: value for name, value in manifest.source.items() if name != "digest"}}
    embed = manifest.steps.get("embed", {})
    record = {
        "workspace": str(root.resolve()),
        "source": source,
        "model": [embed.get("model"), embed.get("model_dir")],
    }
    return json.dumps(record, sort_keys=True)


@lru_cache(maxsize=1)
def _lines(file: Path, modified: int, size: int) -> frozenset[str]:
    return frozenset(file.read_text("ascii", errors="replace").splitlines())
