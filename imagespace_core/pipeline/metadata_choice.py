"""Which table of metadata a build joins: the one that is named, else one in the folder of images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.plan import Selection
from imagespace_core.pipeline.steps import Record, Report
from imagespace_core.sources.tables.beside import metadata_in

if TYPE_CHECKING:
    from imagespace_core.sources.tables.metadata import MetadataTable


def chosen_metadata(
    options: Options, source: Record, source_columns: Sequence[str], report: Report
) -> MetadataTable | None:
    """The table as read, or None. source: as the manifest records it. source_columns: names that the table may not use.

    Raises InputError where the table that is named cannot be read: now, and not when all images have been. One that was
    found and cannot be read is left out, and said.
    """
    from imagespace_core.sources.tables.metadata import RESERVED, read_metadata

    reserved = RESERVED | set(source_columns)
    if options.metadata:
        return read_metadata(options.metadata, reserved)
    if source.get("kind") != "folder" or Selection(options).carries("table"):
        return None
    found = metadata_in(Path(source["root"]))
    if not found:
        return None
    try:
        read = read_metadata(found[0], reserved)
    except InputError as error:
        report.note(f"{found[0].name} in the folder of images is not used: {error}")
        return None
    others = f", and not {', '.join(path.name for path in found[1:])}" if found[1:] else ""
    report.note(f"{found[0].name} in the folder of images is read as metadata{others}; --metadata names another")
    return read
