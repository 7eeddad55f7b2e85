"""Whether the images in view are there: 60,000 small pictures cut from photographs, panned at deep zoom.

    python benchmarks/sprites.py [--photos FOLDER] [--images N] [--keep FOLDER]

Cuts squares of 32 px (CIFAR-10's size) from photos, by default the grocery photos of $IMAGESPACE_TEST_DATA, builds a
workspace from them with the real command (a tiny model, since only the order of the sprite pages matters), and pans
over its map in headless Chromium with software GL. After each step it waits until all images in view are there, for
three seconds at most, and counts those that are still placeholders. `--keep` leaves the pictures and the workspace in
a folder, where a second run takes them up.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image
from playwright.sync_api import Page, TimeoutError, sync_playwright

from benchmarks.viewer import APP, READY, VIEWER, tab
from tests.browser.viewing import FRAMES
from tests.conftest import precompute, running
from tests.makers.tiny_onnx import write_tiny_onnx

SIDE = 32
PER_FOLDER = 2000
ZOOMS = (0.2, 0.08, 0.03)
"""Half the view's height in world units, of which the map has two."""
SETTLE_MS = 3000
SETTLED = """(root) => {
  const { wanted, loaded } = root.imagespace.sprites();
  return root.dataset.ready === "true" && wanted === loaded;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--photos", type=Path, default=_default_photos(), help="folder of photos to cut")
    parser.add_argument("--projection", default="umap", help="the map to pan over")
    parser.add_argument("--steps", type=int, default=30, help="steps of the way over the map, at all zooms together")
    parser.add_argument("--keep", type=Path, help="folder to leave pictures and workspace in")
    options = parser.parse_args()
    if options.photos is None:
        parser.error("give --photos FOLDER or set IMAGESPACE_TEST_DATA")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        workspace = folder / "workspaces" / "patches"
        if not (workspace / "manifest.json").exists():
            cut(options.photos, folder / "images", options.images)
            write_tiny_onnx(folder / "tiny.onnx")
            precompute(
                folder / "images", "-o", workspace, "--model", folder / "tiny.onnx", "--projections",
                options.projection, "--dims", "2", "--metrics", "angular", cwd=folder,
            )  # fmt: skip
        log = folder / "log.txt"
        with running(APP, log, IMAGESPACE_WORKSPACE=str(workspace)) as (address, _), sync_playwright() as play:  # noqa: SIM117
            with tab(play) as page:
                page.goto(address)
                page.wait_for_selector(READY)
                pan(page, options.steps)


def cut(photos: Path, folder: Path, count: int) -> None:
    """`count` different squares of SIDE px, as many from each photo, each scaled down by half."""
    files = sorted(photos.iterdir())
    random = np.random.default_rng(0)
    made = 0
    for number, file in enumerate(files):
        pixels = np.asarray(Image.open(file).convert("RGB"))
        share = (count - made) // (len(files) - number)
        across = pixels.shape[1] - 2 * SIDE
        places = random.choice(across * (pixels.shape[0] - 2 * SIDE), share, replace=False)
        for place in places:
            y, x = divmod(int(place), across)
            path = folder / f"{made // PER_FOLDER:03}" / f"{made:06}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            small = Image.fromarray(pixels[y : y + 2 * SIDE, x : x + 2 * SIDE]).resize((SIDE, SIDE))
            small.save(path, quality=90)
            made += 1


def pan(page: Page, steps: int) -> None:
    """Walk over the map at several zooms and print the share of placeholders after each has settled."""
    root = page.locator(VIEWER)
    print(f"{'half height':>12}{'images in view':>16}{'placeholders, most':>20}{'mean':>8}{'GPU MB':>8}")
    random = np.random.default_rng(1)
    for half in ZOOMS:
        shares, wanted = [], []
        for x, y in random.uniform(-0.7, 0.7, (max(1, steps // len(ZOOMS)), 2)):
            script = "(root, [x, y, half]) => { root.imagespace.camera = { x, y, half }; }"
            root.evaluate(script, [x, y, half])
            for _ in range(3):
                page.mouse.move(500, 500)
                page.mouse.down()
                page.mouse.move(440, 470, steps=4)
                page.mouse.up()
            page.evaluate(FRAMES, 2)
            with suppress(TimeoutError):
                page.wait_for_function(SETTLED, arg=root.element_handle(), timeout=SETTLE_MS)
            seen = root.evaluate("(root) => root.imagespace.sprites()")
            wanted.append(seen["wanted"])
            shares.append(1 - seen["loaded"] / seen["wanted"] if seen["wanted"] else 0.0)
        memory = root.evaluate("(root) => root.imagespace.memory().gpuBytes") / 2**20
        print(f"{half:12}{np.mean(wanted):16.0f}{max(shares):20.2%}{np.mean(shares):8.2%}{memory:8.0f}", flush=True)
    print("\naim: at most 2 % placeholders; sprites on the GPU are bounded by one texture of 4096 px (7 pages' worth)")


def _default_photos() -> Path | None:
    folder = os.environ.get("IMAGESPACE_TEST_DATA")
    return Path(folder) / "grocery/images" if folder else None


if __name__ == "__main__":
    main()
