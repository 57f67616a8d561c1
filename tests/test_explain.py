"""gomap.inspect.explain: what it says at the edges.  The paths: test_explain_recount.py."""

from __future__ import annotations

import pytest

from gomap import Map, float64, inspect, int8, int64


def test_one_chain_of_colliding_keys_is_walked_to_its_end() -> None:
    m = Map[int, int]({n: n for n in range(40)}, hasher=lambda key, seed: 7 << 56)
    e = inspect.explain(m, 39)
    assert (e.found, e.key_comparisons, e.slots_examined) == (True, 40, 40)
    assert e.steps[-1].position >= 1
    absent = inspect.explain(m, 99)
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
