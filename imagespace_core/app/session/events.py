"""Events of the viewer, read as the contract declares them. A browser may send anything."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from imagespace_core.errors import ImageSpaceError


class RefusedError(ImageSpaceError):
    """What was sent or requested cannot be carried out; the message says why, for people."""


def read(declared: Any, value: Any) -> Any:
    """A value that a browser sent as an instance of `declared`, a model of the contract or a union of some.

    Raises: RefusedError for what does not fit.
    """
    try:
        # From JSON, because in strict mode a list that is no JSON is no tuple.
        return _adapter(declared).validate_json(json.dumps(value))
    except ValidationError as error:
        raise RefusedError(f"What the page sent was not understood: {_reason(error)}. Reload the page.") from None


_adapter = cache(TypeAdapter)


def _reason(error: ValidationError) -> str:
    """The first thing that is wrong, and where: "rows.0 should be a valid integer"."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "it"
    message = " ".join(first["msg"].split()).removesuffix(".")
    words = (
        message.removeprefix("Input ") if message.startswith("Input should") else f"{message[:1].lower()}{message[1:]}"
    )
    return f"{where:.60}{' ' if words.startswith('should') else ': '}{words:.160}"
