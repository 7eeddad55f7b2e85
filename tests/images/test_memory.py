"""What a picture costs in memory while it is decoded, and after."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pillow_jxl  # noqa: F401
import pytest
from PIL import Image

from imagespace_core.images import reduction
from imagespace_core.images.decode import Decode, preview
from imagespace_core.images.formats import formats
from tests.makers.photos import encoded
from tests.makers.raw import dng

formats()  # HEIF is Pillow's with them, JXL with its plugin

SIDE = 3000
ROOM_MB = 16
DECODED_BYTES = {"1": 1, "L": 1, "P": 1, "LA": 4, "RGBA": 4, "CMYK": 4, "I;16": 2, "I": 4, "F": 4}
"""A pixel, as Pillow holds it."""


def made(mode: str, side: int) -> Image.Image:
    """Diagonal stripes, the same in every quarter of a row."""
    ramp = np.add.outer(np.arange(side), np.arange(side))
    match mode:
        case "I;16":
            return Image.fromarray((ramp * 90 % 65536).astype(np.uint16))
        case "I":
            return Image.fromarray((ramp * 9).astype(np.int32))
        case "F":
            values = ramp.astype(np.float32) / 7
            values[5, 7] = np.nan
            return Image.fromarray(values)
        case "P":
            return made("L", side).convert("RGB").quantize(32)
        case "L" | "1" | "LA":
            return Image.fromarray((ramp % 251).astype(np.uint8)).convert(mode)
        case _:
            gray = (ramp % 251).astype(np.uint8)
            planes = [np.roll(gray, 60 * band, axis=1) for band in range(len(mode))]
            return Image.merge(mode, [Image.fromarray(plane) for plane in planes])


FILES = [
    ("1", "PNG"), ("L", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("RGBA", "PNG"), ("CMYK", "TIFF"), ("I;16", "PNG"),
    ("I;16", "TIFF"), ("I", "TIFF"), ("F", "TIFF"),
]  # fmt: skip

PEAKS = {"AVIF": 13, "HEIF": 13, "JXL": 9, "JPEG2000": 20, "WEBP": 17, "developed RAW": 9, "embedded RAW": 1}
"""Bytes a pixel, RGB: what their libraries take beside the picture. WebP's hands out RGBA, of two pictures at once."""

_MEASURE = """
import json, sys, threading
from pathlib import Path
from imagespace_core.images.decode import Decode, preview

def memory(name):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1000

def decode(file):
    threading.Thread(target=lambda: (Decode(256)(Path(file)), preview(Path(file), 200))).start()
    [thread.join() for thread in threading.enumerate() if thread is not threading.main_thread()]

for file in sys.argv[1:]:  # what is loaded at first use, is not counted
    if Path(file).stat().st_size < 1_000_000:
        decode(file)
found = {}
for file in sys.argv[1:]:
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = memory("VmRSS")
    decode(file)
    decode(file)
    found[Path(file).name] = memory("VmHWM") - before, memory("VmRSS") - before
print(json.dumps(found))
"""


def _of_format(format: str, image: Image.Image) -> bytes:
    match format:
        case "developed RAW":
            return dng(image, None)
        case "embedded RAW":
            return dng(image, image)
        case "WEBP":
            return encoded(image, format, method=0)
        case "JXL":
            return encoded(image, format, effort=1)
        case "AVIF":
            return encoded(image, format, speed=10)
        case _:
            return encoded(image, format)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peaks are measured by Linux")
def test_a_picture_costs_what_it_holds_decoded_and_little_more_and_nothing_once_it_is_read(tmp_path: Path) -> None:
    """In a process of its own: Pillow's memory is not Python's, and what a process once took is seen in its peak."""
    files, limits = [], {}
    for mode, format in [("L", "PNG"), *FILES]:
        file = tmp_path / f"{mode}.{format}"
        options = {"transparency": 0} if mode == "P" else {}
        file.write_bytes(encoded(made(mode, SIDE), format, **options))
        limits[file.name] = SIDE**2 * DECODED_BYTES[mode] / 1e6 + ROOM_MB
        files.append(file)
    small = tmp_path / "small.TIFF"  # the first of its kind loads GDAL
    small.write_bytes(encoded(made("I;16", 16), "TIFF"))
    for format in PEAKS:
        for side in (100, 2000):  # the small one loads the library
            file = tmp_path / f"{side}.{format}"
            file.write_bytes(_of_format(format, made("RGB", side)))
            limits[file.name] = side**2 * PEAKS[format] / 1e6 + ROOM_MB
            files.append(file)
    bomb = tmp_path / "bomb.PNG"
    bomb.write_bytes(encoded(Image.new("1", (7700, 7700)), "PNG"))
    limits[bomb.name] = 7700**2 / 1e6 + ROOM_MB
    command = [sys.executable, "-c", _MEASURE, *map(str, [small, *files, bomb])]
    limits[small.name] = ROOM_MB
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    print(found)
    assert {name: peak for name, (peak, _) in found.items() if peak > limits[name]} == {}
    # Blocks of up to 32 MB, which other libraries than Pillow take, glibc may keep for the next: no more than the peak.
    kept = {name: limits[name] if Path(name).suffix[1:] in PEAKS else 2 * ROOM_MB for name in found}
    assert {name: stays for name, (_, stays) in found.items() if stays > kept[name]} == {}


@pytest.mark.parametrize(("mode", "format"), FILES)
def test_part_by_part_gives_the_pixels_of_the_whole(mode: str, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    image = made(mode, 300).crop((0, 0, 300, 207))
    data = encoded(image, format, **({"transparency": 0} if mode == "P" else {}))
    for read in (lambda: Decode(None)(data).pixels, lambda: Decode(30)(data).pixels, lambda: preview(data, 13)):
        monkeypatch.setattr(reduction, "PART_PX", 1 << 30)
        whole = read()
        monkeypatch.setattr(reduction, "PART_PX", 1000)
        np.testing.assert_array_equal(read(), whole)
        assert np.ptp(whole) > 50
