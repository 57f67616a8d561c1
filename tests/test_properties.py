"""Properties: every class of map behaves as dict does, up to what Go decides."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gomap import Map, float64, inspect, int64
from support.inside import assert_valid
from support.kinds import ELEMS, KEYS, STR, Kind
from support.machine import HASHERS
from support.model import Model, same

FEWER = settings(max_examples=max(20, settings().max_examples // 3))
KEY_IDS = [pytest.param(kind, id=kind.name) for kind in KEYS]
ELEM_IDS = [pytest.param(kind, id=kind.name) for kind in ELEMS]


def operations(kind: Kind) -> st.SearchStrategy[list[tuple[str, Any, int]]]:
    """Lists of (operation, key, element)."""
    pool = st.lists(kind.values, min_size=1, max_size=12)
    names = st.sampled_from(["set", "set", "set", "del", "pop", "default", "add", "read"])
    return pool.flatmap(
        lambda keys: st.lists(
            st.tuples(names, st.sampled_from(keys) | kind.values, st.integers(0, 9)), max_size=40
        )
    )


def apply(m: Any, model: Model, name: str, key: Any, elem: int) -> None:
    """One operation on both, results compared."""
    old, found = model.get(key)
    if name == "set":
        m[key] = elem
        model.assign(key, elem)
    elif name == "del":
        del m[key]
        model.delete(key)
    elif name == "pop":
        assert m.pop(key, None) == (old if found else None)
        model.delete(key)
    elif name == "default":
        assert m.setdefault(key, elem) == (old if found else elem)
        if not found:
            model.assign(key, elem)
    elif name == "add":
        assert m.add(key, elem) == old + elem
        model.assign(key, old + elem)
    else:
        assert m.lookup(key) == (old, found)
        assert (m[key], key in m, m.get(key)) == (old, found, old if found else None)


def fresh_model(kind: Kind) -> Model:
    return Model(kind.identity, 0)


@pytest.mark.parametrize("kind", KEY_IDS)
@given(data=st.data())
@FEWER
def test_any_operations_on_any_key_type(kind: Kind, data: st.DataObject) -> None:
    m, model = Map[kind.type, int](), fresh_model(kind)
    for name, key, elem in data.draw(operations(kind)):
        apply(m, model, name, key, elem)
        assert len(m) == len(model)
    assert_valid(m)
    items = list(m.items())
    assert len(items) == len(model)
    for key, elem in items:
        assert model.get(key) == (elem, True)
        assert m.lookup(key) == (elem, True)


@pytest.mark.parametrize("hasher", [name for name in HASHERS if name not in ("own", "number")])
@given(data=st.data())
@FEWER
def test_any_operations_under_any_hasher(hasher: str, data: st.DataObject) -> None:
    m, model = Map[int64, int64](hasher=HASHERS[hasher]), Model(int, 0)
    keys = st.integers(0, 60)
    names = st.sampled_from(["set", "set", "set", "del", "pop", "default", "add", "read"])
    steps = st.lists(st.tuples(names, keys, st.integers(0, 9)), max_size=150)
    for name, key, elem in data.draw(steps):
        apply(m, model, name, key, elem)
    assert_valid(m)
    model.check(list(m.items()))


@pytest.mark.parametrize("kind", ELEM_IDS)
@given(data=st.data())
@FEWER
def test_elements_come_back_as_they_went_in(kind: Kind, data: st.DataObject) -> None:
    given_items = data.draw(st.dictionaries(STR.values, kind.values, max_size=30))
    m = Map[str, kind.type](given_items)
    assert len(m) == len(given_items)
    for key, elem in given_items.items():
        assert same(m[key], elem)
        assert m.lookup(key) == (elem, True)
    assert m.to_dict() == given_items
    assert m == given_items
    absent = data.draw(STR.values)
    assume(absent not in given_items)
    assert same(m[absent], kind.zero)


@pytest.mark.parametrize("kind", KEY_IDS)
@given(data=st.data())
@FEWER
def test_copies_are_equal_and_independent(kind: Kind, data: st.DataObject) -> None:
    keys = data.draw(st.lists(kind.values, max_size=30))
    extra = data.draw(kind.values)
    m = Map[kind.type, int]({key: n for n, key in enumerate(keys)})
    for other in (m.copy(), copy.copy(m), pickle.loads(pickle.dumps(m)), m | {}, type(m)(m)):
        assert type(other) is type(m)
        assert other == m
        assert_valid(other)
        other[extra] = -1
        assert m.get(extra) != -1
        other.clear()
    assert_valid(m)


@given(
    left=st.dictionaries(st.integers(0, 30), st.integers()),
    right=st.dictionaries(st.integers(0, 30), st.integers()),
)
def test_or_and_equality_are_those_of_dict(left: dict[int, int], right: dict[int, int]) -> None:
    a, b = Map[int, int](left), Map[int, int](right)
    assert (a | b).to_dict() == left | right
    assert (a == b) == (left == right)
    assert (a == right) == (left == right)
    a |= b
    assert a.to_dict() == left | right


@given(keys=st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=200), n=st.integers(0, 500))
def test_rebuilding_never_changes_contents(keys: list[int], n: int) -> None:
    m = Map[int64, int64]({key: 1 for key in keys})
    expected = {key: 1 for key in keys}
    for rebuild in (lambda: m.reserve(n), m.shrink, lambda: m.reserve(n), m.finish_growth):
        rebuild()
        assert m.to_dict() == expected
        assert_valid(m)


@given(
    keys=st.lists(st.integers(), unique=True, min_size=1, max_size=150),
    start=st.integers(0, 1 << 20),
    offset=st.integers(0, 7),
)
def test_every_start_gives_every_entry_once(keys: list[int], start: int, offset: int) -> None:
    m = Map[int, int]({key: key for key in keys})
    bucket = start % (1 << inspect.hmap(m).B)
    items = list(inspect.iterate(m, bucket, offset))
    assert sorted(items) == sorted((key, key) for key in keys)
    assert items == list(inspect.iterate(m, bucket, offset))


@given(st.lists(st.floats(allow_nan=True), max_size=60))
def test_floats_follow_go_with_nan_and_zeros(keys: list[float]) -> None:
    for types in ((float, int), (float64, int64)):
        m, model = Map[types](), Model(lambda key: key, 0)
        for n, key in enumerate(keys):
            m[key] = n
            model.assign(key, n)
        assert_valid(m)
        model.check(list(m.items()))
