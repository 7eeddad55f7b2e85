"""The console script `imagespace`: one subcommand per module of `commands`."""

from __future__ import annotations

import typer

import imagespace_core
from imagespace_core.commands import build, evaluate, export, models, train
from imagespace_core.commands.flags import as_command

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("build")(as_command(build.build_command, build.PROGRAM))
app.command("evaluate")(evaluate.evaluate_command)
app.command("export")(export.export_command)
app.command("models")(models.models_command)
app.add_typer(train.app, name="train")


@app.callback(invoke_without_command=True)
def imagespace(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    """See, search and explore a large image collection."""
    if version:
        typer.echo(imagespace_core.__version__)
        raise typer.Exit


def main() -> None:
    app()


if __name__ == "__main__":
    main()
