"""PyTorch is needed for training alone, and is asked for in one sentence."""

import ast
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import imagespace_core

ROOT = Path(__file__).parents[2]
BLOCKED = "import sys; sys.modules['torch'] = sys.modules['tensorboard'] = None; "


def run(code: str) -> subprocess.CompletedProcess[str]:
    """In a process in which `import torch` fails as it does where there is none."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run([sys.executable, "-c", BLOCKED + code], capture_output=True, text=True, env=environment)


def test_every_module_outside_of_training_is_imported_without_torch() -> None:
    names = [module.name for module in pkgutil.walk_packages(imagespace_core.__path__, "imagespace_core.")]
    others = [name for name in names if not name.startswith("imagespace_core.train.") and not name.endswith("__main__")]
    others += ["imagespace_core.__main__", "imagespace_core.train.options"]
    assert len(others) > 100
    done = run(f"import importlib; [importlib.import_module(name) for name in {others!r}]")
    assert done.returncode == 0, done.stderr


def test_no_file_outside_of_training_names_the_torch_module() -> None:
    """Nor later, inside a function."""
    files = [*ROOT.glob("imagespace_core/**/*.py"), *ROOT.glob("pages/*.py"), *ROOT.glob("*.py")]
    importing = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in ("torch", "tensorboard") for name in names):
                importing.add(file.parent.relative_to(ROOT).as_posix())
    assert importing == {"imagespace_core/train"}


def test_training_says_what_to_install() -> None:
    for kind in ("autoencoder", "loc2vec"):
        done = run(f"sys.argv = ['imagespace', 'train', {kind!r}, 'somewhere']; "
                   "from imagespace_core.__main__ import main; main()")  # fmt: skip
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr == (
            "train: training needs torch and tensorboard, not installed here. Run: pip install torch tensorboard "
            "(from a clone: uv sync --extra train)\n"
        )
