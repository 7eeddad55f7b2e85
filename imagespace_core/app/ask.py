"""The query of the Search page: an image of the collection, an uploaded one, or a sentence. All become vectors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import streamlit as st

from imagespace_core.app import gallery, load, state
from imagespace_core.embed import TextEmbedder
from imagespace_core.errors import ImageSpaceError
from imagespace_core.workspace import Workspace

IMAGE, UPLOAD, SENTENCE = "Image", "Upload", "Sentence"


@dataclass(frozen=True)
class Asked:
    """What was asked: float32 (1, d), the row it came from if it is an image of the collection, and its name."""

    vector: np.ndarray
    title: str
    row: int | None = None


def ask(opened: Workspace) -> Asked | None:
    """Draw the ways to start a search and return the query, or None as long as nothing is asked."""
    ways = [IMAGE, UPLOAD, SENTENCE]
    way = st.segmented_control(
        "Search with", ways, default=IMAGE, key="from", bind="query-params", required=True
    )
    try:
        match way:
            case "Upload":
                return _upload(opened)
            case "Sentence":
                return _sentence(opened)
            case _:
                return _image(opened)
    except ImageSpaceError as error:
        load.error_box(error)
        return None


def search_with(opened: Workspace, row: int) -> None:
    """Make an image of the collection the query; the one before can be gone back to."""
    st.session_state.setdefault("_asked_before", []).append(st.query_params.get(state.IMAGE))
    st.session_state["from"] = IMAGE
    state.select(opened, row)


def _back(opened: Workspace) -> None:
    name = st.session_state["_asked_before"].pop()
    state.select(opened, None if name is None else state.row_of(opened, name))


def _image(opened: Workspace) -> Asked | None:
    row = state.selected_row(opened)
    state.say_unknown_image(opened)
    with st.container(horizontal=True):
        st.button("Random image", icon=":material/casino:", on_click=_random, args=(opened,))
        before = st.session_state.get("_asked_before", [])
        st.button("Back", icon=":material/undo:", on_click=_back, args=(opened,), disabled=not before)
    with st.expander("Pick an image", expanded=row is None, icon=":material/grid_view:"):
        _browse(opened, row)
    if row is None:
        return None
    return Asked(np.array(opened.vectors()[row : row + 1]), opened.ids[row], row)


def _random(opened: Workspace) -> None:
    search_with(opened, int(np.random.default_rng().integers(opened.rows)))


def _browse(opened: Workspace, current: int | None) -> None:
    text = st.text_input("File name contains", key="browse-name", placeholder="All images").strip().lower()
    rows: list[int] | range = range(opened.rows)
    if text:
        rows = [row for row in rows if text in opened.ids[row].lower()]
    page = gallery.paged(rows, "browse-page")
    gallery.gallery(
        opened, "browse", page, lambda row: search_with(opened, row), current=current, action="Search with",
        empty="No file name contains this.", size_px=96,
    )  # fmt: skip


def _upload(opened: Workspace) -> Asked | None:
    file = st.file_uploader("An image to search with; it stays on this server and is not kept", key="upload")
    if file is None:
        return None
    data = file.getvalue()
    vector = _embed_upload(opened.manifest.build, hashlib.sha256(data).hexdigest(), opened, data)
    st.image(data, width=160)
    return Asked(vector, file.name)


@st.cache_data(max_entries=32, show_spinner="Reading the image")
def _embed_upload(build: str, digest: str, _opened: Workspace, _data: bytes) -> np.ndarray:
    import io

    from imagespace_core.images.decode import Decode

    embedder = load.embedder(_opened)
    return embedder([Decode(min_side=embedder.min_side)(io.BytesIO(_data)).pixels])


def _sentence(opened: Workspace) -> Asked | None:
    embedder = load.embedder(opened)
    if not isinstance(embedder, TextEmbedder):
        st.info(
            f"This workspace was made with {embedder.name}, which knows images only. To search with words, build it with "
            "CLIP: `uv run precompute.py IMAGES --model clip-vit-b32`",
            icon=":material/info:",
        )
        return None
    text = st.text_input(
        "A sentence", key="sentence", bind="query-params", placeholder="a red apple on a white plate"
    ).strip()
    return Asked(embedder.embed_text([text]), text) if text else None
