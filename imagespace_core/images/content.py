"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import io
from typing import BinaryIO, Literal

HEAD_BYTES = 256
"""That many first bytes tell."""

_PICTURES = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (8, b"WEBP", "WEBP"),
    (8, b"CR\x02", "RAW"),  # Canon's, before the TIFF that it also is
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "TIFF"),
    (0, b"MM\0+", "TIFF"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG2000"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JXL"),
    (0, b"\xff\x0a", "JXL"),
    (0, b"qoif", "QOI"),
    (0, b"FUJIFILMCCD-RAW", "RAW"),
    (0, b"IIRO", "RAW"),
    (0, b"IIRS", "RAW"),
    (0, b"MMOR", "RAW"),
    (0, b"IIU\0", "RAW"),
    (0, b"\0MRM", "RAW"),
    (0, b"FOVb", "RAW"),
    (6, b"HEAPCCDR", "RAW"),
)
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "HEIF"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    b"crx ": "RAW",
}
"""Of files that begin with an "ftyp" box (ISO/IEC 14496-12)."""
_ANY_CODEC = (b"mif1", b"msf1")

_OTHERS = (
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript drawing (EPS)"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript drawing (EPS)"),
    (0, b"8BPS", "a Photoshop document (PSD)"),
    (0, b"gimp xcf", "a GIMP document (XCF)"),
    (0, b"\0\0\1\0", "a Windows icon (ICO)"),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance picture (HDR)"),
    (0, b"DDS ", "a DirectDraw texture (DDS)"),
    (0, b"AT&TFORM", "a DjVu document"),
    (0, b"SIMPLE  =", "a FITS file"),
    (128, b"DICM", "a DICOM file"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (8, b"AVI ", "a video"),
    (8, b"WAVE", "a sound"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"OggS", "a video or a sound"),
    (0, b"\0\0\1\xba", "a video"),
    (0, b"version https://git-lfs", "a pointer of Git LFS, in place of the file: run `git lfs pull`"),
)
_SPOKEN = {
    "HEIF": "HEIC", "JXL": "JPEG XL", "JPEG2000": "JPEG 2000", "WEBP": "WebP", "RAW": "camera RAW", "PPM": "Netpbm",
}  # fmt: skip


def format_of(start: bytes) -> str | None:
    """The image format of a file that begins so: "JPEG", "HEIF", "RAW" ...; None where it is none that is known.

    Camera RAW that is TIFF by its first bytes (DNG, NEF, ARW, PEF) is "TIFF" here.
    """
    if start[4:8] == b"ftyp":
        if start[8:12] in _ANY_CODEC:  # which codec, the compatible brands say
            brands = start[16 : int.from_bytes(start[:4], "big")]
            return "AVIF" if b"avif" in brands or b"avis" in brands else "HEIF"
        return _BRANDS.get(start[8:12])
    if start[:4] == b"RIFF" and start[8:12] != b"WEBP":
        return None
    for offset, signature, name in _PICTURES:
        if start.startswith(signature, offset):
            return name
    if start[:2] == b"BM" and int.from_bytes(start[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124):
        return "BMP"
    if start[:1] == b"P" and start[1:2] in (b"1", b"2", b"3", b"4", b"5", b"6", b"f") and start[2:3].isspace():
        return "PPM"
    return None


def spoken(format: str) -> str:
    """The name of a format as people say it."""
    return _SPOKEN.get(format, format)


def other_than_image(start: bytes) -> str | None:
    """What a file is that is no image which is read here, with its article; None where that cannot be said."""
    for offset, signature, name in _OTHERS:
        if start.startswith(signature, offset):
            return name
    if start[4:8] == b"ftyp":
        return "a video"
    if b"<svg" in start:
        return "an SVG drawing"
    return None


def is_cut(start: bytes, stream: BinaryIO) -> bool:
    """Whether a file is shorter than it says itself, as far as its format says so without looking at its data."""
    size = stream.seek(0, io.SEEK_END)
    if start[:4] == b"RIFF":
        return 8 + int.from_bytes(start[4:8], "little") > size
    if start[:4] in (b"II*\0", b"MM\0*"):
        return _directory_is_cut("little" if start[:1] == b"I" else "big", start, stream, size)
    return start[4:8] in (b"ftyp", b"jP  ", b"JXL ") and _last_box_is_cut(stream, size)


def _directory_is_cut(order: Literal["little", "big"], start: bytes, stream: BinaryIO, size: int) -> bool:
    """Of a TIFF, where it often stands at the end."""
    at = stream.seek(int.from_bytes(start[4:8], order))
    entries = int.from_bytes(stream.read(2), order)
    return at + 2 + 12 * entries + 4 > size


def _last_box_is_cut(stream: BinaryIO, size: int) -> bool:
    at = 0
    while at + 8 <= size:
        stream.seek(at)
        header = stream.read(16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length == 0:  # up to the end, wherever that is
            return False
        if length < 8:
            return True
        at += length
    return at != size
