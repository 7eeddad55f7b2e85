"""Small archives for tests: zip and tar, webdataset shards, and hostile members."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tests.makers.photos import SHAPES, encoded, photo

Members = Mapping[str, bytes]


def jpeg(seed: int) -> bytes:
    """A photo of 128 x 96 px; seeds give different ones."""
    return encoded(photo("red", SHAPES[seed % 3], seed))


def jpegs(n: int, folder: str = "") -> dict[str, bytes]:
    """n photos by names like 003.jpg."""
    return {f"{folder}{number:03}.jpg": jpeg(number) for number in range(n)}


def write_zip(path: Path, members: Members, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def write_tar(path: Path, members: Members, compression: str = "") -> Path:
    """compression: "", gz, bz2 or xz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, f"w:{compression}") as file:  # pyright: ignore[reportCallIssue, reportArgumentType]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


def sample(number: int, label: int, text: str) -> dict[str, bytes]:
    """One sample of a webdataset: an image, its class, its caption and a JSON object."""
    return {
        f"{number:05}.cls": str(label).encode(),
        f"{number:05}.jpg": jpeg(number),
        f"{number:05}.json": f'{{"weight": {number / 2}, "maker": "m{number % 2}"}}'.encode(),
        f"{number:05}.txt": text.encode(),
    }


def write_shards(folder: Path, shards: int, samples: int) -> Path:
    """A webdataset of so many tars."""
    for shard in range(shards):
        members: dict[str, bytes] = {}
        for number in range(shard * samples, (shard + 1) * samples):
            members |= sample(number, number % 3, f"photo {number}")
        write_tar(folder / f"shard-{shard:04}.tar", members)
    return folder
