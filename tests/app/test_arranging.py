"""Arranging only what the filters leave, on the Explore page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.test_explore import control, visit
from tests.app.test_pages import text
from tests.pipeline.building import quick, run, write_model, write_solid


def test_dates_of_another_column_make_a_timeline_of_what_is_left_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = write_solid(tmp_path / "photos", 12)
    lines = [f"{name},2021-{i + 1:02d}-03,{'ab'[i % 2]}" for i, name in enumerate(names)]
    (tmp_path / "days.csv").write_text("\n".join(["filename,day,kind", *lines]))
    model = write_model(tmp_path)
    run(quick(tmp_path / "photos", tmp_path / "w/dated", model, metadata=tmp_path / "days.csv"))
    monkeypatch.setenv("IMAGESPACE_WORKSPACE", str(tmp_path / "w"))
    test = visit(map="Timeline", filters="kind", f_kind="a", only="true")
    assert any("6 of 12 images pass" in caption.value for caption in test.caption)
    assert control(test, "Arrange only what the filters leave").value
    assert "Not arranged anew" not in text(test)
