"""Garbage collection of cycles through keys, elements, iterators and views."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from gomap import Map, float64, int64, interface


class Node:
    """Something to hang cycles on."""

    def __init__(self) -> None:
        self.link: Any = None


def _through_elem(m: Any, node: Node) -> None:
    m["k"] = node
    node.link = m


def _through_key(m: Any, node: Node) -> None:
    m[node] = 1
    node.link = m


def _itself(m: Any, node: Node) -> None:
    m["self"] = m
    m["node"] = node


def _through_iterator(m: Any, node: Node) -> None:
    m["a"] = node
    m["b"] = 1
    node.link = iter(m.items())
    next(node.link)


def _through_view(m: Any, node: Node) -> None:
    m["a"] = node
    node.link = (m.keys(), m.values(), m.items())


def _through_old_buckets(m: Any, node: Node) -> None:
    m["a"] = node
    iterator = iter(m)
    next(iterator)
    m.update({n: n for n in range(100)})
    node.link = iterator


def _through_a_key_kept_for_an_iterator(m: Any, node: Node) -> None:
    m[node] = 1
    m.update({str(n): n for n in range(7)})
    node.link = iter(m)
    next(node.link)
    m.update({n: n for n in range(100)})
    del m[node]


CYCLES: list[Callable[[Any, Node], None]] = [
    _through_elem,
    _through_key,
    _itself,
    _through_iterator,
    _through_view,
    _through_old_buckets,
    _through_a_key_kept_for_an_iterator,
]


@pytest.mark.parametrize("cycle", CYCLES, ids=lambda f: f.__name__.strip("_"))
@pytest.mark.parametrize("cls", [Map, Map[interface, object]], ids=repr)
def test_cycle_is_collected(cls: Any, cycle: Callable[[Any, Node], None]) -> None:
    m, node = cls(), Node()
    refs = weakref.ref(m), weakref.ref(node)
    cycle(m, node)
    del m, node
    gc.collect()
    assert refs[0]() is None
    assert refs[1]() is None


def test_cycle_through_zero_is_collected() -> None:
    node = Node()
    m = Map[str, object](zero=node)
    node.link = m
    ref = weakref.ref(m)
    del m, node
    gc.collect()
    assert ref() is None


def test_cycle_through_the_hasher_is_collected() -> None:
    def make() -> weakref.ref[Any]:
        holder: list[Any] = []
        m = Map[int, int](hasher=lambda key, seed: len(holder))
        holder.append(m)
        return weakref.ref(m)

    ref = make()
    gc.collect()
    assert ref() is None


def test_cycle_through_a_subclass_dict_is_collected() -> None:
    class Own(Map[str, int]):
        pass

    m = Own({"a": 1})
    m.me = m  # type: ignore[attr-defined]
    ref = weakref.ref(m)
    del m
    gc.collect()
    assert ref() is None


def test_tracked_only_where_a_cycle_can_be() -> None:
    assert gc.is_tracked(Map({1: []}))
    assert any(entry == [1] for entry in gc.get_referents(Map({"a": [1]})))
    assert 5 not in gc.get_referents(Map[int64, float64]({5: 1.0}))


def test_collection_in_the_middle_of_everything() -> None:
    """The collector may run at any allocation."""
    threshold = gc.get_threshold()
    gc.set_threshold(1)
    try:
        m: Any = Map()
        for n in range(300):
            m[(n, "key")] = [m]
            if n % 50 == 0:
                iterators = [iter(m) for _ in range(3)]
                for iterator in iterators:
                    next(iterator)
        assert len(list(m.items())) == 300
        other = m.copy()
        m.clear()
        assert len(other) == 300
    finally:
        gc.set_threshold(*threshold)


def test_iterator_outlives_its_map() -> None:
    m = Map[str, object]({str(n): Node() for n in range(50)})
    iterator = iter(m.items())
    first = next(iterator)
    ref = weakref.ref(m)
    del m
    rest = list(iterator)
    assert len({key for key, _ in [first, *rest]}) == 50
    del iterator
    gc.collect()
    assert ref() is None


def test_exhausted_iterator_lets_the_map_go() -> None:
    m = Map[str, int]({"a": 1})
    iterator = iter(m)
    assert list(iterator) == ["a"]
    ref = weakref.ref(m)
    del m
    gc.collect()
    assert ref() is None
    assert next(iterator, None) is None


@pytest.mark.parametrize("types", [(int, object), (object, object), (int64, object)], ids=str)
def test_deep_nesting_dies_without_a_crash(types: Any) -> None:
    m = Map[types]()
    for _ in range(100_000):
        outer = Map[types]()
        outer[1] = m
        m = outer
    del outer
    del m
    gc.collect()
