"""`precompute.py`, and the same as `imagespace build`: parse the options, build, print a summary."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from imagespace_core.commands.flags import as_command, single, usage
from imagespace_core.commands.mishaps import Remedies, plain_errors
from imagespace_core.commands.serve import serve, serve_command_line
from imagespace_core.pipeline.options import Options

PROGRAM = "imagespace build" if Path(sys.argv[0]).stem == "imagespace" else "precompute"
"""What its messages begin with."""
REMEDIES = Remedies(
    stopped="what was finished is kept. Run the same command to go on",
    memory="--limit, a smaller --thumb-size",
    go_on="run the same command; it goes on where it stopped",
    what="the workspace",
)


def build_command(
    options: Options,
    demo: Annotated[
        bool, typer.Option("--demo", help="Use 1,797 handwritten digits that come with scikit-learn.")
    ] = False,
    open_app: Annotated[bool, typer.Option("--open", help="Open the app on the result.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say for every step whether it would be done again, and do nothing.")
    ] = False,
) -> None:
    """Build a workspace from images: vectors, maps, clusters, search indices and sprites.

    A second run does only what has changed, and an interrupted one goes on where it stopped.
    """
    from imagespace_core.commands.report import TerminalReport
    from imagespace_core.commands.summary import print_plan, print_summary

    # OpenMP's threads burn processor time while they wait for each other. On 2 cores t-SNE took 22 s of it, and 6 s
    # with threads that sleep. Read when the library is loaded, so this is the place.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if not (demo or options.origin() or options.relayout or options.only):
        usage(PROGRAM, "give a folder of images, or --demo")
    if dry_run and open_app:
        usage(PROGRAM, "--dry-run makes nothing that --open could show; leave one of them out")
    report = TerminalReport(program=PROGRAM)
    with plain_errors(report.error, REMEDIES):
        from imagespace_core.pipeline.pipeline import build, plan

        if demo:
            options = _demo(options)
        if dry_run:
            print_plan(report, plan(options, report))
            return
        summary = build(options, report)
    print_summary(report, summary, serve_command_line(summary.root))
    if open_app:
        serve(summary.root, open_browser=True)


def main() -> None:
    """Run as `precompute.py`."""
    app()


def _demo(options: Options) -> Options:
    from imagespace_core.sources.digits import write_digits

    if options.images is not None or options.metadata is not None:
        usage(PROGRAM, "--demo brings its own images and metadata; leave IMAGES and --metadata out")
    folder = write_digits()
    return dataclasses.replace(
        options,
        images=folder / "images",
        metadata=folder / "digits.csv",
        output=options.output or Path("workspaces") / "demo",
        model=options.model or "efficientnet-lite0",
    )


app = single(as_command(build_command, PROGRAM))
