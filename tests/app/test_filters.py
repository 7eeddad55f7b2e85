"""The filters of the Explore page over whatever columns there are: what passes, and what an address reopens."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from imagespace_core.app.components import charts, detail
from imagespace_core.app.explore import gallery_order
from imagespace_core.app.session.select_events import apply
from imagespace_core.collection.arrange import arrange
from imagespace_core.collection.collection import Collection
from imagespace_core.errors import InputError
from imagespace_core.evaluate.leakage import groups_of
from imagespace_core.evaluate.relevance import judge
from imagespace_core.selection import History
from imagespace_core.viewer.contract.events import Hiding, SelectCodes
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.tables import write_table
from tests.app.made_workspace import ROWS, write_made_workspace
from tests.app.test_explore import visit
from tests.app.test_markdown import visit as visit_page

ROW = np.arange(ROWS)
WORDS = [["sea", "sky"], ["sea"], None, ["boat", "sea", "sky"]]
NAMED_LIKE_OURS = [
    "file name", "none", "distance", "row", "path", "key", "selected", "image", "filters", "map", "color", "sort",
    "workspace", "camera", "noise", "missing", "__proto__", "constructor", "*bold* $x$", "file",
]  # fmt: skip


def columns() -> pd.DataFrame:
    keywords = pd.array([WORDS[row % 4] for row in ROW], dtype=pd.ArrowDtype(pa.list_(pa.string())))
    years = np.array(["1503-05-01", "1650-03-04", "1889-06-01", "9999-12-31"], "datetime64[us]")
    return pd.DataFrame(
        {
            "made": years[ROW % 4],
            "serial": 16_777_216 + ROW,
            "bytes": ROW * 2_000_000_000 // 59,
            "huge": ROW * 1e16,
            "tiny": ROW * 1e-14,
            "keywords": keywords,
            **{name: [f"{name} {row % 3}" for row in ROW] for name in NAMED_LIKE_OURS},
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("filters")
    write_made_workspace(root / "made", columns())
    return root


@pytest.fixture
def made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("IMAGESPACE_WORKSPACE", str(folder))
    return Workspace.open(folder / "made")


def passing(test: AppTest) -> int:
    line = next(caption.value for caption in test.caption if "images pass the filters" in caption.value)
    return int(line.split()[0])


@pytest.mark.parametrize(
    ("column", "ends", "count"),
    [
        ("made", ["1503", "1650-03"], 30),
        ("made", ["1650-03-04", "1889"], 30),
        ("made", ["9999-12-31", "9999-12-31"], 15),
        ("serial", ["16777217", "16777275"], 59),
        ("bytes", ["1", "2000000000"], 59),
        ("bytes", ["0", "33898305"], 2),
        ("huge", ["1.5e+16", "6e+17"], 58),
        ("tiny", ["1.5e-14", "6e-13"], 58),
    ],
)
def test_a_range_of_an_address_leaves_exactly_its_rows(
    made: Workspace, column: str, ends: list[str], count: int
) -> None:
    assert passing(visit(filters=column, **{f"f_{column}": ends})) == count


@pytest.mark.parametrize("ends", [["2024-01-01", "2024-02-30"], ["x", "1"], ["1", "1e99"], [""]])
def test_ends_that_mean_nothing_break_no_page(made: Workspace, ends: list[str]) -> None:
    names = ["made", "serial", "bytes", "huge"]
    visit(filters=names, **{f"f_{name}": ends for name in names})


def test_values_and_ways_of_matching_that_a_list_does_not_have_break_no_page(made: Workspace) -> None:
    hostile = {"f_keywords": ["no such", "__proto__", "\x00"], "match_keywords": "none of these"}
    visit(filters=["keywords", "no such column"], **hostile)
    assert passing(visit(filters="keywords", f_keywords=["boat", "sky"], match_keywords="junk")) == 30


def test_several_values_a_row_are_filtered_by_any_or_by_all(made: Workspace) -> None:
    chosen = {"filters": "keywords", "f_keywords": ["boat", "sky"]}
    assert passing(visit(**chosen)) == 30
    assert passing(visit(**chosen, match_keywords="all of these")) == 15
    assert passing(visit(filters="keywords", f_keywords="sea")) == 45


def test_columns_named_like_something_of_ours_filter_color_and_sort(made: Workspace) -> None:
    slugs = {column["name"]: column["slug"] for column in made.columns()}
    shown = ["file name (column)" if name == "file name" else name for name in NAMED_LIKE_OURS]
    assert passing(visit(filters=shown, **{f"f_{slugs[name]}": f"{name} 1" for name in NAMED_LIKE_OURS})) == 20
    for color in ("none (column)", "none", "__proto__"):
        test = visit(color=color)
        assert next(box for box in test.selectbox if box.label == "Color by").value == color
    order = gallery_order.orders(made)
    assert {"distance", "distance (column)", "file name", "file name (column)", "row"} <= set(order)
    assert gallery_order.column(made, "distance (column)") == "distance"


def test_the_detail_shows_every_value_of_a_row_and_dates_of_any_year(made: Workspace) -> None:
    facts = [dict(detail.facts(made, row)) for row in range(4)]
    assert [fact["keywords"] for fact in facts] == ["sea, sky", "sea", "–", "boat, sea, sky"]
    assert [fact["made"] for fact in facts] == ["1503-05-01", "1650-03-04", "1889-06-01", "9999-12-31"]
    assert facts[1]["serial"] == "16777217"
    assert facts[0]["huge"] == facts[0]["tiny"] == "0"


def test_what_the_legend_selects_and_hides_goes_by_every_value_of_a_row(made: Workspace) -> None:
    head, lists = made.column("keywords")[0], made.value_lists("keywords")
    assert head["values"] == ["sea", "sky", "boat"]

    def selected(hiding: Hiding | None = None, codes: tuple[int, ...] = (0, 1, 2, -1)) -> int:
        event = SelectCodes(color="keywords", codes=list(codes), hiding=hiding)
        return apply(made, History.start(ROWS), event, None).now.count

    assert selected(codes=(1,)) == 30
    assert selected(codes=(2, -1)) == 30
    assert selected(Hiding(color="keywords", codes=[0])) == 45, "who has another value stays"
    assert selected(Hiding(color="keywords", codes=[0, -1])) == 30
    assert selected(Hiding(color="keywords", shown=[2])) == 15
    assert lists.first[:4].tolist() == [0, 0, -1, 0]


def test_python_selects_groups_and_evaluates_by_several_values_a_row(made: Workspace) -> None:
    opened = Collection(made)
    assert opened.select({"keywords": ["boat", "sky"]}).tolist() == [row for row in ROW if row % 4 in (0, 3)]
    assert opened.select(ranges={"serial": (16_777_217, 16_777_217)}).tolist() == [1]
    with pytest.raises(InputError, match="'keyword'; did you mean 'keywords'"):
        opened.select({"keyword": ["sea"]})
    notes = arrange(made, "carousel", by="keywords").guides["notes"]
    assert any("several keywords stands with the one" in note for note in notes)
    assert judge(opened.items, "keywords", "sky").relevant.tolist() == [row % 4 in (0, 3) for row in ROW]
    with pytest.raises(InputError, match="holds sea, sky, boat; say which"):
        judge(opened.items, "keywords")
    with pytest.raises(InputError, match="several values a row"):
        groups_of(opened.items, "keywords")
    with pytest.raises(InputError, match="'keyward'; did you mean 'keywords'"):
        judge(opened.items, "keyward", "sea")


def test_the_overview_shows_the_dates_that_there_are_and_no_half_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = columns()[["made"]].assign(width=64, height=48 + ROW % 3)
    opened = write_made_workspace(tmp_path / "made", more)
    assert charts.image_sizes(opened).to_plotly_json()["layout"]["yaxis"]["dtick"] == 1
    undated = opened.items.assign(taken_at=np.array(["NaT"] * ROWS, "datetime64[us]"))
    write_table(undated, opened.root / "items.parquet")
    test = visit_page(monkeypatch, tmp_path, "overview.py", {})
    assert any("those of the column made" in caption.value for caption in test.caption)
