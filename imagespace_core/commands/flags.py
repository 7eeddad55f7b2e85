"""Turns the fields of a frozen dataclass into the flags of a Typer command."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, get_type_hints

import typer

from imagespace_core.errors import InputError
from imagespace_core.sources.parameters import Flag


def as_command(function: Callable[..., None], program: str) -> Callable[..., None]:
    """`function(options, ...)` with every field of its options as a flag of its own, for Typer to read.

    The first parameter's type is a frozen dataclass; a field's metadata has `help` and may have `min`, `max`, `short`
    (a one-letter flag), `argument` (it is no flag, but stands by itself) and `name` (what that is called). A field with
    `members` is a dictionary: each `Flag` that this function gives is a flag, and in the dictionary only if given.
    program: the name that begins the message on a wrong command line.
    """
    first, *own = inspect.signature(function, eval_str=True).parameters.values()
    kind = first.annotation
    fields, types = dataclasses.fields(kind), get_type_hints(kind)
    members: dict[str, list[Flag]] = {f.name: f.metadata["members"]() for f in fields if "members" in f.metadata}
    plain = [f for f in fields if f.name not in members]

    def command(**given: Any) -> None:
        chosen: dict[str, Any] = {f.name: given.pop(f.name) for f in plain}
        for name, some in members.items():
            given_flags = {member.name: given.pop(member.name) for member in some}
            chosen[name] = {key: value for key, value in given_flags.items() if value is not None}
        try:
            options = kind(**chosen)
        except InputError as error:
            usage(program, str(error))
        function(options, **given)

    parameters = [_parameter(f, types[f.name]) for f in plain] + own
    parameters += [_member(member) for some in members.values() for member in some]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    command.__signature__ = inspect.Signature(parameters)
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__doc__ = function.__doc__
    return command


def single(function: Callable[..., None]) -> typer.Typer:
    """A program that is this one command."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(function)
    return app


def usage(program: str, message: str) -> NoReturn:
    """The command line itself cannot be right."""
    typer.echo(f"{program}: {message}. See --help", err=True)
    raise typer.Exit(2)


def _parameter(f: dataclasses.Field[Any], kind: Any) -> inspect.Parameter:
    limits = {name: f.metadata[name] for name in ("min", "max") if name in f.metadata}
    if f.metadata.get("argument"):
        name = f.metadata.get("name", f.name.upper())
        info: Any = typer.Argument(help=f.metadata["help"], metavar=name, show_default=False)
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
