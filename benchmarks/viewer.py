"""How quick the map is at a million points, beside Plotly in Streamlit and beside one bare `gl.POINTS` call.

    python benchmarks/viewer.py [--points N] [--dims 2|3] [--sessions N] [--without-peer]

Writes a seeded workspace of random clusters, starts the app and the peer (`st.plotly_chart` of the same positions and
colors, scattergl or scatter3d), and opens each in a fresh headless Chromium with software GL. Times are told as ratios
within this run where there is something to compare with; `aim` is what the project wants to stay under.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from playwright.sync_api import Page, Playwright, ViewportSize, sync_playwright

from benchmarks.synthetic import write_clusters
from imagespace_core.workspace import Workspace, names
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.viewing import FRAMES
from tests.browser.visiting import wait_for_rest
from tests.conftest import REPOSITORY, running

VIEWER = "[data-testid=imagespace-viewer]"
READY = f"{VIEWER}[data-ready=true]"
SELECTED_TILE = "[data-gallery=selection] [data-testid=imagespace-tile]"
WAIT_MS = 400_000
SCREEN: ViewportSize = {"width": 1280, "height": 900}
MODULE = Path(__file__).with_suffix(".js").read_text("utf-8")
DRAWN_TIMES = 9
APP = REPOSITORY / "streamlit_app.py"

PEER = """
import numpy as np, plotly.graph_objects as go, streamlit as st
st.set_page_config(layout="wide")
places, group = np.load({positions!r}), np.load({group!r})
kind = go.Scattergl if places.shape[1] == 2 else go.Scatter3d
marks = dict(size=2, color=group, colorscale="Turbo")
st.plotly_chart(go.Figure(kind(**dict(zip("xyz", places.T)), mode="markers", marker=marks), layout=dict(height=640)))
"""

# Plotly's canvas in 3D is empty to whoever looks at it between frames, unless its drawing is kept.
KEEP = """
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  return getContext.call(this, kind, kind.startsWith("webgl") ? { ...options, preserveDrawingBuffer: true } : options);
};
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--dims", type=int, choices=(2, 3), default=2)
    parser.add_argument("--sessions", type=int, default=4, help="pages opened to see what each costs the server")
    parser.add_argument("--without-peer", action="store_true", help="leave Plotly out: in 3D it takes minutes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "points"
        write_clusters(root, options.points)
        with sync_playwright() as play:
            print(f"{options.points:,} points in {options.dims}D, headless Chromium, software GL\n")
            print(f"{'':52}{'found':>12}{'aim':>10}")
            measure(play, Workspace.open(root), options.dims, options.sessions, not options.without_peer)


def measure(play: Playwright, opened: Workspace, dims: int, sessions: int, with_peer: bool) -> None:
    """Measure everything and print a line for each."""
    query = f"?map=t-SNE&dims={dims}D&workspace={opened.name}"
    log = opened.root.parent / "log.txt"
    with running(APP, log, IMAGESPACE_WORKSPACE=str(opened.root.parent)) as (address, process):
        with tab(play) as page:  # the server's own first imports are nobody's page load
            page.goto(f"{address}/{query}")
            page.wait_for_selector(READY, timeout=WAIT_MS)
        with tab(play) as page:
            opening = _open(page, f"{address}/{query}", READY)
            _tell("page opening to first full draw, s", opening)
            pairs = _call(page, "frames", f"{_base(page)}{names.projection('tsne', dims)}", dims, DRAWN_TIMES)
            bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
            _tell("one frame, ms", ours)
            _tell("  bare gl.POINTS call, ms", bare)
            _tell("  ratio", statistics.median(our / floor for floor, our in pairs), "1.5")
            _tell_memory(page)
            _tell_hover(page)
            _tell_switch(page, opening)
        with tab(play) as page:
            page.goto(f"{address}/{query}")
            page.wait_for_selector(READY, timeout=WAIT_MS)
            _tell_lasso(page, opened, dims)
        _tell_sessions(play, f"{address}/{query}", process, sessions)
    if with_peer:
        _tell_peer(play, opened, dims, opening)


def _tell(what: str, found: float | str, aim: str = "") -> None:
    print(f"{what:52}{found if isinstance(found, str) else f'{found:.2f}':>12}{aim:>10}", flush=True)


@contextmanager
def tab(play: Playwright) -> Iterator[Page]:
    """A page in a browser of its own, so that nothing is cached or warm."""
    browser = play.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--enable-precise-memory-info"])
    page = browser.new_context(viewport=SCREEN).new_page()
    page.set_default_timeout(WAIT_MS)
    try:
        yield page
    finally:
        browser.close()


def _open(page: Page, address: str, drawn: str) -> float:
    """Seconds from asking for a page until `drawn`, a selector or a function of the page, comes true."""
    started = time.perf_counter()
    page.goto(address)
    if drawn.startswith("("):
        page.wait_for_function(drawn, timeout=WAIT_MS, polling=50)
    else:
        page.wait_for_selector(drawn, timeout=WAIT_MS)
    return time.perf_counter() - started


def _call(page: Page, name: str, *arguments: Any) -> Any:
    """A function of viewer.js with the viewer's root element and these arguments."""
    script = """async (root, [text, name, values]) => {
        const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
        return (await import(url))[name](root, ...values); }"""
    return page.locator(VIEWER).evaluate(script, [MODULE, name, list(arguments)])


def _base(page: Page) -> str:
    """Where the page fetches the workspace's files."""
    script = (
        "() => performance.getEntriesByType('resource').map(({ name }) => name).find((n) => n.includes('/columns/'))"
    )
    return page.evaluate(script).partition("columns/")[0]


def _tell_memory(page: Page) -> None:
    found = _call(page, "memory")
    _tell("memory: GPU, arrays and JS heap, MB", f"{sum(found):.0f}", "400")
    _tell("  " + " + ".join(f"{part:.0f}" for part in found), "")


def _tell_hover(page: Page) -> None:
    """Each place twice: the second time its page of sprites is there."""
    places, wire, waits = _call(page, "places", 12), Bytes(page), []
    for x, y in places:
        for _ in range(2):
            page.mouse.move(x - 60, y - 40)
            _call(page, "rested")
            _call(page, "listen")
            page.mouse.move(x, y)
            waited = _call(page, "heard")
        waits.append(waited)
    page.evaluate(FRAMES, 2)
    _tell("hover: card after its dwell, ms (median)", statistics.median(waits), "30")
    _tell("hover: bytes to Python", str(wire.sent), "0")


def _tell_switch(page: Page, opening: float) -> None:
    for title, there in (("UMAP", "umap"), ("t-SNE", "tsne")):
        spent = _call(page, "switched", page.get_by_role("radio", name=title, exact=True).element_handle()) / 1000
        _tell(f"switch to {title}, click to first frame, s", spent)
        _tell("  as a share of opening the page", spent / opening, "0.25")
        page.wait_for_selector(f"{READY}[data-layout={there}]")


def _tell_lasso(page: Page, opened: Workspace, dims: int) -> None:
    """A lasso in the shape of a circle, as large as it takes for about a quarter of the rows."""
    x, y, radius = _call(page, "quarter")
    page.get_by_role("button", name="Select by lasso").click()
    angles = np.linspace(0, 2 * np.pi, 60)
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for angle in angles:
        page.mouse.move(x + radius * np.cos(angle), y + radius * np.sin(angle))
    wire = Bytes(page)
    started = time.perf_counter()
    page.mouse.up()
    page.wait_for_selector(SELECTED_TILE)
    spent = time.perf_counter() - started
    wait_for_rest(page)
    selected = int(page.locator(VIEWER).get_attribute("data-selected") or 0)
    _tell("lasso: rows selected", f"{selected:,}")
    _tell("  to the first page of the gallery, s", spent, "1.5")
    _tell("  KB sent to the browser", wire.received / 1000, "200")
    _tell("  KB sent to Python", wire.sent / 1000, "5")


def _tell_sessions(play: Playwright, address: str, process: int, sessions: int) -> None:
    """Growth of the server's resident memory by each further open page."""
    browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    before = resident(process)
    for _ in range(sessions):
        page = browser.new_context(viewport=SCREEN).new_page()
        page.goto(address)
        page.wait_for_selector(READY, timeout=WAIT_MS)
    grown = resident(process) - before
    browser.close()
    _tell("the server's memory, MB for each further session", grown / sessions / 2**20, "20")


def resident(process: int) -> int:
    """Bytes of a process in memory."""
    line = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return 1024 * int(line.split()[1])


def _tell_peer(play: Playwright, opened: Workspace, dims: int, opening: float) -> None:
    folder = opened.root.parent
    script = folder / "peer.py"
    positions, group = opened.root / names.projection("tsne", dims), opened.root / names.clusters("hdbscan")
    script.write_text(PEER.format(positions=str(positions), group=str(group)), "utf-8")
    with running(script, folder / "peer.txt") as (address, _), tab(play) as page:
        page.add_init_script(KEEP)
        page.goto(f"{address}/_stcore/health")
        drawn = f"() => {{ {MODULE.replace('export ', '')} return peerDrawn(); }}"
        spent = _open(page, address, drawn)
    _tell("Plotly, page opening to first draw, s", spent)
    _tell("  ours as a share of it", opening / spent, "0.30" if dims == 2 else "0.08")


class Bytes:
    """What goes over the wire to the page and to Python from now on, by the browser's own count."""

    def __init__(self, page: Page) -> None:
        self.received = self.sent = 0
        tools = page.context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.on("Network.webSocketFrameReceived", self._frame_in)
        tools.on("Network.webSocketFrameSent", self._frame_out)
        tools.on("Network.loadingFinished", self._loaded)

    def _frame_in(self, event: dict[str, Any]) -> None:
        self.received += _length(event)

    def _frame_out(self, event: dict[str, Any]) -> None:
        self.sent += _length(event)

    def _loaded(self, event: dict[str, Any]) -> None:
        self.received += int(event["encodedDataLength"])


def _length(event: dict[str, Any]) -> int:
    """Binary frames are told in base64."""
    text = event["response"]["payloadData"]
    return len(text) * 3 // 4 if event["response"]["opcode"] == 2 else len(text)


if __name__ == "__main__":
    main()
