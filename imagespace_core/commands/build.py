"""`precompute.py`, and the same as `imagespace build`: parse arguments, call build, report."""

from __future__ import annotations

import dataclasses
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from imagespace_core.build.options import Options
from imagespace_core.commands.flags import as_command, usage
from imagespace_core.commands.mishaps import Remedies, plain_errors

APP = Path(__file__).parents[2] / "streamlit_app.py"
PROGRAM = "precompute"
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
) -> None:
    """Build a workspace from images: vectors, maps, clusters, search indices and sprites.

    A second run does only what has changed, and an interrupted one goes on where it stopped.
    """
    from imagespace_core.commands.report import TerminalReport, print_summary

    # OpenMP's threads burn processor time while they wait for each other. On 2 cores t-SNE took 22 s of it, and 6 s
    # with threads that sleep. Read when the library is loaded, so this is the place.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if not (demo or options.origin() or options.relayout or options.only):
        usage(PROGRAM, "give a folder of images, or --demo")
    report = TerminalReport()
    with plain_errors(report.error, REMEDIES):
        from imagespace_core.build import build

        if demo:
            options = _demo(options)
        summary = build(options, report)
    command = _open_command(summary.root)
    print_summary(report, summary, command)
    if open_app:
        _open(summary.root, report.error)


def main() -> None:
    """Run as `precompute.py`."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(as_command(build_command, PROGRAM))
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


def _open_command(root: Path) -> str:
    name = APP.name if Path.cwd() == APP.parent else str(APP)
    command = f"streamlit run {shlex.quote(name)}"
    if "IMAGESPACE_WORKSPACE" in os.environ or root.resolve().parent != (Path.cwd() / "workspaces").resolve():
        command = f"IMAGESPACE_WORKSPACE={shlex.quote(str(root.resolve()))} {command}"
    in_uv = "UV" in os.environ or "UV_RUN_RECURSION_DEPTH" in os.environ
    return command.replace("streamlit run", "uv run streamlit run") if in_uv else command


def _open(root: Path, error: Callable[[str], None]) -> None:
    """Run the app until Ctrl-C."""
    if not APP.exists():
        error(
            f"the app {APP} is not there; ImageSpace was installed without its source tree. "
            "Clone it, and install with: pip install -e ."
        )
        raise typer.Exit(1)
    environment = {**os.environ, "IMAGESPACE_WORKSPACE": str(root.resolve())}
    with subprocess.Popen([sys.executable, "-m", "streamlit", "run", str(APP)], env=environment) as server:
        # Ctrl-C and a polite kill end the server too, and are no failure: the workspace is built.
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            server.wait()
        except KeyboardInterrupt:
            server.terminate()
