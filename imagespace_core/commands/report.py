"""The progress of a command: bars with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

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
from rich.text import Text

# Without a terminal a long task prints its progress this often, in seconds: a log stays readable, and shows life.
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
        self._started = self._printed = time.monotonic()
        self._count = 0

    def advance(self, count: int) -> None:
        self._count += count
        total = f" of {self._total:,}" if self._total else ""
        self._print_sometimes(lambda: f"{self._count:,}{total}")

    def share(self, done: float) -> None:
        self._print_sometimes(lambda: f"{done:.0%}")

    def _print_sometimes(self, text) -> None:
        now = time.monotonic()
        if now - self._printed >= QUIET_INTERVAL:
            self._printed = now
            self._print(f"{self._title}: {text()} after {now - self._started:.0f} s")

    def done(self) -> None:
        seconds = time.monotonic() - self._started
        rate = f", {self._count / seconds:,.0f}/s" if self._count and seconds > 0 else ""
        self._print(f"{self._title}: done in {seconds:.1f} s{rate}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)
