import os
import subprocess
import sys

import numpy as np
import pytest

from imagespace_core.errors import InputError, WorkspaceError
from imagespace_core.search import METRICS, Annoy, Exact


@pytest.fixture(scope="module")
def vectors():
    return np.random.default_rng(0).normal(size=(300, 12)).astype(np.float32)


@pytest.fixture
def saved(tmp_path, vectors):
    def save(metric):
        index = Annoy(metric)
        index.build(vectors)
        path = tmp_path / f"{metric}.ann"
        index.save(path)
        return path

    return save


@pytest.mark.parametrize("built", METRICS)
@pytest.mark.parametrize("opened", METRICS)
def test_a_file_opens_only_with_the_metric_it_was_built_for(built, opened, saved, vectors):
    path = saved(built)
    if built == opened:
        Annoy(opened).load(path, vectors)
    else:
        with pytest.raises(WorkspaceError, match=r"index|metric.*Run: precompute\.py"):
            Annoy(opened).load(path, vectors)


def test_a_file_for_other_vectors_is_refused(saved, vectors):
    path = saved("angular")
    with pytest.raises(WorkspaceError, match=r"has 300 rows; there are 299 vectors"):
        Annoy().load(path, vectors[:299])
    with pytest.raises(WorkspaceError, match="other vectors"):
        Annoy().load(path, vectors[::-1])
    with pytest.raises(WorkspaceError, match="11-d"):
        Annoy().load(path, vectors[:, :11])


def test_missing_empty_and_damaged_files_are_refused_quietly(tmp_path, vectors, capfd):
    for content in (None, b"", b"not an index"):
        path = tmp_path / "x.ann"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(WorkspaceError, match=r"Run: precompute\.py"):
            Annoy().load(path, vectors)
    capfd.readouterr()


def test_the_same_seed_builds_the_same_index_whatever_threads_do(vectors):
    answers = []
    for _ in range(2):
        index = Annoy("angular", trees=10, search_k=60, seed=5)
        index.build(vectors)
        answers.append(index.query(vectors[:50], 10).rows)
    np.testing.assert_array_equal(*answers)


def test_answers_are_never_short_however_little_is_searched(vectors):
    for metric in METRICS:
        index = Annoy(metric, trees=1, search_k=1)
        index.build(vectors)
        answer = index.query(vectors[:20], 250)
        assert all(len(set(row)) == 250 for row in answer.rows)
        assert (answer.rows < 300).all()


def test_distances_equal_those_of_exact_search(vectors):
    for metric in METRICS:
        index, exact = Annoy(metric, search_k=10**6), Exact(metric)
        index.build(vectors)
        exact.build(vectors)
        np.testing.assert_allclose(
            index.query(vectors[:30], 10).distances, exact.query(vectors[:30], 10).distances, atol=1e-5
        )


def test_a_full_disk_raises_an_os_error(tmp_path, vectors):
    code = (
        "import resource, sys, numpy as np; from pathlib import Path; from imagespace_core.search import Annoy\n"
        "index = Annoy(); index.build(np.random.default_rng(0).normal(size=(300, 12)).astype(np.float32))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: index.save(Path(sys.argv[1]))\n"
        "except OSError as error: print('refused:', error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path / "x.ann")], capture_output=True, text=True)
    assert run.stdout.startswith("refused:")


def test_a_folder_name_that_is_not_utf8_is_explained(tmp_path, vectors):
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    os.mkdir(folder)
    index = Annoy()
    index.build(vectors)
    with pytest.raises(WorkspaceError, match="UTF-8"):
        index.save(type(tmp_path)(folder) / "x.ann")


def test_ticks_rise_to_one_and_may_stop_the_build(vectors):
    ticks: list[float] = []
    Annoy().build(vectors, ticks.append)
    assert ticks == sorted(ticks)
    assert ticks[-1] == 1

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Annoy().build(vectors, stop)


def test_no_trees_are_refused():
    with pytest.raises(InputError):
        Annoy(trees=0)
