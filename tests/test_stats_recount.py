"""Every figure of stats is a recount from hmap, in every state; looking leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gomap
from gomap import inspect
from support.inside import assert_valid
from support.machine import Family
from support.recount import check_stats, is_evacuated, used
from support.reference import SAME_SIZE_GROW, ReferenceMap
from support.states import KINDS, OPERATIONS, SPREADS, STATES, Case, act, case_in, nil_case

kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
states = pytest.mark.parametrize("state", STATES)


@kinds
@states
def test_stats_are_a_recount_in_every_state(state: str, kind: Family) -> None:
    for spread in ("own", "mixed", "constant"):
        case = case_in(state, kind, spread)
        check_stats(case.m, iterated=bool(case.iterators), **case.options)


@kinds
def test_stats_of_nil_are_a_recount(kind: Family) -> None:
    s = check_stats(nil_case(kind).m, iterated=False)
    assert (s.count, s.buckets, s.doublings, s.bytes_empty_slots) == (0, 1, 0, 0)


def test_the_states_are_what_they_are_called() -> None:
    """A growth that is not under way would prove nothing."""
    by_name = {kind.name: kind for kind in KINDS}
    for kind in (by_name["int64"], by_name["str"]):
        stats = {name: inspect.stats(case_in(name, kind, "mixed", seed=1).m) for name in STATES}
        growing = {name for name, s in stats.items() if s.growing}
        assert growing >= {"growing", "iterated over both arrays", "growing to the same size"}
        assert not growing & {"idle", "iterated", "copied while growing", "reserved"}
        assert stats["growing to the same size"].flags & SAME_SIZE_GROW
        assert stats["growing, some buckets on"].evacuated > stats["growing"].evacuated
        assert stats["overflow buckets from the spares"].overflow_buckets > 0
        assert stats["iterated over arrays left behind"].bytes_old > 0
        assert stats["iterated"].flags == 3


@kinds
@states
def test_entries_of_chains_are_a_recount(state: str, kind: Family) -> None:
    for spread in ("mixed", "constant"):
        m = case_in(state, kind, spread).m
        h = inspect.hmap(m)
        per_chain = [sum(map(used, chain)) for chain in h.buckets or ((),)]
        old = h.oldbuckets and [
            255 if is_evacuated(chain) else sum(map(used, chain)) for chain in h.oldbuckets
        ]
        present, before = inspect.chain_counts(m)
        assert list(present) == (per_chain if h.buckets else [0] * (1 << h.B))
        assert (before and list(before)) == old


def test_a_chain_of_very_many_entries_counts_as_254() -> None:
    m = gomap.Map[int, int]({n: n for n in range(300)}, hasher=lambda key, seed: 1)
    assert max(inspect.chain_counts(m)[0]) == 254


@kinds
@pytest.mark.parametrize("most", [2, 3, 7, 8, 1000, 1 << 70])
def test_a_part_of_a_snapshot_is_that_of_the_whole(kind: Family, most: int) -> None:
    """The first chains and the last, in both arrays; the header is the same."""
    for state in STATES:
        m = case_in(state, kind, "few").m
        whole, part = inspect.hmap(m), inspect.hmap(m, most=most)
        for name in ("buckets", "oldbuckets"):
            all_chains, some = getattr(whole, name), getattr(part, name)
            if all_chains is not None and len(all_chains) > most:
                all_chains = all_chains[: most - most // 2] + all_chains[-(most // 2) :]
            assert repr(some) == repr(all_chains)
        assert whole[:8] == part[:8]
        assert whole.next_overflow == part.next_overflow


@given(
    kind=st.sampled_from(KINDS),
    spread=st.sampled_from(sorted(SPREADS)),
    hint=st.sampled_from([0, 9, 110]),
    operations=OPERATIONS,
)
def test_stats_are_a_recount_after_any_operations(
    kind: Family, spread: str, hint: int, operations: list[tuple[str, int, int]]
) -> None:
    case = Case(kind, spread, hint)
    for operation in operations:
        act(case, *operation)
        check_stats(case.m, iterated=bool(case.iterators), **case.options)
        assert_valid(case.m)


class Counted(ReferenceMap):
    """The plain Python map, which counts what it does."""

    def __init__(self, *args: Any) -> None:
        self.history = dict.fromkeys(("doublings", "same_size_growths", "reseeds"), 0)
        super().__init__(*args)
        seeds = self.seeds

        def counted() -> Iterator[int]:
            for seed in seeds:
                self.history["reseeds"] += 1
                yield seed

        self.seeds = counted()

    def _start_growth(self) -> None:
        super()._start_growth()
        same_size = bool(self.flags & SAME_SIZE_GROW)
        self.history["same_size_growths" if same_size else "doublings"] += 1


@given(
    spread=st.sampled_from(["mixed", "constant", "few", "number"]),
    hint=st.sampled_from([0, 9, 60]),
    operations=st.lists(
        st.tuples(
            st.sampled_from(["set", "set", "delete", "one by one", "clear"]),
            st.integers(0, 150),
            st.integers(1, 100),
            st.sampled_from([1, 4, 8]),
        ),
        max_size=12,
    ),
)
def test_growths_and_seeds_are_those_of_the_plain_map(
    spread: str, hint: int, operations: list[tuple[str, int, int, int]]
) -> None:
    """History is in no snapshot: a second map goes the same way and counts."""
    case = Case(Family("int64", gomap.int64, gomap.int64, int), spread, hint)
    plain = Counted(case.hash_of, hint)
    for name, first, n, step in operations:
        numbers = range(first, min(first + n * step, 256), step)
        for number in numbers:
            if name in ("set", "one by one"):
                case.set(number)
                plain[number] = number
            if name in ("delete", "one by one"):
                case.delete(number)
                del plain[number]
        if name == "clear":
            case.m.clear()
            plain.clear()
        check_stats(case.m, plain.history, iterated=False, **case.options)


def test_rebuilding_is_no_growth() -> None:
    """reserve, shrink and copies are no growths."""
    m = gomap.Map[gomap.int64, gomap.int64]()
    for n in range(100):
        m[n] = n
    m.finish_growth()
    assert inspect.stats(m).doublings == 4
    m.reserve(1000)
    m.shrink()
    check_stats(m, {"doublings": 4, "same_size_growths": 0, "reseeds": 0}, iterated=False)
    check_stats(m.copy(), dict.fromkeys(("doublings", "same_size_growths", "reseeds"), 0))


def look(case: Case) -> None:
    """Everything that only looks."""
    m = case.m
    inspect.stats(m)
    inspect.hmap(m)
    inspect.validate(m)
    for n in (0, 3, 59, 250):
        inspect.explain(m, case.kind.key_of(n))
    repr(m)
    str(inspect.explain(m, case.kind.key_of(1)))
    _ = m == m.copy(), m.copy() == m, m != {}, {} == m, m == {case.kind.key_of(0): 1}
    len(m)
    bool(m)
    m.to_dict()


@kinds
@states
def test_looking_leaves_no_trace(state: str, kind: Family) -> None:
    """No flag, no evacuation, no draw of the random stream: the twin's future is the same."""
    for spread in ("own", "few"):
        case, twin = (case_in(state, kind, spread, seed=7) for _ in range(2))
        inspect.stats(case.m)  # a map that is looked at has its header from now on
        before = repr(inspect.hmap(case.m)), repr(inspect.stats(case.m))
        look(case)
        assert (repr(inspect.hmap(case.m)), repr(inspect.stats(case.m))) == before
        assert_valid(case.m)
        for iterator, other in zip(case.iterators, twin.iterators, strict=True):
            look(case)
            assert repr(list(iterator)) == repr(list(other))
        assert repr(list(case.m.items())) == repr(list(twin.m.items()))
        look(case)
        for mine in (case, twin):
            mine.set(*range(200, 256))
        assert repr(inspect.hmap(case.m)) == repr(inspect.hmap(twin.m))


def test_explaining_nan_leaves_no_trace_either() -> None:
    """A NaN's hash is a draw: looking must not take it from the map's own stream."""
    for kind in (kind for kind in KINDS if kind.has_nan):
        case, twin = (case_in("idle", kind, "own", seed=7) for _ in range(2))
        inspect.explain(case.m, float("nan"))
        assert list(case.m) == list(twin.m), kind.name


@kinds
def test_looking_at_nil_leaves_it_nil(kind: Family) -> None:
    case = nil_case(kind)
    before = repr(inspect.hmap(case.m))
    look(case)
    assert case.m.is_nil
    assert repr(inspect.hmap(case.m)) == before
