"""`imagespace serve`: the app on this machine, on one workspace or a folder of them."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from imagespace_core.commands.flags import single, usage
from imagespace_core.workspace.find import workspace_folders

PROGRAM = "serve"
HERE = "127.0.0.1"


def serve_command(
    workspace: Annotated[
        Path | None,
        typer.Argument(
            help="A workspace, or a folder of them.  [default: what IMAGESPACE_WORKSPACE names, else ./workspaces]",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Where the app listens.  [default: 8501, or the next that is free]", min=1, max=65535),
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address it listens at; 0.0.0.0 lets other machines in.", metavar="ADDRESS")
    ] = HERE,
    open_app: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Open the app on a workspace, or on a folder of them, until Ctrl-C.

    It answers this machine alone unless --host says otherwise.
    """
    if workspace is not None and not workspace.is_dir():
        usage(PROGRAM, f"{workspace} is {'no folder' if workspace.exists() else 'not there'}; expected a workspace")
    serve(workspace, host=host, port=port, open_browser=open_app)


def serve(workspace: Path | None, *, host: str = HERE, port: int | None = None, open_browser: bool = False) -> None:
    """Run the app until Ctrl-C or a polite kill, then exit with its code.

    workspace: None for what the environment names.
    """
    environment = dict(os.environ)
    if workspace is not None:
        environment["IMAGESPACE_WORKSPACE"] = str(workspace.resolve())
    try:
        socket.getaddrinfo(host, port)
    except OSError as error:
        typer.echo(f"{PROGRAM}: {host} is no address of this machine ({error.strerror}). Try --host {HERE}", err=True)
        raise typer.Exit(1) from None
    if port is not None and _in_use(host, port):
        typer.echo(f"{PROGRAM}: port {port} is in use. Leave --port out, or choose another", err=True)
        raise typer.Exit(1)
    place = Path(environment.get("IMAGESPACE_WORKSPACE") or "workspaces").resolve()
    if not workspace_folders(place):
        typer.echo(f"{PROGRAM}: there is no workspace in {place} yet; the app says how to make one", err=True)
    app = files("imagespace_core.app")
    settings = {
        **dict(_flattened(tomllib.loads((app / "config.toml").read_text("utf-8")))),
        "server.address": host,
        "server.headless": not open_browser,
        "server.showEmailPrompt": False,
        "server.fileWatcherType": "none",
    }
    if port is not None:
        settings["server.port"] = port
    flags = [part for name, value in settings.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "streamlit", "run", str(app / "server" / "streamlit_app.py"), *flags]
    with subprocess.Popen(command, env=environment) as server:
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            code = server.wait()
        except KeyboardInterrupt:
            server.terminate()
            return
    if code > 0:
        raise typer.Exit(1)


def _in_use(host: str, port: int) -> bool:
    """Whether something else listens there; what else is wrong with it is the server's to refuse."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def serve_command_line(root: Path) -> str:
    """What a person types in this folder to open the workspace at `root`."""
    if "UV" in os.environ or "UV_RUN_RECURSION_DEPTH" in os.environ:
        program = "uv run imagespace"
    elif shutil.which("imagespace"):
        program = "imagespace"
    else:
        program = f"{shlex.quote(sys.executable)} -m imagespace_core"
    here = Path.cwd().resolve()
    path = root.resolve()
    return f"{program} serve {shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))}"


def _flattened(section: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """{"theme": {"light": {"x": 1}}} as ("theme.light.x", 1)."""
    for name, value in section.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


app = single(serve_command)
