"""Batches keep the right number of references, on every way out, and leak nothing."""

from __future__ import annotations

import gc
import pickle
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import gomap
from gomap import Map as AnyMap
from gomap import bool_, float64, int8, int64, interface
from support.hostile import Acting, HostileError, fail
from support.inside import assert_valid
from support.leaks import steady

Map: Any = AnyMap
N = 50


class Token:
    """An element of its own."""

    def __add__(self, other: object) -> Token:
        return Token()


def counts(objects: list[Any]) -> list[int]:
    """The reference counts, those of this function left out."""
    return [sys.getrefcount(item) for item in objects]


def fresh() -> tuple[list[Any], list[Any]]:
    """Keys and elements that nobody else holds."""
    return [Acting(n, hashed=n % 7) for n in range(N)], [Token() for _ in range(N)]


CLASSES: list[Any] = [Map, Map[Acting, Token], Map[interface, object], Map[Acting, object]]


@pytest.fixture(params=CLASSES, ids=repr)
def cls(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.mark.parametrize("form", [list, tuple, iter], ids=lambda form: form.__name__)
def test_a_map_holds_one_reference_to_each_key_and_element(cls: Any, form: Any) -> None:
    keys, elems = fresh()
    before = counts(keys), counts(elems)
    m = cls.from_arrays(form(keys), form(elems))
    assert counts(keys) == [n + 1 for n in before[0]]
    assert counts(elems) == [n + 1 for n in before[1]]
    m.set_many(form(keys), form(elems))
    m.set_many(form(keys[:10] * 3), form(elems[:10] * 3))
    assert counts(keys) == [n + 1 for n in before[0]]
    assert counts(elems) == [n + 1 for n in before[1]]
    result = m.get_many(form(keys))
    assert counts(elems) == [n + 2 for n in before[1]]
    arrays = m.to_arrays(), m.keys_array(), m.values_array()
    assert counts(keys) == [n + 3 for n in before[0]]
    assert counts(elems) == [n + 4 for n in before[1]]
    del result, arrays
    m.contains_many(form(keys))
    assert m.delete_many(form(keys[:20])) == 20
    assert counts(keys)[:20] == before[0][:20]
    assert counts(elems)[20:] == [n + 1 for n in before[1][20:]]
    m.clear()
    assert (counts(keys), counts(elems)) == before


def test_equal_keys_are_not_held(cls: Any) -> None:
    if cls.key_type is interface:
        pytest.skip("stored keys are replaced, as Go does with interfaces")
    keys, elems = fresh()
    m = cls.from_arrays(keys, elems)
    again = [Acting(n, hashed=n % 7) for n in range(N)]
    before = counts(again)
    m.set_many(again, elems), m.get_many(again), m.contains_many(again)
    m.delete_many(again[:9])
    assert counts(again) == before
    m.set_many(again, elems)
    assert sum(counts(again)) == sum(before) + 9
    del m
    assert counts(again) == before


def test_zero_values_and_scalars() -> None:
    zero, scalar = Token(), Token()
    m = Map[int64, Token](zero=zero)
    before = counts([zero, scalar])
    elems, _ = m.get_many(range(N))
    assert counts([zero, scalar]) == [before[0] + N, before[1]]
    del elems
    m.set_many(range(N), scalar)
    assert counts([zero, scalar]) == [before[0], before[1] + N]
    m.set_many(range(N), [scalar] * N)
    assert counts([zero, scalar]) == [before[0], before[1] + N]
    m.delete_many(range(N))
    assert counts([zero, scalar]) == before


def test_mixed_maps() -> None:
    elems = [Token() for _ in range(N)]
    before = counts(elems)
    m = Map[int64, Token].from_arrays(np.arange(N), elems)
    assert counts(elems) == [n + 1 for n in before]
    m.set_many(np.arange(N), elems[::-1])
    got = m.get_many(np.arange(-5, N + 5))
    assert counts(elems) == [n + 2 for n in before]
    del got
    assert m.delete_many(np.arange(N)) == N
    assert counts(elems) == before
    words = [f"word {n}" for n in range(N)]
    before = counts(words)
    lengths = Map[str, int64].from_arrays(words, range(N))
    lengths.add_many(words, 1), lengths.get_many(words), lengths.contains_many(words)
    assert counts(words) == [n + 1 for n in before]
    del lengths
    assert counts(words) == before


def test_sums_replace_what_they_summed() -> None:
    refs = []
    m = Map[str, Token](zero=Token())
    for _ in range(3):
        m.add_many(["a", "b", "a"], [Token(), Token(), Token()])
        refs += [weakref.ref(elem) for elem in m.values()]
    gc.collect()
    assert sum(ref() is not None for ref in refs) == 2


def raising(items: list[Any]) -> Iterator[Any]:
    yield from items
    fail()


ERRORS: dict[str, tuple[type[Exception], Callable[[Any, list[Any], list[Any]], Any]]] = {
    "more keys": (ValueError, lambda m, k, e: m.set_many(k, e[1:])),
    "more elements": (ValueError, lambda m, k, e: m.set_many(iter(k[1:]), iter(e))),
    "iterable of keys raises": (HostileError, lambda m, k, e: m.set_many(raising(k), e)),
    "iterable of elements raises": (HostileError, lambda m, k, e: m.set_many(k, raising(e))),
    "no iterable": (TypeError, lambda m, k, e: m.set_many(5, e)),
    "get from raising": (HostileError, lambda m, k, e: m.get_many(raising(k))),
    "get with out": (TypeError, lambda m, k, e: m.get_many(k, out=(None,) * N)),
    "delete from raising": (HostileError, lambda m, k, e: m.delete_many(raising(k))),
    "from_arrays": (ValueError, lambda m, k, e: type(m).from_arrays(k, e[:-1])),
    "from_arrays, options": (TypeError, lambda m, k, e: type(m).from_arrays(k, e, seed="x")),
    "unhashable": (TypeError, lambda m, k, e: m.set_many([*k, []], [*e, e[0]])),
    "unhashable in get": (TypeError, lambda m, k, e: m.get_many([*k, []])),
    "unhashable in delete": (TypeError, lambda m, k, e: m.delete_many([*k, []])),
    "nil": (gomap.NilMapError, lambda m, k, e: type(m).nil().set_many(k, e)),
    "add to nil": (gomap.NilMapError, lambda m, k, e: type(m).nil().add_many(k, e)),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_give_back_every_reference(cls: Any, name: str) -> None:
    keys, elems = fresh()
    error, call = ERRORS[name]
    m = cls()
    before = counts(keys), counts(elems)
    with pytest.raises(error):
        call(m, keys, elems)
    assert (counts(keys), counts(elems)) == before
    assert len(m) == 0
    m.set_many(keys, elems)
    held = counts(keys), counts(elems)
    with pytest.raises(error):
        call(m, keys, elems)
    assert (counts(keys), counts(elems)) == held
    assert len(m) == N
    assert_valid(m)


@pytest.mark.parametrize("when", ["on_hash", "on_eq"])
@pytest.mark.parametrize("name", ["get_many", "contains_many", "delete_many", "set_many"])
def test_raising_keys_give_back_every_reference(cls: Any, name: str, when: str) -> None:
    keys, elems = fresh()
    m = cls.from_arrays(keys, elems)
    probes = [Acting(n, hashed=n % 7) for n in range(N)]
    setattr(probes[30], when, fail)
    before = counts(probes)
    arguments = [probes, elems] if name == "set_many" else [probes]
    with pytest.raises(HostileError):
        getattr(m, name)(*arguments)
    del arguments
    if not (cls.key_type is interface and name == "set_many"):  # where stored keys are replaced
        assert counts(probes) == before
    probes[30].disarm()
    assert_valid(m)
    m.clear()
    del m
    gc.collect()
    fresh_keys, fresh_elems = fresh()
    assert counts(keys) == counts(fresh_keys)
    assert counts(elems) == counts(fresh_elems)


@pytest.mark.parametrize(
    "bad", [np.zeros(3), np.zeros((3, 3), np.int64), np.zeros(3, "V8"), np.arange(3) + (1 << 40)]
)
def test_refused_arrays_are_let_go(bad: Any) -> None:
    m = Map[int8, int8]()
    before = sys.getrefcount(bad)
    for call in (
        m.get_many,
        m.delete_many,
        lambda a: m.set_many(a, 1),
        lambda a: m.set_many([1], a),
    ):
        with pytest.raises((TypeError, ValueError, OverflowError)):
            call(bad)
    assert sys.getrefcount(bad) == before


def test_arrays_are_let_go() -> None:
    keys, elems, out = np.arange(100), np.arange(100.0), np.empty(100)
    before = counts([keys, elems, out])
    m = Map[int64, float64].from_arrays(keys, elems)
    for _ in range(3):
        result = m.get_many(keys, out)
        m.set_many(keys, elems), m.add_many(keys, elems), m.contains_many(keys)
        m.set_many(iter(keys.tolist()), elems[::-1]), m.delete_many(keys)
    del result
    assert counts([keys, elems, out]) == before


def unboxed() -> None:
    keys, elems = np.arange(300), np.arange(300.0)
    m = Map[int64, float64].from_arrays(keys, elems)
    m.get_many(keys), m.contains_many(keys[::2]), m.get_many(list(range(300)))
    m.add_many(keys[::-1], 1), m.set_many(range(400), 2.5), m.delete_many(keys[::3])
    m.to_arrays(), m.keys_array(), m.values_array()
    m.merge(m), m.merge({1: 1.0}), gomap.count(keys), gomap.count("abc")
    buffers: list[Any] = []
    pickle.loads(pickle.dumps(m, 5, buffer_callback=buffers.append), buffers=buffers)
    pickle.loads(pickle.dumps(m, 5))


def boxed() -> None:
    words = [f"w{n}" for n in range(300)]
    for cls in (Map[str, int64], Map[str, int], Map, Map[str, object]):
        m = cls.from_arrays(words, range(300))
        m.get_many(words), m.contains_many(iter(words)), m.set_many(words, 5)
        m.to_arrays(), m.delete_many(words[::2]), m.merge({"a": 1}, add=False)
        gomap.count(words)


def failing() -> None:
    m = Map[int64, int8].from_arrays(range(100), [100] * 100)
    flags = Map[int64, bool_]()
    big = np.arange(200) + 50
    calls: list[Callable[[], Any]] = [
        lambda: m.add_many(big, 100),
        lambda: m.add_many(list(range(200)), [1] * 199 + [128]),
        lambda: m.set_many(big, big),
        lambda: m.set_many(big, [1]),
        lambda: m.get_many(np.zeros(3)),
        lambda: m.get_many([1, 2, "x"]),
        lambda: m.get_many(raising([1, 2])),
        lambda: m.get_many(big, np.zeros(3, np.int8)),
        lambda: m.get_many(big, big),
        lambda: flags.add_many(big, True),
        lambda: m.merge({1: 100}),
        lambda: m.merge(Map[int64, int64]({1: 300})),
        lambda: gomap.count(5),
        lambda: Map[int64, int8].from_arrays(big, big),
    ]
    for call in calls:
        with pytest.raises((TypeError, ValueError, OverflowError, HostileError)):
            call()


@pytest.mark.parametrize("action", [unboxed, boxed, failing], ids=lambda action: action.__name__)
def test_batches_leak_nothing(action: Callable[[], Any]) -> None:
    action()
    assert steady(action, rounds=100) < 250


def test_arrow_batches_leak_nothing() -> None:
    pa = pytest.importorskip("pyarrow")

    def action() -> None:
        keys, nulls = pa.array(range(300)), pa.array([1, None])
        m = Map[int64, int64].from_arrays(keys, keys)
        m.get_many(pa.chunked_array([keys, keys]))
        for bad in (nulls, pa.array([1.5]), pa.array(["a"])):
            with pytest.raises((TypeError, ValueError)):
                m.get_many(bad)

    allocated = pa.total_allocated_bytes()
    action()
    assert steady(action, rounds=100) < 250
    gc.collect()
    assert pa.total_allocated_bytes() <= allocated


def test_results_weigh_what_their_arrays_weigh() -> None:
    """A result's memory is seen by tracemalloc and goes with the result."""
    m = Map[int64, float64].from_arrays(range(10_000), [0.5] * 10_000)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        held = m.to_arrays()
        during = tracemalloc.get_traced_memory()[0]
        del held
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 160_000 <= during - before < 200_000
    assert after - before < 10_000


def test_boxed_results_are_garbage_collected() -> None:
    m: Any = Map[int64, object]()
    token = Token()
    ref = weakref.ref(token)
    m.set_many([1, 2], [token, m])
    result: Any = m.get_many([1, 2])
    result[0].append(result)
    del m, token, result
    gc.collect()
    assert ref() is None
