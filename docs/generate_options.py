"""Write docs/options.md from the commands themselves, so that it cannot fall behind.

    python docs/generate_options.py

A test compares the committed file with `page()`.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import typer
from typer.models import ArgumentInfo, OptionInfo

from imagespace_core.__main__ import COMMANDS, imagespace
from imagespace_core.sources.parameters import flags

FILE = Path(__file__).with_name("options.md")
HEAD = """# Options

<!-- Written by docs/generate_options.py. Change a text where the option is declared, then run that file. -->

Every command and every option, with its default; `--help` behind a command says the same. A run does what its options
say: of those left out, a workspace remembers only `--model`, `--model-dir` and `--vectors`.

A command exits with 0 when it is done, with 2 where the command line itself cannot be right, and with 1 and one line
that names the remedy for all that is found on the way.
"""
_DEFAULT = re.compile(r"\s*\[default: (.*)\]$")
_PLACEHOLDERS = {int: "N", float: "X", Path: "PATH", str: "TEXT"}


@dataclass(frozen=True)
class Option:
    """One option of a command. names: with dashes, or for an argument the word that stands for it."""

    parameter: str
    names: tuple[str, ...]
    kind: Any
    default: Any
    info: OptionInfo | ArgumentInfo

    def row(self) -> str:
        text = " ".join((self.info.help or "").split())
        about = _DEFAULT.sub("", text) + self._limits()
        return f"| {self._called()} | {_cell(about)} | {_cell(self._default(text))} |"

    def _called(self) -> str:
        names = ", ".join(f"`{name}`" for name in sorted(self.names, key=len))
        if isinstance(self.info, ArgumentInfo) or self.kind is bool:
            return names
        if get_origin(self.kind) is Literal:
            return f"{names} {' or '.join(f'`{value}`' for value in get_args(self.kind))}"
        return f"{names} {_PLACEHOLDERS[self.kind]}"

    def _limits(self) -> str:
        low, high = self.info.min, self.info.max
        if low is not None and high is not None:
            return f" {low:g} to {high:g}."
        if low is not None and low > 0 and self.kind in (int, float):
            return f" At least {low:g}."
        return ""

    def _default(self, text: str) -> str:
        if found := _DEFAULT.search(text):
            return found[1]
        if self.default is ...:
            return "required"
        return "" if self.default is None or self.default is False else str(self.default)


def page() -> str:
    """The whole page."""
    own = {flag.name for flag in flags()}
    parts = [HEAD]
    for name, about, options in commands():
        lines = [f"## {name}", ""]
        if name == "imagespace build":
            lines += ["`precompute.py` is the same command; `uv run precompute.py IMAGES` needs no installation.", ""]
            general = [option for option in options if option.parameter not in own]
            lines += [about, "", *_table(general), "### Options of one source", ""]
            lines += ["Each begins with the [sources](sources.md) that take it.", ""]
            lines += _table([option for option in options if option.parameter in own])
        else:
            lines += [about, "", *_table(options)]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def commands() -> Iterator[tuple[str, str, list[Option]]]:
    """Every command: its words, what it does, its options. First the program itself."""
    yield "imagespace", _about(imagespace), _options(imagespace)
    for name in COMMANDS:
        group: typer.Typer = import_module(f"imagespace_core.commands.{name}").app
        alone = len(group.registered_commands) == 1
        for command in group.registered_commands:
            assert command.callback is not None
            words = name if alone else f"{name} {command.name}"
            yield f"imagespace {words}", _about(command.callback), _options(command.callback)


def _about(function: Callable[..., Any]) -> str:
    return inspect.cleandoc(function.__doc__ or "")


def _options(function: Callable[..., Any]) -> list[Option]:
    found = []
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        kind, default = parameter.annotation, parameter.default
        infos = [given for given in (*get_args(kind)[1:], default) if isinstance(given, (OptionInfo, ArgumentInfo))]
        if get_origin(kind) is not Literal and hasattr(kind, "__metadata__"):
            kind = get_args(kind)[0]
        if not infos:
            continue  # a command's own context
        info = infos[0]
        names = tuple(info.param_decls or ())
        if default is info:
            default = info.default
        elif isinstance(info.default, str):  # in an annotation Typer takes the first name for the default
            names = (info.default, *names)
        if isinstance(info, ArgumentInfo):
            names = (str(info.metavar or parameter.name).upper(),)
        default = ... if default is inspect.Parameter.empty else default
        some = [part for part in get_args(kind) if part is not NoneType] if NoneType in get_args(kind) else [kind]
        names = names or (f"--{parameter.name.replace('_', '-')}",)
        found.append(Option(parameter.name, names, some[0], default, info))
    return found


def _table(options: list[Option]) -> list[str]:
    if not options:
        return []
    return ["| Option | What it does | Default |", "|---|---|---|", *(option.row() for option in options), ""]


def _cell(text: str) -> str:
    """Text in a table of Markdown, letter by letter."""
    return re.sub(r"([|<_*])", r"\\\1", text)


if __name__ == "__main__":
    FILE.write_text(page(), "utf-8")
    print(f"wrote {FILE}")
