"""A map in a notebook cell: what it shows is what the engine says, and all that is bounded."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomap import Map, display, inspect, int64, interface
from gomap.display.buckets import MOST_BUCKETS
from gomap.display.figures import STATES, memory_parts
from gomap.display.text import shown
from support.hostile import fail
from support.html_tree import Node, read
from support.inside import assert_valid, fill_until_growing, layout, pile_up

MOST_BYTES = 200_000


def mapped(n: int) -> Any:
    """A map of n numbers."""
    return Map[int64, int64].from_arrays(np.arange(n), np.arange(n) * 3)


def growing() -> Any:
    """Two of four old buckets are evacuated."""
    m = Map[int64, int64](seed=3)
    for k in range(27):
        m[k] = k * k
    assert inspect.hmap(m).growing
    return m


def growing_at_the_same_size() -> Any:
    m = Map[int, int](hint=50, hasher=lambda key, seed: key)
    pile_up(m)
    assert inspect.hmap(m).same_size_grow
    return m


def full_of(text: str) -> Any:
    """As many slots in use as can be shown one by one, each with this text."""
    m = Map[int, str](hint=300, hasher=lambda key, seed: key | 9 << 60)
    for key in range(416):
        m[key] = text
    assert sum(map(len, inspect.hmap(m).buckets)) == MOST_BUCKETS
    return m


def check_header(root: Node, m: Any) -> None:
    """The box of the header against the engine."""
    s = inspect.stats(m)
    cells = {str(node.attributes["data-hmap"]): node for node in root.has("data-hmap")}
    names = "count flags B noverflow hash0 buckets oldbuckets nevacuate extra"
    assert list(cells) == names.split()
    for name in ("count", "flags", "B", "noverflow", "nevacuate"):
        assert cells[name].number == getattr(s, name), name
    assert int(cells["hash0"].text, 16) == s.hash0
    assert f"{s.buckets:,} bucket" in cells["buckets"].text or not s.bytes_buckets
    assert ("nil" in cells["oldbuckets"].text) == (not s.growing)


def check_figures(root: Node, m: Any) -> None:
    """Figures, histograms and memory against stats."""
    s = inspect.stats(m)
    for node in root.has("data-figure"):
        here = getattr(s, str(node.attributes["data-figure"]))
        assert node.number == pytest.approx(here, abs=0.00501)
    occupancy = root.has("data-occupancy")
    assert [int(node.number) for node in occupancy] == s.occupancy
    chains = [int(node.number) for node in root.has("data-chains")]
    assert sum(chains) == sum(s.chain_lengths)
    parts = {node.attributes["data-memory"]: int(node.number) for node in root.has("data-memory")}
    assert parts.pop("total") == s.bytes_total
    assert parts.pop("empty") == s.bytes_empty_slots
    assert parts == {name: n for name, n in memory_parts(s) if n}
    (spark,) = root.all(class_="gm-spark")
    heights = [node.attributes["style"] for node in spark.all("i")]
    assert len(heights) == 251
    used = [height != "height:0%" for height in heights]
    assert used == [n > 0 for n in s.tophash_counts[5:]]
    past = {node.attributes["data-history"]: int(node.number) for node in root.has("data-history")}
    assert list(past.values()) == [s.doublings, s.same_size_growths, s.reseeds]


def check_buckets(root: Node, m: Any, most: int = MOST_BUCKETS) -> None:
    """Every bucket, slot by slot, against the snapshot of so many chains."""
    h = inspect.hmap(m, most=most)
    for name, array in (("old", h.oldbuckets), ("new", h.buckets)):
        parts = root.all(data_array=name)
        bodies = [body for part in parts for body in part.has("data-bucket")]
        buckets = [(b, place) for chain in array or () for place, b in enumerate(chain)]
        assert len(bodies) == len(buckets)
        for body, (bucket, place) in zip(bodies, buckets, strict=True):
            assert body.attributes["data-bucket"] == str(bucket.index)
            assert body.attributes["data-position"] == str(place)
            tops, *rest = (row.all("td") for row in body.all("tr"))
            assert bytes(int(cell.text, 16) for cell in tops) == bucket.tophash
            for cell, top in zip(tops, bucket.tophash, strict=True):
                assert cell.attributes.get("title") == (STATES[top] if top < 5 else None)
            if max(bucket.tophash) < 2:
                assert not rest
                continue
            keys, elems = rest
            for slot, top in enumerate(bucket.tophash):
                if top >= 5:
                    assert full_text(keys[slot]) == shown(bucket.keys[slot])
                    assert full_text(elems[slot]) == shown(bucket.elems[slot])
                else:
                    assert keys[slot].text == {2: "→ X", 3: "→ Y"}.get(top, "")


def full_text(cell: Node) -> str:
    """The tooltip where there is one."""
    return cell.attributes.get("title") or cell.text


def check(m: Any) -> str:
    """All of the display of a map; return it."""
    before = layout(m)
    html = display.map_html(m)
    assert layout(m) == before
    assert len(html.encode()) <= MOST_BYTES
    root = read(html)
    check_header(root, m)
    check_figures(root, m)
    total = sum(len(chain) for array in before[1:3] for chain in array or ())
    if total <= MOST_BUCKETS:
        check_buckets(root, m)
    return html


# ---- every kind of map ----------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 8, 9, 104, 1000])
def test_what_is_shown_is_what_the_engine_says(n: int) -> None:
    check(mapped(n))
    check(Map[str, int]({str(k): k for k in range(n)}))


@pytest.mark.large
@pytest.mark.parametrize("n", [100_000, 1_000_000])
def test_a_large_map_is_shown_by_its_figures(n: int) -> None:
    m = mapped(n)
    html = display.map_html(m)
    assert len(html.encode()) <= 50_000
    root = read(html)
    check_header(root, m)
    check_figures(root, m)
    check_buckets(root, m, most=4)
    buckets = inspect.stats(m).buckets
    assert f"{buckets - 4:,} more" in root.text


def test_the_size_does_not_follow_the_map() -> None:
    sizes = [len(display.map_html(mapped(n))) for n in (2_000, 20_000, 200_000)]
    assert max(sizes) - min(sizes) < 4_000


def test_a_growing_map_shows_both_arrays() -> None:
    m = growing()
    root = read(check(m))
    assert root.one(data_array="old").all("tbody")
    text = root.text
    assert "growing: 2 of 4 old buckets evacuated" in text
    assert "evacuatedX" in text and "evacuatedY" in text
    labels = [body.all("th")[0].text for body in root.one(data_array="new").all("tbody")]
    moved = [chain[0].tophash[0] in (2, 3, 4) for chain in inspect.hmap(m).oldbuckets]
    assert labels == [f"{n}{'' if moved[n % 4] else ' waits'}" for n in range(8)]


def test_a_large_growing_map_shows_the_ends_of_both_arrays() -> None:
    m = Map[int64, int64](seed=1)
    for n in range(6700):
        m[n] = n
    html = check(m)
    root = read(html)
    check_buckets(root, m, most=4)
    assert "1,020 more" in root.text
    assert "2,044 more" in root.text
    assert " waits" in root.one(data_array="new").text


def test_chains_too_long_to_show_are_left_to_the_figures() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: 9 << 56)
    for key in range(1000):
        m[key] = key
    assert not read(check(m)).has("data-bucket")


def test_growth_at_the_same_size_says_so() -> None:
    html = check(growing_at_the_same_size())
    assert "growing at the same size" in html
    assert "sameSizeGrow" in html


def test_a_map_under_a_live_iterator_shows_the_flag() -> None:
    m = growing()
    it = iter(m)
    next(it)
    assert "iterator, oldIterator" in check(m)


def test_deleted_slots_are_told_from_the_rest() -> None:
    m = mapped(8)
    del m[list(m)[0]]
    slots = [top for chain in inspect.hmap(m).buckets for b in chain for top in b.tophash]
    html = check(m)
    assert ("emptyOne: " in html) == (1 in slots)
    assert ("emptyRest: " in html) == (0 in slots)


def test_overflow_buckets_are_told_by_where_they_come_from() -> None:
    m = Map[int64, int64](hint=100, hasher=lambda key, seed: key % 3 | key << 60)
    for key in range(60):
        m[key] = key
    h = inspect.hmap(m)
    spares = [b.preallocated for chain in h.buckets for b in chain[1:]]
    root = read(check(m))
    labels = [node.text for node in root.all("small")]
    assert [f"spare {n}" for n in spares if n is not None] == [
        text for text in labels if text.startswith("spare ") and text[6:].isdigit()
    ]
    assert sum(text == "overflow" for text in labels) == spares.count(None)


def test_an_empty_map_has_no_array_yet() -> None:
    html = check(Map[str, int]())
    assert "first assign allocates" in html
    assert "NilMapError" not in html


def test_a_nil_map_is_called_nil() -> None:
    html = check(Map[str, int].nil())
    assert "NilMapError" in html
    assert "<span>nil</span>" in html


def test_a_subclass_is_shown_by_its_own_name() -> None:
    class Ages(Map[str, int]):
        """Shows other things than it holds."""

        def __len__(self) -> int:
            fail()
            raise AssertionError

        def __iter__(self) -> Any:
            fail()

        is_nil = property(lambda self: fail())

    html = display.map_html(Ages({"ann": 1}))
    assert "<b>Ages</b> <span>a subclass of Map[str, int]</span>" in html
    assert "ann" in html


def test_a_notebook_asks_the_map_itself() -> None:
    for m in (growing(), mapped(1000), Map[str, int].nil()):
        assert m._repr_html_() == display.map_html(m)


def test_what_is_no_map_is_refused() -> None:
    for other in ({}, None, Map):
        with pytest.raises(TypeError):
            display.map_html(other)


def test_long_chains_share_bars() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: 9 << 56)
    for key in range(3000):
        m[key] = key
    root = read(check(m))
    assert len(root.has("data-chains")) < 30


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 120)), max_size=150), st.booleans())
def test_any_small_map_is_shown_true(ops: list[tuple[bool, int]], iterated: bool) -> None:
    m = Map[int, int](seed=1)
    iterators = []
    for write, key in ops:
        if write:
            m[key] = -key
        else:
            del m[key]
        if iterated and len(iterators) < 3:
            iterators.append(iter(m))
    check(m)


# ---- it disturbs nothing --------------------------------------------------------


def test_looking_leaves_no_trace() -> None:
    for make in (growing, growing_at_the_same_size, lambda: mapped(5000)):
        m = make()
        before, flags = layout(m), inspect.hmap(m).flags
        display.map_html(m)
        display.page(m)
        assert layout(m) == before
        assert inspect.hmap(m).flags == flags
        assert_valid(m)


def test_looking_draws_no_random_number() -> None:
    seen, unseen = (Map[int, int]({n: n for n in range(60)}, seed=7) for _ in range(2))
    display.map_html(seen)
    assert [list(seen) for _ in range(5)] == [list(unseen) for _ in range(5)]


def test_keys_may_change_the_map_while_they_are_shown() -> None:
    class Meddler:
        def __repr__(self) -> str:
            m.clear()
            m.update({n: n for n in range(1000)})
            return "Meddler!"

    m: Any = Map({Meddler(): Meddler(), 1: Meddler()})
    html = display.map_html(m)
    assert html.count("Meddler!") >= 3
    read(html)
    assert_valid(m)


def test_another_thread_may_change_the_map_meanwhile() -> None:
    m = Map[str, int]()
    stop = threading.Event()

    def meddle() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            m[str(n % 700)] = n
            if n % 2000 == 0:
                m.clear()

    thread = threading.Thread(target=meddle)
    thread.start()
    try:
        for _ in range(60):
            html = display.map_html(m)
            assert len(html.encode()) <= MOST_BYTES
            read(html)
    finally:
        stop.set()
        thread.join()


# ---- strangers' keys ------------------------------------------------------------


@pytest.mark.parametrize("text", ["&" * 5000, "\U0001f600" * 5000, "\x00" * 5000, "<'\">" * 999])
def test_every_slot_full_of_long_text_stays_within_bounds(text: str) -> None:
    html = display.map_html(full_of(text))
    assert len(html.encode()) <= MOST_BYTES
    read(html)


def test_markup_in_keys_is_text() -> None:
    evil = "<script>alert(1)</script>"
    quoted = "\" onmouseover='x' <b>&amp;"
    m = Map[str, str]({evil: quoted, quoted: evil})
    html = check(m)
    assert "<script" not in html
    assert "onmouseover='" not in html
    assert not [name for node in read(html).walk() for name in node.attributes if "on" == name[:2]]


def test_a_class_name_is_text_too() -> None:
    kind = type("<img src=x>" * 100, (Map[str, int],), {})
    html = display.map_html(kind({"a": 1}))
    assert "<img" not in html
    assert len(html) < 40_000


def test_control_characters_and_surrogates_are_escapes() -> None:
    m = Map[str, int]({"\x1b[31m": 1, "\u202eabc": 2, "\ud800": 3, "a\nb\x00": 4})
    html = check(m)
    html.encode("utf-8")
    for bad in "\x1b\u202e\x00":
        assert bad not in html


def test_a_key_whose_repr_raises_is_named() -> None:
    class Bad:
        def __repr__(self) -> str:
            raise ValueError("<no>")

    html = display.map_html(Map({Bad(): [Bad()]}))
    assert "&lt;Bad: repr raised ValueError&gt;" in html


def test_a_map_that_holds_itself_ends() -> None:
    m: Any = Map()
    m["me"] = m
    m["in a list"] = [m]
    html = check(m)
    assert "Map of 2" in html


def test_nan_keys_are_all_shown() -> None:
    m = Map[float, int]()
    for n in range(5):
        m[float("nan")] = n
    assert read(check(m)).text.count("nan") == 5


def test_huge_values_are_cut_short() -> None:
    m: Any = Map({1: 10**10_000, 2: b"x" * 10**6, 3: list(range(10**5)), 4: mapped(1000)})
    html = display.map_html(m)
    assert len(html) < 40_000
    assert "(33,220 bits)" in html
    assert "Map[int64, int64] of 1,000" in html


# ---- pages and plain text -------------------------------------------------------


def test_a_page_is_complete_and_alone() -> None:
    html = display.page(growing(), "<Growing> & more")
    root = read(html.removeprefix("<!DOCTYPE html>"))
    assert root.one("title").text == root.one("h1").text == "<Growing> & more"
    for tag in ("script", "link", "img", "iframe"):
        assert not root.all(tag)
    for word in ("http", "url(", "@import", "src="):
        assert word not in html


def test_a_page_names_the_map_by_default() -> None:
    root = read(display.page(Map[str, int]()).removeprefix("<!DOCTYPE html>"))
    assert root.one("h1").text == "Map[str, int]"


def test_a_page_has_growth_and_load_tables_when_given() -> None:
    from gomap.cli.counting import Count

    count = Count(Map[int, int]())
    count.feed(list(range(300)))
    html = display.page(count.map, growth=count.growth, table=inspect.load_factor_table())
    root = read(html.removeprefix("<!DOCTYPE html>"))
    assert [node.text for node in root.all("h2")] == ["Growth", "Go's load factor table"]
    assert "0 → 1" in root.text
    assert len(root.has("data-load")) == 36


def pretty(m: Any) -> str:
    from io import StringIO

    ipython = pytest.importorskip("IPython.lib.pretty")
    out = StringIO()
    printer = ipython.RepresentationPrinter(out, max_width=79)
    display.map_pretty(m, printer, False)
    printer.flush()
    return out.getvalue()


def test_plain_text_is_the_map_itself_while_it_is_small() -> None:
    for m in (Map[str, int]({"b": 1, "a": 2}), Map[int, int](), Map[int, int].nil()):
        assert pretty(m) == repr(m)


def test_plain_text_wraps_like_a_dict() -> None:
    lines = pretty(mapped(200)).splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 80


def test_plain_text_of_a_large_map_is_short() -> None:
    assert pretty(mapped(20_000)) == "Map[int64, int64] of 20,000 entries"


def test_plain_text_keeps_keys_apart_that_a_dict_would_merge() -> None:
    m = Map[interface, int]({1: 1})
    m[1.0] = 2
    m[True] = 3
    text = pretty(m)
    for entry in ("1: 1", "1.0: 2", "True: 3"):
        assert entry in text


def test_plain_text_leaves_no_flag_and_survives_bad_keys() -> None:
    class Bad:
        def __repr__(self) -> str:
            fail()
            raise AssertionError

    m: Any = Map({Bad(): 1, 2: Bad()})
    before = inspect.hmap(m).flags
    assert "repr raised" in pretty(m)
    assert inspect.hmap(m).flags == before


def test_fill_until_growing_then_shown() -> None:
    m = Map[str, int](seed=5)
    fill_until_growing(m, (f"k{n}" for n in range(10_000)))
    check(m)
