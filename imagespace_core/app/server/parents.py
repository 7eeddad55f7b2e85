"""The routes `parent/<row>`: the larger image that an item was cut from, and where in it the item lies.

parent/<row>            the parent's name and size, the image's outline in it, and what is marked in it, as JSON
parent/<row>/picture    the parent as JPEG: ?side=<px>, or a part of it: &left= &top= &right= &bottom= in its px
parent/<row>/mask       the same of what is marked alone, PNG, transparent elsewhere
parent/<row>/outlines   of every image of the workspace in that parent, see `encoded`
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from imagespace_core.app.session import resources
from imagespace_core.app.session.events import RefusedError
from imagespace_core.app.session.pictures import source
from imagespace_core.errors import ImageSpaceError, UnreadableImageError
from imagespace_core.sources import Context, Contextual, Masked, Ring
from imagespace_core.sources.registry import SOURCES
from imagespace_core.viewer.contract import LARGEST_SIDE
from imagespace_core.viewer.contract.files import ParentFile, Structure
from imagespace_core.workspace import Workspace

PREFIX = "parent"
_NUMBER = re.compile(r"[0-9]{1,9}")
_WORDS = {"microscopy": "slice", "objects": "photo"}
_EDGES = ("left", "top", "right", "bottom")


def word(workspace: Workspace) -> str | None:
    """What people call the parents, `scene`, `slice` or `photo`; None where they were not cut from any.

    Opens nothing, so that it is known of lost originals too.
    """
    kind = workspace.manifest.source["kind"]
    make = SOURCES[kind].make if kind in SOURCES else None
    return _WORDS.get(kind, "scene") if isinstance(make, type) and issubclass(make, Contextual) else None


def answer(workspace: Workspace, name: str, params: Mapping[str, str]) -> tuple[bytes, str]:
    """What to send for `parent/<name>?<params>`, and its media type.

    Raises RefusedError where there is no such thing, UnreadableImageError where the parent cannot be had any more.
    """
    row, _, part = name.partition("/")
    if not _NUMBER.fullmatch(row) or int(row) >= workspace.rows or part not in ("", "picture", "mask", "outlines"):
        raise RefusedError(
            f"expected parent/<row below {workspace.rows}>, or picture, mask or outlines below that; got {name!r:.80}"
        )
    called = word(workspace)
    if called is None:
        raise RefusedError("the images of this workspace were not cut from larger ones")
    key = workspace.ids[int(row)]
    try:
        found = source(workspace)
        if not isinstance(found, Contextual) or not found.has(key):
            raise UnreadableImageError("it is not where it was read")
        context = found.context(key)
        match part:
            case "picture":
                window, side = _window(params, context)
                return _encoded(found.region(context.parent, window, side), "JPEG"), "image/jpeg"
            case "mask":
                if not isinstance(found, Masked):
                    raise RefusedError("nothing is marked in these images")
                window, side = _window(params, context)
                return _encoded(found.overlay(context.parent, window, side), "PNG"), "image/png"
            case "outlines":
                return _outlines(str(workspace.root), workspace.manifest.build, context.parent), _BYTES
            case _:
                marked = found.colors() if isinstance(found, Masked) and found.mask(key) is not None else {}
                return _described(context, marked), "application/json"
    except RefusedError:
        raise
    except (ImageSpaceError, OSError) as error:
        raise UnreadableImageError(f"The {called} that this was cut from cannot be shown: {error}.") from error


_BYTES = "application/octet-stream"


def _window(params: Mapping[str, str], context: Context) -> tuple[tuple[int, int, int, int] | None, int]:
    """(left, top, right, bottom) within the parent, None for all of it; and the side. Raises RefusedError."""
    texts = {name: params[name] for name in (*_EDGES, "side") if name in params}
    if not all(_NUMBER.fullmatch(text) for text in texts.values()):
        raise RefusedError(f"expected whole numbers from 0 for {', '.join(_EDGES)} and side; got {texts!r:.120}")
    numbers = {name: int(text) for name, text in texts.items()}
    side = numbers.pop("side", LARGEST_SIDE)
    if not 0 < side <= LARGEST_SIDE:
        raise RefusedError(f"expected a side from 1 to {LARGEST_SIDE}; got {side}")
    if not numbers:
        return None, side
    if len(numbers) < 4:
        raise RefusedError(f"expected all of {', '.join(_EDGES)}, or none; got {', '.join(numbers)}")
    left, top, right, bottom = (numbers[name] for name in _EDGES)
    right, bottom = min(right, context.width), min(bottom, context.height)
    if left >= right or top >= bottom:
        raise RefusedError(f"expected a window inside {context.width} x {context.height} px; got {numbers}")
    return (left, top, right, bottom), side


def _encoded(pixels: np.ndarray, kind: str) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    how = {"quality": 90, "subsampling": 0} if kind == "JPEG" else {"compress_level": 1}
    Image.fromarray(pixels).save(buffer, kind, **how)
    return buffer.getvalue()


def _described(context: Context, marked: Mapping[str, tuple[int, int, int]]) -> bytes:
    outline = [[(float(x), float(y)) for x, y in ring] for ring in context.outline]
    structures = [Structure(name=name, color=color) for name, color in marked.items()]
    file = ParentFile(
        parent=context.parent, width=context.width, height=context.height, outline=outline, marked=structures
    )
    return file.model_dump_json().encode()


# By build: a hundred thousand outlines take a second or two to gather.
@lru_cache(maxsize=8)
def _outlines(root: str, build: str, parent: str) -> bytes:
    workspace = resources.workspace(Path(root))
    found = source(workspace)
    assert isinstance(found, Contextual)
    outlines = found.outlines(parent)
    # Some items of the parent may be no rows: left out as unreadable, or beyond a limit.
    rows = {row: outlines[key] for row, key in enumerate(workspace.ids) if key in outlines}
    return encoded(rows)


def encoded(outlines: Mapping[int, tuple[Ring, ...]]) -> bytes:
    """Outlines by row, as `viewer.contract` describes them."""
    rings = [ring[:-1] for of_one in outlines.values() for ring in of_one]
    first_ring = np.cumsum([0, *map(len, outlines.values())])
    first_point = np.cumsum([0, *map(len, rings)])
    points = np.array([point for ring in rings for point in ring], "<f4").reshape(-1, 2)
    head = [len(outlines), len(rings), len(points), *outlines, *first_ring.tolist(), *first_point.tolist()]
    return np.array(head, "<u4").tobytes() + points.tobytes()
