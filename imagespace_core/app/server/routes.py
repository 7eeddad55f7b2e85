"""What the app's server answers beside Streamlit's own pages: the viewer's modules and a workspace's public files.

A URL is `imagespace/<token>/<build>/<file>`. The token is a capability: a keyed hash of the workspace's path under the
server's secret, handed out only by a rendered page, so a login in front of the pages also guards the data. The build
key changes with every build, so every answer may be cached for ever.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import secrets
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from imagespace_core import viewer
from imagespace_core.app.components import layers
from imagespace_core.app.server import parents, still_map
from imagespace_core.app.session import blobs, resources, trust
from imagespace_core.app.session.events import RefusedError
from imagespace_core.app.session.palettes import read_colors
from imagespace_core.app.session.pictures import picture
from imagespace_core.app.session.select_events import positions_at
from imagespace_core.app.text.server_paths import shortened
from imagespace_core.collection.columns import colored
from imagespace_core.errors import ChangedError, ImageSpaceError
from imagespace_core.selection import unpacked
from imagespace_core.viewer.contract import LARGEST_SIDE, REBUILT_HEADER
from imagespace_core.workspace import Workspace

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
PREFIX = "imagespace"
PIECE_BYTES = 64 * 1024
_NUMBER = re.compile(r"[0-9]{1,9}")

_one_still_map = CapacityLimiter(1)

# Tokens that a page of this server has handed out, and the workspace each opens.
_handed_out: dict[str, Path] = {}


@lru_cache(maxsize=1)
def _secret() -> bytes:
    """The server's own secret where one is set, so that tokens survive a restart; else one for this process."""
    import streamlit as st

    # Streamlit makes up a cookie secret where none is configured; both serve.
    configured = st.get_option("server.cookieSecret")
    return configured.encode() if configured else secrets.token_bytes(32)


def base_url(workspace: Workspace) -> str:
    """Where a rendered page may fetch this workspace's files, relative to the app's address, with a slash behind."""
    token = hmac.new(_secret(), str(workspace.root).encode(), hashlib.sha256).hexdigest()[:32]
    _handed_out[token] = workspace.root
    return f"{PREFIX}/{token}/{workspace.manifest.build}/"


def module_url(name: str) -> str:
    """Where a viewer module is served, relative to the app's address; changes with the modules' content."""
    return f"{PREFIX}/viewer/{viewer.version()}/{name}"


async def _module(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in viewer.FILES or request.path_params["version"] != viewer.version():
        return PlainTextResponse("no such module; reload the page", 404)
    path = viewer.path(name)
    kind = "text/css" if path.suffix == ".css" else "text/javascript"
    return FileResponse(path, media_type=kind, headers=FOREVER)


async def _file(request: Request) -> Response:
    root = _handed_out.get(request.path_params["token"])
    if root is None:
        return PlainTextResponse("this address is not valid any more; reload the page", 403)
    if request.path_params["name"].startswith(f"{still_map.PREFIX}/"):
        # Who waits for a still map must not keep the threads that answer everybody else.
        return await to_thread.run_sync(_answer, root, request, limiter=_one_still_map)
    return await run_in_threadpool(_answer, root, request)


def _answer(root: Path, request: Request) -> Response:
    try:
        workspace = resources.workspace(root)
        if workspace.manifest.build != request.path_params["build"]:
            return _rebuilt()
        name = request.path_params["name"]
        kind, _, row = name.partition("/")
        if kind in MADE:
            return MADE[kind](workspace, row, request.query_params)
        data = None if trust.leads_out(workspace, name) else workspace.public_file(name)
    except ChangedError:
        return _rebuilt()
    except ImageSpaceError as error:
        return PlainTextResponse(shortened(error), 410)
    if data is None:
        return PlainTextResponse(f"{name} is not part of this workspace", 404)
    return _streamed(data, _TYPES.get(Path(name).suffix, "application/octet-stream"))


def _streamed(data: bytes, kind: str) -> Response:
    """An answer in pieces: Streamlit compresses each answer, and a whole one would be compressed before it begins."""

    async def pieces() -> AsyncIterator[memoryview]:
        for start in range(0, len(data), PIECE_BYTES):
            yield memoryview(data)[start : start + PIECE_BYTES]

    return StreamingResponse(pieces(), media_type=kind, headers={**FOREVER, "Content-Length": str(len(data))})


def _rebuilt() -> Response:
    """What viewer/core/rebuilt.js looks for."""
    return PlainTextResponse("the workspace was rebuilt; reload the page", 410, {REBUILT_HEADER: "1"})


_TYPES = {".json": "application/json", ".webp": "image/webp"}


def _image(workspace: Workspace, row: str, params: QueryParams) -> Response:
    """`image/<row>?side=<px>`, and `&layer=<name>` for each of the layers to show where not all are wanted."""
    side, chosen = params.get("side", "1600"), params.getlist(layers.PARAMETER)
    if not (_NUMBER.fullmatch(row) and _NUMBER.fullmatch(side)) or not (
        int(row) < workspace.rows and 0 < int(side) <= LARGEST_SIDE
    ):
        return PlainTextResponse(f"expected image/<row below {workspace.rows}>?side=<1 to {LARGEST_SIDE}>", 404)
    from PIL import Image

    try:
        own = layers.composed(workspace, int(row), int(side), chosen) if chosen else None
    except RefusedError as error:
        return PlainTextResponse(shortened(error), 404)
    buffer = io.BytesIO()
    Image.fromarray(picture(workspace, int(row), int(side)) if own is None else own).save(buffer, "JPEG", quality=88)
    return Response(buffer.getvalue(), media_type="image/jpeg", headers=FOREVER)


def _still_map(workspace: Workspace, name: str, params: QueryParams) -> Response:
    """A still map: `still-map/<any>.png?positions=<path>&color=<slug>&mask=<path>&palette=<hex>,<hex>`."""
    path, slug, mask = params.get("positions"), params.get("color"), params.get("mask", "")
    column = next((c for c in workspace.columns() if c["slug"] == slug), None)
    palette, _ = read_colors(params.get("palette", ""))

    def draw() -> bytes:
        points = positions_at(workspace, path)
        filtered = mask.removeprefix(f"{blobs.PREFIX}/")
        stream = blobs.taken(workspace.root, filtered) if filtered.endswith(".bits") else None
        if mask and stream is None:
            raise RefusedError("The filter of this map is not kept any more. Reload the page.")
        colors = colored(workspace, column["slug"] if column else None, palette).colors
        return still_map.drawn(points, colors, None if stream is None else unpacked(stream, workspace.rows))

    what = workspace.root, workspace.manifest.build, path, column and column["slug"], mask, palette
    try:
        image = still_map.kept(what, draw)
    except RefusedError as error:
        return PlainTextResponse(shortened(error), 404)
    return Response(image, media_type="image/png", headers=FOREVER)


def _parent(workspace: Workspace, name: str, params: QueryParams) -> Response:
    try:
        data, kind = parents.answer(workspace, name, params)
    except RefusedError as error:
        return PlainTextResponse(shortened(error), 404)
    return Response(data, media_type=kind, headers=FOREVER)


def _offered(workspace: Workspace, name: str, params: QueryParams) -> Response:
    data = blobs.taken(workspace.root, name)
    if data is None:
        return PlainTextResponse("this is not kept any more; any change on the page, or a reload, makes it again", 404)
    return _streamed(data, _TYPES.get(Path(name).suffix, "application/octet-stream"))


MADE = {"image": _image, blobs.PREFIX: _offered, still_map.PREFIX: _still_map, parents.PREFIX: _parent}
"""What answers for what is no file of the workspace, by the first part of its name."""


def routes(base_path: str = "") -> list[Route]:
    """The routes, at the server's root and below `base_path` (Streamlit's server.baseUrlPath)."""
    prefixes = dict.fromkeys(["", f"/{base_path.strip('/')}" if base_path.strip("/") else ""])
    found = []
    for prefix in prefixes:
        found.append(Route(f"{prefix}/{PREFIX}/viewer/{{version}}/{{name:path}}", _module))
        found.append(Route(f"{prefix}/{PREFIX}/{{token}}/{{build}}/{{name:path}}", _file))
    return found
