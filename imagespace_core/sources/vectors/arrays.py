"""NumPy arrays and archives of vectors, and the ids that lie in them or beside them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.encodings import open_text
from imagespace_core.sources.tables.image_column import is_usual
from imagespace_core.sources.vectors.blocks import Blocks
from imagespace_core.sources.vectors.raw import RawTable
from imagespace_core.sources.vectors.readers import array_header, of_archive, of_array
from imagespace_core.sources.vectors.roles import ID_NAMES, VECTOR_NAMES

_IDS = (".ids.txt", "_ids.txt", "_names.txt", "_filenames.txt", "_paths.txt", ".txt")
"""What a file of ids may be called, behind the name of its array."""


def ids_file(file: Path) -> Path:
    """Where the ids of an array lie, one a line: the file that is there, else the one that should be."""
    beside = [file.with_name(file.stem + end) for end in _IDS]
    return next((path for path in beside if path.is_file()), beside[0])


def read_array(file: Path) -> RawTable:
    """Of a .npy file. Raises InputError."""
    try:
        vectors = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{file} cannot be read as a NumPy array ({error}); save it with numpy.save") from error
    if not _fits(vectors.shape, vectors.dtype):
        raise InputError(f"{file} holds {vectors.dtype} {vectors.shape}; expected numbers (rows, dimensions)")
    return _with_ids(file, _ids_beside(file, len(vectors)), len(vectors), of_array(file))


def read_archive(file: Path) -> RawTable:
    """Of a .npz file: its array of numbers, and its array of texts or the file beside it as ids. Raises InputError."""
    shapes: dict[str, tuple[tuple[int, ...], np.dtype]] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.namelist():
                with archive.open(member) as stream:
                    shape, _, kind = array_header(stream)
                shapes[member.removesuffix(".npy")] = shape, kind
    except (OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        raise InputError(f"{file} cannot be read as a NumPy archive ({error}); save it with numpy.savez") from error
    held = ", ".join(f"{name} {kind} {shape}" for name, (shape, kind) in shapes.items()) or "nothing"
    vector = _one([name for name, about in shapes.items() if _fits(*about)], VECTOR_NAMES)
    if vector is None:
        raise InputError(
            f"{file} holds {held}; expected one array of numbers (rows, dimensions), or one called vectors"
        )
    rows = shapes[vector][0][0]
    aligned = [name for name, (shape, _) in shapes.items() if shape == (rows,)]
    if objects := [name for name in aligned if shapes[name][1].hasobject]:
        raise InputError(f"{file}: {objects[0]} holds Python objects, which are not read; save it with dtype=str")
    texts = [name for name in aligned if shapes[name][1].kind in "US"]
    usual = [name for name in aligned if is_usual(name) or name.rstrip("s") in ID_NAMES or name.rstrip("s") == "name"]
    named = _one([name for name in texts if name in usual] or texts or usual)
    if named is None and texts:
        raise InputError(f"{file} holds several arrays of texts ({', '.join(texts)}); call the images' names ids")
    ids = _ids_beside(file, rows) if named is None else _texts(file, named)
    member = f"{vector}.npy"
    return _with_ids(file, ids, rows, of_archive(file, member), named or "ids")


def _fits(shape: tuple[int, ...], kind: np.dtype) -> bool:
    """Whether it is numbers (n, d) or (n, 1, d)."""
    flat = len(shape) == 2 or (len(shape) == 3 and shape[1] == 1)
    return flat and kind.kind in "fiu" and 0 not in shape


def _one(names: Sequence[str], wanted: Sequence[str] = ("ids", "id")) -> str | None:
    """The only one, or the one that is called so."""
    called = [name for name in names if name.casefold() in wanted]
    found = called if len(called) == 1 else names
    return found[0] if len(found) == 1 else None


def _texts(file: Path, name: str) -> list[str]:
    with np.load(file, allow_pickle=False) as archive:
        values = archive[name].tolist()
    try:
        return [value.decode() if isinstance(value, bytes) else str(value) for value in values]
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: {name} holds bytes that are no UTF-8; save it with dtype=str") from error


def _ids_beside(file: Path, rows: int) -> list[str] | None:
    beside = ids_file(file)
    if not beside.is_file():
        return None
    with open_text(beside) as stream:
        ids = [line.strip() for line in stream.read().splitlines()]
    while ids and not ids[-1]:
        ids.pop()
    if len(ids) != rows:
        raise InputError(
            f"{file} has {rows:,} rows; {beside.name} has {len(ids):,} ids. Write one id a line for each row"
        )
    return ids


def _with_ids(file: Path, ids: list[str] | None, rows: int, vectors: Blocks, name: str = "ids") -> RawTable:
    import pandas as pd

    naming = {} if ids is None else {name: ids}
    numbers = [str(row) for row in range(rows)]
    return RawTable(ids or numbers, naming, pd.DataFrame(index=pd.RangeIndex(rows)), vectors)
