"""Decides which files outside of a workspace its manifest may name: originals and models. See `workspace.confirmed`."""

from __future__ import annotations

import os

from imagespace_core.errors import ImageSpaceError
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.confirmed import is_confirmed

TRUST = "IMAGESPACE_TRUST_ROOTS"


class UnconfirmedError(ImageSpaceError):
    """The manifest names files that no build on this machine has read; the message has the way to confirm them."""


def unconfirmed(workspace: Workspace) -> str | None:
    """Why nothing outside of this workspace is read, and what changes that; None where it is read."""
    if os.environ.get(TRUST) == "1" or is_confirmed(workspace.root, workspace.manifest):
        return None
    return (
        "This workspace was not built by this server, so kept copies stand for its originals. To see these, build it "
        f"here with its command, precompute.py IMAGES -o {workspace.name}, or start the app with {TRUST}=1."
    )


def require_confirmed(workspace: Workspace) -> None:
    """Raises UnconfirmedError."""
    if reason := unconfirmed(workspace):
        raise UnconfirmedError(reason)


def leads_out(workspace: Workspace, name: str) -> bool:
    """Whether a file of the workspace is a link out of it, and nobody has confirmed where the workspace comes from."""
    return not (workspace.root / name).resolve().is_relative_to(workspace.root) and unconfirmed(workspace) is not None
