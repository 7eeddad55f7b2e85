"""The section “Subgroups” of the Evaluate page: a map of its own for some slices, groups and structures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from imagespace_core.app.components import charts
from imagespace_core.app.evaluate import settings_form
from imagespace_core.app.session import resources, url
from imagespace_core.app.text import messages
from imagespace_core.app.text.markdown import literal
from imagespace_core.collection.clusters import labeled
from imagespace_core.collection.subgroups import Subgroups, SubgroupSettings, subgroups
from imagespace_core.drawing.key import named_colors
from imagespace_core.drawing.map_figure import MapFigure, Subject
from imagespace_core.drawing.png import png
from imagespace_core.drawing.svg import svg
from imagespace_core.errors import ImageSpaceError
from imagespace_core.evaluate.leakage import PARENTS
from imagespace_core.evaluate.tables import as_csv
from imagespace_core.sources.natural_order import natural_key
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.names import slug

EACH, MEANS = "an image", "the mean of a group"
FIRST_GROUPS = 6
TITLE = "Subgroups, t-SNE"


def page(opened: Workspace) -> None:
    """Draw the section."""
    st.caption(
        "A t-SNE map made anew of some of the images: of chosen slices or other groups, with at most so many images of "
        "every kind, so that rare structures show beside common ones; or of whole groups, each by its mean."
    )
    settings = _form(opened)
    if settings is None:
        return
    try:
        mapped = _mapped(str(opened.root), opened.manifest.build, repr(settings), settings)
    except ImageSpaceError as error:
        messages.error_box(error)
        return
    st.plotly_chart(charts.scattered(mapped.positions, mapped.kinds, mapped.names), key="subgroups")
    noun = "groups" if settings.means else "images"
    notes = [
        f"{len(mapped.names):,} {noun} of {len(settings.groups)} values of {settings.column}.",
        "A map shows neighborhoods, not distances: who is near whom means something; the size of a group and the gap "
        "between two do not. Common kinds are thinned out, so it does not show how frequent they are.",
    ]
    st.caption(literal(" ".join(notes)))
    _files(opened, mapped, notes)


def _form(opened: Workspace) -> SubgroupSettings | None:
    columns = [name for name in settings_form.labels(opened) if name in labeled(opened)]
    answers = [name for name in columns if settings_form.is_yes_no(opened.items, name)]
    several = {column["name"] for column in opened.columns() if column["kind"] == "list"}
    grouping = [name for name in columns if name not in {*answers, *several} and name.split("_")[0] != "overlap"]
    grouping.sort(key=lambda name: name not in PARENTS)
    if not grouping:
        st.info(
            "This workspace has no groups to look at: no column of categories and no clusters. Give some: "
            "`precompute.py IMAGES --metadata FILE`",
            icon=":material/label_off:",
        )
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        url.keep_valid("subgroup-column", grouping)
        column = st.selectbox("Groups by", grouping, key="subgroup-column", bind="query-params", width=200)
        point = st.segmented_control(
            "A point is", [EACH, MEANS], default=EACH, key="subgroup-point", bind="query-params", required=True
        )
        most = st.slider("Images of each kind", 10, 500, 100, 10, key="subgroup-most", bind="query-params", width=220)
    names = sorted(set(labeled(opened)[column].dropna().astype(str)), key=natural_key)
    key = f"subgroups-{slug(column)}"
    url.keep_offered(key, names)
    spread = [names[i] for i in np.linspace(0, len(names) - 1, min(FIRST_GROUPS, len(names))).astype(int)]
    chosen = st.multiselect("Groups", names, spread, key=key, bind="query-params", placeholder="All of them")
    structures: list[str] = []
    if answers:
        url.keep_offered("subgroup-structures", answers)
        structures = st.multiselect(
            "Colored by the structures they hold", answers, answers, key="subgroup-structures", bind="query-params",
            placeholder="None: colored by group",
        )  # fmt: skip
    return SubgroupSettings(column, tuple(chosen or names), tuple(structures), point == MEANS, int(most))


@st.cache_resource(max_entries=8, show_spinner="Making the map")
def _mapped(path: str, build: str, about: str, _settings: SubgroupSettings) -> Subgroups:
    return subgroups(resources.workspace(Path(path)), _settings)


def _files(opened: Workspace, mapped: Subgroups, notes: list[str]) -> None:
    key, colors = named_colors("kind", mapped.kinds)
    subject = Subject(f"{opened.name}: {TITLE}", mapped.positions, colors, key, notes=notes)
    rows = [("name", "kind", "x", "y")]
    rows += [
        (name, str(kind), float(x), float(y))
        for name, kind, (x, y) in zip(mapped.names, mapped.kinds, mapped.positions.tolist(), strict=True)
    ]
    made = {
        "SVG": (lambda: svg(MapFigure()(subject)).encode(), "svg", "image/svg+xml"),
        "PNG": (lambda: png(MapFigure()(subject)), "png", "image/png"),
        "CSV": (lambda: as_csv(rows), "csv", "text/csv"),
    }
    with st.container(horizontal=True):
        for label, (data, ending, kind) in made.items():
            st.download_button(
                label, data, f"{opened.name}-subgroups.{ending}", kind, icon=":material/download:", on_click="ignore",
                key=f"subgroups-{ending}",
            )  # fmt: skip
