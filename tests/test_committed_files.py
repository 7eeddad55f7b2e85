"""What may not be in a committed file."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_no_committed_file_names_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "uv.lock" not in listed
    hosts = re.compile(rb"pypi" rb"\.org|python" rb"hosted\.org|registry" rb"\.npmjs|hugging" rb"face\.co\b")
    assert [name for name in listed if (ROOT / name).is_file() and hosts.search((ROOT / name).read_bytes())] == []
