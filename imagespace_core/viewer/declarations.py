"""Writes `contract.d.ts` from the models of `contract/`, for the type checker of the JavaScript.

python -m imagespace_core.viewer.declarations
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from imagespace_core.viewer import contract
from imagespace_core.viewer.contract import configurations, events, files, model

FILE = Path(__file__).with_name("contract.d.ts")
_ALIASES = {"Mode": model.Mode, "Select": events.Select, "ColumnFile": files.ColumnFile}
_PLAIN = {int: "number", float: "number", str: "string", bool: "boolean", types.NoneType: "null"}


def declarations() -> str:
    """The text of `contract.d.ts`: the constants with their values, a type for each alias, an interface for each model
    and for the events of each configuration."""
    found = ["// Generated from contract/ by `python -m imagespace_core.viewer.declarations`. Do not edit."]
    found += [
        f"export declare const {name}: {_literal(value)};" for name, value in vars(contract).items() if name.isupper()
    ]
    found += [f"export type {name} = {_type(alias, named=False)};" for name, alias in _ALIASES.items()]
    for module in (events, configurations, files):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == module.__name__:
                found += _interfaces(value)
    return "\n\n".join(found) + "\n"


def _interfaces(of: type[BaseModel]) -> Iterator[str]:
    """That of a model, and of the events of a configuration; none of a base that has no fields of its own."""
    if of.__name__.startswith("_") or not of.model_fields:
        return
    annotations = get_type_hints(of, include_extras=True)
    fields = "".join(
        f"{_comment(field.description, '  ')}  {field.alias or name}"
        f"{'' if field.is_required() or _is_tag(annotations[name]) else '?'}: {_type(annotations[name])};\n"
        for name, field in of.model_fields.items()
    )
    yield f"{_comment(of.__doc__)}export interface {of.__name__} {{\n{fields}}}"
    if issubclass(of, configurations.Config):
        sent = "".join(f"  {event}: {_type(value)};\n" for event, value in of.EVENTS.items())
        yield f"export interface {of.__name__.removesuffix('Config')}Events {{\n{sent}}}"


def _comment(text: str | None, indent: str = "") -> str:
    return f"{indent}/** {' '.join(text.split())} */\n" if text else ""


def _is_tag(annotation: Any) -> bool:
    """Whether a field with a default is always sent: the one value that tells a union's members apart."""
    return get_origin(annotation) is Literal and len(get_args(annotation)) == 1


def _literal(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _type(annotation: Any, named: bool = True) -> str:
    """An annotation in TypeScript. named: an alias by its name, rather than what it stands for."""
    if alias := next((name for name, alias in _ALIASES.items() if named and alias == annotation), None):
        return alias
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, types.UnionType):
        return " | ".join(map(_type, arguments))
    if origin is Literal:
        return " | ".join(map(_literal, arguments))
    if origin is list:
        return f"{_type(arguments[0])}[]"
    if origin is tuple:
        return f"[{', '.join(map(_type, arguments))}]"
    if origin is dict:
        return f"Record<string, {_type(arguments[1])}>"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.__name__
    raise TypeError(f"{annotation!r} has no counterpart in TypeScript here; add it to declarations.py")


if __name__ == "__main__":
    FILE.write_text(declarations(), "utf-8")
