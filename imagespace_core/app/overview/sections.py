"""The sections of the Overview page, one function each."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import streamlit as st
from streamlit_plotly_events import plotly_events

from imagespace_core.app.components import charts, gallery
from imagespace_core.app.session import cluster_names, url
from imagespace_core.app.text import server_paths
from imagespace_core.app.text.markdown import literal
from imagespace_core.app.text.messages import sentence
from imagespace_core.collection.clusters import clusters_of
from imagespace_core.collection.material import date_column
from imagespace_core.search import EXACT_BELOW
from imagespace_core.workspace import Workspace

FIRMEST = 12


def summary(opened: Workspace) -> None:
    """Counts, and the notes of the build."""
    manifest = opened.manifest
    noise = manifest.measured("clusters", "noise", 0)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Images", f"{manifest.rows:,}", border=True)
        st.metric("Left out", f"{manifest.counts['failures']:,}", border=True)
        st.metric("Clusters", f"{manifest.measured('clusters', 'clusters', 0):,}", border=True)
        st.metric("In no cluster", f"{noise / max(manifest.rows, 1):.0%}", border=True)
        st.metric("Vector length", f"{manifest.measured('embed', 'size', 0):,}", border=True)
    st.caption(
        f"Model {literal(manifest.model)}. Built {literal(manifest.created)} by ImageSpace {literal(manifest.version)} "
        f"from {literal(server_paths.name(manifest.source['root']))}"
    )
    for note in set(manifest.notes) - set(manifest.measured("table", "metadata_notes", [])):
        st.info(sentence(note), icon=":material/info:")


def images(opened: Workspace) -> None:
    """Sizes, dates, and what was left out with the reason."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Image sizes", anchor=False)
        st.plotly_chart(charts.image_sizes(opened), key="sizes")
    with right:
        st.subheader("Dates", anchor=False)
        column = date_column(opened.items)
        if column is None:
            st.caption("No image has a date: none in its EXIF data, in its name, or in the metadata.")
        else:
            missing = int(np.isnat(opened.items[column].to_numpy()).sum())
            st.plotly_chart(charts.dates(opened, column), key="dates")
            if column != "taken_at":
                st.caption(f"The dates are those of the column {literal(column)}.")
            if missing:
                st.caption(f"{missing:,} images without a date are not shown.")
    st.subheader("Left out", anchor=False)
    failures = opened.failures()
    if failures:
        st.dataframe(server_paths.without_paths(failures), hide_index=True)
    else:
        st.caption("Every file could be read.")


def columns(opened: Workspace) -> None:
    """The table's columns, and how the metadata matched."""
    st.subheader("Columns", anchor=False)
    for line in opened.manifest.measured("table", "metadata_notes", []):
        st.caption(sentence(line))
    st.dataframe(charts.columns(opened), hide_index=True)


def clusters(opened: Workspace) -> None:
    """Cluster sizes; a click on a bar shows the images that belong to it most firmly."""
    st.subheader("Cluster sizes", anchor=False)
    if not clusters_of(opened):
        st.caption("No clusters were found: no group of images is denser than the rest.")
        return
    dark = st.context.theme.type == "dark"
    clicked = plotly_events(charts.cluster_sizes(opened, dark), key=f"clusters-{dark}", override_height=charts.HEIGHT)
    if not clicked:
        st.caption("Click a bar to see its images.")
        return
    label = int(clicked[0]["pointIndex"])
    labels, _, strength = opened.clusters()
    label = label if label <= labels.max() else -1
    title = literal(cluster_names.given(opened).title(label))
    members = np.flatnonzero(labels == label)
    rows = members[np.argsort(-strength[members], kind="stable")][:FIRMEST]
    st.caption(
        f"{title}: {len(rows)} of {len(members):,} images, those that belong most firmly. "
        "Click one to open it on the map."
    )
    gallery.gallery(
        opened, "members", rows.tolist(), lambda row: url.explore(opened, row),
        notes=[f"membership {strength[row]:.2f}" for row in rows], action="Open on the map",
    )  # fmt: skip


def honesty(opened: Workspace) -> None:
    """What the maps keep, and what the index finds."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Variance kept by PCA", anchor=False)
        figure = charts.variance_kept(opened)
        if figure is None:
            st.caption("No PCA map was made.")
        else:
            st.plotly_chart(figure, key="variance")
            st.caption(
                "What two or three components keep is what the PCA map shows; the rest of the differences is not on it."
            )
    with right:
        st.subheader("Recall of the index", anchor=False)
        st.dataframe(charts.recalls(opened), hide_index=True)
        used = "is exact and does not use it" if opened.rows < EXACT_BELOW else "uses it"
        st.caption(
            "Share of the true 10 nearest images that the index finds, measured on sampled images. "
            f"With {opened.rows:,} images search {used}."
        )


def making(opened: Workspace) -> None:
    """Times per step, and every parameter."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Seconds per step", anchor=False)
        st.plotly_chart(charts.step_seconds(opened), key="seconds")
    with right:
        st.subheader("Parameters", anchor=False)
        st.dataframe(server_paths.without_paths(charts.parameters(opened)), hide_index=True)
    st.download_button(
        "Download the manifest",
        _manifest(opened),
        "manifest.json",
        "application/json",
        icon=":material/download:",
    )


def _manifest(opened: Workspace) -> str:
    """The manifest as JSON, without where on the server its files lie."""
    return json.dumps(server_paths.without_paths(asdict(opened.manifest)), indent=1, ensure_ascii=False)
