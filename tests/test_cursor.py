"""gomap.inspect.cursor: where an iterator stands is where the entry it showed lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomap import Map, inspect, int64
from support.inside import fill_until_growing
from support.machine import Family
from support.recount import entries
from support.states import KINDS, SPREADS, STATES, Case, case_in

NOWHERE = (None, None, None, None)


def place(c: inspect.Cursor) -> tuple[Any, ...]:
    """Array, chain, position, slot."""
    return c.array, c.bucket, c.position, c.slot


def shown_at(h: Any, c: inspect.Cursor) -> Any:
    """The key that lies where the cursor points, in the map's own arrays."""
    array = h.oldbuckets if c.array == "old" else h.buckets
    bucket = array[c.bucket][c.position]
    return bucket.keys[c.slot]


def walk(m: Any, it: Iterator[Any]) -> list[inspect.Cursor]:
    """Take all entries; each cursor must point at what was shown, and disturb nothing."""
    cursors, h = [], inspect.hmap(m)
    for key in it:
        c = inspect.cursor(it)
        assert inspect.cursor(it) == c
        assert repr(shown_at(h, c)) == repr(key)
        assert not c.done
        cursors.append(c)
    assert repr(inspect.hmap(m)) == repr(h)
    return cursors


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("state", STATES)
def test_a_cursor_points_at_the_entry_shown(state: str, kind: Family) -> None:
    for spread in ("own", "few"):
        case = case_in(state, kind, spread)
        case.iterators.clear()
        cursors = walk(case.m, iter(case.m))
        places = [place(c) for c in cursors]
        assert len(set(places)) == len(case.m)
        there = {tuple(found[:4]) for found, _, _ in entries(inspect.hmap(case.m))}
        assert set(places) == there


@pytest.mark.parametrize("start", [0, 5, 15])
@pytest.mark.parametrize("offset", [0, 3, 7])
def test_the_round_begins_where_it_was_told_and_wraps_once(start: int, offset: int) -> None:
    m = Map[int64, int64](hint=100, seed=1)
    for n in range(100):
        m[n] = n
    it = inspect.iterate(m, start, offset)
    before = inspect.cursor(it)
    assert before == inspect.Cursor(start, offset, None, None, None, None, False, False)
    buckets, wraps = [], []
    for key, _ in it:
        c = inspect.cursor(it)
        assert (c.start_bucket, c.offset, c.array) == (start, offset, "new")
        assert inspect.hmap(m).buckets[c.bucket][c.position].keys[c.slot] == key
        buckets.append(c.bucket)
        wraps.append(c.wrapped)
    turned = [(bucket - start) % 16 for bucket in buckets]
    assert turned == sorted(turned)
    assert wraps == sorted(wraps)
    assert all(
        c_wrapped for bucket, c_wrapped in zip(buckets, wraps, strict=True) if bucket < start
    )
    assert not any(w for bucket, w in zip(buckets, wraps, strict=True) if start <= bucket < 15)


@pytest.mark.parametrize("offset", range(8))
def test_slots_of_a_bucket_come_from_the_offset_on(offset: int) -> None:
    m = Map[int, int]({n: n for n in range(8)})
    it = inspect.iterate(m, 0, offset)
    slots = [inspect.cursor(it).slot for _ in it]
    assert slots == [(offset + n) % 8 for n in range(8)]


@pytest.mark.parametrize("view", ["__iter__", "keys", "values", "items"])
def test_every_iterator_of_a_map_has_a_cursor(view: str) -> None:
    m = Map[str, int]({"a": 1})
    it = iter(m) if view == "__iter__" else iter(getattr(m, view)())
    assert place(inspect.cursor(it)) == NOWHERE
    next(it)
    assert place(inspect.cursor(it)) == ("new", 0, 0, 0)


@pytest.mark.parametrize("make", [dict, list, Map, lambda: iter([]), lambda: Map().items(), int])
def test_nothing_else_has_one(make: Any) -> None:
    with pytest.raises(TypeError, match="cursor"):
        inspect.cursor(make())


def test_an_iterator_that_ended_is_done() -> None:
    m = Map[int, int]({1: 1, 2: 2})
    it = iter(m)
    list(it)
    c = inspect.cursor(it)
    assert c.done
    assert place(c) == NOWHERE
    for empty in (Map[int, int](), Map[int, int].nil(), Map[int, int](hint=100)):
        it = iter(empty)
        assert place(inspect.cursor(it)) == NOWHERE
        assert list(it) == []
        assert inspect.cursor(it).done


def test_in_a_growing_map_it_reads_the_old_array_where_entries_still_lie_there() -> None:
    m = Map[int64, int64](seed=2)
    fill_until_growing(m, range(300))
    arrays = [c.array for c in walk(m, iter(m))]
    assert set(arrays) == {"new", "old"}


def test_entries_that_moved_keep_the_place_they_are_read_from() -> None:
    """An iterator of the array before: its places are in what was left behind."""
    m = Map[int64, int64](seed=2)
    for n in range(50):
        m[n] = n
    m.finish_growth()
    it = iter(m)
    shown = [next(it)]
    there = place(inspect.cursor(it))
    assert there[0] == "new"
    n = 50
    while not inspect.stats(m).growing:
        m[n] = n
        n += 1
    assert place(inspect.cursor(it)) == ("old", *there[1:])
    m.finish_growth()
    assert place(inspect.cursor(it)) == ("left", *there[1:])
    shown += it
    assert len(set(shown)) == len(shown)
    assert set(shown) >= set(range(50))
    assert inspect.cursor(it).done


def test_an_iterator_outlives_a_clear() -> None:
    m = Map[int, int]({n: n for n in range(30)})
    it = iter(m)
    next(it)
    m.clear()
    c = inspect.cursor(it)
    assert c.done or c.array in ("new", None)
    m[1] = 1
    for key in it:
        assert key == 1
        assert shown_at(inspect.hmap(m), inspect.cursor(it)) == 1
    assert inspect.cursor(it).done


def test_a_map_that_is_gone_leaves_its_iterator_standing() -> None:
    it = iter(Map[int, int]({n: n for n in range(9)}))
    next(it)
    assert inspect.cursor(it).slot is not None
    assert len(list(it)) == 8


@given(
    kind=st.sampled_from(KINDS),
    spread=st.sampled_from(sorted(SPREADS)),
    state=st.sampled_from(sorted(STATES)),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["next", "set", "delete", "clear", "shrink", "finish_growth"]),
            st.integers(0, 200),
            st.integers(1, 30),
        ),
        max_size=14,
    ),
)
def test_a_cursor_is_right_whatever_happens_meanwhile(
    kind: Family, spread: str, state: str, steps: Any
) -> None:
    """Just shown: there it lies, unless it has moved, and then it is marked as moved."""
    case = case_in(state, kind, spread, seed=3)
    case.iterators.clear()
    it = iter(case.m)
    for name, first, n in steps:
        if name == "next":
            advance(case, it, n)
        elif name in ("set", "delete"):
            getattr(case, name)(*range(first, first + n))
        else:
            getattr(case.m, name)()
        c = inspect.cursor(it)
        assert (c.bucket is None) == (c.position is None) == (c.slot is None) == (c.array is None)
        assert c.slot is None or not c.done
    remaining = list(it)
    assert inspect.cursor(it).done
    assert len(remaining) <= len(case.m)


def advance(case: Case, it: Iterator[Any], n: int) -> None:
    """Some entries, each looked up where the cursor points."""
    for _ in range(n):
        missing = object()
        key = next(it, missing)
        c = inspect.cursor(it)
        if key is missing:
            assert c.done
            return
        assert c.array is not None
        if c.array != "left":
            h = inspect.hmap(case.m)
            array = h.oldbuckets if c.array == "old" else h.buckets
            bucket = array[c.bucket][c.position]
            moved = 2 <= bucket.tophash[c.slot] <= 3
            assert moved or repr(bucket.keys[c.slot]) == repr(key)
