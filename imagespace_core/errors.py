"""The errors a user can meet. Each message has what was found, what was expected and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class ImageSpaceError(Exception):
    """Base of every error whose message is meant for the user; the command line prints it as one line."""


class InputError(ImageSpaceError):
    """The images, the metadata or an option cannot be used as given."""


class UnreadableImageError(InputError):
    """One image cannot be decoded; the message is the reason, without the path. The build records it and goes on."""


class VanishedError(InputError):
    """What was listed cannot be reached any more: a disk was unplugged, a mount dropped, a file deleted.

    No property of an image, so nobody records it as one: whoever reads many images stops. path: what is gone.
    """

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{Path(path).name} could be listed, and now cannot be read: {reason}")
        self.path, self.reason = Path(path), reason


class ModelError(ImageSpaceError):
    """A model file is missing, broken or of the wrong shape."""


class NoDirectionError(ModelError):
    """A model gave vectors that cannot be compared: not finite, or only zeros.

    vectors: float32 (n, d), all that it was asked for, of unit length; NaN or zero where they cannot be compared.
    """

    def __init__(self, message: str, vectors: np.ndarray) -> None:
        super().__init__(message)
        self.vectors = vectors


class HubUnreachableError(ModelError):
    """The model hub did not answer in time."""


class WorkspaceError(ImageSpaceError):
    """A workspace is missing, incomplete or does not fit together."""


class NewerFormatError(WorkspaceError):
    """The workspace was written by a newer ImageSpace than this one."""


class LockedError(WorkspaceError):
    """Another build is writing this workspace."""


class ChangedError(WorkspaceError):
    """The workspace was rebuilt while it was being read; open it again."""
