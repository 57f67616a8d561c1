"""Every batch call does what the loop of single calls does: every pair of sized types, and
boxed types with each other and with sized ones, on maps in every state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gomap import inspect
from support.arrays import (
    BOXED_PAIRS,
    CALLS,
    SIZED,
    STATES,
    Call,
    Side,
    Watched,
    class_of,
    entries,
    filled,
    pair_id,
)
from support.inside import assert_valid

Pair = tuple[Side, Side]
LONG = settings().max_examples > 100
SIZED_PAIRS = [(key, elem) for key in SIZED for elem in SIZED]
PHASES = [phase for phase in Phase if phase is not Phase.explain]
FEW = settings(max_examples=200 if LONG else 30, phases=PHASES)
MORE = settings(max_examples=500 if LONG else 60, phases=PHASES)


def hashed(key: Any, seed: int) -> int:
    """A hasher: four buckets at most, many equal tophashes."""
    is_number = isinstance(key, int | float | complex) and key == key
    number = hash(key) if is_number else sum(repr(key).lower().encode())
    return (number & 3) | (number & 12) << 58


def draws(pair: Pair) -> st.SearchStrategy[list[tuple[str, Call]]]:
    """Lists of calls on maps of the pair."""
    key, elem = pair
    names = [name for name in CALLS if name != "add" or elem.deltas]

    def make(name: str, raw: bytes, times: int, forms: tuple[int, int], one: bool) -> Any:
        elems = (elem.deltas or []) if name == "add" else elem.values
        numbers = raw * times
        keys = [key.pool[n % len(key.pool)] for n in numbers]
        values = [elems[n // 3 % len(elems)] for n in numbers]
        if one and elem.type is not list:
            values = elems[len(raw) % len(elems) :][:1]
        return name, Call(pair, keys, values, forms)

    # Many waves of a batch, too: the same few keys again and again.
    return st.lists(
        st.builds(
            make,
            st.sampled_from(names),
            st.binary(max_size=24),
            st.sampled_from([1, 1, 1, 2, 11]),
            st.tuples(st.integers(0, 99), st.integers(0, 99)),
            st.integers(0, 5).map(lambda n: n == 0),
        ),
        min_size=1,
        max_size=4,
    )


OPTIONS = [{}, {}, {"seed": 7}, {"hasher": hashed}, {"hint": 60}, {"zero": None}]


def run(pair: Pair, data: st.DataObject) -> None:
    """The calls of a draw, on a map and as loops on its twin, under a live iterator or not."""
    state = data.draw(st.sampled_from(sorted(STATES)))
    options: dict[str, Any] = data.draw(st.sampled_from(OPTIONS))
    if "hasher" in options and state == "growing in place":
        options = {}
    if "zero" in options:
        options = {"zero": pair[1].values[-1]}
    m = filled(pair, state, **options)
    twin = m.copy()
    watched = Watched(m) if data.draw(st.booleans()) else None
    for name, call in data.draw(draws(pair)):
        CALLS[name](m, twin, call)
        assert inspect.validate(m) is None
        assert entries(m) == entries(twin)
        if watched is not None:
            watched.still(m)
    if watched is not None:
        watched.finish()
    assert_valid(m)


@pytest.mark.parametrize("pair", SIZED_PAIRS, ids=pair_id)
@given(data=st.data())
@FEW
def test_sized_pairs_as_loops_of_single_calls(pair: Pair, data: st.DataObject) -> None:
    run(pair, data)


@pytest.mark.parametrize("pair", BOXED_PAIRS, ids=pair_id)
@given(data=st.data())
@MORE
def test_boxed_pairs_as_loops_of_single_calls(pair: Pair, data: st.DataObject) -> None:
    run(pair, data)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("pair", [(SIZED[3], SIZED[3]), (SIZED[8], SIZED[10])], ids=pair_id)
@pytest.mark.parametrize("watch", [False, True], ids=["", "under an iterator"])
def test_every_call_in_every_state(pair: Pair, state: str, watch: bool) -> None:
    """What Hypothesis may not have met: the whole product, with a large batch."""
    key, elem = pair
    for name, check in CALLS.items():
        m = filled(pair, state, seed=11)
        twin = m.copy()
        watched = Watched(m) if watch else None
        keys = [*key.many[::3], *key.many, *key.few, *key.few] * 3
        elems = [1] * len(keys) if name == "add" else (elem.few * len(keys))[: len(keys)]
        check(m, twin, Call(pair, keys, elems, (4, 4)))
        assert_valid(m)
        assert entries(m) == entries(twin)
        if watched is not None:
            watched.still(m)
            watched.finish()


def test_the_states_are_what_their_names_say() -> None:
    for pair in [(side, side) for side in SIZED if len(side.many) > 100] + BOXED_PAIRS:
        if len(pair[0].many) < 100:
            continue
        looks = {state: inspect.hmap(filled(pair, state, seed=3)) for state in STATES}
        assert {state for state, look in looks.items() if look.growing} == {
            *("growing", "growing under way", "growing in place")
        }, class_of(pair)
        assert {state for state, look in looks.items() if look.count == 0} == {
            *("empty", "emptied", "cleared")
        }
        assert looks["growing in place"].same_size_grow
        assert not looks["growing"].same_size_grow
        assert looks["shrunk"].B == 1
