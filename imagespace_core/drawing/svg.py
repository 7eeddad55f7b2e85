"""Writes a drawing as SVG: sharp at any size, its text can be searched and edited."""

from __future__ import annotations

import base64
import io
import re
from html import escape

import numpy as np

from imagespace_core.drawing.marks import PAPER, RIM, Area, Dots, Drawing, Image, Line, Mark, Text, hexadecimal
from imagespace_core.drawing.points import OPACITY, splatted

MOST_VECTOR = 20_000
"""Points up to which each is a circle (1 MB of text); more become one picture, with twice as many px a side."""
_SHARPER = 2
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(drawing: Drawing) -> str:
    """The drawing as a whole SVG document."""
    width, height = drawing.width, drawing.height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" role="img">',
        f"<title>{_escaped(drawing.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *(_drawn(mark, width, height) for mark in drawing.marks),
        "</svg>",
    ]
    return "\n".join([*parts, ""])


def _drawn(mark: Mark, width: int, height: int) -> str:
    match mark:
        case Text():
            return _text(mark)
        case Line():
            dash = ' stroke-dasharray="5 4"' if mark.dashed else ""
            return (
                f'<polyline points="{_coordinates(mark.points)}" fill="none" stroke="{mark.color}" '
                f'stroke-width="{mark.width:g}"{dash}/>'
            )
        case Area():
            opacity = "" if mark.opacity == 1 else f' fill-opacity="{mark.opacity:g}"'
            return f'<polygon points="{_coordinates(mark.points)}" fill="{mark.color}"{opacity}/>'
        case Dots():
            return _dots(mark, width, height)
        case Image():
            return _image(mark)


def _text(mark: Text) -> str:
    at = f'x="{mark.x:.1f}" y="{mark.y:.1f}"'
    if mark.turned:
        at = f'transform="translate({mark.x:.1f} {mark.y:.1f}) rotate(-90)"'
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    weight = ' font-weight="600"' if mark.bold else ""
    rim = f' stroke="{PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if mark.halo else ""
    return f'<text {at} font-size="{mark.size:g}" fill="{mark.color}"{anchor}{weight}{rim}>{_escaped(mark.text)}</text>'


def _dots(mark: Dots, width: int, height: int) -> str:
    if len(mark.x) > MOST_VECTOR:
        sides = width * _SHARPER, height * _SHARPER
        picture = splatted(mark.x * _SHARPER, mark.y * _SHARPER, mark.colors, *sides, mark.radius * _SHARPER)
        return _image(Image(0, 0, width, height, picture))
    groups = []
    for color in np.unique(mark.colors, axis=0) if len(mark.x) else ():
        own = np.flatnonzero((mark.colors == color).all(axis=1))
        circles = "".join(f'<circle cx="{mark.x[i]:.1f}" cy="{mark.y[i]:.1f}" r="{mark.radius}"/>' for i in own)
        groups.append(f'<g fill="{hexadecimal(color)}" fill-opacity="{OPACITY}">{circles}</g>')
    return "\n".join(groups)


def _image(mark: Image) -> str:
    from PIL import Image as Pillow

    buffer = io.BytesIO()
    picture = Pillow.fromarray(mark.pixels)
    clear = mark.pixels.shape[2] == 4
    picture.save(buffer, "PNG") if clear else picture.save(buffer, "JPEG", quality=85)
    data = base64.b64encode(buffer.getvalue()).decode()
    at = f'x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" height="{mark.height:.1f}"'
    rim = f'<rect {at} fill="none" stroke="{RIM}" stroke-width="2"/>' if mark.framed else ""
    kind = "png" if clear else "jpeg"
    return f'{rim}<image {at} preserveAspectRatio="none" href="data:image/{kind};base64,{data}"/>'


def _coordinates(points: np.ndarray) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in np.asarray(points, float))


def _escaped(text: str) -> str:
    """As XML takes it; signs that XML has no way to write become the replacement sign."""
    return escape(_NOT_XML.sub("\ufffd", text))
