"""The console script `imagespace`: one subcommand per module of `commands`, imported when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "build": "Make a workspace from images: vectors, maps, clusters, search indices and sprites.",
    "serve": "Open the app on a workspace, or on a folder of them.",
    "evaluate": "Measure what searching by examples finds: precision, recall, retrieval maps.",
    "export": "Draw a map or layout as a PNG or SVG file.",
    "models": "Show the models by name, and which are on this machine.",
    "train": "Train an encoder on images of your own; needs PyTorch.",
}
"""The line of each in `--help`. `commands/<name>.py` has the command itself, as the Typer app `app`."""


class Commands(TyperGroup):
    """The commands by name; only the one that is called is imported, so that --help and --version answer at once."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        return typer.main.get_command(import_module(f"imagespace_core.commands.{cmd_name}").app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)


@app.callback(invoke_without_command=True)
def imagespace(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    """See, search and explore a large image collection."""
    if version:
        import imagespace_core

        typer.echo(imagespace_core.__version__)
        raise typer.Exit


def main() -> None:
    app()


if __name__ == "__main__":
    main()
