"""The workspace on disk, format 1: one table plus row-aligned arrays. Only this package knows its file names."""

from imagespace_core.workspace.draft import Draft
from imagespace_core.workspace.find import Found, find
from imagespace_core.workspace.manifest import FORMAT, Manifest
from imagespace_core.workspace.store import Workspace

__all__ = ["FORMAT", "Draft", "Found", "Manifest", "Workspace", "find"]
