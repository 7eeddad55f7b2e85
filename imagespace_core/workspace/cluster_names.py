"""Names that people gave to clusters: the one file of a workspace that is not made by a build.

`cluster-names.json` holds them by the key of the step that made the clusters, then by label. Another clustering has
another key, so a name is never shown for images that it was not given to; names of earlier clusterings stay in the
file and count again when the same clustering comes back.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imagespace_core.errors import WorkspaceError
from imagespace_core.workspace import names
from imagespace_core.workspace.draft import write_text

LONGEST = 80
LOCK_SECONDS = 10


@dataclass(frozen=True)
class ClusterNames:
    """names: by label, of the present clusters. aside: how many names belong to other clusterings."""

    names: dict[int, str] = field(default_factory=dict)
    aside: int = 0

    def title(self, label: int) -> str:
        """What to call the cluster `label`; -1 is noise."""
        return "noise" if label < 0 else self.names.get(label, f"Cluster {label}")

    def titles(self, count: int) -> list[str]:
        """What to call the clusters 0 to `count`; those of one name are told apart by their numbers."""
        plain = [self.title(label) for label in range(count)]
        often = Counter(plain)
        return [f"{title} ({label})" if often[title] > 1 else title for label, title in enumerate(plain)]


def read(root: Path, key: str) -> ClusterNames:
    """The names given to the clusters that the step of `key` made. Raises WorkspaceError if the file is broken."""
    kept = _read(root)
    own = {int(label): name for label, name in kept.get(key, {}).items()}
    return ClusterNames(own, sum(len(given) for other, given in kept.items() if other != key))


def rename(root: Path, key: str, label: int, name: str) -> ClusterNames:
    """Save the name of one cluster; an empty name gives it its number back.

    Read and written under a lock, so that people who name clusters at the same time do not undo each other's names.
    Raises WorkspaceError if the file cannot be read or written.
    """
    from filelock import FileLock, Timeout

    text = clean(name)
    try:
        with FileLock(root / names.CLUSTER_NAMES_LOCK, timeout=LOCK_SECONDS):
            kept = _read(root)
            own = kept.setdefault(key, {})
            if text:
                own[str(label)] = text
            else:
                own.pop(str(label), None)
            write_text(root / names.CLUSTER_NAMES, json.dumps(kept, indent=1, ensure_ascii=False))
    except Timeout:
        raise WorkspaceError(
            f"the name was not saved: {root / names.CLUSTER_NAMES} is being written by someone else. Try again"
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WorkspaceError(
            f"the name was not saved: {root} cannot be written ({reason}). Names need a workspace one may write to"
        ) from error
    return read(root, key)


def clean(name: str) -> str:
    """A name on one line, without signs that do not print, at most LONGEST signs long."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:LONGEST].strip()


def _read(root: Path) -> dict[str, dict[str, str]]:
    path = root / names.CLUSTER_NAMES
    try:
        kept: Any = json.loads(path.read_text("utf-8"))
        whole = all(
            label.isascii() and label.isdigit() and isinstance(name, str)
            for given in kept.values()
            for label, name in given.items()
        )
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise WorkspaceError(f"{path} cannot be read ({error}). Repair it, or move it away to start anew") from error
    if not whole:
        raise WorkspaceError(f"{path} holds something else than names by label. Repair it, or move it away")
    return kept
