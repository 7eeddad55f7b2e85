"""`precompute.py`, and the same as `imagespace build`: parse arguments, call build, report."""

from __future__ import annotations

import dataclasses
import errno
import inspect
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, get_type_hints

import typer

from imagespace_core.build.options import Options
from imagespace_core.errors import ImageSpaceError, InputError
from imagespace_core.sources.parameters import Flag

APP = Path(__file__).parents[2] / "streamlit_app.py"


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
        _usage("give a folder of images, or --demo")
    report = TerminalReport()
    with _plain_errors(report.error):
        from imagespace_core.build import build

        if demo:
            options = _demo(options)
        summary = build(options, report)
    command = _open_command(summary.root)
    print_summary(report, summary, command)
    if open_app:
        _open(summary.root, report.error)


def as_command(function: Callable[..., None]) -> Callable[..., None]:
    """`function(options, ...)` with every field of Options as a flag of its own, for Typer to read.

    A field whose metadata has `members` is a dictionary; each of its members is a flag, and in it only if given.
    """
    fields, types = dataclasses.fields(Options), get_type_hints(Options)
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    members = {f.name: f.metadata["members"]() for f in fields if "members" in f.metadata}
    plain = [f for f in fields if f.name not in members]

    def command(**given: Any) -> None:
        chosen: dict[str, Any] = {f.name: given.pop(f.name) for f in plain}
        for name, some in members.items():
            told = {member.name: given.pop(member.name) for member in some}
            chosen[name] = {key: value for key, value in told.items() if value is not None}
        try:
            options = Options(**chosen)
        except InputError as error:
            _usage(str(error))
        function(options, **given)

    parameters = [_parameter(f, types[f.name]) for f in plain] + own
    parameters += [_member(member) for some in members.values() for member in some]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__doc__ = function.__doc__
    return command


def _parameter(f: dataclasses.Field[Any], kind: Any) -> inspect.Parameter:
    limits = {name: f.metadata[name] for name in ("min", "max") if name in f.metadata}
    if f.metadata.get("argument"):
        info: Any = typer.Argument(help=f.metadata["help"], metavar=f.name.upper(), show_default=False)
    else:
        flag = f"--{f.name.replace('_', '-')}"
        flags = [f.metadata["short"]] if "short" in f.metadata else []
        hidden = f.default is None or f.default is False
        info = typer.Option(flag, *flags, help=f.metadata["help"], show_default=not hidden, **limits)
    return inspect.Parameter(
        f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=Annotated[kind, info]
    )


def _member(flag: Flag) -> inspect.Parameter:
    info: Any = typer.Option(f"--{flag.name.replace('_', '-')}", help=flag.help, show_default=False)
    kind: Any = flag.kind | None
    return inspect.Parameter(flag.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, info])


def main() -> None:
    """Run as `precompute.py`."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(as_command(build_command))
    app()


def _demo(options: Options) -> Options:
    from imagespace_core.sources.digits import write_digits

    if options.images is not None or options.metadata is not None:
        _usage("--demo brings its own images and metadata; leave IMAGES and --metadata out")
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


def _usage(message: str) -> NoReturn:
    typer.echo(f"precompute: {message}. See --help", err=True)
    raise typer.Exit(2)


class _plain_errors:
    """Turn what a user can mend into one line and exit code 1; anything else is a bug and keeps its traceback."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, _interrupt)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        signal.signal(signal.SIGTERM, self._before)
        if error is None:
            return
        line = _one_line(error)
        if line:
            self._say(line)
            raise typer.Exit(1) from None


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _one_line(error: BaseException) -> str | None:
    if isinstance(error, ImageSpaceError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "stopped; what was finished is kept. Run the same command to go on"
    if isinstance(error, MemoryError):
        return "out of memory. Use --limit, a smaller --thumb-size, or a machine with more memory"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"the disk is full ({error.filename or error.strerror}). "
            "Free some space and run the same command; it goes on where it stopped"
        )
    if isinstance(error, OSError) and error.errno is None:  # NumPy's and Annoy's, who do not say why
        return f"the workspace cannot be written ({error}). Free some disk space and run the same command again"
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"cannot write {error.filename or 'the workspace'} ({error.strerror}). Choose a writable folder with -o"
    return None
