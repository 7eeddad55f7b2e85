"""The examples in docstrings show what really comes out."""

import doctest
import importlib
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLE = re.compile(r"^ *>>> ", re.MULTILINE)


def _examples() -> dict[str, int]:
    """How many examples the text of each module of the package shows, by the module's name."""
    files = sorted((ROOT / "imagespace_core").rglob("*.py"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files]
    counts = (len(EXAMPLE.findall(path.read_text("utf-8"))) for path in files)
    return {name: count for name, count in zip(names, counts, strict=True) if count}


EXAMPLES = _examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_in_a_docstring_comes_out_as_it_says(name: str) -> None:
    if name.startswith("imagespace_core.train.") and importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    failed, run = doctest.testmod(importlib.import_module(name))
    assert failed == 0
    assert run == EXAMPLES[name], "an example stands where no docstring is"


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 20
