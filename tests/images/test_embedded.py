"""What pictures say of themselves: EXIF, IPTC and XMP of each format, as columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from imagespace_core.images import Picture
from imagespace_core.images.decode import Decode
from imagespace_core.images.embedded import BROKEN_EXIF, BROKEN_IPTC, COLUMNS
from imagespace_core.images.embedded import xmp as xmp_module
from imagespace_core.images.embedded.position import NO_HEMISPHERE, NO_PLACE, OUT_OF_RANGE
from imagespace_core.images.embedded.text import LONGEST, MOST_KEYWORDS, TOO_LONG, TOO_MANY
from tests.makers.described import (
    RATIONAL,
    exif,
    gps,
    iptc,
    jpeg_with_iptc,
    looped_exif,
    phone_exif,
    xmp,
    xmp_bomb,
    xmp_of,
)
from tests.makers.photos import encoded, photo

PHOTO = photo("red", "circle", 0)
PHONE = {
    "longitude": 2.2945,
    "latitude": 48.8584,
    "altitude": 35.5,
    "camera": "Apple iPhone 12",
    "lens": "iPhone 12 back camera 4.2mm f/1.6",
    "focal_length": 4.2,
    "aperture": 1.6,
    "exposure": 0.00833333,
    "iso": 64,
}
WORDS = {
    "rating": 4,
    "keywords": ["Paris", "tower"],
    "title": "Tower",
    "caption": "By day",
    "creator": "A. Maker; B. Maker",
    "copyright": "© A. Maker",
}
PACKET = xmp(
    xmp_Rating="4", dc_subject=["Paris", "tower", "Paris "], dc_title={"fr": "Tour", "x-default": "Tower"},
    dc_description={"x-default": "By day"}, dc_creator=["A. Maker", "B. Maker"], dc_rights={"x-default": "© A. Maker"},
)  # fmt: skip


def read(format: str = "JPEG", **options: object) -> Picture:
    return Decode()(encoded(PHOTO, format, **options))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "MPO"])
def test_exif_and_xmp_of_every_format_become_columns(format: str) -> None:
    options: dict[str, Any] = {"exif": phone_exif(), "xmp": PACKET}
    if format == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", PACKET.decode())
        options = {"exif": phone_exif(), "pnginfo": info}
    if format == "TIFF":
        written = Image.Exif()
        written.load(phone_exif().tobytes())
        written[700] = PACKET
        options = {"exif": written}
    if format == "MPO":
        options |= {"save_all": True, "append_images": [PHOTO]}
    picture = read(format, **options)
    assert picture.columns == PHONE | WORDS
    assert picture.taken_at == datetime(2019, 7, 6, 5, 4, 3)
    assert picture.remarks == ()
    assert list(picture.columns) == list(COLUMNS)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP"])
def test_a_picture_that_says_nothing_has_no_columns(format: str) -> None:
    picture = read(format)
    assert (dict(picture.columns), picture.taken_at, picture.remarks) == ({}, None, ())


def test_iptc_becomes_columns_in_either_encoding() -> None:
    data = iptc(
        (5, b"Tower"), (25, "Zürich".encode()), (25, b"M\xfcnchen"), (80, b"A. Maker"), (116, "© 2001".encode()),
        (120, b"By day"), (55, b"20010203"), (60, b"040506+0100"),
    )  # fmt: skip
    picture = Decode()(jpeg_with_iptc(data))
    assert picture.columns == {
        "keywords": ["Zürich", "München"], "title": "Tower", "caption": "By day", "creator": "A. Maker",
        "copyright": "© 2001",
    }  # fmt: skip
    assert picture.taken_at == datetime(2001, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_iptc_and_xmp_of_a_tiff_are_read(compression: str) -> None:
    tags = {33723: iptc((25, b"harbor"), (25, b"boats")), 700: xmp(dc_rights="mine")}
    columns = read("TIFF", tiffinfo=tags, compression=compression).columns
    assert columns == {"keywords": ["harbor", "boats"], "copyright": "mine"}


def test_a_picture_of_sixteen_bits_says_as_much() -> None:
    written = Image.Exif()
    written.load(phone_exif().tobytes())
    image = Image.fromarray(np.arange(96 * 128, dtype=np.uint16).reshape(96, 128))
    picture = Decode()(encoded(image, "TIFF", exif=written))
    assert (dict(picture.columns), picture.taken_at) == (PHONE, datetime(2019, 7, 6, 5, 4, 3))


def test_a_day_that_iptc_does_not_know_is_the_first() -> None:
    assert Decode()(jpeg_with_iptc(iptc((55, b"18850000")))).taken_at == datetime(1885, 1, 1)
    assert Decode()(jpeg_with_iptc(iptc((55, b"18850500"), (60, b"101112")))).taken_at == datetime(1885, 5, 1)


def test_words_come_from_xmp_before_iptc_before_exif_and_the_camera_from_exif() -> None:
    tags = exif({0x010E: "of EXIF", 0x013B: "of EXIF", 0x8298: "of EXIF", 0x0110: "EXIF"})
    data = iptc((120, b"of IPTC"), (80, b"of IPTC"))
    packet = xmp(dc_description={"x-default": "of XMP"}, tiff_Model="XMP", exifEX_LensModel="XMP")
    columns = Decode()(jpeg_with_iptc(data, exif=tags, xmp=packet)).columns
    assert columns == {
        "camera": "EXIF", "lens": "XMP", "caption": "of XMP", "creator": "of IPTC", "copyright": "of EXIF",
    }  # fmt: skip


def test_the_exposure_is_the_date_then_xmp_then_iptc_then_the_last_change() -> None:
    change, original = {0x0132: "2004:01:01 00:00:00"}, {0x9003: "2001:01:01 00:00:00"}
    data, packet = iptc((55, b"20030101")), xmp(photoshop_DateCreated="2002")

    def year(**options: object) -> int:
        taken_at = Decode()(jpeg_with_iptc(**options)).taken_at  # pyright: ignore[reportArgumentType]
        assert taken_at
        return taken_at.year

    assert year(data=data, exif=exif(change, original), xmp=packet) == 2001
    assert year(data=data, exif=exif(change), xmp=packet) == 2002
    assert year(data=data, exif=exif(change)) == 2003
    assert year(data=b"", exif=exif(change)) == 2004


def test_windows_writes_words_as_utf16() -> None:
    values = {0x9C9B: "Tör", 0x9C9C: "Tag", 0x9C9D: "Ann", 0x9C9E: "a;b; a", 0x4746: 3}
    tags = {tag: v.encode("utf-16-le") + b"\0\0" if isinstance(v, str) else v for tag, v in values.items()}
    assert read(exif=exif(tags)).columns == {
        "rating": 3, "keywords": ["a", "b"], "title": "Tör", "caption": "Tag", "creator": "Ann",
    }  # fmt: skip


def test_exif_text_in_utf8_is_not_mangled() -> None:
    written = {0x010E: "Zürich — 東京".encode(), 0x013B: b"M\xfcller"}
    assert read(exif=exif(written)).columns == {"caption": "Zürich — 東京", "creator": "Müller"}


def test_the_text_chunks_of_a_png_are_words() -> None:
    info = PngImagePlugin.PngInfo()
    for name in ("Title", "Author", "Description", "Copyright", "Software"):
        info.add_text(name, f"the {name}")
    assert read("PNG", pnginfo=info).columns == {
        "title": "the Title", "caption": "the Description", "creator": "the Author", "copyright": "the Copyright",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM\\100MEDIA\\DJI_0001.JPG", "   ", "\0"])
def test_what_cameras_write_into_every_caption_is_none(text: str) -> None:
    assert read(exif=exif({0x010E: text})).columns == {}


def test_numbers_that_cameras_leave_open_are_missing() -> None:
    details = {0x829A: RATIONAL(0, 0), 0x829D: RATIONAL(0, 1), 0x8827: 0, 0x920A: RATIONAL(0, 1)}
    assert read(exif=exif({0x4746: 0}, details)).columns == {}


def test_apertures_and_times_in_steps_become_numbers() -> None:
    columns = read(exif=exif({}, {0x9201: RATIONAL(7, 1), 0x9202: RATIONAL(4, 1)})).columns
    assert columns == {"aperture": 4.0, "exposure": 0.00781}


def test_an_iso_beyond_its_tag_is_read_from_the_other() -> None:
    assert read(exif=exif({}, {0x8827: 65535, 0x8830: 2, 0x8832: 102400})).columns == {"iso": 102400}


def test_places_of_every_hemisphere_come_back() -> None:
    for longitude, latitude, altitude in [(-70.5, -33.25, 500.0), (151.2, -33.9, -12.5), (-0.1276, 51.5072, 0.0)]:
        columns = read(exif=exif(position=gps(longitude, latitude, altitude))).columns
        assert columns == {
            "longitude": pytest.approx(longitude, abs=1e-6), "latitude": pytest.approx(latitude, abs=1e-6),
            "altitude": altitude,
        }  # fmt: skip


def test_the_position_of_xmp_counts_where_exif_has_none() -> None:
    packet = xmp(exif_GPSLatitude="33,27.5S", exif_GPSLongitude="70,40,30W", exif_GPSAltitude="1050/2")
    columns = read(xmp=packet).columns
    assert columns == {"longitude": -70.675, "latitude": pytest.approx(-33.4583333), "altitude": 525.0}
    picture = read(xmp=packet, exif=exif(position=gps(0, 0)))
    assert (picture.columns["longitude"], picture.remarks) == (-70.675, ())


@pytest.mark.parametrize(
    ("position", "remark"),
    [
        (gps(0, 0), NO_PLACE),
        (gps(999, 12), OUT_OF_RANGE),
        (gps(12, -90.5), OUT_OF_RANGE),
        ({2: gps(3, 4)[2], 4: gps(3, 4)[4]}, NO_HEMISPHERE),
    ],
)
def test_places_that_cannot_be_are_missing_and_counted(position: dict[int, object], remark: str) -> None:
    picture = read(exif=exif(position={tag: value for tag, value in position.items() if tag < 5}))
    assert (dict(picture.columns), picture.remarks) == ({}, (remark,))


def test_xmp_may_write_properties_as_attributes_and_only_the_picture_itself_counts() -> None:
    inner = '<xmpMM:Pantry><rdf:Bag><rdf:li><rdf:Description dc:title="of another"/></rdf:li></rdf:Bag></xmpMM:Pantry>'
    packet = xmp_of(f'<rdf:Description xmp:Rating="5" aux:Lens="50 mm">{inner}</rdf:Description>')
    assert read(xmp=packet).columns == {"lens": "50 mm", "rating": 5}


def test_xmp_in_utf16_is_read() -> None:
    packet = xmp(dc_title={"x-default": "Tör"}).decode().replace("\ufeff", "").encode("utf-16")
    assert read(xmp=packet).columns == {"title": "Tör"}


@pytest.mark.parametrize(
    ("packet", "remark"),
    [
        (xmp_bomb(), xmp_module.BROKEN),
        (xmp_bomb(1), xmp_module.BROKEN),
        (xmp(dc_title="a")[:-140], xmp_module.BROKEN),
        (b"dc:title", xmp_module.BROKEN),
    ],
)
def test_bombs_and_broken_xmp_are_left_out_and_counted(packet: bytes, remark: str) -> None:
    picture = read(xmp=packet, exif=exif({0x0110: "X100"}))
    assert (dict(picture.columns), picture.remarks) == ({"camera": "X100"}, (remark,))


def test_xmp_of_many_megabytes_is_not_read() -> None:
    data = encoded(PHOTO, "WEBP", xmp=xmp(dc_title="a" * (xmp_module.MOST_BYTES + 1)))
    assert Decode()(data).remarks == (xmp_module.TOO_LARGE,)


def test_exif_that_loops_is_a_picture_without_columns() -> None:
    picture = Decode()(encoded(PHOTO, exif=looped_exif()))
    assert (dict(picture.columns), picture.width) == ({}, 128)


def test_exif_of_rubbish_is_counted() -> None:
    picture = Decode()(encoded(PHOTO, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x01\x02" * 100))
    assert picture.width == 128
    assert set(picture.remarks) <= {BROKEN_EXIF}
    assert read(exif=b"Exif\0\0rubbish").remarks == (BROKEN_EXIF,)


def test_iptc_that_is_cut_off_or_huge_is_counted_and_the_picture_kept() -> None:
    assert Decode()(jpeg_with_iptc(b"\x1c\x02\x05\xff\xff" + b"a" * 9)).remarks == (BROKEN_IPTC,)
    many = iptc(*((25, b"word %d" % i) for i in range(2 * MOST_KEYWORDS)))
    picture = Decode()(jpeg_with_iptc(many))
    assert (len(picture.columns["keywords"]), picture.remarks) == (MOST_KEYWORDS, (TOO_MANY,))  # pyright: ignore[reportArgumentType]


def test_a_text_that_is_no_title_is_left_out_and_counted() -> None:
    picture = read("WEBP", xmp=xmp(dc_title="a" * (LONGEST + 1), dc_rights="mine"))
    assert (dict(picture.columns), picture.remarks) == ({"copyright": "mine"}, (TOO_LONG,))


def test_xmp_without_anything_of_use_costs_no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmp_module, "_properties", lambda packet: pytest.fail("the XML was parsed"))
    assert read(xmp=xmp_of('<rdf:Description tiff:Orientation="1"/>')).columns == {}
