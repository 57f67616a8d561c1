"""A key that raises leaves the map as it was, and no reference behind (SPEC 2)."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import Any

import pytest

from gomap import Map, float64, int64, interface
from support.hostile import Acting, HostileError, fail
from support.inside import assert_valid, layout
from support.operations import KEY_WRITES, READS, REMOVALS

CLASSES: list[Any] = [Map, Map[Acting, int], Map[interface, int]]
EVERY: dict[str, Any] = {
    **READS,
    **REMOVALS,
    **{name: lambda m, key, w=write: w(m, key, 1) for name, write in KEY_WRITES.items()},
    "add": lambda m, key: m.add(key, 1),
}
MAKES_ANOTHER = {"constructor", "constructor pairs", "fromkeys", "fromkeys zero"}


@pytest.fixture(params=CLASSES, ids=repr)
def cls(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.mark.parametrize("operation", [name for name in EVERY if name not in MAKES_ANOTHER])
@pytest.mark.parametrize("when", ["on_eq", "on_hash"])
def test_key_that_raises_leaves_the_map_as_it_was(cls: Any, operation: str, when: str) -> None:
    for size in (3, 8, 9, 20):
        m = cls({Acting(n): n for n in range(size)})
        before = layout(m)
        probe = Acting("probe")
        setattr(probe, when, fail)
        if when == "on_eq" and operation in ("update dict", "|=", "|"):
            probe.on_eq = None
            argument: Any = {probe: 1}
            probe.on_eq = fail
            with pytest.raises(HostileError):
                m | argument
        else:
            with pytest.raises(HostileError):
                EVERY[operation](m, probe)
        probe.disarm()
        after = layout(m)
        assert len(m) == size
        assert {key.name for key in m} == set(range(size))
        if operation in READS:
            assert before == after
        assert_valid(m)


def test_stored_key_that_raises_is_met_by_others(cls: Any) -> None:
    m = cls()
    bad = Acting("bad")
    m[bad] = 1
    bad.on_eq = fail
    for operation in ("getitem", "setitem", "del", "pop", "lookup", "add"):
        with pytest.raises(HostileError):
            EVERY[operation](m, Acting("other"))
    bad.disarm()
    assert m.to_dict() == {bad: 1}
    assert_valid(m)


def test_identity_is_tried_before_equality(cls: Any) -> None:
    bad = Acting("bad")
    m = cls({bad: 1})
    bad.on_eq = fail
    assert m[bad] == 1
    assert m.pop(bad) == 1


def test_hash_error_types_are_passed_on() -> None:
    class Broken:
        def __hash__(self) -> int:
            raise KeyError("from hash")

    m = Map()
    for operation in (READS | REMOVALS).values():
        with pytest.raises(KeyError, match="from hash"):
            operation(m, Broken())


def test_hasher_that_raises_leaves_the_map_as_it_was() -> None:
    def hasher(key: int, seed: int) -> int:
        if key < 0:
            fail()
        return key

    for types in ((int, int), (int64, int64)):
        m = Map[types]({n: n for n in range(20)}, hasher=hasher)
        before = layout(m)
        for name, operation in EVERY.items():
            if name not in MAKES_ANOTHER:
                with pytest.raises(HostileError):
                    operation(m, -1)
        assert layout(m) == before


def test_add_whose_sum_raises_leaves_the_map_as_it_was() -> None:
    class NoSum:
        def __radd__(self, other: object) -> Any:
            raise HostileError

    m = Map[str, object]({"a": 1}, zero=0)
    for key in ("a", "b"):
        with pytest.raises(HostileError):
            m.add(key, NoSum())
    assert m.to_dict() == {"a": 1}
    assert_valid(m)


def test_add_whose_sum_changes_the_map() -> None:
    m: Any = Map[str, object](zero=0)

    class Changing:
        def __radd__(self, other: int) -> int:
            if "49" not in m:
                m.clear()
                m.update({str(n): n for n in range(50)})
            return other + 1

    m["a"] = 1
    assert m.add("a", Changing()) == 1  # "a" is gone, and added to from zero
    assert_valid(m)
    assert m["a"] == 1
    assert len(m) == 51


def test_failed_operations_keep_no_reference(cls: Any) -> None:
    m = cls({Acting(n): n for n in range(10)})
    probe = Acting("probe")
    ref = weakref.ref(probe)
    before = sys.getrefcount(probe)
    for name, operation in EVERY.items():
        for when in ("on_eq", "on_hash"):
            setattr(probe, when, fail)
            try:
                operation(m, probe)
            except HostileError:
                pass
            probe.disarm()
            m.pop(probe, None)
        gc.collect()
        assert sys.getrefcount(probe) == before, name
    del probe
    gc.collect()
    assert ref() is None


def test_refused_values_keep_no_reference() -> None:
    offender = Acting("offender")
    before = sys.getrefcount(offender)
    maps: list[Any] = [Map[str, int](), Map[int64, float64](), Map[str, int].nil()]
    for m in maps:
        for operation in EVERY.values():
            try:
                operation(m, offender)
            except TypeError:
                pass
    gc.collect()
    assert sys.getrefcount(offender) == before


@pytest.mark.parametrize("types", [(object, object), (interface, list), (tuple, object)], ids=str)
def test_successful_operations_keep_the_right_references(types: Any) -> None:
    key, elem = (1, "key"), [1]
    keys, elems = sys.getrefcount(key), sys.getrefcount(elem)
    m = Map[types]()
    m[key] = elem
    assert (sys.getrefcount(key), sys.getrefcount(elem)) == (keys + 1, elems + 1)
    m[key] = elem
    _ = m[key], m.get(key), m.lookup(key), key in m, m.setdefault(key), list(m.items())
    del _
    assert (sys.getrefcount(key), sys.getrefcount(elem)) == (keys + 1, elems + 1)
    other = m.copy()
    assert (sys.getrefcount(key), sys.getrefcount(elem)) == (keys + 2, elems + 2)
    other.clear()
    assert m.pop(key) is elem
    assert (sys.getrefcount(key), sys.getrefcount(elem)) == (keys, elems)
    m[key] = elem
    del m[key]
    m[key] = elem
    m.popitem()
    m[key] = elem
    m.reserve(1000)
    m.shrink()
    m.clear()
    assert (sys.getrefcount(key), sys.getrefcount(elem)) == (keys, elems)
    m[key] = elem
    del m, other
    gc.collect()
    assert (sys.getrefcount(key), sys.getrefcount(elem)) == (keys, elems)


def test_growth_clear_and_death_release_every_entry() -> None:
    class Counted:
        alive = 0

        def __init__(self) -> None:
            Counted.alive += 1

        def __del__(self) -> None:
            Counted.alive -= 1

    for finish in ("clear", "delete", "death", "growing", "iterated"):
        m = Map()
        for _ in range(500):
            m[Counted()] = Counted()
        assert Counted.alive == 1000
        iterator = iter(m)
        if finish == "iterated":
            next(iterator)
            for _ in range(500):
                m[Counted()] = Counted()
        if finish == "delete":
            for key in list(m):
                del m[key]
            del key
        if finish in ("clear", "iterated"):
            m.clear()
        del m, iterator
        gc.collect()
        assert Counted.alive == 0, finish


@pytest.mark.parametrize("hint", [0, 100])
def test_iterators_release_the_map_and_the_old_arrays(hint: int) -> None:
    class Key:
        """Weakly referenced."""

    m = Map(hint=hint)
    keys = [Key() for _ in range(100)]
    refs = [weakref.ref(key) for key in keys]
    m.update(dict.fromkeys(keys))
    iterator = iter(m)
    next(iterator)
    m.update({n: n for n in range(1000)})
    for key in keys:
        del m[key]
    del keys, key
    list(iterator)
    gc.collect()
    assert not [ref for ref in refs if ref() is not None]
