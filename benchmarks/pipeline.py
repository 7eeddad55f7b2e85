"""Images per second of every step of the build, and how much of the machine the model gets.

    python benchmarks/pipeline.py [--images FOLDER] [--copies N]

The default is the grocery photos of $IMAGESPACE_TEST_DATA, else the demo's digits. The floor, measured in the same run,
is the model alone in bare ONNX Runtime over all cores, on batches that are decoded and normalized already: what a
pass over the images cannot beat. Everything is built in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as the command does; before OpenMP is loaded
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from imagespace_core.embed import efficientnet
from imagespace_core.images.decode import Decode
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.pipeline import build
from imagespace_core.pipeline.steps import Task
from imagespace_core.sources.digits import write_digits
from imagespace_core.sources.folder import Folder
from imagespace_core.workspace import Manifest

STAGES = ("decode", "columns", "sprites", "prepare", "model")


class _Silent:
    """A report that says nothing."""

    def task(self, title: str, total: int | None = None) -> AbstractContextManager[Task]:
        return nullcontext(self)

    def note(self, line: str) -> None: ...

    def advance(self, count: int) -> None: ...

    def share(self, done: float) -> None: ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, help="folder of images")
    parser.add_argument("--copies", type=int, default=1, help="read each image so many times, for a longer run")
    parser.add_argument("--projections", default=Options.projections, help="maps to make")
    parser.add_argument("--clusterer", default=Options.clusterer, help="how clusters are found")
    parser.add_argument("--floor-images", type=int, default=256, help="images to measure each way of the floor on")
    options = parser.parse_args()
    images = options.images or _default_images()
    with tempfile.TemporaryDirectory() as folder:
        if options.copies > 1:
            images = _copied(images, Path(folder) / "images", options.copies)
        asked = Options(
            images=images, output=Path(folder) / "workspace", model=efficientnet.NAME,
            projections=options.projections, clusterer=options.clusterer,
        )  # fmt: skip
        measure(asked, options.floor_images)


def measure(options: Options, floor_images: int) -> None:
    """Build and print the tables."""
    images = options.images
    assert images is not None
    cores = os.cpu_count() or 1
    ways = ((1, cores, 8), (1, cores, 32), (cores, 1, 8), (cores, 1, 1))
    floors = [(_floor(images, floor_images, *way), way) for way in ways]
    started, processor = time.perf_counter(), time.process_time()
    manifest = build(options, _Silent()).manifest
    total, processor = time.perf_counter() - started, time.process_time() - processor

    rows, spent = manifest.rows, manifest.steps["images"]
    print(f"{rows:,} images from {images}, {cores} cores\n")
    print(f"{'The pass over the images':28}{'s':>8}{'images/s':>10}   summed over {cores} threads")
    for stage in STAGES:
        _line(stage, spent[f"{stage}_seconds"], rows)
    wall = spent["wall_seconds"]
    _line("whole pass, wall clock", wall, rows)
    print(f"\n{'The other steps':28}{'s':>8}{'images/s':>10}   wall clock")
    for name, record in manifest.steps.items():
        if name != "images":
            _line(name, record["seconds"], rows)
    _line("everything", total, rows)

    print(
        f"\nThe model has {spent['model_seconds'] / (wall * cores):.0%} of the machine during the pass over the images"
    )
    print("(seconds inside the model, one thread each, summed over the threads / (wall clock x cores))")
    print(f"The whole build took {processor:.0f} s of processor time, {processor / total:.1f} cores on average\n")
    best = min(seconds for (seconds, _), _ in floors)
    cheapest = min(burnt for (_, burnt), _ in floors)
    for (seconds, burnt), (calls, threads, batch) in floors:
        what = f"{calls} call{'s'[: calls > 1]} at a time, {threads} thread{'s'[: threads > 1]}, batch {batch}"
        print(f"model alone, {what:38}{1 / seconds:8.0f} images/s{1000 * burnt:8.1f} ms of processor time each")
    ours = spent["processor_seconds"] / rows
    print(f"{'the whole pass':51}{rows / wall:8.0f} images/s{1000 * ours:8.1f} ms of processor time each")
    print(
        f"The pass takes {wall / rows / best:.2f} times the quickest by the clock, and {ours / cheapest:.2f} times the"
    )
    print("cheapest in processor time, which alone means something beside other work (1 = nothing but the model)")
    _check(manifest)


def _line(name: str, seconds: float, rows: int) -> None:
    print(f"{name:28}{seconds:8.2f}{rows / max(seconds, 1e-3):10.0f}")


def _floor(images: Path, count: int, workers: int, threads: int, batch: int) -> tuple[float, float]:
    """Seconds by the clock and of processor time that an image costs in the bare model, input prepared.

    count: images to measure on. workers: calls at a time. threads: of each call.
    """
    import onnxruntime

    embedder = efficientnet.load(threads=1)
    source = Folder(images, replace(Decode(), min_side=embedder.min_side), limit=64)
    prepared = np.stack([embedder.prepare(source.read(item.key).pixels) for item in _readable(source)])
    tensor = embedder.preprocess.normalize(np.resize(prepared, (batch, *prepared.shape[1:])))
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(efficientnet.converted(), settings, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: tensor}
    session.run(None, feed)
    calls = max(workers, count // batch)
    with ThreadPoolExecutor(workers) as executor:
        started, processor = time.perf_counter(), time.process_time()
        list(executor.map(lambda _: session.run(None, feed), range(calls)))
        seconds, burnt = time.perf_counter() - started, time.process_time() - processor
        return seconds / (calls * batch), burnt / (calls * batch)


def _readable(source: Folder) -> list:
    from imagespace_core.errors import UnreadableImageError

    found = []
    for item in source.scan().items:
        try:
            source.read(item.key)
        except UnreadableImageError:
            continue
        found.append(item)
    return found[:8]


def _check(manifest: Manifest) -> None:
    if manifest.steps["images"]["images_read"] != manifest.rows + manifest.counts["failures"]:
        raise SystemExit("the pass did not read every image once; these figures mean nothing")


def _copied(images: Path, folder: Path, copies: int) -> Path:
    """Real copies: links to one folder would be walked once."""
    for number in range(copies):
        shutil.copytree(images, folder / str(number))
    return folder


def _default_images() -> Path:
    data = os.environ.get("IMAGESPACE_TEST_DATA")
    return Path(data) / "grocery/images" if data else write_digits() / "images"


if __name__ == "__main__":
    main()
