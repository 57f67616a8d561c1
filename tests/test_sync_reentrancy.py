"""Who comes into a sync.Map while a call on it is under way, in the same thread."""

from __future__ import annotations

import gc
import itertools
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from gomap import ConcurrentMapError, float32, float64, int64, sync
from support.hostile import Acting, HostileError, fail, once
from support.linear import Call, linearization, map_step
from support.threads import hammer

OUTER: list[tuple[Any, ...]] = [
    ("store", "k", 5),
    ("load", "k"),
    ("load_or_store", "k", 5),
    ("load_or_store", "new", 5),
    ("load_and_delete", "k"),
    ("delete", "k"),
    ("swap", "k", 5),
    ("swap", "new", 5),
    ("compare_and_swap", "k", 1, 5),
    ("compare_and_delete", "k", 1),
    ("add", "k", 5),
    ("clear",),
    ("update", {"k": 5, "new": 6}),
]
INNER: list[tuple[Any, ...]] = [
    ("store", "k", 7),
    ("store", "new", 7),
    ("delete", "k"),
    ("compare_and_swap", "k", 1, 7),
    ("compare_and_delete", "k", 1),
    ("load_or_store", "new", 7),
    ("load_and_delete", "k"),
    ("swap", "k", 7),
    ("add", "k", 7),
    ("clear",),
    ("update", {"k": 7, "other": 8}),
    ("to_dict",),
]


def name_of(call: tuple[Any, ...]) -> str:
    return "-".join(map(str, call[:2]))


def explained(start: dict[Any, Any], m: Any, outer: Call, inner: Call | None) -> bool:
    """Did one of the two calls come before the other, and did both happen?"""
    end = Call(0, "to_dict", (), m.to_dict(), 8, 9)
    calls = [outer, end] if inner is None else [outer, inner, end]
    return linearization(calls, frozenset(start.items()), map_step()) is not None


class At:
    """Makes a call at the nth bytecode that gomap's Python code runs, as a finalizer may."""

    def __init__(self, m: Any, call: tuple[Any, ...], number: int) -> None:
        self.m, self.call, self.number = m, call, number
        self.seen = 0
        self.made: Call | None = None
        self.refused = False

    def trace(self, frame: Any, event: str, arg: object) -> Any:
        if not frame.f_globals.get("__name__", "").startswith("gomap.sync"):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.seen += 1
            if self.seen == self.number:
                self.act()
        return self.trace

    def act(self) -> None:
        name, *args = self.call
        try:
            self.made = Call(0, name, tuple(args), getattr(self.m, name)(*args), 2, 3)
        except ConcurrentMapError:
            self.refused = True


def interrupted(outer: tuple[Any, ...], inner: tuple[Any, ...], number: int) -> At:
    """Make the outer call with the inner one in its middle, and check what came of it."""
    start = {"k": 1, "z": 0}
    m = sync.Map[str, int](start)
    at = At(m, inner, number)
    name, *args = outer
    before = sys.gettrace()
    sys.settrace(at.trace)
    try:
        result = getattr(m, name)(*args)
    finally:
        sys.settrace(before)
    call = Call(0, name, tuple(args), result, 0, 7)
    assert explained(start, m, call, at.made), (outer, inner, number, result, at.made, m)
    assert m._step is None
    return at


@pytest.mark.parametrize("outer", OUTER, ids=name_of)
def test_a_call_at_any_bytecode_of_another_loses_nothing(outer: tuple[Any, ...]) -> None:
    """As signal handlers and the collector's finalizers come: at any point, on any key."""
    for inner in INNER:
        for number in itertools.count(1):
            at = interrupted(outer, inner, number)
            if at.seen < number:
                break
            assert at.made or at.refused


# ---- equality of keys ---------------------------------------------------------------------


def with_key(start: int = 1) -> tuple[Any, Acting, Acting]:
    """A map with an entry, its key, and an equal one to ask with: they must be compared."""
    stored, asked = Acting("k"), Acting("k")
    return sync.Map({stored: start}, zero=0), stored, asked


KEY_CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "load": lambda m, k: m.load(k),
    "store": lambda m, k: m.store(k, 5),
    "load_or_store": lambda m, k: m.load_or_store(k, 5),
    "load_and_delete": lambda m, k: m.load_and_delete(k),
    "delete": lambda m, k: m.delete(k),
    "swap": lambda m, k: m.swap(k, 5),
    "compare_and_swap": lambda m, k: m.compare_and_swap(k, 1, 5),
    "compare_and_delete": lambda m, k: m.compare_and_delete(k, 1),
    "add": lambda m, k: m.add(k, 5),
    "setdefault": lambda m, k: m.setdefault(k, 5),
    "pop": lambda m, k: m.pop(k),
}


@pytest.mark.parametrize("name", KEY_CALLS)
@pytest.mark.parametrize("hook", ["on_eq", "on_hash"])
def test_a_key_may_write_under_other_keys_whenever_it_is_looked_at(name: str, hook: str) -> None:
    m, _, asked = with_key()
    count = itertools.count()
    setattr(asked, hook, lambda: m.store(next(count) % 50, 1))
    expected, _, plain = with_key()
    result = KEY_CALLS[name](m, asked)
    asked.disarm()
    assert result == KEY_CALLS[name](expected, plain)
    assert m.load(asked) == expected.load(plain)
    assert all(m.load(n) == (1, True) for n in range(min(next(count), 50)))


@pytest.mark.parametrize("name", KEY_CALLS)
@pytest.mark.parametrize("at", range(1, 8))
def test_a_key_that_writes_under_itself_loses_nothing(name: str, at: int) -> None:
    """Its nth comparison stores; either that comes first, or it is refused and says so."""
    m, stored, asked = with_key()
    calls, done = itertools.count(1), []

    def act() -> None:
        if next(calls) == at:
            try:
                m.store(stored, 9)
                done.append(True)
            except ConcurrentMapError as error:
                assert str(error) == "concurrent map writes"
                done.append(False)

    asked.on_eq = act
    result = KEY_CALLS[name](m, asked)
    asked.disarm()
    first, _, again = with_key(9 if done == [True] else 1)
    second, key, _ = with_key(1)
    orders = [(KEY_CALLS[name](first, again), first.load(again))]
    late = KEY_CALLS[name](second, key)
    if done == [True]:
        second.store(key, 9)
    orders.append((late, second.load(key)))
    assert (result, m.load(asked)) in orders


@pytest.mark.parametrize("name", ["compare_and_swap", "compare_and_delete", "swap"])
def test_a_write_that_would_be_lost_is_refused(name: str) -> None:
    m, stored, asked = with_key()
    asked.on_eq = lambda: m._step.committing and m.store(stored, 9)
    with pytest.raises(ConcurrentMapError, match="concurrent map writes"):
        KEY_CALLS[name](m, asked)
    asked.on_eq = lambda: m._step.committing and m.clear()
    with pytest.raises(ConcurrentMapError, match="concurrent map writes"):
        KEY_CALLS[name](m, asked)
    asked.disarm()
    assert m.to_dict() == {stored: 1}
    assert KEY_CALLS[name](m, asked)


@pytest.mark.parametrize("name", KEY_CALLS)
@pytest.mark.parametrize("hook", ["on_eq", "on_hash"])
def test_a_key_that_raises_leaves_the_map_as_it_was_and_unlocked(name: str, hook: str) -> None:
    m, stored, asked = with_key()
    setattr(asked, hook, fail)
    with pytest.raises(HostileError):
        KEY_CALLS[name](m, asked)
    asked.disarm()
    assert m.to_dict() == {stored: 1}
    hammer(lambda: m.store("from another thread", 1))
    assert len(m) == 2


# ---- equality of elements ----------------------------------------------------------------------


class Element:
    """Runs ``act`` when it is compared; equal to all others."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act

    def __eq__(self, other: object) -> bool:
        self.act()
        return isinstance(other, Element)

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("name", ["compare_and_swap", "compare_and_delete"])
def test_an_element_that_is_replaced_while_it_is_compared_stays_replaced(name: str) -> None:
    m: Any = sync.Map()
    m.store("k", Element(once(lambda: m.store("k", "new"))))
    more = ("swapped",) if name == "compare_and_swap" else ()
    assert getattr(m, name)("k", Element(lambda: None), *more) is False
    assert m["k"] == "new"


@pytest.mark.parametrize(
    ("key_type", "key", "other"),
    [(str, "k", "other"), (int, 1, 2), (int64, 1, True + 1), (float32, 1, 0.5), (tuple, (1,), ())],
    ids=str,
)
def test_an_element_that_writes_elsewhere_whenever_it_is_compared_is_swapped(
    key_type: Any, key: Any, other: Any
) -> None:
    m: Any = sync.Map[key_type, object]()
    m.store(key, Element(lambda: m.store(other, 1)))
    assert m.compare_and_swap(key, Element(lambda: None), "swapped")
    assert m.to_dict() == {key: "swapped", other: 1}


class Index:
    """A number in disguise: another hash, the same key."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __index__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        return f"Index({self.n})"


@pytest.mark.parametrize(
    ("key_type", "key", "same"),
    [(int, 1, True), (int64, 1, Index(1)), (float32, 0.1, 0.1 + 1e-12), (float64, 1, 1.0)],
    ids=str,
)
def test_the_same_key_in_another_form_is_the_same_key(key_type: Any, key: Any, same: Any) -> None:
    m: Any = sync.Map[key_type, object]()
    m.store(key, Element(once(lambda: m.store(same, "new"))))
    assert m.compare_and_swap(key, Element(lambda: None), "swapped") is False
    assert m[key] == "new"


@pytest.mark.parametrize("bad", [[], "x", Index("no")], ids=str)  # type: ignore[arg-type]
def test_a_wrong_key_is_a_type_error_in_the_middle_of_another_call_too(bad: Any) -> None:
    m: Any = sync.Map[int, object]()
    m.store(1, Element(lambda: m.store(bad, 1)))
    with pytest.raises(TypeError):
        m.compare_and_swap(1, Element(lambda: None), 2)


def test_an_element_that_writes_whenever_it_is_compared_is_an_error() -> None:
    m: Any = sync.Map()
    again: Any = Element(lambda: m.store("k", again))
    m.store("k", again)
    with pytest.raises(RuntimeError, match="changed the map 1000 times during one operation"):
        m.compare_and_swap("k", Element(lambda: None), "swapped")
    assert m["k"] is again
    hammer(lambda: m.store("from another thread", 1))


# ---- finalizers -----------------------------------------------------------------------------


class Last:
    """Calls the map when it goes."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act

    def __del__(self) -> None:
        self.act()


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.store("k", 1),
        lambda m: m.swap("k", 1),
        lambda m: m.delete("k"),
        lambda m: m.load_and_delete("k"),
        lambda m: m.compare_and_swap("k", m["k"], 1),
        lambda m: m.compare_and_delete("k", m["k"]),
        lambda m: m.clear(),
        lambda m: m.update({"k": 1}),
    ],
)
def test_the_finalizer_of_an_element_may_use_the_map_it_was_in(call: Any) -> None:
    m: Any = sync.Map()
    gone: list[Any] = []

    def act() -> None:
        gone.append(m.swap("gone", 1))
        m.delete("absent")

    m.store("k", Last(act))
    call(m)
    assert gone == [(None, False)]
    assert m["gone"] == 1


def test_finalizers_that_the_collector_runs_anywhere_neither_lock_up_nor_get_lost() -> None:
    m = sync.Map[str, int]()
    made = itertools.count()

    def litter() -> None:
        cycle: list[Any] = [Last(lambda: m.add("finalized", 1))]
        cycle.append(cycle)
        next(made)

    def run() -> None:
        for n in range(300):
            litter()
            while not m.compare_and_swap("n", m["n"], m["n"] + 1):
                m.load_or_store("n", 0)
            m.swap(str(n), n)

    threshold = gc.get_threshold()
    gc.set_threshold(5)
    try:
        hammer(*[run] * 4)
    finally:
        gc.set_threshold(*threshold)
    gc.collect()
    assert m["n"] == 1200
    assert m["finalized"] == next(made) == 1200


def test_a_key_may_range_over_the_map_it_is_compared_in() -> None:
    m, _, asked = with_key()
    seen: list[Any] = []
    asked.on_eq = lambda: m.range(lambda key, value: seen.append(value))
    assert m.compare_and_swap(asked, 1, 2)
    assert set(seen) == {1}


# ---- other threads ----------------------------------------------------------------------------


def test_reads_do_not_wait_for_a_writer() -> None:
    m = sync.Map[str, int]({"a": 1})
    got: list[Any] = []

    def read() -> None:
        got.extend([m.load("a"), m["a"], m.get("a"), "a" in m, len(m), list(m), m == {"a": 1}])
        got.extend([m.load_or_store("a", 2), list(m.items()), repr(m), m.to_dict(), m.copy()])

    with m._lock:
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        thread.join(30)
    assert len(got) == 12


def store_elsewhere(m: Any) -> None:
    """Wait for another thread's write."""
    thread = threading.Thread(target=m.store, args=("b", 2), daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive(), "update holds the lock while it reads"


def test_update_reads_pairs_without_the_lock() -> None:
    """A source that waits for another writer of the same map gets what it waits for."""
    m = sync.Map[str, int]()

    def source() -> Any:
        yield "a", 1
        store_elsewhere(m)
        yield "c", 3

    m.update(source())
    assert m.to_dict() == {"a": 1, "b": 2, "c": 3}


def test_update_reads_a_mapping_without_the_lock() -> None:
    m = sync.Map[str, int]()

    class Source:
        def keys(self) -> list[str]:
            return ["a", "c"]

        def __getitem__(self, key: str) -> int:
            store_elsewhere(m)
            return ord(key)

    m.update(Source())
    assert m.to_dict() == {"a": 97, "b": 2, "c": 99}


def test_two_maps_may_update_each_other() -> None:
    a = sync.Map[int, int]({n: n for n in range(50)})
    b = sync.Map[int, int]({n: n for n in range(50, 100)})
    hammer(
        lambda: [a.update(b) for _ in range(50)] and None,
        lambda: [b.update(a) for _ in range(50)] and None,
    )
    assert a == b
    assert len(a) == 100
