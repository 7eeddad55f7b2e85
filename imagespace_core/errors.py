"""The errors a user can meet. Each message has what was found, what was expected and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


LISTED = 8


def absent(what: str, name: object, there: Iterable[object]) -> str:
    """The beginning of an error about a name that is not there: the one that may be meant, and some that are.

    >>> absent("column", "lable", ["id", "label"])
    "there is no column 'lable'; did you mean 'label'? Choose one of id, label"
    """
    return f"there is no {what} {name!r}; {nearest(name, there)}"


def nearest(name: object, there: Iterable[object]) -> str:
    """The end of such an error.

    >>> nearest("C", "ab")
    'choose one of a, b'
    """
    names = list(map(str, there))
    folded = {known.casefold(): known for known in reversed(names)}
    near = difflib.get_close_matches(str(name).casefold(), folded, n=1)
    meant = f"did you mean {folded[near[0]]!r}? Choose one of" if near else "choose one of"
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return f"{meant} {', '.join(names[:LISTED])}{more}"


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
