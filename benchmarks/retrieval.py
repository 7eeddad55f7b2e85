"""Mean precision@5 of labels among nearest images, for efficientnet-lite0 and for two floors in the same run.

    python benchmarks/retrieval.py --data FOLDER

FOLDER holds images/ and metadata.csv with a filename column; every other column is a label. The default is
the grocery photos of $IMAGESPACE_TEST_DATA. Exits with 1 where the category stays below what is promised.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from imagespace_core.embed import Embedder, catalog
from imagespace_core.evaluate.retrieval import precision_at_k
from imagespace_core.images.decode import Decode

K = 5
PROMISED = ("category", 0.70)
BATCH = 32


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=_default_data(), help="folder with images/ and metadata.csv")
    parser.add_argument("--model", default=catalog.FALLBACK, help="a model's name, or an .onnx file")
    parser.add_argument("--model-dir", type=Path, help="folder of CLIP's three files")
    options = parser.parse_args()
    if options.data is None or not (options.data / "metadata.csv").is_file():
        parser.error(f"no metadata.csv in {options.data}; give --data FOLDER or set IMAGESPACE_TEST_DATA")

    with (options.data / "metadata.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    labels = {column: [row[column] for row in rows] for column in rows[0] if column != "filename"}
    embedder = catalog.load(options.model, model_dir=options.model_dir)
    paths = [options.data / "images" / row["filename"] for row in rows]

    start = time.perf_counter()
    vectors, raw, model_seconds = _embed(embedder, paths)
    seconds = time.perf_counter() - start
    random = np.random.default_rng(0).standard_normal((len(rows), embedder.size), np.float32)

    print(f"{len(rows)} images, precision@{K} by cosine, self excluded")
    print(f"{'':24}" + "".join(f"{column:>10}" for column in labels))
    scores = {}
    for name, rows_of in ((embedder.name, vectors), ("raw pixels 16 x 16", raw), ("random vectors", random)):
        scores[name] = {column: float(precision_at_k(rows_of, of, K).mean()) for column, of in labels.items()}
        print(f"{name:24}" + "".join(f"{score:10.3f}" for score in scores[name].values()))
    print(
        f"{len(rows) / seconds:.0f} images/s from file to vector on {os.cpu_count()} cores, "
        f"{len(rows) / model_seconds:.0f} images/s in the model, {model_seconds / seconds:.0%} of the time"
    )
    column, promised = PROMISED
    if column in labels and scores[embedder.name][column] < promised:
        print(f"{column}: below the promised {promised:.2f}", file=sys.stderr)
        return 1
    return 0


def _embed(embedder: Embedder, paths: list[Path]) -> tuple[np.ndarray, np.ndarray, float]:
    """Vectors (n, size), raw pixels (n, 768), and the seconds spent in the model."""
    decode = Decode(min_side=embedder.min_side)

    def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
        pixels = decode(path).pixels
        return embedder.prepare(pixels), np.asarray(Image.fromarray(pixels).resize((16, 16))).reshape(-1)

    vectors, raw, model_seconds = [], [], 0.0
    with ThreadPoolExecutor() as executor:
        found = executor.map(read, paths)
        while batch := [item for _, item in zip(range(BATCH), found, strict=False)]:
            start = time.perf_counter()
            vectors.append(embedder.embed(np.stack([prepared for prepared, _ in batch])))
            model_seconds += time.perf_counter() - start
            raw += [small for _, small in batch]
    return np.concatenate(vectors), np.stack(raw).astype(np.float32), model_seconds


def _default_data() -> Path | None:
    folder = os.environ.get("IMAGESPACE_TEST_DATA")
    return Path(folder) / "grocery" if folder else None


if __name__ == "__main__":
    sys.exit(main())
