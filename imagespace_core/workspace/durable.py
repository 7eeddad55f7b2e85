"""Durable writing: after a crash, of the program or of the machine, there is the old file or the new one, whole."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MOST_ONE_BY_ONE = 256
"""Files that are brought to the disk one by one; of more, everything that waits to be written is, in one call."""


def write_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new, and a crash leaves one of the two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")  # one's own, whoever else writes the same file
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folders([path.parent])


def sync(paths: Iterable[Path]) -> None:
    """Bring files, and folders with all that is in them, to the disk. Raises OSError where that fails."""
    files: list[Path] = []
    folders: set[Path] = set()
    for path in paths:
        folders.add(path.parent)
        if path.is_dir():
            for folder, _, names in os.walk(path):
                folders.add(Path(folder))
                files += [Path(folder, name) for name in names]
        else:
            files.append(path)
    if len(files) > MOST_ONE_BY_ONE and hasattr(os, "sync"):
        os.sync()
        return
    for file in files:
        # For writing, which Windows asks for; nothing is written.
        descriptor = os.open(file, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    sync_folders(folders)


def sync_folders(folders: Iterable[Path]) -> None:
    """Bring to the disk which names there are in the folders, where the system can do that: Windows cannot."""
    for folder in folders:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
