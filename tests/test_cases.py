"""Small inputs of real users that were once misread or refused: built by the real command, judged by their own check.

They lie beside the test data, in `cases/`: `NN/make.py` writes the input, `NN/check.sh PRODUCT` answers 0."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
CASES = Path(os.environ.get("IMAGESPACE_TEST_DATA", "")).parent / "cases"
IN_CHROMIUM = {"10", "11"}


def _cases() -> list[object]:
    if "IMAGESPACE_TEST_DATA" not in os.environ or not CASES.is_dir():
        return [pytest.param("", marks=pytest.mark.skip("IMAGESPACE_TEST_DATA has no cases beside it"))]
    names = sorted(check.parent.name for check in CASES.glob("*/check.sh"))
    return [pytest.param(name, marks=[pytest.mark.browser] if name in IN_CHROMIUM else []) for name in names]


@pytest.mark.parametrize("case", _cases())
def test_the_product_does_right_by(case: str, tmp_path: Path) -> None:
    folder = shutil.copytree(CASES / case, tmp_path / case)  # it writes its input beside itself
    folder.chmod(0o755)
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "UV_PROJECT_ENVIRONMENT": sys.prefix,  # what runs these tests, as it is
        "UV_NO_SYNC": "1",
    }
    done = subprocess.run(
        ["sh", str(folder / "check.sh"), str(REPOSITORY)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
