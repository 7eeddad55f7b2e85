"""Scenes that are larger than memory, and annotations by the hundred thousand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.images.decode import Decode
from imagespace_core.sources.geotiff.source import GeoTiff
from imagespace_core.sources.geotiff.whole import THUMBNAIL_SIDE
from tests.makers.scenes import LEFT, RESOLUTION, TOP, UTM, ramp, write_geojson, write_scene

READ_IN_A_FRESH_PROCESS = """
import json, sys
from pathlib import Path
from imagespace_core.sources.geotiff.source import GeoTiff

scene, labels = sys.argv[1:]
def read_bytes():
    return int(next(line.split()[1] for line in open("/proc/self/io") if line.startswith("rchar")))

source = GeoTiff(Path(scene), annotations=labels)
keys = [item.key for item in source.scan().items]
source.read(keys[0])  # loads the libraries and measures the stretch
before = read_bytes()
means = [source.read(key).pixels.mean().item() for key in keys]
print(json.dumps({
    # Not getrusage: it counts what pytest had before this process was made from it.
    "peak_mib": next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024,
    "read_bytes": read_bytes() - before, "means": means,
}))
"""


def in_a_fresh_process(scene: Path, labels: Path) -> dict:
    command = [sys.executable, "-c", READ_IN_A_FRESH_PROCESS, str(scene), str(labels)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def square(left: float, top: float, side: float) -> dict:
    x, y = LEFT + left * RESOLUTION, TOP - top * RESOLUTION
    corners = [
        (x, y),
        (x + side * RESOLUTION, y),
        (x + side * RESOLUTION, y - side * RESOLUTION),
        (x, y - side * RESOLUTION),
        (x, y),
    ]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [corners]}}


@pytest.fixture(scope="module")
def giant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100,000 x 100,000 px of 16 bits, 20 GB if it were not sparse; data in five places only."""
    import rasterio
    from rasterio.transform import from_origin
    from rasterio.windows import Window

    path = tmp_path_factory.mktemp("giant") / "giant.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=100_000, height=100_000, count=1, dtype="uint16", crs=UTM, nodata=0,
        tiled=True, blockxsize=512, blockysize=512, SPARSE_OK="TRUE", BIGTIFF="YES",
        transform=from_origin(LEFT, TOP, RESOLUTION, RESOLUTION),
    ) as scene:  # fmt: skip
        for number, (left, top) in enumerate(PLACES, start=1):
            scene.write(
                np.full((300, 300), 1000 * number, np.uint16),
                1,
                window=Window.from_slices((top, top + 300), (left, left + 300)),
            )
    write_geojson(path.parent / "giant.geojson", [square(left, top, 300) for left, top in PLACES])
    return path


PLACES = [(700, 900), (99_000, 300), (50_000, 50_000), (1_500, 98_000), (98_000, 97_000)]


def test_a_scene_of_20_gb_is_read_in_windows(giant: Path) -> None:
    found = in_a_fresh_process(giant, giant.parent / "giant.geojson")
    assert found["means"] == sorted(found["means"])
    assert (found["means"][0], found["means"][-1]) == (0, 255)
    assert found["peak_mib"] < 700
    assert found["read_bytes"] < 16_000_000, "five chips on 1 to 4 blocks of 512 KiB, and the index of the blocks"


def test_no_more_of_a_scene_is_read_than_its_chips_need(tmp_path: Path) -> None:
    random = np.random.default_rng(0).integers(0, 255, (1, 8192, 8192), dtype=np.uint8)
    scene = write_scene(tmp_path / "scene.tif", random, tiled=True, blockxsize=256, blockysize=256)
    assert scene.stat().st_size > 67_000_000
    labels = write_geojson(tmp_path / "labels.geojson", [square(800 * i + 10, 700 * i + 10, 200) for i in range(10)])
    found = in_a_fresh_process(scene, labels)
    # Ten chips, each on 1 to 4 blocks of 64 KiB.
    assert 10 * 65_536 <= found["read_bytes"] <= 40 * 65_536 + 2_000_000
    np.testing.assert_allclose(found["means"], 127, atol=2)


def test_the_whole_of_a_giant_is_seen_from_a_thumbnail_made_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imagespace_core.sources.geotiff import whole

    monkeypatch.setenv("IMAGESPACE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(whole, "AT_ONCE_PX", 100_000)
    monkeypatch.setattr(whole, "PIECE_PX", 90_000)
    y, x = np.mgrid[:3000, :5000]
    scene = write_scene(tmp_path / "scene.tif", np.stack([x // 20, y // 20, x * 0]).astype(np.uint8), tiled=True,
                        blockxsize=128, blockysize=128)  # fmt: skip
    source = GeoTiff(scene, chip_size=1000)
    assert THUMBNAIL_SIDE == 2048
    seen = source.region("scene.tif", None, 500)
    assert seen.shape == (300, 500, 3)
    np.testing.assert_allclose(seen[..., 0], np.broadcast_to((np.arange(500) * 10 + 5) // 20, (300, 500)), atol=1)
    np.testing.assert_allclose(
        seen[..., 1], np.broadcast_to((np.arange(300)[:, None] * 10 + 5) // 20, (300, 500)), atol=1
    )
    assert len(list((tmp_path / "cache/scenes").iterdir())) == 1
    part = source.region("scene.tif", (2500, 1500, 5000, 3000), 400)
    np.testing.assert_allclose(part[..., 0].mean(), 3750 / 20, atol=1)
    np.testing.assert_allclose(part[..., 1].mean(), 2250 / 20, atol=1)
    near = source.region("scene.tif", (1000, 600, 1200, 700), 400)
    assert near.shape == (100, 200, 3)
    assert near[0, 0].tolist() == [50, 30, 0]


def test_reduced_copies_in_the_file_are_used(tmp_path: Path) -> None:
    import rasterio

    scene = write_scene(tmp_path / "scene.tif", np.full((1, 2048, 2048), 50, np.uint8), tiled=True)
    with rasterio.open(scene, "r+") as dataset:
        dataset.build_overviews([4, 16])
    source = GeoTiff(scene, Decode(min_side=None), chip_size=1024)
    assert source.region("scene.tif", None, 128).shape == (128, 128, 3)
    assert next(iter(source._survey.chips)).scene.overviews == (4, 16)


def test_a_hundred_thousand_annotations_are_listed(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif", ramp(4000, 4000, "uint16", 1))
    random = np.random.default_rng(0)
    at = random.uniform(0, 3990, (100_000, 2)).round(2).tolist()
    lines = [json.dumps(square(left, top, 5) | {"properties": {"number": i}}) for i, (left, top) in enumerate(at)]
    head = f'{{"type": "FeatureCollection", "crs": {{"type": "name", "properties": {{"name": "{UTM}"}}}}, "features": ['
    (tmp_path / "scene.geojson").write_text(head + ",".join(lines) + "]}")
    source = GeoTiff(scene)
    items = source.scan().items
    assert len(items) == len({item.key for item in items}) == 100_000
    assert [items[i].columns["number"] for i in (0, 99_999)] == [0, 99_999]
    assert source.read(items[-1].key).pixels.shape[2] == 3
    assert len(source.outlines("scene.tif")) == 100_000
