"""Where a picture was taken: longitude, latitude and altitude, or why what its file says of it cannot be used."""

from __future__ import annotations

from imagespace_core.images.embedded.text import number

NO_PLACE = "its GPS position is 0, 0, which devices write when they do not know it; taken for missing"
NO_HEMISPHERE = "its GPS position does not say which hemisphere; left out"
OUT_OF_RANGE = "its GPS position cannot be (latitude beyond 90 or longitude beyond 180 degrees); left out"
UNPLACED = (NO_PLACE, NO_HEMISPHERE, OUT_OF_RANGE)
_HIGHEST_M = 1_000_000.0


def place(longitude: float | None, latitude: float | None) -> tuple[dict[str, object], tuple[str, ...]]:
    """Degrees east and north -> columns, and a remark where they cannot be used."""
    if longitude is None or latitude is None:
        return {}, ()
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        return {}, (OUT_OF_RANGE,)
    if longitude == 0 == latitude:
        return {}, (NO_PLACE,)
    # A ten-millionth of a degree is a centimeter; further digits come from dividing seconds.
    return {"longitude": round(longitude, 7), "latitude": round(latitude, 7)}, ()


def altitude(value: object, below: bool) -> float | None:
    """Meters above sea level. below: whether the file says that it is below."""
    meters = number(value)
    if meters is None or abs(meters) > _HIGHEST_M:
        return None
    return round(-abs(meters) if below else meters, 3)
