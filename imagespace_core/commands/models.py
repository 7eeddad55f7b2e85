"""`imagespace models`: lists the models, and which of them are on this machine."""

from __future__ import annotations

import typer

from imagespace_core.commands.flags import single

COLUMNS = ("name", "dims", "text", "licence", "size", "on this machine", "for")


def models_command() -> None:
    """Show the models by name: length of their vectors, sentence search, licence, size, source."""
    from imagespace_core.embed.catalog import DEFAULT, MODELS

    rows: list[tuple[str, ...]] = [COLUMNS]
    for model in MODELS.values():
        facts = (f"{model.dims:,}", "yes" if model.text else "no", model.licence, f"{model.size_mb:,} MB")
        rows.append((model.name, *facts, "yes" if model.is_here() else "no", model.about))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    typer.echo("\nSources")
    for model in MODELS.values():
        typer.echo(f"{model.name.ljust(widths[0])}  {model.source}")
    typer.echo(
        f"\nChoose with --model NAME; without it {DEFAULT} is used. --model-dir DIR brings files from another machine: "
        "model.onnx, or for models with text vision_model.onnx, text_model.onnx and tokenizer.json.\n"
        "--model FILE.onnx takes any other image model; --vectors FILE vectors that you have already."
    )


app = single(models_command)
