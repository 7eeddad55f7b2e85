"""Small ICC profiles: of wide screens, of gray values, of a press."""

from __future__ import annotations

import struct
from collections.abc import Sequence

DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
"""XYZ of red, green and blue, adapted to D50."""
_WHITE = (0.9642, 1.0, 0.8249)
_SRGB_CURVE = [round(65535 * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4))
               for v in (i / 1023 for i in range(1024))]  # fmt: skip


def rgb_profile(primaries: Sequence[Sequence[float]], gamma: float | None = None) -> bytes:
    """Of a screen with these primaries. gamma: None for the curve of sRGB."""
    curve = _curve(_SRGB_CURVE if gamma is None else [round(gamma * 256)])
    tags = {b"wtpt": _xyz(_WHITE)}
    for name, primary in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags |= {name + b"XYZ": _xyz(primary), name + b"TRC": curve}
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def gray_profile(gamma: float) -> bytes:
    """Of gray values with that gamma."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _xyz(_WHITE), b"kTRC": _curve([round(gamma * 256)])})


def press_profile() -> bytes:
    """Of a press whose inks are pale: full cyan is a light blue, all four together a middle gray."""
    ramp = bytes(range(256))
    table = bytearray()
    for inks in range(16):
        cyan, magenta, yellow, black = (inks >> 3) & 1, (inks >> 2) & 1, (inks >> 1) & 1, inks & 1
        lightness = 100 - 10 * cyan - 10 * magenta - 5 * yellow - 25 * black
        a, b = -20 * cyan + 30 * magenta, -20 * cyan - 5 * magenta + 40 * yellow
        table += bytes((round(lightness * 2.55), 128 + a, 128 + b))
    one = struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + one + ramp * 4 + bytes(table) + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _xyz(_WHITE), b"A2B0": lut})


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve(values: Sequence[int]) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78), **tags}
    at = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        value += bytes(-len(value) % 4)
        table += struct.pack(">4sII", name, at + len(data), len(value))
        data += value
    head = struct.pack(">I4sI4s4s4s", at + len(data), b"none", 0x02400000, kind, space, connection)
    head += (
        struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + struct.pack(">3i", *(round(v * 65536) for v in _WHITE))
    )
    return head.ljust(128, b"\0") + table + data
