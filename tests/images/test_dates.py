"""Dates from EXIF and from names."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imagespace_core.images.dates import exif_times, taken_from_name, taken_from_text
from tests.makers.photos import dated_exif

MOMENT = datetime(2023, 4, 15, 14, 30, 12)
DAY = datetime(2023, 4, 15)


def taken(exif: Image.Exif) -> datetime | None:
    """The first of the three times that is plausible."""
    return next(filter(None, exif_times(exif)), None)


@pytest.mark.parametrize(
    ("name", "taken_at"),
    [
        ("IMG_20230415_143012.jpg", MOMENT),
        ("2023-04-15 14.30.12.jpg", MOMENT),
        ("2023-04-15T14:30:12.jpg", MOMENT),
        ("PXL_20230415_143012345.MP.jpg", MOMENT),
        ("IMG20230415143012.jpg", MOMENT),
        ("00001_BURST20230415143012345_COVER.jpg", MOMENT),
        ("Screenshot_20230415-143012_Chrome.png", MOMENT),
        ("Screenshot_2023-04-15-14-30-12-123_com.example.png", MOMENT),
        ("Screenshot 2023-04-15 at 14.30.12.png", MOMENT),
        ("Screenshot 2023-04-15 at 2.30.12\u202fPM.png", MOMENT),
        ("Screenshot 2023-04-15 at 12.30.12 AM.png", datetime(2023, 4, 15, 0, 30, 12)),
        ("WhatsApp Image 2023-04-15 at 14.30.12 (1).jpeg", MOMENT),
        ("IMG-20230415-WA0001.jpg", DAY),
        ("photo_2023-04-15_14-30-12.jpg", MOMENT),
        ("WIN_20230415_14_30_12_Pro.jpg", MOMENT),
        ("holiday 2023-04-15.jpg", DAY),
        ("20230415.jpg", DAY),
        ("20230415_998877.jpg", DAY),
        ("1826-06-04 view from the window.tif", datetime(1826, 6, 4)),
        ("2023-04-15/IMG_20240101_000000.jpg", datetime(2024, 1, 1)),
    ],
)
def test_names_that_phones_and_people_give_are_read(name: str, taken_at: datetime) -> None:
    assert taken_from_name(name) == taken_at


@pytest.mark.parametrize(
    "name",
    [
        "12025550123.jpg",
        "+1 202-555-0123.jpg",
        "d41d8cd98f00b204e9800998ecf8427e.jpg",
        "a20230415b.jpg",
        "20230415-1130-4a2b-9c3d-001122334455.jpg",
        "20230415998877.jpg",
        "000020230415.jpg",
        "2023-02-30.jpg",
        "2023-13-01.jpg",
        "20201080.png",
        "1920x1080.jpg",
        "15-04-2023.jpg",
        "18250101.jpg",
        "2101-01-01.jpg",
        "2023-04-15/DSC001.jpg",
        "IMG_1681569012345.jpg",
        "",
    ],
)
def test_numbers_hashes_and_impossible_days_are_no_dates(name: str) -> None:
    assert taken_from_name(name) is None


@given(st.datetimes(datetime(1826, 1, 1), datetime(2100, 12, 31)).map(lambda t: t.replace(microsecond=0)))
def test_what_a_camera_writes_is_read_back(taken_at: datetime) -> None:
    # isoformat rather than strftime, which writes years before 1000 without zeros on some systems
    iso = taken_at.isoformat(" ")
    assert taken_from_name(f"IMG_{iso.replace('-', '').replace(':', '').replace(' ', '_')}.jpg") == taken_at
    assert taken_from_name(f"{iso.replace(':', '.')}.jpg") == taken_at
    assert taken(dated_exif(DateTimeOriginal=iso.replace("-", ":"))) == taken_at


@given(st.text())
def test_any_name_is_a_date_or_none(name: str) -> None:
    taken_at = taken_from_name(name)
    assert taken_at is None or 1826 <= taken_at.year <= 2100


@pytest.mark.parametrize(
    "text",
    [
        "2023:04:15 14:30:12",
        "2023:04:15 14:30:12\0\0",
        "2023-04-15T14:30:12",
        "2023:04:15 14:30:12.678",
        "2023:04:15 14:30:12+02:00",
        " 2023/04/15 14:30:12 ",
    ],
)
def test_exif_times_are_read_as_cameras_write_them(text: str) -> None:
    assert taken(dated_exif(DateTimeOriginal=text)) == MOMENT


@pytest.mark.parametrize(
    "text",
    ["0000:00:00 00:00:00", "    :  :     :  :  ", "2023:02:30 10:00:00", "1700:01:01 00:00:00", "yesterday", ""],
)
def test_rubbish_in_exif_is_no_time(text: str) -> None:
    assert taken(dated_exif(DateTimeOriginal=text)) is None


def test_the_exposure_wins_over_the_scan_and_the_scan_over_the_last_change() -> None:
    exposure, scan, change = (f"200{i}:01:01 00:00:00" for i in range(3))
    every = {"DateTimeOriginal": exposure, "DateTimeDigitized": scan, "DateTime": change}
    assert taken(dated_exif(**every)) == datetime(2000, 1, 1)
    every["DateTimeOriginal"] = "0000:00:00 00:00:00"
    assert taken(dated_exif(**every)) == datetime(2001, 1, 1)
    del every["DateTimeDigitized"]
    assert taken(dated_exif(**every)) == datetime(2002, 1, 1)


@pytest.mark.parametrize(
    ("text", "taken_at"),
    [
        ("2019-07-06T05:04:03", datetime(2019, 7, 6, 5, 4, 3)),
        ("2019-07-06T05:04:03.25+02:00", datetime(2019, 7, 6, 5, 4, 3)),
        ("2019-07-06T05:04Z", datetime(2019, 7, 6, 5, 4)),
        ("1885-05", datetime(1885, 5, 1)),
        (" 1503 ", datetime(1503, 1, 1)),
        ("0001-01-01T00:00:00", None),
        ("2019-02-30", None),
        ("20190706", None),
        ("July 2019", None),
        ("", None),
    ],
)
def test_dates_in_xmp_may_lack_all_after_the_year(text: str, taken_at: datetime | None) -> None:
    assert taken_from_text(text) == taken_at
