"""Bars with rate and time left on a terminal, lines that show life elsewhere."""

import re
from io import StringIO

import pytest
from rich.console import Console

from imagespace_core.commands.report import TerminalReport
from imagespace_core.errors import UnreadableImageError


def test_a_terminal_shows_bars_with_count_rate_and_time_left() -> None:
    out = StringIO()
    report = TerminalReport(Console(file=out, force_terminal=True, width=160, legacy_windows=False))
    with report.task("Reading images", 40) as task:
        for _ in range(4):
            task.advance(10)
    with report.task("t-SNE in 2D") as task:
        for done in (0.25, 1.0):
            task.share(done)
    plain = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", out.getvalue())
    assert re.search(r"Reading images .*40/40 .*\d/s .*0:00:0\d +0:00:00", plain), plain
    assert re.search(r"t-SNE in 2D .*100 %", plain)
    assert "━" in plain


def test_an_interrupted_bar_is_not_shown_as_done() -> None:
    out = StringIO()
    report = TerminalReport(Console(file=out, width=160))

    def fail() -> None:
        with report.task("Reading images", 40) as task:
            task.advance(10)
            raise UnreadableImageError("x")

    with pytest.raises(UnreadableImageError):
        fail()
    assert "done" not in out.getvalue()


def test_a_long_task_shows_life_in_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    from imagespace_core.commands import report as module

    monkeypatch.setattr(module, "QUIET_INTERVAL", 0.0)
    out = StringIO()
    with TerminalReport(Console(file=out, width=160)).task("Reading images", 4_000) as task:
        task.advance(1_500)
    with TerminalReport(Console(file=out, width=160)).task("Clusters") as task:
        task.share(0.5)
    lines = out.getvalue().splitlines()
    assert lines[0] == "Reading images: 1,500 of 4,000 after 0 s"
    assert lines[2] == "Clusters: 50% after 0 s"
    assert len(lines) == 4
