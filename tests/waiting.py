"""Waiting for what another process or thread does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from time import monotonic


def wait_until(state: Callable[[], bool], process: subprocess.Popen, limit_s: float = 120) -> None:
    """Returns once a state is reached, or the process has ended without it; asks again every 10 ms.

    Raises: TimeoutError after `limit_s` seconds.
    """
    end = monotonic() + limit_s
    while not state() and process.poll() is None:
        if monotonic() > end:
            raise TimeoutError(f"{process.args} runs on, but in {limit_s} s it did not reach what was waited for")
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
