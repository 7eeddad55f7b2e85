"""Draws retrieval maps: how similar each patch is to the examples, painted over the slice it was cut from."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import streamlit as st

from imagespace_core.app.server import parents
from imagespace_core.app.session import pictures, resources, url
from imagespace_core.app.text.messages import sentence
from imagespace_core.collection.retrieval_map import parent_boxes, retrieval_map
from imagespace_core.errors import ImageSpaceError
from imagespace_core.evaluate.retrieval_map import ParentBoxes, colors, edges
from imagespace_core.sources import Contextual, Masked
from imagespace_core.workspace import Workspace

OUTLINE = (64, 224, 255)
"""Of what is labeled: not among the colors of the map."""
NONE = "none"
WIDTH_PX = 720


def has_slices(opened: Workspace) -> bool:
    """Whether the images were cut from larger ones."""
    try:
        return isinstance(pictures.source(opened), Contextual)
    except ImageSpaceError:
        return False


def slices(opened: Workspace, scores: np.ndarray, weights: np.ndarray, structure: str | None = None) -> None:
    """Draw the choice of a slice and its painting; nothing for images that were not cut from larger ones.

    scores: (n,), higher is more alike. weights: (n,), slices with more come first in the choice. structure: column
    that judges what should be found, whose outline is drawn.
    """
    if not has_slices(opened):
        return
    st.subheader("Where it is found", anchor=False)
    source = pictures.source(opened)
    try:
        boxes = _boxes(str(opened.root), opened.manifest.build)
        ordered = boxes.ordered(weights)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            url.keep_valid("slice", ordered)
            called = parents.word(opened) or "slice"
            parent = st.selectbox(called.capitalize(), ordered, key="slice", width=320)
            opacity = st.slider("Opacity", 0.0, 1.0, 0.6, 0.05, key="paint", width=200)
            marked = source.marked(parent) if isinstance(source, Masked) else {}
            outlined = _outlined(list(marked), structure) if marked else NONE
        made = retrieval_map(source, boxes, parent, scores, opacity)
    except ImageSpaceError as error:
        st.info(f"This cannot be painted: {sentence(error)}", icon=":material/info:")
        return
    image = made.image
    if outlined in marked and marked[outlined].shape == image.shape[:2]:
        image[edges(marked[outlined])] = OUTLINE
    st.image(image, width=WIDTH_PX, alt=f"{parent}, painted by similarity", output_format="PNG")
    _bar(made.low, made.high, outlined)
    st.download_button(
        "Painted slice as PNG", lambda: _png(image), f"{opened.name}-{Path(parent).stem}-similarity.png", "image/png",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _outlined(names: list[str], structure: str | None) -> str:
    offered = [*names, NONE]
    wanted = (structure or "").removeprefix("overlap_")
    first = next((i for i, name in enumerate(offered) if wanted in (name, name.removeprefix("label_"))), 0)
    url.keep_valid("outlined", offered)
    return st.selectbox("Outline of the label", offered, first, key="outlined", width=200)


def _bar(low: float, high: float, outlined: str) -> None:
    """What the colors mean."""
    stops = ", ".join(f"rgb({r:.0f} {g:.0f} {b:.0f})" for r, g, b in colors(np.linspace(0, 1, 9), 0, 1))
    st.html(
        f'<div style="max-width:{WIDTH_PX}px"><div style="height:12px;border-radius:3px;'
        f'background:linear-gradient(to right,{stops})"></div>'
        f'<div style="display:flex;justify-content:space-between;font-size:0.85rem">'
        f"<span>unlike (distance {-low:.3f})</span><span>like the examples (distance {-high:.3f})</span></div></div>"
    )
    outline = "" if outlined == NONE else " The light blue line is the edge of what is labeled."
    st.caption(
        "Every pixel has the mean similarity of the patches that cover it, so nothing smaller than a patch can be told "
        f"apart. Colors are the same for all slices.{outline} The examples' own slices are painted too."
    )


@st.cache_resource(max_entries=2, show_spinner="Finding the patches in their slices")
def _boxes(path: str, build: str) -> ParentBoxes:
    opened = resources.workspace(Path(path))
    return parent_boxes(opened, pictures.source(opened))


def _png(image: np.ndarray) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()
