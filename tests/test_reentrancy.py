"""Keys whose ``__eq__`` or ``__hash__`` change the map they are compared in.

SPEC 2: the operation starts over on the new state; never a crash, never a lost
entry; 1,000 restarts are a RuntimeError.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gomap import ConcurrentMapError, Map, interface
from support.actions import clear, delete_all, filled, grow, layout_changes, overflow
from support.hostile import Acting, HostileError, assert_sound, fail, once
from support.inside import assert_valid

CLASSES: list[Any] = [Map, Map[Acting, int], Map[interface, int]]


@pytest.fixture(params=CLASSES, ids=repr)
def cls(request: pytest.FixtureRequest) -> Any:
    return request.param


def iterate(m: Any) -> None:
    for _ in zip(m.items(), range(3)):
        pass
    list(m)


def read(m: Any) -> None:
    for key in list(m):
        _ = m[key], key in m


ACTIONS: dict[str, Callable[[Any], None]] = {
    f.__name__: f for f in (clear, delete_all, grow, overflow, iterate, layout_changes, read)
}
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "getitem": lambda m, key: m[key],
    "in": lambda m, key: key in m,
    "get": lambda m, key: m.get(key),
    "lookup": lambda m, key: m.lookup(key),
    "setitem": lambda m, key: m.__setitem__(key, 100),
    "del": lambda m, key: m.__delitem__(key),
    "pop": lambda m, key: m.pop(key, None),
    "setdefault": lambda m, key: m.setdefault(key, 100),
    "add": lambda m, key: m.add(key, 1) if key in m else None,
    "update": lambda m, key: m.update([(key, 100)]),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("present", [True, False], ids=["present", "absent"])
@pytest.mark.parametrize("when", ["on_eq", "on_hash"])
def test_key_that_changes_the_map_once(
    cls: Any, operation: str, action: str, present: bool, when: str
) -> None:
    m, _ = filled(cls)
    probe = Acting(3 if present else 99)
    setattr(probe, when, once(lambda: ACTIONS[action](m)))
    OPERATIONS[operation](m, probe)
    probe.disarm()
    assert_sound(m)
    result = {key.name: elem for key, elem in m.items()}
    gone = action in ("clear", "delete_all")
    written = operation in ("setitem", "update") or (
        operation == "setdefault" and (gone or not present)
    )
    if written:
        assert result[probe.name] == 100
    if not gone and operation not in ("del", "pop"):
        assert set(range(6)) <= set(result)
    if operation in ("del", "pop"):
        assert probe.name not in result


@pytest.mark.parametrize("operation", ["setitem", "setdefault", "del", "pop", "lookup"])
def test_map_that_grows_under_the_operation_loses_nothing(cls: Any, operation: str) -> None:
    for size in (8, 13, 26, 52):
        m = cls()
        keys = [Acting(n, hashed=n % 5) for n in range(size)]
        for key in keys:
            m[key] = key.name
        probe = Acting(2, hashed=2)
        probe.on_eq = once(lambda m=m: grow(m))
        OPERATIONS[operation](m, probe)
        probe.disarm()
        assert_sound(m)
        missing = set(range(size)) - {key.name for key in m}
        assert missing <= ({2} if operation in ("del", "pop") else set())


def test_key_that_deletes_the_entry_it_is_compared_with(cls: Any) -> None:
    for victim in range(6):
        m, keys = filled(cls)
        probe = Acting(99)
        probe.on_eq = once(lambda m=m, keys=keys, victim=victim: m.__delitem__(keys[victim]))
        m[probe] = 1
        probe.disarm()
        assert_sound(m)
        assert {key.name for key in m} == set(range(6)) - {victim} | {99}


def test_key_that_inserts_the_same_key_while_it_is_inserted(cls: Any) -> None:
    m, _ = filled(cls)
    probe = Acting("new")
    probe.on_eq = once(lambda: m.__setitem__(Acting("new"), 1))
    m[probe] = 2
    probe.disarm()
    assert_sound(m)
    assert m[Acting("new")] == 2
    assert len(m) == 7


def test_popped_element_is_the_one_that_is_there_in_the_end(cls: Any) -> None:
    m, _ = filled(cls)
    probe = Acting(3)
    probe.on_eq = once(lambda: m.__setitem__(Acting(3), 33))
    assert m.pop(probe) in (3, 33)
    probe.disarm()
    assert_sound(m)
    assert Acting(3) not in m


def test_a_thousand_restarts_are_a_runtime_error(cls: Any) -> None:
    for operation in ("getitem", "setitem", "del"):
        m, _ = filled(cls)
        probe = Acting(99)
        counter = [0]

        def always(m: Any = m, counter: list[int] = counter) -> None:
            counter[0] += 1
            m[Acting(("filler", counter[0]), hashed=counter[0] * 1024 + 512)] = 0

        probe.on_eq = always
        with pytest.raises(RuntimeError) as error:
            OPERATIONS[operation](m, probe)
        assert not isinstance(error.value, RecursionError)
        probe.disarm()
        assert 900 <= counter[0] <= 10_000
        assert_sound(m)
        assert probe not in m


def test_recursive_operation_is_a_recursion_error_not_a_crash(cls: Any) -> None:
    m, _ = filled(cls)
    probe = Acting(99)
    probe.on_eq = lambda: m[probe]
    with pytest.raises(RecursionError):
        _ = m[probe]
    probe.disarm()
    assert_sound(m)


def test_read_that_changes_nothing_may_read_itself(cls: Any) -> None:
    m, _ = filled(cls)
    probe = Acting(3)
    probe.on_eq = once(lambda: m.get(Acting(4)))
    assert m[probe] == 3


def test_hasher_that_changes_the_map() -> None:
    m: Any = None
    calls = [0]

    def hasher(key: int, seed: int) -> int:
        calls[0] += 1
        if calls[0] == 20:
            m.clear()
        if calls[0] == 40:
            m.update({n: n for n in range(1000, 1100)})
        return key * 0x9E3779B97F4A7C15

    for cls in (Map[int, int], Map[object, int]):
        calls[0] = 0
        m = cls(hasher=hasher)
        for n in range(60):
            m[n] = n
        assert_valid(m)
        assert all(m[n] == n for n in range(45, 60))
        assert len(list(m)) == len(m)


def test_element_whose_release_changes_the_map() -> None:
    m: Any = Map[int, object]()

    class Releasing:
        def __del__(self) -> None:
            m[len(m) + 1000] = None

    for n in range(20):
        m[n] = Releasing()
    for n in range(20):
        m[n] = n  # the old element dies here
    assert_valid(m)
    assert all(m[n] == n for n in range(20))
    for n in range(20):
        m[n] = Releasing()
    for n in range(10):
        del m[n]
    m.clear()
    assert_valid(m)
    assert all(n not in m for n in range(20))


def test_key_whose_release_changes_the_map() -> None:
    m: Any = Map()

    class Dying:
        def __del__(self) -> None:
            m["dead"] = m.get("dead", 0) + 1

    for _ in range(50):
        m[Dying()] = 1
    for key in list(m):
        del m[key]
    del key
    gc.collect()
    assert_valid(m)
    assert m["dead"] >= 1


def test_update_from_an_iterable_that_changes_the_map() -> None:
    m = Map[int, int]({1: 1})

    def pairs() -> Iterator[tuple[int, int]]:
        for n in range(100):
            if n == 50:
                m.clear()
            yield n, n

    m.update(pairs())
    assert m.to_dict() == {n: n for n in range(50, 100)}


def test_update_from_a_map_that_changes_meanwhile() -> None:
    source = Map()
    keys = [Acting(n) for n in range(8)]
    for key in keys:
        source[key] = 1
    target = Map({Acting(n): 2 for n in range(3)})
    keys[5].on_eq = once(source.clear)
    try:
        target.update(source)
    except (RuntimeError, ConcurrentMapError):
        pass
    keys[5].disarm()
    assert_valid(target)
    assert_valid(source)


def test_equality_that_clears_both_maps() -> None:
    for _ in range(3):
        left, _ = filled(Map)
        right, others = filled(Map)
        others[2].on_eq = once(lambda left=left, right=right: (left.clear(), right.clear()))
        assert (left == right) in (True, False)
        others[2].disarm()
        assert_valid(left)
        assert_valid(right)


def test_element_equality_that_clears_the_map() -> None:
    m: Any = Map[int, object]()

    class Clearing:
        def __eq__(self, other: object) -> bool:
            m.clear()
            return True

        __hash__ = None  # type: ignore[assignment]

    m.update({n: Clearing() for n in range(20)})
    other = {n: Clearing() for n in range(20)}
    assert (m == other) in (True, False)
    assert Clearing() in m.values() or True
    assert_valid(m)


@pytest.mark.parametrize("when", ["on_eq", "on_hash"])
def test_nested_failure_inside_a_changing_key(cls: Any, when: str) -> None:
    m, _ = filled(cls)
    probe = Acting(99)

    def act() -> None:
        grow(m)
        fail()

    setattr(probe, when, once(act))
    with pytest.raises(HostileError):
        m[probe] = 1
    probe.disarm()
    assert_sound(m)
    assert probe not in m
    assert {key.name for key in m} >= set(range(6))


def test_iterators_stay_whole_while_keys_change_the_map(cls: Any) -> None:
    m, _ = filled(cls, 8)
    iterators = [iter(m) for _ in range(5)]
    for iterator in iterators:
        next(iterator)
    probe = Acting(99)
    probe.on_eq = once(lambda: (grow(m), m.clear(), overflow(m)))
    m[probe] = 1
    probe.disarm()
    for iterator in iterators:
        for key in iterator:
            assert key in m
    assert_sound(m)


def grown_under_iterator(cls: Any) -> tuple[Any, list[Acting], Any, list[Any]]:
    """A map of equal hashes whose iterator must look its moved keys up."""
    m, keys = filled(cls, 7)
    iterator = iter(m)
    seen = [next(iterator)]
    m.update({Acting(("other", n), hashed=n * 1000): 0 for n in range(60)})
    return m, keys, iterator, seen


def test_iterator_whose_lookup_raises_goes_on_afterwards(cls: Any) -> None:
    m, keys, iterator, seen = grown_under_iterator(cls)
    errors = 0
    for key in keys:
        key.on_eq = fail
    for _ in range(20):
        try:
            seen.append(next(iterator))
        except HostileError:
            errors += 1
        except StopIteration:
            break
    for key in keys:
        key.disarm()
    seen += list(iterator)
    assert errors > 0
    assert {key.name for key in keys} <= {key.name for key in seen}
    assert len(seen) == len(set(map(id, seen)))
    assert_sound(m)


@pytest.mark.parametrize("action", ["next", "exhaust", "clear", "delete_all", "grow", "rebuild"])
def test_lookup_of_an_iterator_that_changes_everything(cls: Any, action: str) -> None:
    m, keys, iterator, seen = grown_under_iterator(cls)
    actions: dict[str, Callable[[], Any]] = {
        "next": lambda: seen.append(next(iterator, None)),
        "exhaust": lambda: seen.extend(iterator),
        "clear": m.clear,
        "delete_all": lambda: delete_all(m),
        "grow": lambda: grow(m),
        "rebuild": lambda: (m.reserve(3000), m.shrink()),
    }
    for key in keys:
        key.on_eq = once(actions[action])
    seen += list(iterator)
    for key in keys:
        key.disarm()
    produced = [key for key in seen if key is not None]
    assert len(produced) == len(set(map(id, produced)))
    if action not in ("clear", "delete_all"):
        assert set(map(id, keys)) <= set(map(id, produced))
    assert_sound(m)
