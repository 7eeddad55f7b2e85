"""Which table of metadata a build joins: the one that is named, else one in the folder of images."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.plan import Selection
from imagespace_core.pipeline.steps import Record, Report
from imagespace_core.sources.tables.beside import metadata_in, tables_naming_images

if TYPE_CHECKING:
    from imagespace_core.sources.tables.metadata import MetadataTable

_EXAMPLES = 3


def named_metadata(options: Options) -> MetadataTable | None:
    """The table that --metadata names, if it names one. Raises InputError where it cannot be read: now, and not when a
    model has been loaded and all images have been read."""
    from imagespace_core.sources.tables.metadata import read_metadata

    return read_metadata(options.metadata, options.encoding, options.sheet) if options.metadata else None


def found_metadata(options: Options, source: Record, report: Report) -> MetadataTable | None:
    """The table in the folder of images, if there is one. source: as the manifest records it.

    One that cannot be read is left out, and said. Raises InputError where there is none, and it is said how to read it.
    """
    from imagespace_core.sources.tables.metadata import read_metadata

    if Selection(options).carries("table"):
        return None
    found = metadata_in(Path(source["root"])) if source.get("kind") == "folder" else []
    if not found:
        for name, value in (("encoding", options.encoding), ("sheet", options.sheet)):
            if value is not None:
                raise InputError(f"--{name} {value} says how --metadata is read; give that too, or leave it out")
        if source.get("kind") == "folder":
            _name_candidates(Path(source["root"]), options.images, report)
        return None
    try:
        read = read_metadata(found[0], options.encoding, options.sheet)
    except InputError as error:
        report.note(f"{found[0].name} in the folder of images is not used: {error}")
        return None
    others = f", and not {', '.join(path.name for path in found[1:])}" if found[1:] else ""
    report.note(f"{found[0].name} in the folder of images is read as metadata{others}; --metadata names another")
    return read


def _name_candidates(root: Path, written: Path | None, report: Report) -> None:
    """Say which tables in it look like metadata, but are not called so. written: the folder as people gave it."""
    if found := tables_naming_images(root):
        some = ", ".join(path.name for path in found[:_EXAMPLES]) + (", ..." if len(found) > _EXAMPLES else "")
        verb = "names images and is" if len(found) == 1 else "name images and are"
        remedy = shlex.join(["--metadata", str((written or root) / found[0].name)])
        report.note(f"{some} {verb} not read; to have its columns: {remedy}")
