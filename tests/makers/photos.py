"""Small image folders for tests: photos in visible groups, turned ones, oddly named ones, broken ones."""

from __future__ import annotations

import csv
import io
import os
import struct
import zlib
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

COLORS = {
    "red": (214, 40, 40),
    "orange": (247, 127, 0),
    "green": (56, 142, 60),
    "blue": (33, 110, 220),
    "purple": (123, 44, 191),
    "brown": (121, 85, 72),
}
SHAPES = ("circle", "square", "triangle")
METADATA_COLUMNS = ("filename", "color", "shape", "weight", "day")

WEIRD_NAMES = (
    "two words.jpg",
    "été 東京 🎈.jpg",
    "line\nbreak.jpg",
    "quote'and\"quote.jpg",
    "<script>alert(1)<\\script>.jpg",
    "&amp;%20#?.jpg",
    "UPPER.JPG",
    "a,b;c.jpg",
    "-rf.jpg",
)


def photo(color: str, shape: str, seed: int, size: tuple[int, int] = (128, 96)) -> Image.Image:
    """A shape of that color on a grainy light ground; the seed moves, sizes and shades it."""
    rng = np.random.default_rng(seed)
    width, height = size
    ground = rng.normal(225, 9, (height, width, 3)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(ground)
    x, y = rng.uniform(0.4, 0.6) * width, rng.uniform(0.4, 0.6) * height
    r = rng.uniform(0.25, 0.38) * min(size)
    fill = tuple(int(np.clip(v + rng.integers(-18, 19), 0, 255)) for v in COLORS[color])
    draw = ImageDraw.Draw(image)
    if shape == "circle":
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
    elif shape == "square":
        draw.rectangle((x - r, y - r, x + r, y + r), fill=fill)
    else:
        draw.polygon(((x, y - r), (x + r, y + r), (x - r, y + r)), fill=fill)
    return image


def write_photos(folder: Path, n: int, seed: int = 0) -> list[str]:
    """n distinct JPEGs of 128 x 96 px, a third of them in subfolders by color, and folder/metadata.csv.

    Returns the paths relative to the folder, in the order of metadata.csv. Its columns are METADATA_COLUMNS:
    text, text, text, a number (missing in every tenth row), a date.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with open(folder / "metadata.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(METADATA_COLUMNS)
        for i in range(n):
            color = list(COLORS)[i % len(COLORS)]
            shape = SHAPES[i // len(COLORS) % len(SHAPES)]
            path = f"{color}/{i:05d}.jpg" if i % 3 == 0 else f"{i:05d}.jpg"
            (folder / path).parent.mkdir(exist_ok=True)
            photo(color, shape, seed * 1_000_003 + i).save(folder / path, quality=85)
            weight = "" if i % 10 == 9 else f"{rng.gamma(3, 50):.1f}"
            table.writerow([path, color, shape, weight, date(2023, 1, 1) + timedelta(days=i % 365)])
            paths.append(path)
    return paths


def write_weird_names(folder: Path) -> list[str]:
    """One photo under each of WEIRD_NAMES; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(WEIRD_NAMES):
        photo(list(COLORS)[i % len(COLORS)], SHAPES[i % len(SHAPES)], i).save(folder / name, format="JPEG")
    return list(WEIRD_NAMES)


def quadrants(width: int = 320, height: int = 240) -> np.ndarray:
    """uint8 (height, width, 3): red, green, blue, white in the corners tl, tr, bl, br; shows any turn."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 255)
    pixels[height // 2 :, width // 2 :] = 255
    return pixels


def turned(orientation: int, width: int = 320, height: int = 240) -> tuple[Image.Image, Image.Exif]:
    """`quadrants` as a camera held that way stores it, and the EXIF that says so (orientation 1 to 8)."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = Image.fromarray(quadrants(width, height))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return (image.transpose(undo[orientation]) if orientation in undo else image), exif


def dated_exif(**tags: str) -> Image.Exif:
    """EXIF with any of DateTime, DateTimeOriginal, DateTimeDigitized."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"  # Pillow takes EXIF without any tag of the first level for empty
    details = exif.get_ifd(0x8769)
    for name, value in tags.items():
        target, tag = {
            "DateTime": (exif, 0x0132),
            "DateTimeOriginal": (details, 0x9003),
            "DateTimeDigitized": (details, 0x9004),
        }[name]
        target[tag] = value
    return exif


def encoded(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    """The bytes of an image file."""
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header announces that size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def png_with_text_bomb(megabytes: int = 80) -> bytes:
    """A tiny picture with a compressed text that unpacks to so many megabytes."""
    plain = encoded(Image.new("RGB", (8, 8), "red"), "PNG")
    text = b"Comment\0\0" + zlib.compress(bytes(megabytes << 20), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    return plain[:33] + chunk + plain[33:]


def write_rubbish(folder: Path) -> dict[str, str]:
    """Files with image suffixes that are none; returns name -> what the reason must contain."""
    folder.mkdir(parents=True, exist_ok=True)
    jpeg = encoded(photo("red", "circle", 1, (400, 300)), quality=90)
    png = encoded(photo("blue", "square", 2, (200, 150)), "PNG")
    files = {
        "empty.jpg": (b"", "empty file (0 bytes)"),
        "truncated.jpg": (jpeg[: len(jpeg) // 2], "truncated"),
        "truncated.png": (png[: len(png) // 2], "truncated"),
        "header-only.jpg": (jpeg[:20], "starts like a JPEG"),
        "page.jpg": (b"<html><body>404 Not Found</body></html>", "not an image: it starts with '<html"),
        "archive.png": (b"PK\x03\x04" + bytes(200), "it is a ZIP archive"),
        "paper.jpg": (b"%PDF-1.7\n" + bytes(200), "it is a PDF document"),
        "layers.tif": (b"8BPS\0\x01" + bytes(200), "it is a Photoshop document"),
        "window.png": (b"\0\0\x01\0\x01\0" + bytes(200), "it is a Windows icon"),
        "drawing.png": (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "it is an SVG drawing"),
        "clip.heic": (b"\0\0\0\x20ftypqt  " + bytes(200), "it is a video"),
        "pointer.jpg": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        "zeros.gif": (bytes(5000), "not an image"),
        "bomb.png": (png_of_size(40_000, 40_000), "too large: 40000 x 40000 pixels"),
        "text-bomb.png": (png_with_text_bomb(), "broken"),
        "phone.heic": (b"\x00\x00\x00\x18ftypheic" + bytes(100), "starts like a HEIC file"),
    }
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    return {name: reason for name, (_, reason) in files.items()}


def write_not_utf8_name(folder: Path) -> str:
    """A photo whose name is Latin-1, as old archives hold them; returns how people see the name."""
    path = os.path.join(os.fsencode(folder), b"caf\xe9.jpg")
    with open(path, "wb") as file:
        file.write(encoded(photo("green", "triangle", 3)))
    return "caf\\xe9.jpg"
