"""What a build says while it runs: bars with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Task as RichTask
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from imagespace_core.pipeline.pipeline import Plan, Summary

# Without a terminal a long task says where it is this often, in seconds: a log stays readable, and shows life.
QUIET_INTERVAL = 15.0
SHARES = 1000


class _Rate(ProgressColumn):
    def render(self, task: RichTask) -> Text:
        speed = task.finished_speed or task.speed
        counted = task.fields["counted"]
        return Text(f"{speed:,.0f}/s" if speed and counted else "", style="progress.data.speed")


class _Count(MofNCompleteColumn):
    def render(self, task: RichTask) -> Text:
        if not task.fields["counted"]:
            return Text("" if task.total is None else f"{task.percentage:.0f} %", style="progress.download")
        return Text(f"{int(task.completed):,}") if task.total is None else super().render(task)


class TerminalReport:
    """The report of a command line, whose errors begin with its name. `console` is only given by tests."""

    def __init__(self, console: Console | None = None, program: str = "precompute") -> None:
        self._program = program
        self.console = console or Console(highlight=False)
        self.errors = Console(stderr=True, highlight=False) if console is None else console

    def note(self, line: str) -> None:
        self.console.print("note:", line, style="yellow", markup=False, soft_wrap=True)

    def error(self, line: str) -> None:
        self.errors.print(f"{self._program}:", line, style="bold red", markup=False, soft_wrap=True)

    @contextmanager
    def task(self, title: str, total: int | None = None) -> Iterator[_Bar | _Lines]:
        if not self.console.is_terminal:
            lines = _Lines(self.console, title, total)
            yield lines
            lines.done()
            return
        columns = [
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:30}"),
            BarColumn(bar_width=24),
            _Count(),
            _Rate(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        ]
        with Progress(*columns, console=self.console) as progress:
            bar = _Bar(progress, title, total)
            yield bar
            bar.done()


class _Bar:
    def __init__(self, progress: Progress, title: str, total: int | None) -> None:
        self._progress = progress
        self._id = progress.add_task(title, total=total, counted=total is not None)

    def advance(self, count: int) -> None:
        self._progress.update(self._id, advance=count, counted=True)

    def share(self, done: float) -> None:
        self._progress.update(self._id, total=SHARES, completed=round(done * SHARES), counted=False)

    def done(self) -> None:
        task = self._progress.tasks[0]
        total = task.total if task.total is not None else max(task.completed, 1)
        self._progress.update(self._id, total=total, completed=total)


class _Lines:
    def __init__(self, console: Console, title: str, total: int | None) -> None:
        self._console, self._title, self._total = console, title, total
        self._started = self._said = time.monotonic()
        self._count = 0

    def advance(self, count: int) -> None:
        self._count += count
        total = f" of {self._total:,}" if self._total else ""
        self._say_sometimes(lambda: f"{self._count:,}{total}")

    def share(self, done: float) -> None:
        self._say_sometimes(lambda: f"{done:.0%}")

    def _say_sometimes(self, text) -> None:
        now = time.monotonic()
        if now - self._said >= QUIET_INTERVAL:
            self._said = now
            self._print(f"{self._title}: {text()} after {now - self._started:.0f} s")

    def done(self) -> None:
        seconds = time.monotonic() - self._started
        rate = f", {self._count / seconds:,.0f}/s" if self._count and seconds > 0 else ""
        self._print(f"{self._title}: done in {seconds:.1f} s{rate}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)


def print_plan(report: TerminalReport, plan: Plan) -> None:
    """Every step, what a build would do with it, and why."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in plan.rows:
        table.add_row(row.decision, row.step.name, row.why)
    report.console.print(table)
    redo, keep, skip = (len(plan.names(decision)) for decision in ("redo", "keep", "skip"))
    report.console.print(f"{redo} to redo, {keep} to keep, {skip} to skip. Nothing was written.", markup=False)


def print_summary(report: TerminalReport, summary: Summary, command: str) -> None:
    """Counts, failures, seconds per step, and the command that opens the app."""
    manifest, console = summary.manifest, report.console
    if not summary.ran:
        console.print(f"{summary.root} is up to date: nothing had changed.", markup=False)
    else:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(justify="right")
        for name in summary.ran:
            table.add_row(f"{manifest.steps[name]['seconds']:.1f} s", name)
        console.print("\nSeconds per step")
        console.print(table)
        if others := len(manifest.steps) - len(summary.ran):
            console.print(f"{others} other step{' was' if others == 1 else 's were'} done before")
    failures = manifest.counts["failures"]
    clusters = manifest.measured("clusters", "clusters", 0)
    noise = manifest.measured("clusters", "noise", 0)
    console.print(f"\n{manifest.rows:,} images in {summary.root}, model {manifest.model}", markup=False, soft_wrap=True)
    console.print(f"{clusters:,} clusters; {noise:,} images belong to none")
    if failures:
        left_out = "1 file was" if failures == 1 else f"{failures:,} files were"
        console.print(
            f"{left_out} left out; the reasons are in {summary.root / 'failures.csv'}",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
    console.print("\nOpen the app with:")
    console.print(f"  {command}", style="bold", markup=False, soft_wrap=True)
