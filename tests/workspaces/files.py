"""The files of a workspace that the viewer reads, and what the contract declares of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from imagespace_core.viewer.contract import NAMES_PER_FILE
from imagespace_core.viewer.contract.files import AtlasFile, ColumnFile, GuidesFile

KEPT = Path(__file__).parent / "format_1/workspace"
FILES: dict[str, TypeAdapter[Any]] = {
    "columns": TypeAdapter(ColumnFile),
    "layouts": TypeAdapter(GuidesFile),
    "names": TypeAdapter(Annotated[list[str], Field(max_length=NAMES_PER_FILE)]),
    "atlas.json": TypeAdapter(AtlasFile),
}
"""By the first part of their path."""


def files_of(root: Path) -> list[Path]:
    """All of them in a workspace."""
    return sorted(
        file for part in FILES for file in ([root / part] if part.endswith(".json") else (root / part).glob("*.json"))
    )
