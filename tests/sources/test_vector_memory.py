"""A file of vectors is read block by block: what it takes in memory is told by tracemalloc, not by a clock."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.vectors import readers
from imagespace_core.sources.vectors.given import read_vectors

ROWS, SIZE = 16_384, 512
BYTES = ROWS * SIZE * 4


@pytest.fixture(scope="module", autouse=True)
def imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is imported at the first call is not what a file takes."""
    file = tmp_path_factory.mktemp("first") / "a.npy"
    np.save(file, np.eye(3))
    staged(file, file.with_name("b.npy"))


@pytest.fixture(scope="module")
def numbers() -> np.ndarray:
    """32 MB; as float64 they would be 64."""
    return np.random.default_rng(0).normal(size=(ROWS, SIZE)).astype(np.float32)


def staged(file: Path, target: Path) -> tuple[int, np.ndarray]:
    """What reading and staging the vectors, last row first, took at most in bytes, and what was written."""
    tracemalloc.start()
    try:
        given = read_vectors(file)
        turned = given.take(np.arange(given.rows)[::-1])
        assert turned.vectors is not None
        turned.vectors.save(target)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return peak, np.load(target)


def units(numbers: np.ndarray) -> np.ndarray:
    return numbers / np.linalg.norm(numbers, axis=1, keepdims=True)


@pytest.mark.parametrize("suffix", ["npy", "npz", "parquet"])
def test_staging_takes_a_few_blocks_however_large_the_file(tmp_path: Path, numbers: np.ndarray, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    if suffix == "npy":
        np.save(file, numbers)
    elif suffix == "npz":
        np.savez_compressed(file, numbers)
    else:
        rows = pa.FixedSizeListArray.from_arrays(pa.array(numbers.reshape(-1)), SIZE)
        pq.write_table(pa.table({"id": [str(row) for row in range(ROWS)], "emb": rows}), file)
    peak, vectors = staged(file, tmp_path / "out.npy")
    assert peak < 0.75 * BYTES
    np.testing.assert_allclose(vectors, units(numbers)[::-1], atol=1e-6)


@pytest.mark.parametrize(("form", "most"), [("csv", 0.5), ("a column for each number", 1.2), ("jsonl", 1.2)])
def test_text_takes_no_more_than_the_file(tmp_path: Path, numbers: np.ndarray, form: str, most: float) -> None:
    """Of a CSV nothing is held but a megabyte's cells; of JSON Lines the numbers."""
    some = numbers[:4096, :128].astype(float)
    wide = form == "a column for each number"
    suffix = "csv" if wide else form
    file = tmp_path / f"a.{suffix}"
    with file.open("w") as stream:
        if suffix == "csv":
            stream.write("id," + (",".join(map(str, range(128))) if wide else "emb") + "\n")
        for row, vector in enumerate(some.tolist()):
            cells = ",".join(map(str, vector)) if wide else f'"{vector}"'
            line = f"{row},{cells}" if suffix == "csv" else json.dumps({"id": str(row), "emb": vector})
            stream.write(f"{line}\n")
    pool = pa.system_memory_pool()  # which tracemalloc does not see
    before, held = pool.max_memory() or 0, pool.bytes_allocated()
    peak, vectors = staged(file, tmp_path / "out.npy")
    assert peak < most * file.stat().st_size
    assert (pool.max_memory() or 0) <= max(before, held + 0.1 * file.stat().st_size)
    np.testing.assert_allclose(vectors, units(some)[::-1], atol=1e-6)


def test_blocks_of_any_size_find_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = [[1.0, 2.0], [], [3.0], None, [float("nan"), 1.0], [0.0, 0.0], [3e200, -4e200], [5, 12], ["1", 2.0]]
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(json.dumps({"id": str(row), "vector": vector}) for row, vector in enumerate(lists)))
    for rows in (1, 2, 1024):
        monkeypatch.setattr(readers, "BLOCK_ROWS", rows)
        given = read_vectors(file)
        assert list(given.ids) == ["0", "6", "7"]
        assert given.vectors is not None
        np.testing.assert_allclose(given.vectors.read(), units(np.array([[1, 2], [3, -4], [5, 12]])), atol=1e-7)
        assert [reason.split()[0] for _, reason in given.left_out] == ["no", "its", "no", "its", "its", "its"]


def test_a_file_that_changes_between_counting_and_staging_is_an_error(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((5, 3)))
    given = read_vectors(tmp_path / "a.npy")
    np.save(tmp_path / "a.npy", np.ones((9, 3)))
    assert given.vectors is not None
    with pytest.raises(InputError, match=r"a.npy has changed since its rows were counted; run again"):
        given.vectors.save(tmp_path / "out.npy")
    (tmp_path / "a.npy").unlink()
    with pytest.raises(InputError, match=r"a.npy cannot be read any more: No such file"):
        given.vectors.read()
