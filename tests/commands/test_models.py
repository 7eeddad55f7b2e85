from pathlib import Path

import pytest
from typer.testing import CliRunner

from imagespace_core.__main__ import app
from imagespace_core.embed import catalog


def test_every_model_is_listed_with_its_facts_and_whether_it_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    done = CliRunner().invoke(app, ["models"])
    assert done.exit_code == 0, done.output
    table, sources = done.output.split("\nSources\n")
    lines = {line.split()[0]: line for line in table.splitlines()[1:]}
    assert list(lines) == list(catalog.MODELS)
    for name, model in catalog.MODELS.items():
        for fact in (f"{model.dims:,}", model.licence, f"{model.size_mb:,} MB", model.about):
            assert fact in lines[name]
        assert model.source in sources
    here = [name for name, model in catalog.MODELS.items() if model.is_here()]
    assert here == ["efficientnet-lite0"]
