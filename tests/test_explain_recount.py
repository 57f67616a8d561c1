"""Every field of explain is a recount from hmap, with known hashes and with the map's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomap import Map, complex128, inspect, int64, uint8
from support.machine import Family
from support.model import is_nan
from support.recount import explanation_of, locate, sizes_of, starts_that_explain
from support.states import KINDS, OPERATIONS, SPREADS, STATES, Case, act, case_in, nil_case

kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def equal_to(kind: Family, key: Any) -> Any:
    """Whether a stored key is the key, as maps of the kind see it."""
    identity = kind.identity(key)
    return lambda stored: not is_nan(stored) and kind.identity(stored) == identity


def check_known_hash(case: Case, h: Any, e: Any, key: Any) -> None:
    """All of an explanation follows from the snapshot and the hash."""
    expected = explanation_of(h, case.hash_of(key), equal_to(case.kind, key), type(case.m)()[key])
    got = e.as_dict()
    lines = got.pop("cache_lines")
    got["steps"] = tuple(map(tuple, e.steps))
    assert got == expected
    assert (lines > 0) == bool(e.steps)


def check_own_hash(case: Case, h: Any, e: Any, key: Any) -> None:
    """The hash is the map's secret; what it says must lead to where the key lies."""
    place = locate(h, equal_to(case.kind, key))
    assert e.found == (place is not None)
    if place is not None:
        last = e.steps[-1]
        assert (e.array, e.bucket) == (place.array, place.chain)
        assert (last.position, last.slot, last.tophash) == (*place[2:4], e.tophash)
        assert (e.bucket - e.hash) % (len(h.oldbuckets if e.array == "old" else h.buckets)) == 0
    expected = explanation_of(h, e.hash, equal_to(case.kind, key), type(case.m)()[key])
    assert tuple(map(tuple, e.steps)) == expected["steps"]
    assert {**e.as_dict(), **expected, "steps": e.steps} == e.as_dict()


def check_keys(case: Case, numbers: Any) -> None:
    """Explain keys present and absent; one address of each array must suit all of them."""
    h = inspect.hmap(case.m)
    sizes = sizes_of(type(case.m), bool(case.options))
    starts = {"new": set(range(0, 64, 8)), "old": set(range(0, 64, 8))}
    for n in numbers:
        key = case.kind.key_of(n)
        e = inspect.explain(case.m, key)
        (check_known_hash if case.options else check_own_hash)(case, h, e, key)
        assert (e.element, e.found) == case.m.lookup(key)
        starts[e.array] &= starts_that_explain(h, e, sizes)
        assert starts[e.array], f"{e.cache_lines} cache lines of {key!r}: nowhere to lie"
    assert repr(inspect.hmap(case.m)) == repr(h)


@kinds
@pytest.mark.parametrize("state", STATES)
def test_an_explanation_is_a_recount_in_every_state(state: str, kind: Family) -> None:
    for spread in ("own", "mixed", "constant"):
        check_keys(case_in(state, kind, spread), (*range(0, 60, 7), *range(60, 256, 28)))


@given(
    kind=st.sampled_from(KINDS),
    spread=st.sampled_from(sorted(SPREADS)),
    hint=st.sampled_from([0, 9, 110]),
    operations=OPERATIONS,
    numbers=st.lists(st.integers(0, 255), min_size=1, max_size=8),
)
def test_an_explanation_is_a_recount_after_any_operations(
    kind: Family,
    spread: str,
    hint: int,
    operations: list[tuple[str, int, int]],
    numbers: list[int],
) -> None:
    case = Case(kind, spread, hint)
    for operation in operations:
        act(case, *operation)
        check_keys(case, numbers)


@pytest.mark.parametrize("types", [(int, int), (int64, int64), (uint8, uint8), (complex128, str)])
def test_cache_lines_of_long_chains_count_once(types: Any) -> None:
    """However long the chain: a line of memory is one line."""
    m: Any = Map[types](hasher=lambda key, seed: 7 << 56, hint=3000)
    zero: Any = "" if types[1] is str else 0
    m.update({n: zero for n in range(256)})
    sizes = sizes_of(type(m), hashed=True)
    for n in (0, 63, 120, 255):
        e = inspect.explain(m, n)
        whole = (n // 8 + 1) * sizes.bucket
        assert e.cache_lines <= whole // 64 + 2 * (n // 8 + 1)
        assert starts_that_explain(inspect.hmap(m), e, sizes)


@kinds
def test_nan_is_compared_with_nan_and_never_found(kind: Family) -> None:
    if not kind.has_nan:
        return
    case = Case(kind, "constant")
    for n in range(10):
        case.m[float("nan")] = case.elem_of(n)
    nan = complex("nan") if kind.key is complex128 else float("nan")
    e = inspect.explain(case.m, nan)
    expected = explanation_of(
        inspect.hmap(case.m), e.hash, lambda stored: False, type(case.m)()[nan]
    )
    assert tuple(map(tuple, e.steps)) == expected["steps"]
    assert (e.found, e.element, e.key_comparisons) == (
        False,
        expected["element"],
        expected["key_comparisons"],
    )


@kinds
def test_a_nil_map_has_nothing_to_explain(kind: Family) -> None:
    case = nil_case(kind)
    e = inspect.explain(case.m, kind.key_of(1))
    assert (e.bucket, e.array, e.found, e.steps) == (0, "new", False, ())
    assert (e.slots_examined, e.key_comparisons, e.cache_lines) == (0, 0, 0)
    assert e.element == case.m[kind.key_of(1)]
