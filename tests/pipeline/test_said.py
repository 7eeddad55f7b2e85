"""What a build says on the console and in its notes is what is there."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from imagespace_core.commands.report import TerminalReport
from imagespace_core.commands.summary import print_summary
from imagespace_core.pipeline.pipeline import build
from imagespace_core.pipeline.source_columns import SourceColumns
from imagespace_core.sources import Item
from tests.pipeline.building import Listening, check_rows, quick, run


def test_a_layout_that_could_not_be_made_is_not_done_and_its_reason_is_said(
    photos: Path, tmp_path: Path, model: str
) -> None:
    options = quick(photos, tmp_path / "w", model, layouts="grid,map")
    for _ in range(2):  # the second time nothing has changed, and the reason is as true
        out = StringIO()
        report = TerminalReport(Console(file=out, width=200))
        print_summary(report, build(options, report), "open it")
        assert "There is no layout map: no longitude and latitude columns" in out.getvalue()
        assert "Layout: map" not in out.getvalue()


def test_the_note_on_dates_names_the_column_where_they_are(photos: Path, tmp_path: Path, model: str) -> None:
    table = tmp_path / "m.csv"
    for text, there in (("1881-11-01", False), ("long ago", True)):
        table.write_text(f"filename,taken_at\n000.png,{text}\n")
        report = Listening()
        run(quick(photos, tmp_path / "w", model, metadata=table), report)
        assert ("taken_at_metadata" in check_rows(tmp_path / "w", photos).items) is there
        assert any("taken_at_metadata" in note for note in report.notes) is there


def test_what_a_source_says_keeps_its_own_column_whatever_it_is_called() -> None:
    items = [Item("a", "a.png", "", {"id": 1, "id_source": 2, "row": 3, "label": 4})]
    assert SourceColumns(items).columns == {
        "id": "id_source_source", "id_source": "id_source", "row": "row_source", "label": "label",
    }  # fmt: skip
