"""Average precision of membrane patches: a trained autoencoder beside raw pixels and an untrained encoder, in one run.

    python benchmarks/autoencoder.py --data FOLDER

FOLDER holds microscopy slices, raw/ and labels/; the default is the ISBI slices of $IMAGESPACE_TEST_DATA. The
autoencoder sees the first half of the slices, without their labels, for a fixed number of epochs. Searches by positive
and negative examples then look for patches with much membrane in the other half; an example's whole slice is left out
of the answer. Exits with 1 where the trained encoder does not beat both others.

Membranes are lines: they cover 22 % of the slices, and half of a patch of 80 px next to nowhere (26 of 7,935). So a
patch counts as membrane from 25, 30 and 35 % on, each a column of the table: the upper 32, 18 and 8 % of the patches.
Where in a patch a membrane runs, and in which direction, does not matter for that; hence the texture loss and turns.
With --loss-type pixels the vectors tell just that, and the encoder falls behind raw pixels.

All vectors are centered and of unit length and go through the same search. The untrained encoder is of the same
architecture; its batch norms and its middle are set on the patches that the other is trained on. Settings were chosen
on slices of the first half.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from imagespace_core.commands.report import TerminalReport
from imagespace_core.embed import custom
from imagespace_core.evaluate.experiment import Experiment
from imagespace_core.evaluate.relevance import Relevance
from imagespace_core.search.by_rows import by_rows
from imagespace_core.sources.microscopy.source import Microscopy
from imagespace_core.train.autoencoder import Autoencoding, Encoder, read_patches
from imagespace_core.train.fit import fit
from imagespace_core.train.images import Images
from imagespace_core.train.loc2vec import normalized
from imagespace_core.train.onnx_export import export
from imagespace_core.train.options import AutoencoderTraining

OVERLAPS = (0.25, 0.3, 0.35)
BATCH = 256


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=_default_data(), help="folder with raw/ and labels/")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--patch-size", type=int, default=80)
    parser.add_argument("--stride", type=int, default=20)
    parser.add_argument("--max-samples", type=int, default=2048, help="patches of an epoch")
    parser.add_argument("--trials", type=int, default=50, help="searches")
    parser.add_argument("--loss-type", choices=("pixels", "texture"), default="texture")
    parser.add_argument("--variational", action="store_true")
    parser.add_argument("--kl-weight", type=float, default=1.0)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--crop", choices=("center", "random"), default="center")
    parser.add_argument("--turns", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--latent-dim", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.data is None:
        parser.error("give --data FOLDER or set IMAGESPACE_TEST_DATA")
    training = AutoencoderTraining(
        epochs=given.epochs, max_samples=given.max_samples, validation=0.0, patience=0, seed=given.seed,
        variational=given.variational, kl_weight=given.kl_weight, lr=given.lr, crop=given.crop, turns=given.turns,
        latent_dim=given.latent_dim, loss_type=given.loss_type,
    )  # fmt: skip

    report = TerminalReport(program="autoencoder")
    source = Microscopy(given.data, patch_size=(given.patch_size,), stride=given.stride, encoder_size=0)
    images = read_patches(source, training, report)
    slices = np.array([item.columns["z"] for item in images.items])
    seen, held = (np.flatnonzero(chosen) for chosen in (slices < slices.max() / 2, slices > slices.max() / 2))
    lesson, test = Autoencoding(images.some(seen), training), images.some(held)
    vectors = {"raw pixels": _pixels(test)}
    with tempfile.TemporaryDirectory() as place:
        vectors["untrained encoder"] = _vectors(_settled(lesson), lesson, test, Path(place) / "untrained.onnx")
        start, computed = time.perf_counter(), time.process_time()
        fit(lesson, training, Path(place) / "run", report)
        seconds, computing = time.perf_counter() - start, time.process_time() - computed
        vectors["trained encoder"] = _vectors(lesson.encoder, lesson, test, Path(place) / "trained.onnx")

    overlap = np.array([item.columns["overlap"] for item in test.items])
    experiment = Experiment(trials=given.trials, seed=given.seed)
    print(
        f"\n{len(seen):,} patches to train on, {len(held):,} of other slices to search; {given.epochs} epochs of "
        f"{min(given.max_samples, len(seen)):,} patches in {seconds:.0f} s ({computing:.0f} s of processor time, "
        f"{torch.get_num_threads()} of {os.cpu_count()} cores)"
    )
    print(f"mean average precision of {given.trials} searches by 5 examples and 5 counterexamples")
    print(f"{'membrane covers at least':24}" + "".join(f"{least:>10.0%}" for least in OVERLAPS))
    evaluations = {}
    for name, rows in vectors.items():
        search = by_rows(rows)
        evaluations[name] = [
            experiment(Relevance("membrane", overlap >= least, np.isfinite(overlap), overlap), search, slices[held])
            for least in OVERLAPS
        ]
    found = {name: [each.mean_average_precision for each in of] for name, of in evaluations.items()}
    found["chance"] = [each.chance for each in evaluations["raw pixels"]]
    for name, precisions in found.items():
        print(f"{name:24}" + "".join(f"{precision:10.3f}" for precision in precisions))
    trained = found.pop("trained encoder")
    if any(other >= own for others in found.values() for own, other in zip(trained, others, strict=True)):
        print("the trained encoder does not beat the others", file=sys.stderr)
        return 1
    return 0


def _settled(lesson: Autoencoding) -> Encoder:
    """The encoder with its first weights, after it has seen an epoch's patches without learning from them."""
    encoder = copy.deepcopy(lesson.encoder).train()
    with torch.no_grad():
        for batch in DataLoader(lesson.samples(0), BATCH):
            encoder(normalized(batch, lesson.preprocess))
    return encoder


def _vectors(encoder: Encoder, lesson: Autoencoding, images: Images, file: Path) -> np.ndarray:
    """float32 (n, d), as a build makes them."""
    export(encoder, file, lesson.preprocess, {})
    embedder, count = custom.load(file), len(images)
    batches = (range(start, min(start + BATCH, count)) for start in range(0, count, BATCH))
    return np.concatenate([embedder.embed(np.stack([embedder.prepare(images[r]) for r in rows])) for rows in batches])


def _pixels(images: Images) -> np.ndarray:
    """float32 (n, 64 * 64), rows of unit length, less the mean patch, which would otherwise be in every direction."""
    pixels = np.stack([images[row] for row in range(len(images))]).reshape(len(images), -1).astype(np.float32)
    pixels -= pixels.mean(axis=0)
    return pixels / np.linalg.norm(pixels, axis=1, keepdims=True)


def _default_data() -> Path | None:
    folder = os.environ.get("IMAGESPACE_TEST_DATA")
    return Path(folder) / "microscopy" / "ISBI" if folder else None


if __name__ == "__main__":
    sys.exit(main())
