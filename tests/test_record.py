"""gomap.inspect.record: which events, in what order, whose, and what recording must not do."""

from __future__ import annotations

import array
import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import gomap
from golden.replay import Replay
from golden.subjects import SUBJECTS
from golden.traces import traces
from gomap import Map, NilMapError, float64, inspect, int8, int64
from support.hostile import HostileError
from support.inside import fill_until_growing, pile_up
from support.machine import Family
from support.states import KINDS, elem_of
from support.story import Story

FIELDS = (
    "kind key array bucket position slot moved_x moved_y count B flags noverflow nevacuate "
    "growing hash0 load_factor bytes_total state"
).split()


def kinds_of(m: Any, action: Callable[[], Any]) -> list[str]:
    """What the action tells, by kind."""
    with inspect.record(m) as events:
        action()
    return [event.kind for event in events]


def growing_map(cls: Any = Map[int64, int64]) -> Any:
    """A map of 27 entries with four old buckets, two of them evacuated."""
    m = cls(seed=1)
    for n in range(27):
        m[n] = n
    h = inspect.hmap(m)
    assert (h.growing, len(h.oldbuckets), inspect.stats(m).evacuated) == (True, 4, 2)
    return m


# ---- which events ---------------------------------------------------------------------


def test_an_event_is_a_frozen_tuple_with_names() -> None:
    m = Map[int, int]()
    with inspect.record(m) as events:
        m[5] = 50
    (event,) = events
    assert isinstance(events, list)
    assert isinstance(event, inspect.Event)
    assert [name for name in FIELDS if not hasattr(event, name)] == []
    assert (event.kind, event.key, event.array, *event[3:6]) == ("assign", 5, "new", 0, 0, 0)
    assert (event.count, event.B, event.load_factor, event.state) == (1, 0, 1.0, None)
    with pytest.raises((AttributeError, TypeError)):
        event.count = 5


def test_one_write_tells_its_growth_and_its_evacuations_first() -> None:
    m = Map[int64, int64]()
    for n in range(8):
        m[n] = n
    assert kinds_of(m, lambda: m.__setitem__(8, 8)) == ["grow", "evacuate", "grow_done", "assign"]
    m = Map[int64, int64]()
    for n in range(26):
        m[n] = n
    assert not inspect.stats(m).growing
    assert kinds_of(m, lambda: m.__setitem__(26, 0)) == ["grow", "evacuate", "evacuate", "assign"]


def test_the_last_evacuation_is_followed_by_the_growth_s_end() -> None:
    m = growing_map()
    kinds = kinds_of(m, lambda: [m.__setitem__(n, 0) for n in range(27)])
    assert kinds.count("evacuate") == 2
    assert kinds.count("grow_done") == 1
    assert kinds[kinds.index("grow_done") - 1] == "evacuate"
    assert kinds.count("update") == 27


def test_a_growth_to_the_same_size_is_told_as_such() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: key, hint=200)
    with inspect.record(m) as events:
        pile_up(m)
    (start,) = [n for n, event in enumerate(events) if event.kind == "same_size_grow"]
    assert events[start].flags & 8
    assert {event.kind for event in events[start + 1 :]} == {"evacuate", "assign"}


def test_a_delete_of_an_absent_key_tells_the_work_it_does() -> None:
    m = growing_map()
    assert set(kinds_of(m, lambda: m.__delitem__(99))) <= {"evacuate", "grow_done"}
    m = growing_map()
    assert kinds_of(m, lambda: m.pop(99, None)) == []
    assert kinds_of(m, lambda: m.setdefault(1, 5)) == []


def test_emptying_a_map_draws_a_seed_unless_it_is_fixed() -> None:
    for seed, more in ((None, ["reseed"]), (7, [])):
        m = Map[str, int]({"a": 1}, seed=seed)
        assert kinds_of(m, lambda m=m: m.pop("a")) == ["delete", *more]
        m["b"] = 2
        assert kinds_of(m, m.clear) == ["clear", *more]
        assert kinds_of(m, m.clear) == []


def test_rebuilding_is_told_after_the_growth_that_it_completes() -> None:
    m = growing_map()
    kinds = kinds_of(m, lambda: m.reserve(1000))
    assert kinds == ["evacuate", "evacuate", "grow_done", "rebuild"]
    assert kinds_of(m, lambda: m.reserve(1000)) == []
    assert kinds_of(m, m.shrink) == ["rebuild"]
    assert kinds_of(m, m.shrink) == []
    m = growing_map()
    assert kinds_of(m, m.finish_growth) == ["evacuate", "evacuate", "grow_done"]


def test_reading_and_iterating_are_no_events() -> None:
    m = growing_map()

    def read() -> None:
        _ = m[3], m.get(99), 5 in m, m.lookup(7), len(m), repr(m), m == {}, m | {1: 2}
        list(m.items())
        m.get_many([1, 2, 99])
        m.to_arrays()
        m.random_item()
        inspect.stats(m)
        inspect.explain(m, 1)
        m.copy()[1] = 5

    assert kinds_of(m, read) == []


def test_moved_entries_are_those_of_the_two_buckets() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: key)
    for n in range(26):
        m[n] = n
    with inspect.record(m) as events:
        m[26] = 26
    moves = {e.bucket: (e.moved_x, e.moved_y) for e in events if e.kind == "evacuate"}
    # 26 % 4 == 2 goes first, then the mark's bucket 0
    assert list(moves) == [2, 0]
    assert moves[2] == (3, 3)  # 2, 10, 18 and 6, 14, 22
    assert moves[0] == (4, 3)  # 0, 8, 16, 24 and 4, 12, 20


def test_popitem_from_an_old_chain_says_that_it_is_old() -> None:
    arrays = set()
    for seed in range(30):
        m = Map[int64, int64](seed=seed)
        fill_until_growing(m, range(200))
        with inspect.record(m) as events:
            m.popitem()
        arrays |= {event.array for event in events if event.kind == "delete"}
    assert arrays <= {"new", "old"}
    assert "new" in arrays


@pytest.mark.parametrize("cls", [Map[float, int], Map[float64, int64], Map[object, int]])
def test_the_key_of_an_update_is_the_one_that_is_stored(cls: Any) -> None:
    m = cls({0.0: 1})
    with inspect.record(m) as events:
        m[-0.0] = 2
    assert repr(events[-1].key) == repr(next(iter(m)))


def test_many_numbers_at_once_without_the_interpreter_lock() -> None:
    """More than 2,048 keys: the events come from a batch that holds no lock."""
    numbers = array.array("q", range(5000))
    m = Map[int64, int64]()
    story = Story(m, Family("int64", int64, int64, int))
    done = 0
    with inspect.record(m) as events:
        for batch in (
            lambda: m.set_many(numbers, numbers),
            lambda: m.add_many(numbers, 1),
            lambda: m.delete_many(numbers[:4000]),
            lambda: gomap.count(numbers, into=m),
        ):
            batch()
            for event in events[done:]:
                story.tell(event)
            story.check(m, events[done:])
            done = len(events)
    assert story.counters["assign"] == 9000
    assert story.counters["delete"] == 4000


def test_a_batch_that_is_taken_back_tells_of_both_ways() -> None:
    m = Map[int64, int8]({1: 100})
    story = Story(m, Family("int8", int64, int8, int))
    with inspect.record(m) as events, pytest.raises(OverflowError):
        m.add_many([5, 6, 7, 1], [1, 1, 1, 100])
    for event in events:
        story.tell(event)
    story.check(m, events)
    assert dict(m) == {1: 100}


# ---- recordings -----------------------------------------------------------------------


def test_nested_recordings_have_a_list_each() -> None:
    m = Map[int, int]()
    outer, inner = inspect.record(m), inspect.record(m)
    with outer as all_events:
        m[1] = 1
        with inner as some:
            m[2] = 2
        m[3] = 3
    assert [event.key for event in all_events] == [1, 2, 3]
    assert [event.key for event in some] == [2]


def test_recordings_may_end_in_any_order() -> None:
    m = Map[int, int]()
    first, second = inspect.record(m), inspect.record(m, states=True)
    a, b = first.__enter__(), second.__enter__()
    m[1] = 1
    first.__exit__(None, None, None)
    m[2] = 2
    second.__exit__(None, None, None)
    m[3] = 3
    assert [event.key for event in a] == [1]
    assert [event.key for event in b] == [1, 2]
    assert all(event.state.count == event.count for event in b)


def test_a_recording_is_used_again_but_not_twice_at_once() -> None:
    m = Map[int, int]()
    recording = inspect.record(m)
    with recording as events:
        m[1] = 1
        with pytest.raises(RuntimeError, match="under way already"), recording:
            raise AssertionError("entered twice")
        m[2] = 2
    m[3] = 3
    assert [event.key for event in events] == [1, 2]
    with recording as again:
        m[4] = 4
    assert again is not events
    assert [event.key for event in again] == [4]
    with pytest.raises(RuntimeError, match="not under way"):
        recording.__exit__(None, None, None)


def test_nothing_is_recorded_before_the_block() -> None:
    m = Map[int, int]()
    recording = inspect.record(m)
    m[1] = 1
    with recording as events:
        pass
    assert events == []


def test_an_exception_in_the_block_keeps_the_events() -> None:
    m = Map[int, int]()
    with pytest.raises(HostileError), inspect.record(m) as events:
        m[1] = 1
        raise HostileError
    m[2] = 2
    assert [event.key for event in events] == [1]


def test_the_list_is_the_user_s() -> None:
    m = Map[int, int]()
    with inspect.record(m) as events:
        m[1] = 1
        events.clear()
        m[2] = 2
        events.append("mine")  # type: ignore[arg-type]
        m[3] = 3
    assert [getattr(event, "key", event) for event in events] == [2, "mine", 3]


@pytest.mark.parametrize("other", [{}, None, 5, Map, [Map()]], ids=repr)
def test_only_maps_are_recorded(other: Any) -> None:
    with pytest.raises(TypeError):
        inspect.record(other)


def test_nothing_happens_to_nil() -> None:
    nil = Map[str, int].nil()
    with inspect.record(nil, states=True) as events:
        with pytest.raises(NilMapError):
            nil["a"] = 1
        del nil["a"]
        nil.clear()
        nil.update({})
    assert events == []
    assert nil.is_nil


class Doubling(Map[int, int]):  # type: ignore[misc]
    """Stores twice the element."""

    def __setitem__(self, key: int, elem: int) -> None:
        super().__setitem__(key, 2 * elem)


def test_a_subclass_is_recorded_as_what_it_does() -> None:
    m = Doubling()
    m.name = "a subclass has a __dict__"
    with inspect.record(m, states=True) as events:
        m[1] = 5
    assert [event.kind for event in events] == ["assign"]
    assert events[0].state == inspect.hmap(m)
    assert events[0].state.buckets[0][0].elems[0] == 10


@pytest.mark.parametrize("cls", [Map, Map[int64, int64], Map[str, object]])
def test_copies_and_pickles_are_not_recorded(cls: Any) -> None:
    keys = "abc" if cls.key_type is str else range(3)
    m = cls({key: 1 for key in keys})
    with inspect.record(m) as events:
        for other in (
            m.copy(),
            copy.copy(m),
            copy.deepcopy(m),
            m | {},
            pickle.loads(pickle.dumps(m)),
            type(m)(m),
        ):
            other.clear()
            other.update({key: 2 for key in keys})
        type(m).fromkeys(keys, 1)
    assert events == []


def test_a_recorded_map_still_pickles_and_compares() -> None:
    m = Map[int, int]({1: 1})
    with inspect.record(m):
        assert pickle.loads(pickle.dumps(m)) == m == m.copy()


# ---- states ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_state_stays_what_it_was(kind: Family) -> None:
    """The map goes on; the snapshots of earlier instants do not."""
    m = kind.make(seed=5)
    story = Story(m, kind)
    seen = []
    with inspect.record(m, states=True) as events:
        for n in range(40):
            m[kind.key_of(n)] = elem_of(kind, n)
            assert events[-1].state is not None
            seen.append((events[-1], repr(events[-1].state), repr(inspect.hmap(m))))
        m.clear()
    for event in events:
        story.tell(event)
    for event, then, there in seen:
        assert repr(event.state) == then == there


def test_a_film_of_one_evacuation() -> None:
    """Between two states of one write only the chains that moved differ."""
    m = Map[int64, int64](hasher=lambda key, seed: key)
    for n in range(26):
        m[n] = n
    with inspect.record(m, states=True) as events:
        m[26] = 26
    grow, first, second, assign = (event.state for event in events)
    assert [grow.count, first.count, second.count, assign.count] == [26, 26, 26, 27]
    assert all(not any(bucket.tophash) for chain in grow.buckets for bucket in chain)
    assert first.oldbuckets[0] == grow.oldbuckets[0]
    assert first.oldbuckets[2] != grow.oldbuckets[2] == grow.oldbuckets[2]
    assert first.buckets[0] == grow.buckets[0]
    assert second.buckets[2] == first.buckets[2]
    assert 26 in assign.buckets[2][0].keys
    assert 26 not in second.buckets[2][0].keys


# ---- golden traces --------------------------------------------------------------------


class Recorded(Replay):
    """A replay that records, and holds the events against the map at every check."""

    def run(self, lines: int | None = None) -> int:
        key, elem = self.subject.key, self.subject.elem
        self.story = Story(self.m, Family("traced", key, elem, int))
        with inspect.record(self.m) as self.events:
            steps = super().run(lines)
        self.compare()
        return steps

    def compare(self) -> None:
        """Everything told since the last time."""
        for event in self.events:
            self.story.tell(event)
        self.events.clear()
        self.story.now["flags"] = inspect.stats(self.m).flags
        self.story.check(self.m, [])

    def do_cp(self, dump: dict[str, Any]) -> None:
        super().do_cp(dump)
        self.compare()


@pytest.mark.parametrize("family", ["growth_i64", "samesize_i64", "clear", "iter_mutate"])
def test_golden_traces_replay_while_they_are_recorded(family: str) -> None:
    for trace in list(traces(family))[:6]:
        header = trace.header
        for subject in SUBJECTS[header["key"], header["elem"]][:2]:
            Recorded(trace, subject).run(400)
