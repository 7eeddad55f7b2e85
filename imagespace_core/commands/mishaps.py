"""Errors that a user can mend, shown as one line with exit code 1 instead of a traceback."""

from __future__ import annotations

import errno
import signal
from collections.abc import Callable
from dataclasses import dataclass

import typer

from imagespace_core.errors import ImageSpaceError


@dataclass(frozen=True)
class Remedies:
    """The remedies that a command names for errors that are not its own. memory: what to use less of."""

    stopped: str
    memory: str
    go_on: str
    what: str


class plain_errors:
    """Turn what a user can mend into one line and exit code 1; anything else is a bug and keeps its traceback."""

    def __init__(self, show: Callable[[str], None], remedies: Remedies) -> None:
        self._show, self._remedies = show, remedies

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, _interrupt)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        signal.signal(signal.SIGTERM, self._before)
        if error is None:
            return
        line = _one_line(error, self._remedies)
        if line:
            self._show(line)
            raise typer.Exit(1) from None


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _out_of_memory(error: BaseException) -> bool:
    """Also as the system says it, and as libraries do that give no number: Annoy when it maps an index, Pillow."""
    if isinstance(error, OSError):
        message = str(error).lower()
        return error.errno == errno.ENOMEM or (
            error.errno is None and ("cannot allocate memory" in message or "out of memory" in message)
        )
    return isinstance(error, MemoryError)


def _one_line(error: BaseException, remedies: Remedies) -> str | None:
    if isinstance(error, ImageSpaceError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return f"stopped; {remedies.stopped}"
    if _out_of_memory(error):
        return f"out of memory. Use {remedies.memory}, or a machine with more memory"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"the disk is full ({error.filename or error.strerror}). Free some space and {remedies.go_on}"
    if isinstance(error, OSError) and error.errno is None:  # NumPy's and Annoy's, who do not say why
        return f"{remedies.what} cannot be written ({error}). Free some disk space and {remedies.go_on}"
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"cannot write {error.filename or remedies.what} ({error.strerror}). Choose a writable folder with -o"
    return None
