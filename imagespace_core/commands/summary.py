"""What a build prints at its end, its summary; or instead of a run, its plan (`--dry-run`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from imagespace_core.commands.report import TerminalReport

if TYPE_CHECKING:
    from imagespace_core.pipeline.pipeline import Plan, Summary


def print_plan(report: TerminalReport, plan: Plan) -> None:
    """Every step, what a build would do with it, and why."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in plan.rows:
        table.add_row(row.decision, row.step.name, row.why)
    report.console.print(table)
    redo, keep, skip = (len(plan.names(decision)) for decision in ("redo", "keep", "skip"))
    report.console.print(f"{redo} to redo, {keep} to keep, {skip} to skip. Nothing was written.", markup=False)


def print_summary(report: TerminalReport, summary: Summary, command: str) -> None:
    """Counts, failures, layouts that could not be made, seconds per step, and the command that opens the app."""
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
    for name, reason in manifest.layouts_without().items():
        console.print(f"There is no layout {name}: {reason}", style="yellow", markup=False, soft_wrap=True)
    console.print("\nOpen the app with:")
    console.print(f"  {command}", style="bold", markup=False, soft_wrap=True)
