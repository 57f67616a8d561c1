"""gomap.inspect.explain: the path of a lookup equals a recount from the snapshot of all buckets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomap import Map, float64, inspect, int8, int64

EMPTY_REST, EMPTY_ONE = 0, 1
CLASSES = [Map, Map[int, int], Map[int64, int64], Map[int8, int64], Map[object, int64]]


def recount(m: Any, key: Any, e: inspect.Explanation) -> list[tuple[int, int, int, str]]:
    """The slots that Go's mapaccess looks at, from `hmap(m)`."""
    h = inspect.hmap(m)
    assert e.bucket == e.hash & ((len(h.oldbuckets) if e.array == "old" else 2**h.B) - 1)
    chains = h.oldbuckets if e.array == "old" else h.buckets
    steps = []
    for position, bucket in enumerate(chains[e.bucket] if chains and len(m) else ()):
        for slot, top in enumerate(bucket.tophash):
            verdict = "other tophash"
            if top == e.tophash:
                verdict = "found" if bucket.keys[slot] == key else "other key"
            elif top == EMPTY_REST:
                verdict = "rest"
            elif top == EMPTY_ONE:
                verdict = "empty"
            steps.append((position, slot, top, verdict))
            if verdict in ("rest", "found"):
                return steps
    return steps


def check(m: Any, key: Any) -> inspect.Explanation:
    """Explain one lookup, recount it, and leave the map as it was."""
    before = inspect.hmap(m)
    e = inspect.explain(m, key)
    assert inspect.hmap(m) == before
    assert list(map(tuple, e.steps)) == recount(m, key, e)
    assert e.slots_examined == len(e.steps)
    assert e.key_comparisons == sum(s.verdict in ("found", "other key") for s in e.steps)
    assert (e.element, e.found) == m.lookup(key)
    assert (e.cache_lines > 0) == (len(m) > 0)
    assert e.tophash == (e.hash >> 56) + (5 if e.hash >> 56 < 5 else 0)
    if e.array == "old":
        assert before.growing
        assert not 2 <= before.oldbuckets[e.bucket][0].tophash[0] < 5, "it has been evacuated"
    return e


@pytest.mark.parametrize("cls", CLASSES)
@settings(max_examples=40)
@given(data=st.data())
def test_a_path_is_the_recount_on_any_map(cls: Any, data: st.DataObject) -> None:
    keys = st.integers(0, 100)
    m = cls(seed=data.draw(st.integers(0, 3)), zero=0)
    for key in data.draw(st.lists(keys, max_size=60)):
        m[key] = key
    for key in data.draw(st.lists(keys, max_size=30)):
        del m[key]
    iterator = iter(m) if data.draw(st.booleans()) else None
    for key in [*range(0, 101, 7), *data.draw(st.lists(keys, max_size=5))]:
        check(m, key)
    assert iterator is None or all(key in m for key in iterator)


@pytest.mark.parametrize("cls", [Map[int, int], Map[int64, int64]])
def test_a_path_in_a_growing_map_reads_the_array_that_holds_the_key(cls: Any) -> None:
    m = cls(hint=0, seed=1)
    arrays = set()
    for n in range(300):
        m[n] = n
        if inspect.hmap(m).growing:
            arrays |= {check(m, key).array for key in range(0, n + 1, 30)}
    assert arrays == {"old", "new"}


def test_one_chain_of_colliding_keys_is_walked_to_its_end() -> None:
    m = Map[int, int]({n: n for n in range(40)}, hasher=lambda key, seed: 7 << 56)
    e = check(m, 39)
    assert (e.found, e.key_comparisons, e.slots_examined) == (True, 40, 40)
    assert e.steps[-1].position >= 1
    absent = check(m, 99)
    assert (absent.found, absent.element) == (False, 0)


def test_empty_and_nil_maps_have_nothing_to_look_at() -> None:
    for m in (Map[str, int](), Map[str, int].nil(), Map[str, int](hint=100)):
        e = inspect.explain(m, "a")
        assert (e.found, e.element, e.steps, e.cache_lines) == (False, 0, (), 0)


def test_nan_is_not_found_and_what_it_draws_is_not_seen() -> None:
    nan = float("nan")
    m = Map[float64, int64]({nan: 1, 2.0: 3})
    assert not inspect.explain(m, nan).found
    assert inspect.explain(m, 2.0).element == 3


def test_errors_are_those_of_a_lookup() -> None:
    with pytest.raises(TypeError, match=r"Map\[str, int\]: key must be str, not int: 1"):
        inspect.explain(Map[str, int](), 1)
    with pytest.raises(OverflowError, match="out of range for int8"):
        inspect.explain(Map[int8, int64](), 300)
    with pytest.raises(TypeError, match="unhashable"):
        inspect.explain(Map(), [])
    with pytest.raises(TypeError, match=r"explain: a gomap\.Map is required, not dict"):
        inspect.explain({}, 1)


def test_equality_that_changes_the_map_makes_the_path_begin_anew() -> None:
    class Meddler:
        def __init__(self, name: str) -> None:
            self.name = name

        def __hash__(self) -> int:
            return 1

        def __eq__(self, other: object) -> bool:
            if meddling:
                meddling.pop()
                m["another"] = 1
            return isinstance(other, Meddler) and self.name == other.name

    meddling: list[int] = []
    m = Map[object, int]({Meddler("a"): 1, Meddler("b"): 2})
    meddling.append(1)
    e = inspect.explain(m, Meddler("b"))
    assert (e.found, e.element, len(m)) == (True, 2, 3)
    assert e.slots_examined == len(e.steps)


def test_it_reads_well_as_text() -> None:
    text = str(inspect.explain(Map[str, int]({"a": 1}, seed=1), "a"))
    first, slot, last = text.splitlines()
    assert first.startswith("hash 0x")
    assert slot.endswith("found")
    assert last.startswith("found: 1, after 1 slots, 1 key comparisons, ")
