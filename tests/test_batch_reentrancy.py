"""Batches whose keys, elements or iterables change the map meanwhile (SPEC 2).

Nothing crashes, the map stays whole, and what was not touched is still there.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

import gomap
from gomap import ConcurrentMapError, float64, int8, int64, interface
from gomap import Map as AnyMap
from support import actions
from support.actions import clear, delete_all, grow, layout_changes, overflow
from support.hostile import Acting, HostileError, assert_sound, fail, once
from support.inside import assert_valid

Map: Any = AnyMap
CLASSES: list[Any] = [Map, Map[Acting, int], Map[interface, int], Map[Acting, int64]]


@pytest.fixture(params=CLASSES, ids=repr)
def cls(request: pytest.FixtureRequest) -> Any:
    return request.param


filled = partial(actions.filled, zero=0)


def batch(m: Any) -> None:
    keys = [Acting(("batch", n), hashed=n * 3) for n in range(50)]
    m.set_many(keys, range(50))
    m.add_many(keys, 1)
    assert list(m.get_many(keys)[0]) == list(range(1, 51))
    assert m.delete_many(keys) == 50


def look(m: Any) -> None:
    list(m.items()), m.to_arrays(), m.copy(), repr(m)


ACTIONS: dict[str, Callable[[Any], None]] = {
    f.__name__: f for f in (clear, delete_all, grow, overflow, layout_changes, batch, look)
}


def as_dict(keys: Any) -> dict[Any, Any]:
    """A dict to merge; it has met its keys before they were armed if it is given as one."""
    return keys if isinstance(keys, dict) else dict.fromkeys(keys, 1)


CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "get_many": lambda m, keys: m.get_many(keys),
    "contains_many": lambda m, keys: m.contains_many(keys),
    "set_many": lambda m, keys: m.set_many(keys, range(100, 100 + len(keys))),
    "set_many, scalar": lambda m, keys: m.set_many(keys, 100),
    "add_many": lambda m, keys: m.add_many(keys, [1000] * len(keys)),
    "delete_many": lambda m, keys: m.delete_many(keys),
    "from_arrays": lambda m, keys: type(m).from_arrays(keys, range(len(keys))),
    "count": lambda m, keys: gomap.count(keys, into=m),
    "merge": lambda m, keys: m.merge(as_dict(keys)),
    "merge, overwriting": lambda m, keys: m.merge(as_dict(keys), add=False),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("when", ["on_eq", "on_hash"])
def test_key_in_the_middle_that_changes_the_map(
    cls: Any, call: str, action: str, when: str
) -> None:
    for name in (3, 99):
        m, _ = filled(cls)
        probe = Acting(name)
        keys: Any = [*map(Acting, (0, 50, 1)), probe, *map(Acting, (2, 51, 4))]
        if call.startswith("merge"):
            keys = dict.fromkeys(keys, 1)
        setattr(probe, when, once(lambda m=m: ACTIONS[action](m)))
        CALLS[call](m, keys)
        probe.disarm()
        assert_sound(m)
        names = {key.name for key in m}
        if call not in ("get_many", "contains_many", "delete_many", "from_arrays"):
            assert {name, 2, 51, 4} <= names
        if call == "delete_many":
            assert not {name, 2, 4} & names
        elif action not in ("clear", "delete_all"):
            assert set(range(6)) <= names


@pytest.mark.parametrize("call", CALLS)
def test_stored_key_that_changes_the_map_each_time(call: str) -> None:
    """Every comparison changes the map: it works, or gives up with a RuntimeError."""
    m, keys = filled(Map[Acting, int64] if "many" in call else Map)
    keys[2].on_eq = lambda: m.update({Acting(("more", keys[2].calls), hashed=5): 1})
    with contextlib.suppress(RuntimeError, ConcurrentMapError):
        CALLS[call](m, [Acting(n) for n in (0, 2, 99, 5)])
    keys[2].disarm()
    assert_sound(m)
    assert set(range(6)) - {0, 2, 5} <= {key.name for key in m}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("when", ["on_eq", "on_hash"])
def test_key_that_raises_in_the_middle(cls: Any, call: str, when: str) -> None:
    """A hash that raises is met before the first write, an equality perhaps after it.

    Counting takes items as they come, and merging with add=False is `update`.
    """
    m, _ = filled(cls)
    probe = Acting("probe")
    keys: Any = [Acting(0), Acting(50), probe, Acting(1)]
    if call.startswith("merge"):
        keys = dict.fromkeys(keys, 1)
    setattr(probe, when, fail)
    with pytest.raises(HostileError):
        CALLS[call](m, keys)
    probe.disarm()
    assert_sound(m)
    names = {key.name for key in m}
    assert "probe" not in names
    if call != "delete_many":
        assert set(range(6)) <= names
    if when == "on_hash" and call not in ("count", "delete_many", "merge, overwriting"):
        assert {key.name: elem for key, elem in m.items()} == {n: n for n in range(6)}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("change", ["clear", "pop", "extend", "replace", "append for ever"])
@pytest.mark.parametrize("when", ["on_eq", "on_hash"])
def test_list_of_keys_that_a_key_changes(cls: Any, call: str, change: str, when: str) -> None:
    if call.startswith("merge"):
        return
    m, _ = filled(cls)
    probe = Acting(3)
    keys = [Acting(0), probe, Acting(1), Acting(2), Acting(77)]

    def act() -> None:
        if change == "clear":
            keys.clear()
        elif change == "pop":
            keys.pop()
        elif change == "extend":
            keys.extend(Acting(("late", n)) for n in range(50))
        elif change == "replace":
            keys[:] = [Acting(("late", n)) for n in range(5)]
        gc.collect()

    setattr(probe, when, once(act))
    with contextlib.suppress(ValueError, RuntimeError):
        CALLS[call](m, keys)
    probe.disarm()
    assert_sound(m)


@pytest.mark.parametrize("name", ["set_many", "add_many"])
@pytest.mark.parametrize("change", ["clear", "extend", "replace"])
def test_list_of_elements_that_a_key_changes(cls: Any, name: str, change: str) -> None:
    m, _ = filled(cls)
    probe = Acting(3)
    elems = [1 << 40 | n for n in range(5)]

    def act() -> None:
        if change == "clear":
            elems.clear()
        elif change == "extend":
            elems.extend(range(1000))
        else:
            elems[:] = ["wrong"] * 5  # type: ignore[list-item]
        gc.collect()

    for when in ("on_eq", "on_hash"):
        setattr(probe, when, once(act))
    with contextlib.suppress(ValueError, TypeError, RuntimeError):
        getattr(m, name)([Acting(0), probe, Acting(1), Acting(2), Acting(77)], elems)
    probe.disarm()
    assert_sound(m)
    if cls is not Map:
        assert all(type(elem) is int for elem in m.values())


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("call", [name for name in CALLS if not name.startswith("merge")])
def test_iterable_of_keys_that_changes_the_map(cls: Any, call: str, action: str) -> None:
    m, _ = filled(cls)

    class Keys(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            for n in range(len(self)):
                if n == 2:
                    ACTIONS[action](m)
                yield self[n]

    CALLS[call](m, Keys([Acting(0), Acting(50), Acting(1), Acting(99)]))
    assert_sound(m)
    names = {key.name for key in m}
    if call not in ("get_many", "contains_many", "delete_many", "from_arrays"):
        assert {1, 99} <= names


@pytest.mark.parametrize("types", [(int64, float64), (int64, object), (int, int)], ids=str)
def test_iterables_of_numbers_that_change_the_map(types: Any) -> None:
    for action in (
        lambda m: m.clear(),
        lambda m: m.update({n: 1 for n in range(1000, 3000)}),
        lambda m: m.delete_many(range(50)),
        lambda m: (m.reserve(5000), m.shrink()),
        lambda m: m.set_many(range(200), 7),
    ):
        for call in ("get_many", "contains_many", "delete_many", "set_many", "add_many"):
            m = Map[types]({n: 1 for n in range(27)}, zero=0)

            def keys(m: Any = m, action: Any = action) -> Iterator[int]:
                for n in range(100):
                    if n == 50:
                        action(m)
                    yield n

            getattr(m, call)(keys(), *([range(100)] if call in ("set_many", "add_many") else []))
            assert_valid(m)
            if call == "set_many":
                assert [m[n] for n in range(100)] == list(range(100))
            elif call == "delete_many":
                assert not any(n in m for n in range(100))
            m = Map[types]({n: 1 for n in range(27)}, zero=0)
            if call in ("set_many", "add_many"):
                getattr(m, call)(range(100), keys(m, action))
                assert_valid(m)


def test_numbers_whose_index_changes_the_map() -> None:
    for types in ((int64, int64), (int, int)):
        m = Map[types]({n: n for n in range(27)})

        class Odd:
            def __init__(self, n: int, action: Callable[[], Any]) -> None:
                self.n, self.action = n, action

            def __index__(self) -> int:
                self.action()
                return self.n

        for action in (m.clear, lambda: m.update({n: n for n in range(500)}), lambda: None):
            odd = Odd(5, action)
            m.set_many([1, odd, 3], [7, odd, 9])
            assert (m[1], m[5], m[3]) == (7, 5, 9)
            assert list(m.get_many([1, odd, 3])[0])[1:] in ([5, 9], [0, 0], [5, 3])
            m.add_many([1, odd], [1, 5])
            m.delete_many([odd, 1])
            assert 5 not in m
            assert_valid(m)


def test_array_protocols_that_change_the_map() -> None:
    np = pytest.importorskip("numpy")
    m = Map[int64, int64]({n: n for n in range(27)})

    class Changing:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            m.clear()
            m.update({n: -n for n in range(100)})
            return np.arange(5)

    assert m.get_many(Changing())[0].tolist() == [0, -1, -2, -3, -4]
    m.set_many(Changing(), Changing())
    assert [m[n] for n in range(6)] == [0, 1, 2, 3, 4, -5]
    assert m.delete_many(Changing()) == 5
    assert_valid(m)


@pytest.mark.parametrize("action", ["clear", "delete", "grow", "set"])
def test_sum_that_changes_the_map(action: str) -> None:
    m: Any = Map[str, object]({"a": 1, "b": 2}, zero=0)

    class Changing:
        """Changes the map once: a sum is made again when its key was written to."""

        changed = False

        def __radd__(self, other: Any) -> Any:
            if self.changed:
                return 50
            self.changed = True
            if action == "clear":
                m.clear()
            elif action == "delete":
                del m["a"]
            elif action == "grow":
                m.update({str(n): n for n in range(300)})
            else:
                m.set_many(["a", "b"], ["x", "y"])
            return 50

    m.add_many(["a", "c", "b", "a"], [Changing(), 1, Changing(), Changing()])
    assert m["a"] == 50
    assert_valid(m)
    m.merge({"a": Changing(), "z": Changing()})
    assert m["z"] == 50
    assert_valid(m)


@pytest.mark.parametrize("when", ["on_eq", "on_hash"])
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("armed", [0, 1, 2, 3])
def test_sums_taken_back_while_a_key_changes_the_map(armed: int, action: str, when: str) -> None:
    """A sum out of range, met and taken back by keys that clear, grow or read the map."""
    m = Map[Acting, int8]({Acting(n): 100 for n in range(6)})
    keys = [Acting(0), Acting("new"), Acting(1), Acting("bad")]
    left = [3]

    def act() -> None:
        if left[0] > 0:
            left[0] -= 1
            ACTIONS[action](m) if action not in ("grow", "overflow", "batch") else m.update(
                {Acting((action, left[0], n), hashed=n % 9): 1 for n in range(100)}
            )

    setattr(keys[armed], when, act)
    with pytest.raises(OverflowError, match="the sum at index 3 is out of range for int8"):
        m.add_many(keys, [1, 1, 2, 128])
    keys[armed].disarm()
    assert_sound(m)
    assert "bad" not in {key.name for key in m}


def test_sum_that_raises_half_way() -> None:
    m = Map[str, object]({"a": 1, "b": 2}, zero=0)

    class NoSum:
        def __radd__(self, other: object) -> Any:
            fail()

    with pytest.raises(HostileError):
        m.add_many(["a", "c", "b", "d"], [1, 1, NoSum(), 1])
    assert m["b"] == 2
    assert "d" not in m
    assert_valid(m)
    words = Map[str, list]({"a": [1]}, zero=[])
    with pytest.raises(TypeError, match=r"concatenate|unsupported"):
        words.add_many(["a", "a"], [[2], 3])
    assert_valid(words)


def test_elements_released_by_a_batch_change_the_map() -> None:
    for types in ((int64, object), (int, object), (object, object)):
        m: Any = Map[types]()

        class Releasing:
            def __del__(self, m: Any = m) -> None:
                m.clear()
                m.update({n: None for n in range(1000, 1100)})

        for call in (
            lambda m: m.set_many(range(20), [None] * 20),
            lambda m: m.set_many(range(20), None),
            lambda m: m.delete_many(range(20)),
        ):
            m.clear()
            m.set_many(range(20), [Releasing() for _ in range(20)])
            call(m)
            gc.collect()
            assert_valid(m)
        m.clear()


def test_iterators_stay_whole_while_a_batch_s_keys_change_the_map(cls: Any) -> None:
    m, _ = filled(cls, 8)
    iterators = [iter(m) for _ in range(5)]
    for iterator in iterators:
        next(iterator)
    probe = Acting(99)
    probe.on_eq = once(lambda: (grow(m), m.clear(), overflow(m)))
    m.set_many([Acting(0), probe, Acting(1)], 1)
    probe.disarm()
    for iterator in iterators:
        for key in iterator:
            assert key in m
    assert_sound(m)


def test_recursion_in_a_batch_ends_in_an_error(cls: Any) -> None:
    m, _ = filled(cls)
    probe = Acting(3)
    probe.on_hash = lambda: m.get_many([probe])
    with pytest.raises(RecursionError):
        m.get_many([probe])
    probe.disarm()
    assert_sound(m)


def test_hashers_that_change_the_map() -> None:
    for types in ((int64, int64), (int, int), (str, int)):
        m: Any = None
        armed: list[Callable[[], Any]] = []

        def hasher(key: Any, seed: int, armed: list[Callable[[], Any]] = armed) -> int:
            if armed:
                armed.pop()()
            return len(str(key))

        keys = [str(n) if types[0] is str else n for n in range(40)]
        m = Map[types](hasher=hasher)
        m.set_many(keys, 1)
        for action in (m.clear, lambda m=m, keys=keys: m.set_many(keys, 2), m.shrink):
            for call in ("get_many", "contains_many", "delete_many"):
                armed.append(action)
                getattr(m, call)(keys[::3])
                assert_valid(m)
            for call in ("set_many", "add_many"):
                armed.append(action)
                getattr(m, call)(keys[::3], 5)
                assert_valid(m)
                assert m.contains_many(keys[::3]).all() if types[1] is int64 else True
        assert not armed
