"""Trains encoders on one's own images. The only package that needs PyTorch."""

from __future__ import annotations

import importlib.util
from contextlib import AbstractContextManager
from typing import Protocol

from imagespace_core.errors import InputError

PACKAGES = ("torch", "tensorboard", "onnx")
"""What the extra `train` installs."""


class Task(Protocol):
    """Something that takes a while, as a person watches it."""

    def advance(self, count: int) -> None: ...


class Report(Protocol):
    """Where training shows its progress."""

    def task(self, title: str, total: int | None = None) -> AbstractContextManager[Task]: ...

    def note(self, line: str) -> None: ...


def require_packages() -> None:
    """Raises InputError, with the command that mends it, where a package that training needs is not installed."""
    absent = [package for package in PACKAGES if importlib.util.find_spec(package) is None]
    if absent:
        raise InputError(
            f"training needs {' and '.join(absent)}, not installed here. Run: pip install {' '.join(absent)} "
            "(from a clone: uv sync --extra train)"
        )
