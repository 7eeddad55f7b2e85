"""The sources there are, by the name that a workspace's manifest records."""

from __future__ import annotations

from collections.abc import Callable

from imagespace_core.sources import Source
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.geotiff import GeoTiff
from imagespace_core.sources.microscopy import Microscopy

SOURCES: dict[str, Callable[..., Source]] = {"folder": Folder, "geotiff": GeoTiff, "microscopy": Microscopy}
"""Each is called with where its images lie, the `Decode` to read them with, and the most items to take."""
