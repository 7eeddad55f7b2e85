"""Security headers: the content policy, referrer policy and `nosniff` that every answer of the server carries."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Pages of components of Streamlit's first kind, in frames of their own: their bundles come with inline scripts, and
# the old plotly.js of streamlit-plotly-events compiles some of its code while it runs.
_FRAMED = re.compile(r"/component/")


class SafeHeaders:
    """Middleware: adds a content policy, a referrer policy and `nosniff` to every answer that has none of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        framed = _FRAMED.search(scope["path"]) is not None

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in safe_headers(framed).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, add)


def middleware() -> list[Middleware]:
    """For `st.App`."""
    made: Any = SafeHeaders
    return [Middleware(made)]


@cache
def safe_headers(framed: bool) -> dict[str, str]:
    """By name. framed: of a component's own page.

    Nothing is loaded from another host, whatever a value of someone's metadata says. Styles are inline all over
    Streamlit; scripts come from files, and from blobs, which is how it loads components of its second kind. Who may
    frame the app is left to the host: some show every app in a frame.
    """
    scripts = ["'self'", "blob:"]
    scripts += (
        ["'unsafe-inline'", "'unsafe-eval'"] if framed else [f"'sha256-{digest}'" for digest in _inline_scripts()]
    )
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(scripts),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        # The address of a page names the image that is open.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _inline_scripts() -> list[str]:
    """The digests of the scripts inside of Streamlit's page."""
    import streamlit

    page = (Path(streamlit.__file__).parent / "static/index.html").read_text("utf-8")
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in found]
