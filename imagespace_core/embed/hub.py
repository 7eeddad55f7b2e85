"""Downloads one file from a model hub's repository, at a pinned revision, checked against its sha256."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from imagespace_core.embed.onnx import file_digest, first_line
from imagespace_core.errors import HubUnreachableError, ModelError

ANSWER_SECONDS = 3.0
DEADLINE_SECONDS = 5.0  # covers what ANSWER_SECONDS does not: slow name look-ups, many addresses tried in turn


@dataclass(frozen=True)
class HubFile:
    """A file that can only ever have these bytes.

    repository: owner/name. revision: a commit, 40 hex digits. path: inside the repository. sha256: hex.
    """

    repository: str
    revision: str
    path: str
    sha256: str

    def fetch(self) -> Path:
        """Path of the file in the hub's local cache; downloaded once, and read without network ever after.

        Raises HubUnreachableError where it has to be downloaded and the hub does not answer within seconds,
        ModelError where its bytes are not the pinned ones or the cache cannot be written.
        """
        path = self._cached() or self._download()
        found = file_digest(path)
        if found != self.sha256:
            raise ModelError(
                f"{self.path} has sha256 {found}; expected {self.sha256}. "
                f"Delete {path.resolve()} and run again. If that repeats, someone has changed the file."
            )
        return path

    def is_here(self) -> bool:
        """Whether it was downloaded before; its bytes are checked when it is used."""
        return self._cached() is not None

    def _cached(self) -> Path | None:
        from huggingface_hub import try_to_load_from_cache

        found = try_to_load_from_cache(self.repository, self.path, revision=self.revision)
        return Path(found) if isinstance(found, str) else None

    def _download(self) -> Path:
        from huggingface_hub import hf_hub_download

        self._check_reachable()
        try:
            return Path(
                hf_hub_download(
                    self.repository,
                    self.path,
                    revision=self.revision,
                    endpoint=_endpoint(),
                    etag_timeout=ANSWER_SECONDS,
                )
            )
        except Exception as error:
            full = (errno.ENOSPC, errno.EDQUOT)
            if isinstance(error, OSError) and (error.filename or error.errno in full):
                raise ModelError(
                    f"{self.path} cannot be stored in the hub's cache ({error.strerror}). "
                    "Free some space, or set HF_HOME to a folder that can be written."
                ) from error
            raise self._unreachable(f"its download broke off: {first_line(error)}") from error

    def _check_reachable(self) -> None:
        """Fetch the file's headers, so that a hub that is not there is known within seconds.

        `hf_hub_download` alone would try again for minutes.
        """
        from huggingface_hub import get_hf_file_metadata, hf_hub_url, is_offline_mode

        if is_offline_mode():
            raise self._unreachable("HF_HUB_OFFLINE is set and the file is not in the local cache")
        url = hf_hub_url(self.repository, self.path, revision=self.revision, endpoint=_endpoint())
        failures: list[Exception] = []

        def fetch_headers() -> None:
            try:
                get_hf_file_metadata(url, timeout=ANSWER_SECONDS, endpoint=_endpoint())
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=fetch_headers, daemon=True)
        thread.start()
        thread.join(DEADLINE_SECONDS)
        if thread.is_alive():
            raise self._unreachable(f"no answer within {DEADLINE_SECONDS:.0f} seconds")
        if failures:
            raise self._unreachable(first_line(failures[0])) from failures[0]

    def _unreachable(self, reason: str) -> HubUnreachableError:
        return HubUnreachableError(f"{Path(self.path).name} cannot be fetched from the model hub ({reason}).")


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None
