"""The form of the Search page: an image of the collection, a coordinate, an upload, a sentence or examples. Each
becomes one `Query`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from imagespace_core.app.components import gallery, notices
from imagespace_core.app.search import coordinate_form, examples_form
from imagespace_core.app.session import examples, resources, url
from imagespace_core.app.session.pictures import picture
from imagespace_core.app.text import messages
from imagespace_core.app.text.markdown import literal
from imagespace_core.collection.search import query_of_rows
from imagespace_core.embed import TextEmbedder
from imagespace_core.errors import ImageSpaceError
from imagespace_core.images.decode import MAX_UPLOAD_PIXELS, Decode, preview
from imagespace_core.search.query import Query
from imagespace_core.workspace import Workspace

UPLOAD_SIDE = 200
IMAGE, UPLOAD, SENTENCE, EXAMPLES, COORDINATE = "Image", "Upload", "Sentence", "Examples", "Coordinate"


@dataclass(frozen=True)
class SearchForm:
    """What is searched with, as people see it.

    query: the same as vectors. picture: uint8 (h, w, 3) of the one image there is. row: of an image of the collection.
    rows: of what is wanted. explanation: how it was found. distances_m: float64 (n,), from a coordinate to every image.
    """

    query: Query
    picture: np.ndarray | None
    title: str
    row: int | None = None
    rows: tuple[int, ...] = ()
    explanation: str = ""
    distances_m: np.ndarray | None = None


def search_form(opened: Workspace) -> SearchForm | None:
    """Draw the ways to start a search; None as long as there is nothing to search with."""
    ways = [IMAGE, EXAMPLES, UPLOAD, SENTENCE, *([COORDINATE] if coordinate_form.offered(opened) else [])]
    url.keep_valid("from", ways)
    before = st.session_state.get("_searched_before", [])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        way = st.segmented_control("Search with", ways, default=IMAGE, key="from", bind="query-params", required=True)
        st.button("Random image", icon=":material/casino:", on_click=_random, args=(opened,))
        st.button("Back", icon=":material/undo:", on_click=_back, args=(opened,), disabled=not before)
    try:
        match way:
            case "Examples":
                return _examples(opened)
            case "Upload":
                return _upload(opened)
            case "Sentence":
                return _sentence(opened)
            case "Coordinate":
                return _coordinate(opened)
            case _:
                return _image(opened)
    except ImageSpaceError as error:
        messages.error_box(error)
        return None


def clicked(opened: Workspace, row: int) -> None:
    """An image of the map or of the results was clicked: an example, where examples are given, else the query."""
    if st.session_state.get("from") == EXAMPLES:
        examples.add(opened, [row])
    else:
        search_with(opened, row)


def search_with(opened: Workspace, row: int) -> None:
    """Make an image of the collection the query; the search before can be gone back to."""
    before = st.session_state.get("from", IMAGE), st.query_params.get(url.IMAGE)
    st.session_state.setdefault("_searched_before", []).append(before)
    _from(IMAGE)
    url.select(opened, row)


def _from(way: str) -> None:
    # Only where it changes anything: Streamlit warns of a widget that has a default and is set as well.
    if st.session_state.get("from") != way:
        st.session_state["from"] = way


def _back(opened: Workspace) -> None:
    way, name = st.session_state["_searched_before"].pop()
    _from(way)
    url.select(opened, None if name is None else url.row_of(opened, name))


def _image(opened: Workspace) -> SearchForm | None:
    row = url.selected_row(opened)
    notices.warn_of_unknown_image(opened)
    with st.expander("Pick an image", expanded=row is None, icon=":material/grid_view:"):
        _browse(opened, lambda row: search_with(opened, row), row)
    return None if row is None else _of_row(opened, row)


def _of_row(opened: Workspace, row: int) -> SearchForm:
    return SearchForm(query_of_rows(opened, [row]), picture(opened, row, 200), opened.ids[row], row, (row,))


def _coordinate(opened: Workspace) -> SearchForm | None:
    found = coordinate_form.coordinate(opened)
    if found is None:
        return None
    return replace(_of_row(opened, found.row), explanation=found.explanation, distances_m=found.distances_m)


def _random(opened: Workspace) -> None:
    clicked(opened, int(np.random.default_rng().integers(opened.rows)))


def _examples(opened: Workspace) -> SearchForm | None:
    chosen = examples_form.examples_form(opened)
    with st.expander("Pick examples", expanded=not chosen.positive, icon=":material/grid_view:"):
        _browse(opened, lambda row: examples.add(opened, [row]), None, "Take as an example")
    if not chosen.positive:
        if chosen.negative:
            st.info("Nothing is wanted yet: add at least one image that is.", icon=":material/thumb_up:")
        return None
    title = f"{examples.counted(chosen.positive)} wanted"
    if chosen.negative:
        title += f", away from {len(chosen.negative):,} not wanted"
    query = query_of_rows(opened, chosen.positive, chosen.negative)
    return SearchForm(query, None, title, rows=chosen.positive)


def _browse(
    opened: Workspace, on_click: Callable[[int], None], current: int | None, action: str = "Search with"
) -> None:
    text = st.text_input("File name contains", key="browse-name", placeholder="All images").strip().lower()
    rows: list[int] | range = range(opened.rows)
    if text:
        rows = [row for row in rows if text in opened.ids[row].lower()]
    page = gallery.paged(rows, "browse-page")
    gallery.gallery(
        opened, "browse", page, on_click, current=current, action=action,
        empty="No file name contains this.", size_px=96,
    )  # fmt: skip


def _upload(opened: Workspace) -> SearchForm | None:
    file = st.file_uploader("An image to search with; it stays on this server and is not kept", key="upload")
    if file is None:
        return None
    data = file.getvalue()
    vectors, pixels = _read_upload(opened.manifest.build, hashlib.sha256(data).hexdigest(), opened, data)
    return SearchForm(Query(vectors), pixels, file.name)


@st.cache_data(max_entries=32, show_spinner="Reading the image")
def _read_upload(build: str, digest: str, _opened: Workspace, _data: bytes) -> tuple[np.ndarray, np.ndarray]:
    embedder = resources.embedder(_opened)
    pixels = Decode(min_side=embedder.min_side, max_pixels=MAX_UPLOAD_PIXELS)(_data).pixels
    # Kept is a small one: of a long and narrow picture `pixels` are all there are.
    return embedder([pixels]), preview(_data, UPLOAD_SIDE, MAX_UPLOAD_PIXELS)


def _sentence(opened: Workspace) -> SearchForm | None:
    embedder = resources.embedder(opened)
    if not isinstance(embedder, TextEmbedder):
        st.info(
            f"This workspace was made with {literal(embedder.name)}, which knows images only. To search with words, "
            "build it with CLIP: `uv run precompute.py IMAGES --model clip-vit-b32`",
            icon=":material/info:",
        )
        return None
    text = st.text_input(
        "A sentence", key="sentence", bind="query-params", placeholder="a red apple on a white plate"
    ).strip()
    return SearchForm(Query(embedder.embed_text([text])), None, f"“{text}”") if text else None


def show_form(form: SearchForm) -> None:
    """The head of the results: what was searched with, in picture and name."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if form.picture is not None:
            st.image(form.picture, width=72, alt="")
        st.subheader(f"Nearest to {literal(form.title)}", anchor=False)
    if form.explanation:
        st.caption(literal(form.explanation))
