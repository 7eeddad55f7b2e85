"""The examples of a session: one list of images that are wanted, one of those that are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from imagespace_core.app.pages import page
from imagespace_core.app.session import url
from imagespace_core.words import plural
from imagespace_core.workspace import Workspace

MOST = 1_000
"""Examples of a kind: their mean hardly moves with more."""
WANTED, UNWANTED = "Wanted", "Not wanted"
Kind = Literal["positive", "negative"]
KINDS: dict[str, Kind] = {WANTED: "positive", UNWANTED: "negative"}


@dataclass(frozen=True)
class Examples:
    """Rows, each once and in one of the two. of: the workspace and build that they are rows of."""

    of: tuple[str, str]
    positive: tuple[int, ...] = ()
    negative: tuple[int, ...] = ()

    def adding(self, rows: Iterable[int], kind: Kind) -> Examples:
        """With these too; what is in the other list leaves it."""
        new = dict.fromkeys(rows)
        other: Kind = "negative" if kind == "positive" else "positive"
        mine = tuple(dict.fromkeys([*getattr(self, kind), *new]))
        kept = tuple(row for row in getattr(self, other) if row not in new)
        return replace(self, **{kind: mine, other: kept})

    def without(self, row: int) -> Examples:
        positive, negative = (tuple(other for other in rows if other != row) for rows in (self.positive, self.negative))
        return replace(self, positive=positive, negative=negative)


def given(opened: Workspace) -> Examples:
    """The examples as they are now."""
    of = str(opened.root), opened.manifest.build
    kept: Any = st.session_state.get("_examples")
    return kept if isinstance(kept, Examples) and kept.of == of else Examples(of)


def add(opened: Workspace, rows: Sequence[int], kind: Kind | None = None) -> None:
    """Add images to one of the lists, by default to the one that clicks go to; too many are refused."""
    kind = kind or KINDS[st.session_state.get("example-kind") or WANTED]
    after = given(opened).adding(map(int, rows), kind)
    if len(getattr(after, kind)) > MOST:
        url.refuse(
            f"{len(getattr(after, kind)):,} examples are more than the {MOST:,} that are taken. Select fewer of them."
        )
        return
    st.session_state["_examples"] = after


def search_with(opened: Workspace, positive: Sequence[int], negative: Sequence[int]) -> None:
    """Go to the Search page with these examples."""
    fresh = Examples((str(opened.root), opened.manifest.build))
    st.session_state["_examples"] = fresh.adding(positive, "positive").adding(negative, "negative")
    st.switch_page(page("search"), query_params={"from": "Examples"})


def take_out(opened: Workspace, row: int) -> None:
    """Remove an image from the list that has it."""
    st.session_state["_examples"] = given(opened).without(row)


def clear() -> None:
    """Empty both lists."""
    st.session_state.pop("_examples", None)


def counted(rows: Sequence[int]) -> str:
    return plural(len(rows), "image", "images")
