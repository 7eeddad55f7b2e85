"""Parts of the viewer that need no map: its cache, and what it makes of a change of configuration."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.standalone import Server

pytestmark = pytest.mark.browser


def test_a_cache_lets_the_least_recently_used_go_until_the_rest_fits(page: Any, server: Server) -> None:
    page.goto(server.url)
    result = page.evaluate("""async () => {
      const { Lru } = await import("./viewer/data/lru.js");
      const dropped = [];
      const cache = new Lru(10, (value) => value.bytes, (value, key) => dropped.push(key));
      for (const [key, bytes] of [["a", 4], ["b", 0], ["c", 4], ["d", 2]]) cache.set(key, { bytes });
      cache.get("a");
      cache.set("e", { bytes: 3 });
      const after = [...cache.keys()], bytes = cache.bytes;
      cache.set("large", { bytes: 50 });
      return { dropped, after, bytes, left: [...cache.keys()], oldest: cache.shift().bytes, last: [...cache.keys()] };
    }""")
    assert result["after"] == ["b", "d", "a", "e"]  # c had not been used for the longest; b weighs nothing
    assert result["bytes"] == 9
    assert result["left"] == ["b", "large"]  # the newest stays, however large
    assert result["dropped"] == ["c", "d", "a", "e"]
    assert result["oldest"] == 0
    assert result["last"] == ["large"]


def test_a_cache_weighs_again_what_has_grown(page: Any, server: Server) -> None:
    page.goto(server.url)
    result = page.evaluate("""async () => {
      const { Lru } = await import("./viewer/data/lru.js");
      const cache = new Lru(10, (value) => value.bytes);
      const growing = { bytes: 0 };
      cache.set("old", { bytes: 6 });
      cache.set("growing", growing);
      growing.bytes = 6;
      const before = cache.bytes;
      cache.weigh("growing");
      return { before, bytes: cache.bytes, keys: [...cache.keys()] };
    }""")
    assert result == {"before": 6, "bytes": 6, "keys": ["growing"]}


def test_names_that_differ_at_their_ends_stay_apart_where_there_is_little_room(page: Any, server: Server) -> None:
    page.goto(server.url)
    shown = page.evaluate(
        """async (names) => {
      const { bothEnds } = await import("./viewer/core/both_ends.js");
      const { element } = await import("./viewer/core/dom.js");
      const looks = [["panels/panel.css", "is-caption is-name"], ["map/map_view.css", "is-entry-label is-name"]];
      return await Promise.all(looks.map(async ([sheet, look]) => {
        const style = element("style", { text: await (await fetch(`./viewer/${sheet}`)).text() });
        const box = element("div", { style: "display: flex; width: 150px" });
        document.body.append(style, box);
        const found = names.map((name) => {
          const label = element("span", { class: look, style: "width: 150px" }, ...bothEnds(name));
          box.replaceChildren(label);
          const tail = label.querySelector(".is-name-tail"), head = label.querySelector(".is-name-head");
          return {
            whole: label.textContent, tail: tail?.textContent ?? "", wide: box.scrollWidth,
            room: tail ? tail.getBoundingClientRect().right <= box.getBoundingClientRect().right + 1 : true,
            cut: head ? head.scrollWidth > head.clientWidth : false,
          };
        });
        style.remove();
        box.remove();
        return found;
      }));
    }""",
        [f"S2A_MSIL1C_vineyards_of_the_upper_valley_{month}.tif" for month in ("2023-01", "2023-06")] + ["beach.jpg"],
    )
    for winter, summer, beach in shown:
        assert winter["whole"] == "S2A_MSIL1C_vineyards_of_the_upper_valley_2023-01.tif"
        assert (winter["tail"], summer["tail"]) == ("ey_2023-01.tif"[-14:], "ey_2023-06.tif"[-14:])
        assert winter["room"]
        assert winter["cut"]
        assert winter["wide"] <= 151
        assert (beach["whole"], beach["tail"]) == ("beach.jpg", "")


CONFIG = {
    "base": "base/", "rows": 9, "layout": "tsne", "dims": 2, "color": None, "selected": 3, "query": [1, 2],
    "clusters": [{"label": 0, "title": "A", "size": 4, "row": 1, "anchors": {"tsne-2d": [0.5, 1]}}], "names": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({}, []),
        ({"query": [1, 2], "clusters": [dict(CONFIG["clusters"][0])]}, []),
        ({"mask": None}, ["colors"]),
        ({"dims": 3}, ["layout"]),
        ({"query": [1]}, ["highlight", "query"]),
        ({"selected": None}, ["opened"]),
        ({"names": {"0": "Round"}}, ["clusters", "colors"]),
        ({"clusters": [CONFIG["clusters"][0] | {"anchors": {"tsne-2d": [0.5, 2]}}]}, ["clusters"]),
        ({"fly": {"row": 1, "nonce": 2}}, ["flight"]),
        ({"pointSize": 2}, ["dots"]),
    ],
)
def test_only_what_differs_counts_as_changed(
    page: Any, server: Server, change: dict[str, Any], changed: list[str]
) -> None:
    page.goto(server.url)
    script = """async ([before, after]) => {
      const { changesBetween } = await import("./viewer/map/config_changes.js");
      return changesBetween(before, after);
    }"""
    found = page.evaluate(script, [CONFIG, CONFIG | change])
    assert sorted(name for name, differs in found.items() if differs) == changed
    assert all(page.evaluate(script, [None, CONFIG]).values())  # at first all is new


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ({"kind": "number", "whole": True}, 16_777_217, "16,777,217"),
        ({"kind": "number", "whole": True}, 9_007_199_254_740_991, "9,007,199,254,740,991"),
        ({"kind": "number", "whole": True}, 1955, "1955"),
        ({"kind": "number", "whole": True}, -0.0, "0"),
        ({"kind": "number"}, -0.00012, "0"),
        ({"kind": "number"}, 1e-12, "1e-12"),
        ({"kind": "number"}, 1e18, "1e+18"),
        ({"kind": "date"}, -14_717_980_800, "1503-08-11"),
        ({"kind": "date"}, 253_402_214_400, "9999-12-31"),
        ({"kind": "date"}, -62_135_596_800, "0001-01-01"),
    ],
)
def test_a_value_is_written_as_what_it_is(
    page: Any, server: Server, column: dict[str, Any], value: float, text: str
) -> None:
    page.goto(server.url)
    script = """async ([column, value]) => {
      const { writerOf } = await import("./viewer/core/words.js");
      return writerOf(column)(value);
    }"""
    assert page.evaluate(script, [column, value]) == text


@pytest.mark.parametrize(
    ("column", "low", "high", "texts"),
    [
        ({"kind": "number", "whole": True}, 0, 3, ["0", "1", "2", "3"]),
        ({"kind": "number", "whole": True}, 16_777_216, 16_777_219, [f"16,777,21{k}" for k in (6, 7, 8, 9)]),
        ({"kind": "number"}, -1, 1, ["-1", "-0.5", "0", "0.5", "1"]),
        ({"kind": "date"}, -61_504_704_000, -30_000_000_000, ["200", "400", "600", "800", "1000"]),
    ],
)
def test_ticks_are_even_and_their_words_differ(
    page: Any, server: Server, column: dict[str, Any], low: float, high: float, texts: list[str]
) -> None:
    page.goto(server.url)
    script = """async ([column, low, high]) => {
      const { ticksOf } = await import("./viewer/core/words.js");
      return ticksOf(column, low, high).map(({ text }) => text);
    }"""
    assert page.evaluate(script, [column, low, high]) == texts


def test_of_very_many_facts_some_are_shown_and_the_others_found(page: Any, server: Server) -> None:
    page.goto(server.url)
    result = page.evaluate("""async () => {
      const { Facts } = await import("./viewer/panels/facts.js");
      const facts = new Facts();
      document.body.append(facts.root);
      const shown = () => facts.root.querySelectorAll("dt").length;
      const many = Array.from({ length: 100 }, (_, i) => [`column ${i}`, i === 77 ? "a Heron" : "-"]);
      facts.show(many.slice(0, 5));
      const few = [shown(), facts.root.querySelector("input")];
      facts.show(many);
      const first = shown();
      const search = facts.root.querySelector("input");
      search.value = "heron";
      search.dispatchEvent(new Event("input"));
      const found = facts.root.querySelector("dt").textContent;
      facts.show(many.map(([name]) => [name, "heron"]));
      const next = shown();
      search.value = "";
      search.dispatchEvent(new Event("input"));
      facts.root.querySelector("button").click();
      return { few, first, found, next, all: shown() };
    }""")
    assert result == {"few": [5, None], "first": 24, "found": "column 77", "next": 100, "all": 100}
