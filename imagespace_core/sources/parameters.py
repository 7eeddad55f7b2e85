"""What a source can be told: its options as flags of the command line, and as a manifest records them."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from imagespace_core.errors import InputError
from imagespace_core.sources import Source, settled_fields
from imagespace_core.sources.registry import SOURCES

_DEFAULT = "  [default: "
_KINDS = {int: "whole numbers", float: "numbers", str: "words"}


@dataclass(frozen=True)
class Flag:
    """An option of one or more sources. kind: int, float or str, what the command line reads; str for several values.

    help: what it means, behind the sources to which it means that; the default at the end.
    """

    name: str
    kind: type
    help: str
    sources: tuple[str, ...]


def flags() -> list[Flag]:
    """Every option there is, source by source; one that several sources have in common stands once."""
    texts: dict[str, dict[str, list[str]]] = {}
    for source in SOURCES:
        for name, option in _options(source).items():
            texts.setdefault(name, {}).setdefault(_help(option), []).append(source)
    found = []
    for name, takers in texts.items():
        sources = tuple(source for some in takers.values() for source in some)
        found.append(Flag(name, _parsed(sources[0], name), _joined(takers), sources))
    return found


def parameters(source: str, given: Mapping[str, object]) -> dict[str, Any]:
    """What was given, with texts made lists where the source wants several values, and paths absolute.

    Raises InputError for what this source does not take.
    """
    options = _options(source)
    for name in given:
        if name not in options:
            takers = [other for other in SOURCES if name in _options(other)]
            goes = f"it goes with --source {' or '.join(takers)}" if takers else "there is no such option"
            raise InputError(f"--{name.replace('_', '-')} says nothing to --source {source}; {goes}. Leave it out")
    return {name: _value(source, name, value, options[name]) for name, value in given.items()}


def recorded(source: Source) -> dict[str, Any]:
    """The options of a source as JSON values, from which `registry.opened` makes it again."""
    names = [f.name for f in fields(source) if "help" in f.metadata]  # pyright: ignore[reportArgumentType]
    return {name: _plain(getattr(source, name)) for name in (*names, *settled_fields(source))}


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


@cache
def _options(source: str) -> dict[str, Field[Any]]:
    return {f.name: f for f in fields(SOURCES[source].make) if "help" in f.metadata}  # pyright: ignore[reportArgumentType]


@cache
def _type(source: str, name: str) -> tuple[type, bool]:
    """(int, float or str, whether there are several) of an option."""
    hint = get_type_hints(SOURCES[source].make)[name]
    if isinstance(hint, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    several = get_origin(hint) is tuple
    return (get_args(hint)[0] if several else hint), several


def _parsed(source: str, name: str) -> type:
    kind, several = _type(source, name)
    return str if several else kind


def _value(source: str, name: str, value: object, option: Field[Any]) -> object:
    kind, several = _type(source, name)
    if several and isinstance(value, str):
        try:
            return tuple(kind(part) for part in (part.strip() for part in value.split(",")) if part)
        except ValueError:
            flag = f"--{name.replace('_', '-')}"
            raise InputError(f"{flag} {value!r}: expected {_KINDS[kind]}, separated by commas") from None
    if option.metadata.get("path") and value and Path(str(value)).exists():
        return str(Path(str(value)).resolve())  # the app runs elsewhere
    return value


def _joined(takers: Mapping[str, list[str]]) -> str:
    """What an option is to its sources, by the text; a default that all of them have stands once, at the end."""
    parts = [(f"{', '.join(sources)}: {text}", text.partition(_DEFAULT)[2]) for text, sources in takers.items()]
    defaults = {default for _, default in parts}
    if len(defaults) > 1:
        return "  ".join(text for text, _ in parts)
    return "  ".join(text.partition(_DEFAULT)[0] for text, _ in parts) + "".join(_DEFAULT + d for d in defaults if d)


def _help(option: Field[Any]) -> str:
    text, default = option.metadata["help"], option.default
    if isinstance(default, tuple):
        default = ",".join(map(str, default))
    return text if default in (None, "") else f"{text}{_DEFAULT}{default}]"
