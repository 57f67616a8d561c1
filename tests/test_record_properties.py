"""The events of any operations on any map tell the whole story, and recording changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gomap
from gomap import inspect
from support.inside import assert_valid
from support.machine import Family
from support.states import KINDS, SPREADS, STATES, Case, act, case_in
from support.story import Story

Do = Callable[[Case, int, int], Any]


def _keys(case: Case, first: int, n: int) -> list[Any]:
    return [case.kind.key_of(number) for number in range(first, first + n)]


def _elems(case: Case, first: int, n: int) -> list[Any]:
    return [case.elem_of(number % 100) for number in range(first, first + n)]


def _pairs(case: Case, first: int, n: int) -> list[tuple[Any, Any]]:
    return list(zip(_keys(case, first, n), _elems(case, first, n), strict=True))


def _other(case: Case, first: int, n: int) -> Any:
    return type(case.m)(_pairs(case, first, n), seed=3)


def _popitem(case: Case, _first: int, n: int) -> Any:
    return [case.m.popitem() for _ in range(min(n, len(case.m)))]


def _ior(case: Case, first: int, n: int) -> None:
    case.m |= dict(_pairs(case, first, n))


def _iterate(case: Case, first: int, n: int) -> None:
    act(case, "iterate" if first % 2 else "advance", first, n)


def _drop(case: Case, _first: int, _n: int) -> None:
    del case.iterators[1:]


def _nan(case: Case, first: int, n: int) -> None:
    for elem in _elems(case, first, n if case.kind.has_nan else 0):
        case.m[float("nan")] = elem


OPERATIONS: dict[str, Do] = {
    "set": lambda case, first, n: case.set(*range(first, first + n)),
    "delete": lambda case, first, n: case.delete(*range(first, first + n)),
    "pop": lambda case, first, n: [case.m.pop(key, None) for key in _keys(case, first, n)],
    "popitem": _popitem,
    "clear": lambda case, first, n: case.m.clear(),
    "update pairs": lambda case, first, n: case.m.update(_pairs(case, first, n)),
    "update dict": lambda case, first, n: case.m.update(dict(_pairs(case, first, n))),
    "update map": lambda case, first, n: case.m.update(_other(case, first, n)),
    "|=": _ior,
    "add": lambda case, first, n: [case.m.add(*pair) for pair in _pairs(case, first, n)],
    "setdefault": lambda case, first, n: [
        case.m.setdefault(*pair) for pair in _pairs(case, first, n)
    ],
    "set_many": lambda case, first, n: case.m.set_many(
        _keys(case, first, n), _elems(case, first, n)
    ),
    "add_many": lambda case, first, n: case.m.add_many(
        _keys(case, first, n), _elems(case, first, n)
    ),
    "delete_many": lambda case, first, n: case.m.delete_many(_keys(case, first, n)),
    "merge": lambda case, first, n: case.m.merge(_other(case, first, n)),
    "count": lambda case, first, n: gomap.count(_keys(case, first, n) * 2, into=case.m),
    "reserve": lambda case, first, n: case.m.reserve(2 * first),
    "shrink": lambda case, first, n: case.m.shrink(),
    "finish_growth": lambda case, first, n: case.m.finish_growth(),
    "NaN": _nan,
    "iterate": _iterate,
    "drop": _drop,
    "look": lambda case, first, n: (
        repr(case.m),
        inspect.explain(case.m, case.kind.key_of(n)).steps,
    ),
}
EACH = [
    kind
    for kind in KINDS
    if kind.name in {"int", "float", "str", "object", "int64", "float64", "uint8-float32"}
]
"""Boxed and not, with every way of storing and of replacing keys."""
WRITES = {
    **dict.fromkeys(("set", "update pairs", "add", "set_many", "add_many"), 1),
    "count": 2,
}
"""How often an operation writes each of its keys, new or not."""
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 200), st.integers(1, 56)),
    max_size=10,
)


def outcome(case: Case, name: str, first: int, n: int) -> str:
    """What an operation gives or raises (not every type can be added to)."""
    try:
        return repr(OPERATIONS[name](case, first, n))
    except (TypeError, OverflowError) as error:
        return repr(error)


def play(case: Case, story: Story, steps: Any, states: bool) -> list[Any]:
    """Record the steps one by one into one list, holding each against the map."""
    told: list[Any] = []
    with inspect.record(case.m, states=states) as events:
        for step in steps:
            result = outcome(case, *step)
            news = events[len(told) :]
            if step[0] in WRITES and "Error" not in result:
                writes = sum(event.kind in ("assign", "update") for event in news)
                assert writes == WRITES[step[0]] * step[2]
            for event in news:
                story.tell(event)
            told.extend(news)
            if step[0] in ("iterate", "drop", "set", "NaN"):
                story.now["flags"] = inspect.hmap(case.m).flags  # making one is no event
            story.check(case.m, news if step[0] != "drop" else [])
            assert_valid(case.m)
    assert events == told
    return told


@pytest.mark.parametrize("states", [False, True], ids=["figures", "states"])
@given(
    kind=st.sampled_from(KINDS),
    spread=st.sampled_from(sorted(SPREADS)),
    state=st.sampled_from(sorted(STATES)),
    steps=STEPS,
)
def test_events_tell_the_whole_story(
    states: bool, kind: Family, spread: str, state: str, steps: Any
) -> None:
    case = case_in(state, kind, spread)
    play(case, Story(case.m, kind), steps, states)


@pytest.mark.parametrize("kind", EACH, ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_each_operation_tells_its_story_in_every_state(name: str, kind: Family) -> None:
    for place, state in enumerate(STATES):
        case = case_in(state, kind, "few" if place % 2 else "own")
        steps = [(name, 30, 20), (name, 0, 3)]
        play(case, Story(case.m, kind), steps, states=place % 3 == 0)


@settings(max_examples=150)
@given(
    kind=st.sampled_from(KINDS),
    spread=st.sampled_from(sorted(SPREADS)),
    state=st.sampled_from(sorted(STATES)),
    steps=STEPS,
    states=st.booleans(),
)
def test_a_recorded_map_does_what_its_twin_does(
    kind: Family, spread: str, state: str, steps: Any, states: bool
) -> None:
    """Same seed, same operations: the same results, layout and order of iteration."""
    case, twin = (case_in(state, kind, spread, seed=11) for _ in range(2))
    with inspect.record(case.m, states=states):
        for step in steps:
            assert outcome(case, *step) == outcome(twin, *step)
            assert repr(inspect.hmap(case.m)) == repr(inspect.hmap(twin.m))
            for iterator, other in zip(case.iterators, twin.iterators, strict=True):
                assert repr(next(iterator, None)) == repr(next(other, None))
        assert repr(list(case.m.items())) == repr(list(twin.m.items()))
    assert repr(list(case.m.items())) == repr(list(twin.m.items()))
    assert repr(inspect.stats(case.m)) == repr(inspect.stats(twin.m))
