"""Tests wait for states, never for a time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import wait_until

NAP = re.compile(r"wait_for_timeout\(|\bsleep\(")
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("folder", ["tests", "benchmarks"])
def test_no_test_and_no_benchmark_naps(folder: str) -> None:
    files = [file for kind in ("py", "js") for file in (ROOT / folder).rglob(f"*.{kind}")]
    assert files
    naps = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if NAP.search(line)
    ]
    assert naps == [], "wait for what is meant: a hook of the viewer, an attribute, the address, a file"


def test_waiting_ends_with_the_state_or_with_the_process_and_else_fails(tmp_path: Path) -> None:
    program = "import sys; print(end='', flush=True); open(sys.argv[1], 'w'); sys.stdin.read()"
    file = tmp_path / "there"
    with subprocess.Popen([sys.executable, "-c", program, str(file)], stdin=subprocess.PIPE) as process:
        wait_until(file.exists, process)
        assert file.exists()
        with pytest.raises(TimeoutError, match="did not reach"):
            wait_until(lambda: False, process, 0.05)
        assert process.stdin is not None
        process.stdin.close()
        wait_until(lambda: False, process)
    assert process.returncode == 0
