"""Writes a drawing as PNG, by Pillow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from imagespace_core.drawing.colors import rgb
from imagespace_core.drawing.marks import PAPER, RIM, Area, Dots, Drawing, Image, Line, Mark, Text, font
from imagespace_core.drawing.points import splatted

_FINER = 2
"""Lines and words are drawn so many times larger and brought down, which smooths their edges."""
_DASH, _GAP = 5, 4


def png(drawing: Drawing, scale: int = 1) -> bytes:
    """The drawing as a PNG file of scale x its size."""
    from PIL import Image as Pillow

    size = drawing.width * scale, drawing.height * scale
    paper = Pillow.new("RGBA", size, PAPER)
    waiting: list[Mark] = []
    for mark in drawing.marks:
        alone = isinstance(mark, (Dots, Image)) or (isinstance(mark, Area) and mark.opacity < 1)
        if alone:
            paper = _with(paper, waiting, scale)
            waiting = []
            paper = _with_one(paper, mark, scale)
        else:
            waiting.append(mark)
    buffer = io.BytesIO()
    _with(paper, waiting, scale).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def _with_one(paper: Any, mark: Mark, scale: int) -> Any:
    """What cannot share an overlay with others, because it lets through what lies below, or is an image."""
    from PIL import Image as Pillow

    if isinstance(mark, Dots):
        overlay = splatted(mark.x * scale, mark.y * scale, mark.colors, paper.width, paper.height, mark.radius * scale)
        return Pillow.alpha_composite(paper, Pillow.fromarray(overlay))
    if isinstance(mark, Image):
        corner = round(mark.x * scale), round(mark.y * scale)
        sides = max(1, round(mark.width * scale)), max(1, round(mark.height * scale))
        picture = Pillow.fromarray(mark.pixels).resize(sides, Pillow.Resampling.LANCZOS).convert("RGBA")
        if mark.framed:
            rim = scale
            paper.paste(RIM, (corner[0] - rim, corner[1] - rim, corner[0] + sides[0] + rim, corner[1] + sides[1] + rim))
        paper.paste(picture, corner, picture)
        return paper
    return _with(paper, [mark], scale)


def _with(paper: Any, marks: list[Mark], scale: int) -> Any:
    """The paper with an overlay of words, lines and areas over it."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    if not marks:
        return paper
    finer = scale * _FINER
    overlay = Pillow.new("RGBA", (paper.width * _FINER, paper.height * _FINER))
    pen = ImageDraw.Draw(overlay)
    for mark in marks:
        match mark:
            case Area():
                color = (*rgb(mark.color), round(255 * mark.opacity))
                pen.polygon(_pixels(mark.points, finer), fill=color)
            case Line():
                for part in _dashes(mark) if mark.dashed else [mark.points]:
                    pen.line(_pixels(part, finer), fill=mark.color, width=round(mark.width * finer), joint="curve")
            case Text():
                _write(overlay, pen, mark, finer)
    return Pillow.alpha_composite(paper, overlay.reduce(_FINER))


def _write(overlay: Any, pen: Any, mark: Text, finer: int) -> None:
    from PIL import Image as Pillow
    from PIL import ImageDraw

    letters = font(mark.size * finer)
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[mark.anchor]
    rim = {"stroke_width": round(1.5 * finer), "stroke_fill": PAPER} if mark.halo else {}
    bold = {"stroke_width": max(1, round(0.018 * mark.size * finer))} if mark.bold else {}
    x, y = mark.x * finer, mark.y * finer
    if mark.turned:
        length, height = round(letters.getlength(mark.text)) + 4, round(mark.size * finer * 1.6)
        sheet = Pillow.new("RGBA", (length, height))
        ImageDraw.Draw(sheet).text((length / 2, height * 0.75), mark.text, fill=mark.color, font=letters, anchor="ms")
        turned = sheet.rotate(90, expand=True)
        overlay.alpha_composite(turned, (max(0, round(x - height * 0.75)), max(0, round(y - length / 2))))
        return
    if rim:
        pen.text((x, y), mark.text, fill=PAPER, font=letters, anchor=anchor, **rim)
    pen.text((x, y), mark.text, fill=mark.color, font=letters, anchor=anchor, **bold)


def _dashes(mark: Line) -> list[np.ndarray]:
    """The line in pieces."""
    pieces = []
    for start, end in zip(mark.points[:-1], mark.points[1:], strict=True):
        length = float(np.hypot(*(end - start)))
        for at in np.arange(0, length, _DASH + _GAP):
            to = min(at + _DASH, length)
            pieces.append(np.array([start + (end - start) * (at / length), start + (end - start) * (to / length)]))
    return pieces


def _pixels(points: np.ndarray, finer: int) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in np.asarray(points, float) * finer]
