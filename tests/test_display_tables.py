"""Statistics, lookups, load tables and events as HTML."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from gomap import Map, display, inspect, int64
from gomap.display import style
from gomap.display.figures import (
    chain_bars,
    flag_names,
    ideal_chains,
    ideal_occupancy,
    memory_parts,
    occupancy_bars,
    size,
)
from support.html_tree import read

MOST_BYTES = 200_000


def piled(n: int) -> Any:
    """n keys in one chain, in three groups by tophash."""
    m = Map[int, str](hasher=lambda key, seed: (key % 3 + 0x61) << 56)
    for key in range(n):
        m[key] = f"<{key}>"
    return m


# ---- style ----------------------------------------------------------------------


def selectors(css: str) -> list[str]:
    """The selectors of a style sheet, those inside @-rules too."""
    css = re.sub(r"@[^{]*\{((?:[^{}]*\{[^{}]*\})*)\}", r"\1", css)
    heads: list[str] = re.findall(r"([^{}]+)\{[^{}]*\}", css)
    return [part for head in heads for part in re.split(r",(?![^(]*\))", head)]


def test_every_rule_stays_within_the_display() -> None:
    css = style.STYLE.removeprefix("<style>").removesuffix("</style>")
    found = selectors(css)
    assert len(found) > 60
    assert css.count("{") == css.count("}")
    for selector in found:
        assert ".gomap.gomap.gomap" in selector, selector
        ahead = selector.split(".gomap")[0].strip()
        assert ahead == "" or ahead.startswith("body"), selector
    assert "&" not in css
    assert "url(" not in css
    assert "@import" not in css


def test_classes_do_not_meet_those_of_the_page() -> None:
    m = Map[int64, int64]({k: k for k in range(27)}, hint=0)
    root = read(display.map_html(m))
    classes = {c for node in root.walk() for c in (node.attributes.get("class") or "").split()}
    assert {c for c in classes if not c.startswith("gm-")} == {"gomap"}
    assert not root.has("id")


def test_every_display_has_one_frame_and_no_script() -> None:
    m = piled(30)
    with inspect.record(m) as events:
        m[99] = "x"
    for html in (
        display.map_html(m),
        display.stats_html(inspect.stats(m)),
        display.explanation_html(inspect.explain(m, 7)),
        display.load_table_html(inspect.load_factor_table()),
        display.events_html(events),
    ):
        root = read(html)
        (frame,) = root.children
        assert frame.attributes == {"class": "gomap"}  # type: ignore[union-attr]
        assert not root.all("script")
        assert not [name for node in root.walk() for name in node.attributes if name[:2] == "on"]


# ---- statistics -----------------------------------------------------------------


def test_stats_show_their_own_numbers() -> None:
    s = inspect.stats(piled(100))
    root = read(display.stats_html(s))
    figures = {str(n.attributes["data-figure"]): n.number for n in root.has("data-figure")}
    assert len(figures) == 5
    for name, value in figures.items():
        assert value == pytest.approx(getattr(s, name), abs=0.00501)
    assert [int(n.number) for n in root.has("data-occupancy")] == s.occupancy
    assert "Go at 6.00Go at 6.50" in root.text


def test_bars_add_up_whatever_the_chains() -> None:
    for n in (0, 8, 9, 80, 2000):
        s = inspect.stats(piled(n))
        bars = chain_bars(s.chain_lengths, s.load_factor)
        assert sum(bar.n for bar in bars) == sum(s.chain_lengths)
        assert len(bars) <= 20
        assert [bar.n for bar in occupancy_bars(s.occupancy, None)] == s.occupancy
        assert sum(part for _, part in memory_parts(s)) == s.bytes_total


def test_ranges_of_bars_are_next_to_each_other() -> None:
    labels = [bar.label for bar in chain_bars(inspect.stats(piled(2000)).chain_lengths, None)]
    assert labels[:11] == [*map(str, range(9)), "9-16", "17-32"]


@pytest.mark.parametrize("load", [0.0, 0.1, 3.3, 6.5, 50.0, 100_000.0])
def test_ideals_are_fractions_of_all(load: float) -> None:
    assert sum(ideal_occupancy(load)) == pytest.approx(1)
    assert 0 <= sum(ideal_chains(load, 9)) <= 1 + 1e-9
    if load < 10:
        assert sum(ideal_chains(load, 9)) == pytest.approx(1)


def test_flags_and_sizes_have_names() -> None:
    assert flag_names(0) == []
    assert flag_names(15) == ["iterator", "oldIterator", "hashWriting", "sameSizeGrow"]
    assert [size(n) for n in (0, 1, 9_999, 10_240, 1024 * 1000, 2**20, 2**33, 2**45)] == [
        *("0 bytes", "1 byte", "9,999 bytes", "10.0 KiB", "0.98 MiB", "1.00 MiB"),
        *("8.00 GiB", "32768 GiB"),
    ]


# ---- lookups --------------------------------------------------------------------


@pytest.mark.parametrize("key", [0, 7, 29, 30, 31])
def test_a_lookup_is_drawn_slot_by_slot(key: int) -> None:
    e = inspect.explain(piled(30), key)
    root = read(display.explanation_html(e))
    assert root.one(data_explain="bucket").number == e.bucket
    assert int(root.one(data_explain="tophash").text, 16) == e.tophash
    drawn = []
    for body in root.all("tbody"):
        tops, verdicts = (row.all("td") for row in body.all("tr"))
        place = int(str(body.attributes["data-position"]))
        for slot, (top, verdict) in enumerate(zip(tops, verdicts, strict=True)):
            if top.text:
                drawn.append((place, slot, int(top.text, 16), verdict.text))
    words = {"other tophash": "other", "rest": "rest: stop"}
    assert drawn == [(*step[:3], words.get(step.verdict, step.verdict)) for step in e.steps]
    assert ("found: '<" in root.text) == e.found


def test_a_lookup_in_a_very_long_chain_is_cut_in_the_middle() -> None:
    html = display.explanation_html(inspect.explain(piled(3000), 2999))
    assert len(html.encode()) <= MOST_BYTES
    root = read(html)
    assert "365 more overflow buckets" in root.text
    assert "found" in root.text


def test_a_lookup_where_nothing_is() -> None:
    for m in (Map[str, int](), Map[str, int].nil()):
        assert "no bucket array yet" in display.explanation_html(inspect.explain(m, "x"))


def test_an_element_in_a_lookup_is_text() -> None:
    m = Map[int, str]({1: "<script>" * 1000})
    html = display.explanation_html(inspect.explain(m, 1))
    assert "<script" not in html
    assert len(html) < 20_000


# ---- Go's table -----------------------------------------------------------------


def test_the_load_table_has_each_figure_beside_gos() -> None:
    rows = inspect.load_factor_table()
    root = read(display.load_table_html(rows))
    lines = [row for body in root.all("tbody") for row in body.all("tr")]
    assert len(lines) == 9
    for row, line in zip(rows, lines, strict=True):
        numbers = [float(cell.text) for cell in line.all("td")]
        assert numbers[0::3] == [round(figure, 2) for figure in row[1:5]]
        assert numbers[1::3] == list(row.published[1:])
        for here, go, difference in zip(*(numbers[n::3] for n in range(3)), strict=True):
            assert difference == pytest.approx(here - go, abs=0.0051)
    assert [row.attributes.get("class") for row in lines].index("gm-mark") == 5


# ---- events ---------------------------------------------------------------------


def recorded(n: int) -> list[Any]:
    m = Map[str, int](seed=3)
    with inspect.record(m) as events:
        for k in range(n):
            m[f"<{k}>"] = k
        del m["<0>"]
        m.clear()
    return list(events)


def rows_of(html: str) -> list[list[str]]:
    (body,) = read(html).all("tbody")
    return [[cell.text for cell in row.all("td")] for row in body.all("tr")]


def test_events_are_rows_in_their_order() -> None:
    events = recorded(30)
    rows = rows_of(display.events_html(events))
    assert len(rows) == len(events)
    for n, (event, row) in enumerate(zip(events, rows, strict=True)):
        assert row[:2] == [str(n), event.kind]
        assert row[2] == ("" if event.key is None else repr(event.key))
        assert (row[5], row[6]) == (str(event.count), str(event.B))
        assert row[4] == (f"{event.moved_x}, {event.moved_y}" if event.kind == "evacuate" else "")


def test_many_events_are_cut_in_the_middle_and_all_counted() -> None:
    events = recorded(5000)
    html = display.events_html(events)
    assert len(html.encode()) <= MOST_BYTES
    rows = rows_of(html)
    assert len(rows) == 201
    assert rows[0][0] == "0"
    assert rows[-1][:2] == [f"{len(events) - 1:,}", events[-1].kind]
    assert rows[50] == [f"{len(events) - 200:,} more"]
    text = read(html).text
    for kind, n in Counter(event.kind for event in events).items():
        assert f"{kind} {n:,}" in text


def test_the_bound_of_events_is_the_callers() -> None:
    events = recorded(100)
    for bounded in (2, 3, 40):
        assert len(rows_of(display.events_html(events, bounded))) == bounded + 1
    with pytest.raises(ValueError, match="bounded must be 2 or more, not 1"):
        display.events_html(events, 1)


def test_no_events_is_said() -> None:
    assert "No events" in display.events_html([])


def test_keys_of_events_are_text() -> None:
    m: Any = Map()
    with inspect.record(m) as events:
        m["<script>" * 1000] = 1
    html = display.events_html(events)
    assert "<script" not in html
    assert len(html) < 20_000
