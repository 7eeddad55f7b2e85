"""What every model of the contract is, and the plain types that several of them hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from pydantic.alias_generators import to_camel

from imagespace_core.viewer.contract import MISSING, MOST_LISTED

Row = Annotated[int, Field(ge=0, le=2**31 - 1)]
Code = Annotated[int, Field(ge=MISSING, le=2**31 - 1)]
Codes = Annotated[list[Code], Field(max_length=MOST_LISTED)]
Point = tuple[FiniteFloat, FiniteFloat]
Mode = Literal["replace", "add", "remove", "toggle"]


class Model(BaseModel):
    """Frozen, and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Message(Model):
    """In camelCase for JavaScript."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
