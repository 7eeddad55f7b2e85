"""Each mishap has its own remedy: too little memory is no full disk."""

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.commands.build import REMEDIES
from imagespace_core.commands.mishaps import _one_line

MEMORY = "out of memory. Use --limit, a smaller --thumb-size, or a machine with more memory"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), "vectors/m.npy"),
        OSError("indices/m-angular.ann cannot be written: Unable to mmap: Cannot allocate memory"),
        OSError("out of memory error when writing image file"),
    ],
)
def test_too_little_memory_is_told_as_that(error: Exception) -> None:
    assert _one_line(error, REMEDIES) == MEMORY


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "vectors/m.npy"),
        OSError("indices/m-angular.ann cannot be written: Unable to write: No space left on device"),
        OSError("4096 requested and 0 written"),
    ],
)
def test_a_full_disk_is_told_as_that(error: OSError) -> None:
    line = _one_line(error, REMEDIES)
    assert line is not None
    assert "ree some" in line
    assert "memory" not in line


def test_an_array_that_does_not_fit_is_told_as_too_little_memory(tmp_path: Path) -> None:
    """In a process that may not have the memory: an array in it, and one that is mapped from a file."""
    with (tmp_path / "large.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (1 << 32,)})
        file.truncate((1 << 34) + 128)
    program = f"""
        import resource
        import numpy as np
        from imagespace_core.commands.build import REMEDIES
        from imagespace_core.commands.mishaps import _one_line
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        for make in (lambda: np.ones(1 << 32), lambda: np.load({str(tmp_path / "large.npy")!r}, mmap_mode="r")):
            try:
                make()
            except (MemoryError, OSError) as error:
                print(_one_line(error, REMEDIES))
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [MEMORY, MEMORY]
