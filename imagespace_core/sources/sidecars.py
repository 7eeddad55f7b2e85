"""Sidecars: small files beside an image that say more of it, of the same name but for the suffix.

`.txt` is a caption, `.json` an object of columns or what Google Takeout writes, `.xmp` what programs for photographers
write. A sidecar is named after the image with or without its suffix: IMG_1.xmp and IMG_1.jpg.xmp belong to IMG_1.jpg.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from imagespace_core.images import Picture
from imagespace_core.images.dates import FIRST_YEAR, LAST_YEAR, taken_from_text
from imagespace_core.images.embedded.position import NO_PLACE, UNPLACED, altitude, place
from imagespace_core.images.embedded.text import bounded, clean, keywords, number
from imagespace_core.images.embedded.xmp import BROKEN, xmp_columns

SUFFIXES = (".txt", ".json", ".xmp")
"""Where several say the same, the last counts."""
MOST_BYTES = 4 << 20
MOST_COLUMNS = 100

NUMBERS = "the .txt beside it holds numbers and no caption; boxes of objects are read by --source objects"
TOO_LARGE = f"the file beside it has more than {MOST_BYTES >> 20} MB and is not read"
TOO_MANY = f"the .json beside it has more than {MOST_COLUMNS} values; the rest is left out"

_NUMBERS = re.compile(r"[\d\s.,eE+-]*\d[\d\s.,eE+-]*")
_TAKEOUT_SUFFIX = "supplemental-metadata"
_TAKEOUT_LENGTH = 46
_TAKEOUT = re.compile(r"(?P<stem>.+?)(?P<suffix>\.[a-z0-9]{2,5})(?:\.(?P<rest>[a-z-]*))?(?P<copy>\(\d+\))?")
_MOST_OF_A_DAY = timedelta(hours=26)
"""Two clocks at the same moment differ by less, wherever on Earth they are."""


@dataclass(frozen=True)
class Sidecar:
    """What a sidecar says: columns by name, when the picture was taken, as a clock there showed it or else in UTC, and
    remarks."""

    columns: Mapping[str, object] = field(default_factory=dict)
    taken_at: datetime | None = None
    taken_at_utc: datetime | None = None
    remarks: tuple[str, ...] = ()


def sidecars_of(images: Iterable[str], others: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The sidecars of each image that has any, in the order in which they count; all are names in one folder.

    Case does not matter. Google Takeout cuts long names, counts copies in another place (`a.jpg(1).json` belongs to
    `a(1).jpg`), and gives an edited copy the file of its original.
    """
    owners: dict[str, list[str]] = {}
    cut: dict[str, list[str]] = {}
    for name in others:
        base, suffix = _split(name)
        if suffix in SUFFIXES:
            for key in _owners(base.casefold(), suffix):
                owners.setdefault(key, []).append(name)
            if suffix == ".json" and len(base) == _TAKEOUT_LENGTH:
                cut.setdefault(base.casefold(), []).append(name)
    if not owners:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name in images:
        folded = name.casefold()
        stem, suffix = _split(folded)
        belong = [*owners.get(stem, ()), *owners.get(folded, ())]
        belong = belong or owners.get(f"{stem.removesuffix('-edited')}{suffix}", [])
        belong = belong or cut.get(folded[:_TAKEOUT_LENGTH], [])
        if belong:
            found[name] = tuple(sorted(dict.fromkeys(belong), key=lambda other: SUFFIXES.index(_split(other)[1])))
    return found


def _split(name: str) -> tuple[str, str]:
    """A file's name before its suffix, and the suffix in lower case."""
    path = PurePosixPath(name)
    return path.stem, path.suffix.lower()


def _owners(base: str, suffix: str) -> list[str]:
    """Names of the images, with or without suffix, to which a sidecar belongs whose own name is this."""
    match = _TAKEOUT.fullmatch(base) if suffix == ".json" else None
    if not match or not _TAKEOUT_SUFFIX.startswith(match["rest"] or ""):
        return [base]
    return list(dict.fromkeys([base, f"{match['stem']}{match['copy'] or ''}{match['suffix']}"]))


def read_sidecar(name: str, data: bytes) -> Sidecar:
    """What a file of one of SUFFIXES holds; a broken one is a remark."""
    if len(data) > MOST_BYTES:
        return Sidecar(remarks=(TOO_LARGE,))
    suffix = _split(name)[1]
    try:
        match suffix:
            case ".txt":
                made = _of_text(data)
            case ".json":
                made = _of_json(data)
            case _:
                columns, taken_at, remarks = xmp_columns(data)
                if BROKEN in remarks:
                    raise ValueError(BROKEN)
                made = Sidecar(columns, taken_at, remarks=tuple(f"beside it, {remark}" for remark in remarks))
    except (ValueError, RecursionError):
        return Sidecar(remarks=(unreadable(suffix),))
    kept, left_out = bounded(made.columns)
    return replace(made, columns=kept, remarks=(*made.remarks, *(f"beside it, {remark}" for remark in left_out)))


def unreadable(suffix: str) -> str:
    """The remark on a sidecar that cannot be read."""
    return f"the {suffix} beside it cannot be read and is left out"


def described(picture: Picture, sidecars: Sequence[Sidecar]) -> Picture:
    """The picture with what its sidecars say; they count before what is in the file, and the last of them most.

    A time in UTC counts where the file has none, or where the two cannot be the same moment: somebody mended it.
    """
    columns, taken_at = dict(picture.columns), picture.taken_at
    remarks = list(picture.remarks)
    for sidecar in sidecars:
        columns |= sidecar.columns
        remarks += sidecar.remarks
        taken_at = sidecar.taken_at or taken_at
        if (utc := sidecar.taken_at_utc) and (taken_at is None or abs(utc - taken_at) > _MOST_OF_A_DAY):
            taken_at = utc
    if "longitude" in columns:
        remarks = [remark for remark in remarks if not remark.endswith(UNPLACED)]
    return replace(picture, columns=columns, taken_at=taken_at, remarks=tuple(dict.fromkeys(remarks)))


def _of_text(data: bytes) -> Sidecar:
    """A caption, in UTF-8, UTF-16 with a mark, or Windows-1252."""
    text = clean(
        data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.removeprefix(b"\xef\xbb\xbf")
    )
    if text is None:
        return Sidecar()
    if _NUMBERS.fullmatch(text):
        return Sidecar(remarks=(NUMBERS,))
    return Sidecar({"caption": text})


def _of_json(data: bytes) -> Sidecar:
    """Raises ValueError for what is no JSON object."""
    record = json.loads(data, parse_constant=lambda _: None)
    if not isinstance(record, dict):
        raise ValueError("no JSON object")
    if isinstance(record.get("photoTakenTime"), dict):
        return _of_takeout(record)
    values = dict(_flat(record))
    taken_at = taken_from_text(text) if isinstance(text := values.get("taken_at"), str) else None
    if taken_at:
        del values["taken_at"]
    columns = {name: value for name, value in list(values.items())[:MOST_COLUMNS] if value is not None}
    return Sidecar(columns, taken_at, remarks=(TOO_MANY,) if len(values) > MOST_COLUMNS else ())


def _flat(record: Mapping[str, object], before: str = "") -> Iterable[tuple[str, object]]:
    """Names and values; those of an object in the object are called `outer.inner`."""
    for name, value in record.items():
        called = before + " ".join(name.encode("utf-8", "replace").decode("utf-8").split())
        if isinstance(value, dict):
            yield from _flat(value, f"{called}.")
        elif called:
            yield called, _value(value)


def _value(value: object) -> object:
    """A value as a column holds it: text, number, yes/no, a list of texts; other lists as JSON."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return keywords(value) if all(isinstance(v, str) for v in value) else json.dumps(value, ensure_ascii=True)
    return value


def _of_takeout(record: Mapping[str, object]) -> Sidecar:
    """What Google Photos exports: the caption, the place, the people and the time, in UTC."""
    columns: dict[str, object] = {}
    remarks: tuple[str, ...] = ()
    for name in ("geoDataExif", "geoData"):  # the second is what people see, and what they mended
        geo = record.get(name)
        if isinstance(geo, dict):
            found, remarks = place(number(geo.get("longitude")), number(geo.get("latitude")))
            columns |= {**found, "altitude": altitude(geo.get("altitude"), below=False)} if found else {}
    people = record.get("people")
    names = keywords(p.get("name") for p in people if isinstance(p, dict)) if isinstance(people, list) else None
    columns |= {"caption": clean(record.get("description")), "people": names}
    if record.get("favorited") is True:
        columns["favorite"] = True
    time = record["photoTakenTime"]
    seconds = number(time.get("timestamp")) if isinstance(time, dict) else None
    return Sidecar(
        {name: value for name, value in columns.items() if value is not None},
        taken_at_utc=_moment(seconds),
        remarks=tuple(remark for remark in remarks if remark != NO_PLACE),  # 0, 0 is how Google writes no place
    )


def _moment(seconds: float | None) -> datetime | None:
    """Unix time as a date; 0 is no time."""
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=int(seconds or 0))
    except OverflowError:
        return None
    return moment if seconds and FIRST_YEAR <= moment.year <= LAST_YEAR else None
