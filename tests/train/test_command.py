"""`imagespace train`, from a folder to an encoder with which a folder is built."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

pytest.importorskip("torch")

from imagespace_core.__main__ import app
from imagespace_core.embed import custom
from imagespace_core.sources.tiles.source import Tiles
from imagespace_core.workspace import Workspace
from tests.conftest import precompute
from tests.makers.map_tiles import write_tiles
from tests.makers.slices import write_slices
from tests.train.conftest import gray_patches


def train(*arguments: object, code: int = 0) -> str:
    """What it says."""
    done = CliRunner().invoke(app, ["train", *map(str, arguments)], env={"COLUMNS": "200"})
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


def test_an_autoencoder_trained_on_a_folder_builds_its_workspace(tmp_path: Path) -> None:
    for name, pixels in gray_patches(24, 70).items():
        (tmp_path / "photos").mkdir(exist_ok=True)
        Image.fromarray(pixels[..., 0]).save(tmp_path / "photos" / f"{name}.png")
    (tmp_path / "photos" / "broken.png").write_bytes(b"no image")
    out = tmp_path / "encoder"
    output = train("autoencoder", tmp_path / "photos", "-o", out, "--epochs", 2, "--batch-size", 6, "--latent-dim", 8)
    assert "1 of 25 images cannot be read and were left out (broken.png: " in output
    assert "24 images, 2 epochs; the best was" in output
    assert f"precompute.py {tmp_path / 'photos'} --model {out / 'encoder.onnx'}" in output
    assert sorted(path.name for path in out.iterdir()) == ["checkpoint.pt", "encoder.json", "encoder.onnx", "logs"]

    model = out / "encoder.onnx"
    maps = ("--projections", "pca", "--dims", "2", "--layouts", "none")
    quick = (*maps, "--metrics", "angular", "--min-cluster-size", "500")
    precompute(tmp_path / "photos", "--model", model, *quick, "-o", tmp_path / "built", cwd=tmp_path)
    workspace = Workspace.open(tmp_path / "built")
    assert workspace.vectors().shape == (24, 8)


def test_a_vae_is_trained_on_slices_and_fine_tuned(tmp_path: Path) -> None:
    slices = write_slices(tmp_path / "slices", 4)
    common = ("--batch-size", 8, "--patch-size", 32, "--latent-dim", 4, "--variational", "--epochs", 1)
    output = train("autoencoder", slices, "-o", tmp_path / "first", *common)
    assert "60 images, 1 epoch" in output  # 3 x 5 patches of 32 px every 16 px, of 4 slices
    checkpoint = tmp_path / "first" / "checkpoint.pt"
    tuning = ("autoencoder", slices, "-o", tmp_path / "tuned", *common, "--finetune", checkpoint, "--lr", 1e-4)
    train(*tuning, "--crop", "random", "--turns", "--stride", 32)
    assert custom.load(tmp_path / "tuned" / "encoder.onnx").size == 4


def test_loc2vec_is_trained_on_tiles_and_embeds_them(tmp_path: Path) -> None:
    tiles = write_tiles(tmp_path / "tiles", ["roads", "water", "woods"])
    common = (
        "loc2vec", tiles, "-o", tmp_path / "run", "--layers", "woods,roads", "--batch-size", 4, "--tile-size", 32,
        "--max-samples", 16, "--neg-radius", 4, "--validation", 0, "--embedding-dim", 16, "--loss-type", "triplet",
    )  # fmt: skip
    output = train(*common, "--epochs", 1)
    assert "56 images, 1 epoch; the best was 1, with a training loss of" in output
    assert "is there from an earlier run. Give --resume" in train(*common, "--epochs", 2, code=1)
    assert "2 epochs, resumed after 1" in train(*common, "--epochs", 2, "--resume")
    embedder = custom.load(tmp_path / "run" / "encoder.onnx")
    source = Tiles(tiles, layers=("woods", "roads"))
    vectors = embedder([source.read(item.key).pixels for item in source.scan().items])
    assert vectors.shape == (56, 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["autoencoder"], 2, "train: give the folder to train on. See --help"),
        (
            ["loc2vec", "TILES", "--pos-radius", "4", "--neg-radius", "3"],
            2,
            "--neg-radius 3 is less than --pos-radius 4",
        ),
        (["loc2vec", "TILES", "--layers", "roads,lava"], 1, "lava"),
        (["loc2vec", "nowhere"], 1, "nowhere"),
        (["autoencoder", "nowhere"], 1, "nowhere"),
        (["autoencoder", "TILES", "--finetune", "none.pt"], 1, "none.pt is not there; expected a checkpoint"),
        (["loc2vec", "TILES"], 1, "--batch-size"),
    ],
)
def test_every_mistake_is_one_line_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, words: str
) -> None:
    tiles = write_tiles(tmp_path / "tiles", ["roads", "water"], across=3)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["train", *(str(tiles) if word == "TILES" else word for word in arguments)])
    assert done.exit_code == code, done.output
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert words in lines[0]
