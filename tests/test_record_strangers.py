"""Recording among strangers: keys that act, threads, references, memory that runs out."""

from __future__ import annotations

import array
import gc
import sys
import weakref
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from gomap import Map, inspect, int64
from support.hostile import Acting, HostileError, at_each_collection, fail, once
from support.inside import assert_valid
from support.leaks import steady
from support.machine import Family
from support.no_memory import needs_testcapi, run
from support.story import Story
from support.threads import beside, hammer

# ---- strangers ------------------------------------------------------------------------


def test_equality_that_writes_tells_its_own_story_in_the_middle() -> None:
    first, second = Acting("a"), Acting("b")
    m = Map[object, int]({first: 1, second: 2})
    first.on_eq = once(lambda: m.__setitem__("inner", 3))
    with inspect.record(m) as events:
        m[Acting("b")] = 20
    assert [(event.kind, event.key) for event in events] == [
        ("assign", "inner"),
        ("update", second),
    ]
    assert_valid(m)


@pytest.mark.parametrize("states", [False, True])
@pytest.mark.parametrize("ends", ["outer", "both", "and begins"])
def test_equality_may_end_a_recording_in_the_middle_of_an_operation(
    ends: str, states: bool
) -> None:
    first, second = Acting("a"), Acting("b")
    m = Map[object, int]({first: 1, second: 2})
    outer, inner = inspect.record(m, states=states), inspect.record(m)
    events, more = outer.__enter__(), inner.__enter__()

    def end() -> None:
        outer.__exit__(None, None, None)
        if ends == "both":
            inner.__exit__(None, None, None)
        if ends == "and begins":
            outer.__enter__()

    first.on_eq = once(end)
    m["before"] = 0
    m[Acting("b")] = 20
    first.disarm()
    m["after"] = 1
    assert [event.key for event in events] == ["before"]
    told = [event.key for event in more]
    assert told == (["before"] if ends == "both" else ["before", second, "after"])
    assert_valid(m)


def test_a_hash_may_begin_a_recording_of_the_operation_it_is_in() -> None:
    key = Acting("a")
    m = Map[object, int]()
    recording = inspect.record(m)
    lists: list[Any] = []
    key.on_hash = once(lambda: lists.append(recording.__enter__()))
    m[key] = 1
    recording.__exit__(None, None, None)
    assert [event.key for event in lists[0]] == [key]


def test_failing_keys_tell_only_the_work_that_was_done() -> None:
    m = Map[object, int]({Acting(n): n for n in range(3)})
    bad = Acting("bad")
    bad.on_eq = fail
    with inspect.record(m) as events, pytest.raises(HostileError):
        m[bad] = 1
    assert events == []
    bad.disarm()
    bad.on_hash = fail
    with inspect.record(m) as events, pytest.raises(HostileError):
        m[bad] = 1
    assert events == []
    m[7] = 7
    with inspect.record(m) as events:
        m[8] = 8
    assert [event.key for event in events] == [8]


class Writes:
    """Writes to a map when it goes."""

    def __init__(self, m: Any, key: Any) -> None:
        self.m, self.key = m, key

    def __del__(self) -> None:
        self.m[self.key] = 1


@pytest.mark.parametrize("empty", ["clear", "pop", "overwrite", "shrink"])
def test_releases_that_write_are_told_after_what_released_them(empty: str) -> None:
    m = Map[str, object]()
    m["x"] = Writes(m, "from the grave")
    actions: dict[str, Callable[[], Any]] = {
        "clear": m.clear,
        "pop": lambda: m.__delitem__("x"),
        "overwrite": lambda: m.__setitem__("x", None),
        "shrink": lambda: (m.clear(), m.shrink()),
    }
    story = Story(m, Family("str-object", str, object, str))
    with inspect.record(m, states=True) as events:
        actions[empty]()
    for event in events:
        story.tell(event)
    story.check(m, [])
    kinds = [event.kind for event in events]
    assert kinds.count("assign") == 1
    assert [event.key for event in events if event.kind == "assign"] == ["from the grave"]


# ---- threads --------------------------------------------------------------------------


def test_another_thread_s_writes_are_recorded_too() -> None:
    m = Map[int, int]()
    story = Story(m, Family("int", int, int, int))

    def write(first: int) -> None:
        for n in range(first, first + 1000):
            m[n] = n

    with inspect.record(m) as events:
        hammer(lambda: write(0), lambda: write(1000), lambda: write(500))
    for event in events:
        story.tell(event)
    story.check(m, events)
    assert story.counters["assign"] == 2000
    assert story.counters["update"] == 1000


@pytest.mark.parametrize("states", [False, True])
def test_recordings_begin_and_end_while_other_threads_write(states: bool) -> None:
    m = Map[str, int]()

    def write() -> None:
        for n in range(600):
            m[f"k{n % 40}"] = n
            m.pop(f"k{n % 7}", None)

    def record() -> None:
        before = m.copy()
        story = Story(before, Family("str", str, int, str))
        with inspect.record(m, states=states) as events:
            m["mine"] = 1
        assert [event.key for event in events].count("mine") >= 1
        assert story.counters.total() == 0

    beside(write, record)
    assert_valid(m)


def test_recordings_begin_and_end_during_batches_without_the_lock() -> None:
    """The events of a batch belong to its thread until the batch is over."""
    numbers = array.array("q", range(100_000))
    m = Map[int64, int64](hint=100_000)

    def write() -> None:
        for _ in range(2):
            m.set_many(numbers, numbers)
            m.delete_many(numbers)

    def record() -> None:
        with inspect.record(m) as inner:
            inspect.record(m)
        inner.clear()

    with inspect.record(m) as events:
        beside(write, record)
    told = Counter(event.kind for event in events)
    assert told == {"assign": 200_000, "delete": 200_000, "reseed": 2}
    assert_valid(m)


# ---- references -------------------------------------------------------------------------


class Key:
    """Something to count and to hang cycles on."""

    def __init__(self, number: int = 0) -> None:
        self.number, self.link = number, None  # type: Any, Any

    def __hash__(self) -> int:
        return self.number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.number == other.number


def work(m: Any, key: Callable[[int], Any]) -> None:
    """Growths, overwriting, deletes, clears, under live iterators."""
    for n in range(30):
        m[key(n)] = n
    iterator = iter(m)
    next(iterator)
    for n in range(0, 60, 2):
        m[key(n)] = 2 * n
        m.pop(key(n + 1), None)
    m.reserve(200)
    m.shrink()
    m.update({key(n): n for n in range(20)})
    m.popitem()
    m.clear()
    m.update({key(n): n for n in range(9)})


@pytest.mark.parametrize("states", [False, True])
@pytest.mark.parametrize("types", [(object, object), (str, int), (int64, int64), (int64, object)])
def test_recording_leaks_nothing(types: Any, states: bool) -> None:
    key: Callable[[int], Any] = {object: Key, str: str}.get(types[0], int)  # type: ignore[assignment]

    def once_more() -> None:
        m = Map[types]()
        with inspect.record(m, states=states), inspect.record(m) as events:
            work(m, key)
            events.clear()
            work(m, key)
        recording = inspect.record(m, states=states)
        recording.__enter__()
        m[key(1)] = 1

    assert steady(once_more, rounds=4, windows=3) < 250


@pytest.mark.parametrize("states", [False, True])
def test_keys_live_as_long_as_map_and_events_need_them(states: bool) -> None:
    m, keys = Map[object, object](), [Key(n) for n in range(40)]
    counts = [sys.getrefcount(key) for key in keys]
    with inspect.record(m, states=states) as events:
        for key in keys:
            m[key] = key
        m.pop(keys[3])
        m[Key(5)] = None
        m.clear()
    del key
    assert all(sys.getrefcount(key) > count for key, count in zip(keys, counts, strict=True))
    events.clear()
    assert [sys.getrefcount(key) for key in keys] == counts


def test_elements_that_went_stay_in_the_states_that_show_them() -> None:
    m, elem = Map[str, object](), Key(1)
    gone = weakref.ref(elem)
    with inspect.record(m, states=True) as events:
        m["a"] = elem
        m["a"] = None
        m.clear()
    del elem
    assert [getattr(e.state.buckets[0][0].elems[0], "number", None) for e in events[:2]] == [
        1,
        None,
    ]
    events.clear()
    assert gone() is None


CYCLES: dict[str, Callable[[Any, Key, list[Any]], None]] = {
    "key holds events": lambda m, key, events: setattr(key, "link", events),
    "key holds map": lambda m, key, events: setattr(key, "link", m),
    "events hold map": lambda m, key, events: events.append(m),
    "map holds events": lambda m, key, events: m.__setitem__("events", events),
    "events hold events": lambda m, key, events: events.append(events),
}


@pytest.mark.parametrize("states", [False, True])
@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("cycle", CYCLES)
def test_a_cycle_through_a_recording_is_collected(cycle: str, ended: bool, states: bool) -> None:
    """Also when the block never ends: a generator that nobody finishes, say."""
    m, key = Map[object, object](), Key()
    recording = inspect.record(m, states=states)
    events = recording.__enter__()
    m[key] = 1
    CYCLES[cycle](m, key, events)
    m["more"] = key
    if ended:
        recording.__exit__(None, None, None)
    gone = weakref.ref(m), weakref.ref(key)
    del m, key, events, recording
    gc.collect()
    assert [ref() for ref in gone] == [None, None]


def test_an_unboxed_map_may_hold_the_cycle_by_its_recording_alone() -> None:
    class Named(Map[int64, int64]):  # type: ignore[misc]
        pass

    m = Named()
    events = inspect.record(m).__enter__()
    events.append(m)  # type: ignore[arg-type]
    gone = weakref.ref(m)
    del m, events
    gc.collect()
    assert gone() is None


def test_a_map_that_goes_while_recorded_takes_what_was_told_with_it() -> None:
    key = Key()
    count = sys.getrefcount(key)
    m = Map[object, int]()
    recording = inspect.record(m)
    events = recording.__enter__()
    m[key] = 1
    del m, recording
    gc.collect()
    assert [event.kind for event in events] == ["assign"]
    events.clear()
    assert sys.getrefcount(key) == count


# ---- memory ----------------------------------------------------------------------------

PROGRAM = """
from gomap import Map, inspect, int64
from support.no_memory import fails

def key_of(types, n):
    return f"key{n}" if types[0] is str else n

def operate(name, m, new, old, more):
    if name == "set":
        m[new] = 1
    elif name == "pop":
        m.pop(old, None)
    elif name == "clear":
        m.clear()
    elif name == "update":
        m.update(more)
    elif name == "reserve":
        m.reserve(500)
    elif m:
        m.popitem()


failures = 0
for types in [(int64, int64), (int, int), (str, object)]:
    for states in (False, True):
        for size in (0, 8, 26, 30):
            for name in ("set", "pop", "clear", "update", "reserve", "popitem"):
                for n in range(45):
                    m = Map[types]({key_of(types, i): i for i in range(size)}, hint=0)
                    more = {key_of(types, i): i for i in range(5000, 5012)}
                    new, old = key_of(types, 999), key_of(types, 1)
                    recording = inspect.record(m, states=states)
                    events = recording.__enter__()
                    lost = False
                    failed = fails(n, lambda: operate(name, m, new, old, more))
                    m[key_of(types, 77)] = 7
                    try:
                        recording.__exit__(None, None, None)
                    except MemoryError:
                        lost = True
                    kinds = [event.kind for event in events]
                    assert kinds[-1] in ("assign", "update"), (name, types, n, kinds)
                    if not lost:
                        went = kinds.count("assign") - kinds.count("delete")
                        assert "clear" in kinds or size + went == len(m), (name, types, n, kinds)
                    assert inspect.validate(m) is None, (name, types, n)
                    with recording as events:
                        m[key_of(types, 78)] = 8
                    assert events[-1].count == len(m)
                    failures += failed or lost
                    if not (failed or lost) and n > 25:
                        break
print("failures", failures)
"""


@needs_testcapi
def test_events_are_lost_with_an_error_only() -> None:
    assert int(run(PROGRAM).stdout.split()[-1]) > 200


class Thing:
    """Its allocation may begin a collection; a list's comes from a free list."""


def test_a_recording_by_a_collector_s_callback_gets_what_happens_in_it() -> None:
    m, inner = Map[str, object](), []

    def callback(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and len(inner) < 50 and not busy:
            busy.append(True)
            with inspect.record(m) as events:
                m["inner"] = object()
            inner.append([event.key for event in events])
            busy.clear()

    busy: list[bool] = []
    with inspect.record(m, states=True) as outer, at_each_collection(callback):
        for n in range(200):
            m[f"k{n}"] = Thing()
    assert inner
    assert all(keys[-1] == "inner" for keys in inner)
    assert sum(event.key == "inner" for event in outer) == len(inner)
    assert sum(event.key is not None for event in outer) == 200 + len(inner)


def test_a_write_at_every_collection_is_one_event_each() -> None:
    """3.11 collected while an event was made: each event made another, without an end."""
    m, calls = Map[str, object](), [0]

    def callback(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and calls[0] < 5000:
            calls[0] += 1
            m["inner"] = calls[0]

    with inspect.record(m, states=True) as events, at_each_collection(callback):
        for n in range(100):
            m[str(n)] = Thing()
    assert 0 < calls[0] < 500
    assert sum(event.key == "inner" for event in events) == calls[0]
    assert sum(event.key is not None for event in events) == 100 + calls[0]


def test_a_size_that_cannot_be_told_is_an_error_each_time() -> None:
    class Sizeless(Map[int, int]):
        def __sizeof__(self) -> int:
            raise HostileError("no size")

    m = Sizeless()
    for _ in range(2):
        with pytest.raises(HostileError), inspect.record(m):
            pass
    m[1] = 1
    assert m == {1: 1}
