"""A folder as people have it, from the grocery photos: of a phone, a camera, a scanner, the web, an archive, a catalog.

IMAGESPACE_TEST_DATA=DATA python -m tests.makers.mixed_folder FOLDER
"""

from __future__ import annotations

import io
import os
import sys
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.makers.color_profiles import DISPLAY_P3, rgb_profile
from tests.makers.raw import dng

PHONE, CAMERA, RAW, SCANS, DOWNLOADS, ARCHIVED = 60, 60, 10, 50, 30, 80
TOWNS = ((48.8566, 2.3522), (38.7223, -9.1393), (-33.8688, 151.2093))


@dataclass(frozen=True)
class Mixed:
    """pictures: how many can be shown. broken: of no use, and why is to be said. others: files that are no pictures."""

    folder: Path
    catalog: Path
    pictures: int
    broken: int
    others: int


def write_mixed_folder(folder: Path, grocery: Path) -> Mixed:
    """grocery: the folder of photos. 300 files, those in the archive counted."""
    photos = iter(sorted(grocery.glob("*.jpg")))

    def photo() -> Image.Image:
        with Image.open(next(photos)) as image:
            return image.convert("RGB")

    for number in range(1, PHONE + 1):
        name = f"phone/{2019 + number % 3}/IMG_{number:04d}.HEIC"
        _save(folder / name, _heic(photo(), _exif(number, "Apple", "iPhone 12", TOWNS[number % 3])))
    for number in range(1, CAMERA + 1):
        exif = _exif(1000 + number, "FUJIFILM", "X100V", None)
        _save(folder / f"camera/DSCF{number:04d}.JPG", _jpeg(photo(), exif=exif, icc_profile=rgb_profile(DISPLAY_P3)))
    for number in range(1, RAW + 1):
        taken = f"2022:05:{number:02d} 12:00:00"
        _save(folder / f"camera/raw/DSCF{900 + number}.DNG", dng(_even(photo()), _even(photo()), taken=taken))
    for number in range(1, SCANS + 1):
        values = np.asarray(photo().convert("L")).astype(np.uint16) * 16
        buffer = io.BytesIO()
        Image.fromarray(values).save(buffer, "TIFF" if number % 2 else "PNG")
        _save(folder / f"scans/Scan {number}.{'tif' if number % 2 else 'png'}", buffer.getvalue())
    for number in range(1, DOWNLOADS + 1):
        chunks = PngInfo()
        chunks.add_text("workflow", "x" * (2 << 20 if number % 3 == 0 else 20), zip=number % 2 == 0)
        buffer = io.BytesIO()
        photo().save(buffer, "PNG", pnginfo=chunks)
        suffix = {0: "", 1: ".jpg"}.get(number % 10, ".png")
        _save(folder / f"downloads/image ({number}){suffix}", buffer.getvalue())
    with zipfile.ZipFile(folder / "old pictures.zip", "w") as archive:
        for number in range(1, ARCHIVED + 1):
            archive.writestr(f"2009/200908{1 + number % 28:02d}_{number:03d}.jpg", _jpeg(photo()))
    heic, jpeg = _heic(photo(), b""), _jpeg(photo())
    _save(folder / "phone/cut.HEIC", heic[: len(heic) // 2])
    _save(folder / "camera/nearly whole.JPG", jpeg[: len(jpeg) * 95 // 100])
    _save(folder / "downloads/page.png", b"<!DOCTYPE html><html>not found</html>")
    _save(folder / "phone/2019/IMG_0003.MOV", b"\0\0\0\x14ftypqt  ")
    _save(folder / "phone/Thumbs.db", b"\xd0\xcf\x11\xe0")
    _save(folder / "phone/.DS_Store", b"\0\0\0\1Bud1")
    _save(folder / "read me.txt", b"Pictures of the family, copied in 2023.")
    catalog = _catalog(folder / "catalog.xlsx")
    pictures = PHONE + CAMERA + RAW + SCANS + DOWNLOADS + ARCHIVED + 1
    return Mixed(folder, catalog, pictures, broken=2, others=6)


def _catalog(file: Path) -> Path:
    """Prices with commas as text, names without suffix, keywords in one cell, two lines for pictures that are lost."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Image", "Title", "Price", "Keywords"])
    for number in [*range(1, PHONE + 1), 777, 778]:
        keywords = "; ".join(["family", *(["market"] if number % 2 else []), *(["2 for 1"] if number % 5 == 0 else [])])
        sheet.append([f"IMG_{number:04d}", f"Market {number}", f"{number},{number % 10}5", keywords])
    file.parent.mkdir(parents=True, exist_ok=True)
    book.save(file)
    return file


def _exif(number: int, make: str, model: str, place: tuple[float, float] | None) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = make, model
    taken = datetime(2019, 1, 1, 9) + timedelta(days=9 * (number % 110), minutes=number)
    exif.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif.get_ifd(0x8769)[0x8827] = 100 * (1 + number % 8)
    if place is not None:
        latitude, longitude = place[0] + number / 5000, place[1] + number / 7000
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "N" if latitude >= 0 else "S", _degrees(abs(latitude))
        gps[3], gps[4] = "E" if longitude >= 0 else "W", _degrees(abs(longitude))
    return exif.tobytes()


def _degrees(value: float) -> tuple[float, float, float]:
    whole = int(value)
    minutes = int((value - whole) * 60)
    return float(whole), float(minutes), round((value - whole - minutes / 60) * 3600, 3)


def _heic(image: Image.Image, exif: bytes) -> bytes:
    import pillow_heif

    buffer = io.BytesIO()
    made = pillow_heif.from_pillow(image)
    made.save(buffer, quality=80, **({"exif": exif} if exif else {}))
    return buffer.getvalue()


def _jpeg(image: Image.Image, **more: bytes) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88, **more)
    return buffer.getvalue()


def _even(image: Image.Image) -> Image.Image:
    return image.crop((0, 0, image.width // 2 * 2, image.height // 2 * 2))


def _save(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


if __name__ == "__main__":
    print(write_mixed_folder(Path(sys.argv[1]), Path(os.environ["IMAGESPACE_TEST_DATA"]) / "grocery/images"))
