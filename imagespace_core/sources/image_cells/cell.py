"""The image that a cell of a table holds, or names."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import unquote_to_bytes

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import decode
from imagespace_core.images.content import HEAD_BYTES, format_of

Form = Literal["bytes", "text", "path", "address", ""]
"""How a cell has its image: as it is, as base64 or a data URL, as a file's path, as an address elsewhere; or not."""
_ADDRESS = re.compile(r"(https?|ftp|s3|gs|hf|az|abfss?)://", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_LEAST_BASE64 = 64
NONE = "no image in its row"


def form_of(cell: object) -> Form:
    """What a cell looks like; {bytes, path} as Hugging Face writes it goes by its bytes, else by its path."""
    if isinstance(cell, dict):
        return form_of(cell.get("bytes")) or form_of(cell.get("path"))
    if isinstance(cell, bytes):
        return "bytes" if format_of(cell[:HEAD_BYTES]) else ""
    if not isinstance(cell, str):
        return ""
    text = cell.lstrip()
    if text.startswith("data:image/"):
        return "text"
    if _ADDRESS.match(text):
        return "address"
    if len(text) >= _LEAST_BASE64 and (start := _of_base64(text[: HEAD_BYTES * 2])) and format_of(start):
        return "text"
    return "path" if PurePosixPath(text).suffix.lower() in decode.suffixes() else ""


def content(cell: object, folder: Path) -> bytes | Path:
    """The bytes of an image file, or where it lies. folder: that paths start from.

    Raises UnreadableImageError where there is none, or it is elsewhere.
    """
    if isinstance(cell, dict):
        return content(cell.get("bytes") or cell.get("path"), folder)
    if isinstance(cell, bytes) and cell:
        return cell
    if not isinstance(cell, str) or not cell.strip():
        raise UnreadableImageError(NONE)
    text = cell.strip()
    if text.startswith("data:"):
        head, _, body = text.partition(",")
        found = _of_base64(body) if head.endswith(";base64") else unquote_to_bytes(body)
        if not found:
            raise UnreadableImageError("its data URL holds no base64 that can be read")
        return found
    if _ADDRESS.match(text):
        raise UnreadableImageError(f"an address ({text[:60]}): nothing is downloaded. Fetch it, and give the files")
    found = _of_base64(text) if len(text) >= _LEAST_BASE64 else b""
    if found and format_of(found[:HEAD_BYTES]):
        return found
    file = folder / text
    if not os.path.isfile(file):  # which asks no questions of a name of a million letters
        raise UnreadableImageError(f"its file {text[:200]} is not there; paths start from the table's folder")
    return file


def _of_base64(text: str) -> bytes:
    """Either alphabet, with or without padding; b"" for what is none."""
    text = "".join(text.split())
    if not _BASE64.fullmatch(text):
        return b""
    text = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b""
