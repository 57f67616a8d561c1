"""Recorded histories of sync.Map are linearizable; and the checker knows which are not."""

from __future__ import annotations

import itertools
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gomap import int64, sync
from support.linear import Call, Recorder, linearization, map_step
from support.threads import hammer

EMPTY: frozenset[Any] = frozenset()


def history(*calls: tuple[Any, ...]) -> list[Call]:
    """Calls as (thread, name, args, result, invoked, returned)."""
    return [Call(*call) for call in calls]


# ---- the checker itself -----------------------------------------------------------------

GOOD = {
    "nothing": [],
    "one after the other": [
        (0, "store", ("a", 1), None, 0, 1),
        (0, "load", ("a",), (1, True), 2, 3),
    ],
    "a read beside a write may see either: the new": [
        (0, "store", ("a", 1), None, 0, 3),
        (1, "load", ("a",), (1, True), 1, 2),
    ],
    "a read beside a write may see either: the old": [
        (0, "store", ("a", 1), None, 0, 3),
        (1, "load", ("a",), (0, False), 1, 2),
    ],
    "one of two swaps wins": [
        (0, "store", ("a", 0), None, 0, 1),
        (0, "compare_and_swap", ("a", 0, 1), True, 2, 5),
        (1, "compare_and_swap", ("a", 0, 2), False, 3, 4),
    ],
    "a swap back and forth explains two": [
        (0, "store", ("a", 0), None, 0, 1),
        (0, "compare_and_swap", ("a", 0, 1), True, 2, 9),
        (1, "compare_and_swap", ("a", 0, 2), True, 3, 8),
        (2, "compare_and_swap", ("a", 1, 0), True, 4, 7),
    ],
    "a late write explains an early-looking order": [
        (0, "store", ("a", 1), None, 0, 9),
        (1, "load", ("a",), (0, False), 1, 2),
        (1, "load", ("a",), (1, True), 3, 4),
        (1, "load_and_delete", ("a",), (1, True), 5, 6),
        (2, "load", ("a",), (0, False), 7, 8),
    ],
    "a snapshot of two keys": [
        (0, "store", ("a", 1), None, 0, 1),
        (0, "store", ("b", 2), None, 2, 5),
        (1, "to_dict", (), {"a": 1}, 3, 4),
    ],
}

BAD = {
    "a stale read": [
        (0, "store", ("a", 1), None, 0, 1),
        (1, "load", ("a",), (0, False), 2, 3),
    ],
    "two winners": [
        (0, "store", ("a", 0), None, 0, 1),
        (0, "compare_and_swap", ("a", 0, 1), True, 2, 5),
        (1, "compare_and_swap", ("a", 0, 2), True, 3, 4),
    ],
    "new, then old again": [
        (0, "store", ("a", 1), None, 0, 9),
        (1, "load", ("a",), (1, True), 1, 2),
        (2, "load", ("a",), (0, False), 3, 4),
    ],
    "two readers disagree about the order of two writes": [
        (0, "store", ("a", 1), None, 0, 9),
        (1, "store", ("b", 1), None, 0, 9),
        (2, "load", ("a",), (1, True), 1, 2),
        (2, "load", ("b",), (0, False), 3, 4),
        (3, "load", ("b",), (1, True), 1, 2),
        (3, "load", ("a",), (0, False), 3, 4),
    ],
    "a lost addition": [
        (0, "add", ("a", 1), 1, 0, 3),
        (1, "add", ("a", 1), 1, 1, 2),
    ],
    "an entry taken twice": [
        (0, "store", ("a", 1), None, 0, 1),
        (1, "load_and_delete", ("a",), (1, True), 2, 5),
        (2, "load_and_delete", ("a",), (1, True), 3, 4),
    ],
    "half an update": [
        (0, "update", ({"a": 1, "b": 1},), None, 0, 3),
        (1, "__len__", (), 1, 1, 2),
    ],
    "a result of another type": [(0, "add", ("a", 1), True, 0, 1)],
}


@pytest.mark.parametrize("name", GOOD)
def test_checker_finds_an_order_where_there_is_one(name: str) -> None:
    calls = history(*GOOD[name])
    order = linearization(calls, EMPTY, map_step())
    assert order is not None
    assert sorted(map(str, order)) == sorted(map(str, calls))
    for first, second in itertools.combinations(order, 2):
        assert not second.returned < first.invoked


@pytest.mark.parametrize("name", BAD)
def test_checker_finds_none_where_there_is_none(name: str) -> None:
    assert linearization(history(*BAD[name]), EMPTY, map_step()) is None


def brute_force(calls: list[Call]) -> bool:
    """Try every order."""
    step = map_step()
    for order in itertools.permutations(calls):
        early = any(b.returned < a.invoked for a, b in itertools.combinations(order, 2))
        state: Any = EMPTY
        for call in order if not early else ():
            state = step(state, call) if isinstance(state, frozenset) else state
        if not early and isinstance(state, frozenset):
            return True
    return False


def test_checker_agrees_with_trying_every_order() -> None:
    rng = random.Random(5)
    verdicts = set()
    for _ in range(400):
        calls = []
        for thread in range(4):
            invoked = rng.randrange(8)
            args = ("a", rng.randrange(2), rng.randrange(2))
            call = ("compare_and_swap", args, rng.random() < 0.5)
            if rng.random() < 0.5:
                call = ("swap", args[:2], (rng.randrange(2), rng.random() < 0.7))
            calls.append(Call(thread, *call, invoked, invoked + rng.randrange(1, 6)))
        verdict = linearization(calls, EMPTY, map_step()) is not None
        assert verdict == brute_force(calls)
        verdicts.add(verdict)
    assert verdicts == {True, False}


def test_checker_does_not_explode_on_many_parallel_calls() -> None:
    """Sixteen at once: 16! orders, but 2**16 subsets at most."""
    calls = [Call(n, "add", ("a", 1), n + 1, 0, 99) for n in range(16)]
    assert linearization(calls, EMPTY, map_step()) is not None
    calls[3] = Call(3, "add", ("a", 1), 5, 0, 99)
    assert linearization(calls, EMPTY, map_step()) is None


# ---- histories ----------------------------------------------------------------------------


class Restless:
    """A key whose hash and equality are Python code, in which threads take turns."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __hash__(self) -> int:
        return 7

    def __eq__(self, other: object) -> bool:
        time.sleep(0)
        return isinstance(other, Restless) and self.name == other.name

    def __repr__(self) -> str:
        return self.name


class Number(int):
    """An element whose equality is."""

    def __hash__(self) -> int:
        return int(self)

    def __eq__(self, other: object) -> bool:
        time.sleep(0)
        return isinstance(other, int) and int(self) == int(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __add__(self, other: int) -> Number:
        time.sleep(0)
        return Number(int(self) + int(other))


@dataclass(frozen=True)
class Setting:
    """Maps of what, and how threads are made to switch."""

    name: str
    cls: Any
    keys: tuple[Any, ...]
    value: Callable[[int], Any] = int
    #: A reader may see an update half done while keys are compared in Python.
    update: bool = True
    trace: Any = None

    def draw(self, rng: random.Random) -> tuple[Any, ...]:
        """A call: a name and its arguments."""
        key, value = rng.choice(self.keys), self.value
        a, b = value(rng.randrange(3)), value(rng.randrange(3))
        one_key = ("load", "load_and_delete", "delete", "get", "__contains__", "__getitem__")
        with_value = ("store", "load_or_store", "swap", "compare_and_delete", "setdefault")
        return rng.choice(
            [
                *[(name, key) for name in one_key],
                *[(name, key, a) for name in with_value],
                *[("compare_and_swap", key, a, b)] * 4,
                *[("add", key, value(1)), ("pop", key, value(9))],
                *[("clear",), ("__len__",), ("to_dict",)],
                *[("range", rng.choice([None, "stop", "delete", "store"]))] * 2,
                *[("update", dict.fromkeys(self.keys, a))] * self.update,
            ]
        )


def run_calls(
    recorder: Recorder, thread: int, calls: list[tuple[Any, ...]], setting: Setting
) -> None:
    """What one thread does."""
    keys = setting.keys

    def inside(action: str | None) -> Callable[[Any], object]:
        def act(key: Any) -> object:
            if action == "delete":
                recorder.call(thread, "delete", key)
            elif action == "store":
                recorder.call(thread, "store", keys[-1], setting.value(1))
            return action != "stop"

        return act

    for name, *args in calls:
        if name == "range":
            recorder.range(thread, keys, inside(args[0]))
        else:
            recorder.call(thread, name, *args)


def take_turns(frame: Any, event: str, arg: object) -> Any:
    """A trace function: in gomap's Python code, threads switch at every bytecode."""
    if not frame.f_globals.get("__name__", "").startswith("gomap.sync"):
        return None
    frame.f_trace_opcodes = True
    time.sleep(0)
    return take_turns


def record(setting: Setting, seed: int) -> Recorder:
    """A history of two to four threads with a few calls each."""
    rng = random.Random(seed)
    threads = rng.randrange(2, 5)
    plans = [[setting.draw(rng) for _ in range(rng.randrange(2, 6))] for _ in range(threads)]
    recorder = Recorder(setting.cls(zero=setting.value(0)))
    barrier = threading.Barrier(threads)

    def job(thread: int) -> Callable[[], None]:
        def run() -> None:
            barrier.wait(30)
            before = sys.gettrace()
            sys.settrace(setting.trace or before)
            try:
                run_calls(recorder, thread, plans[thread], setting)
            finally:
                sys.settrace(before)

        return run

    hammer(*[job(thread) for thread in range(threads)], interval=1e-6)
    return recorder


def overlaps(recorder: Recorder) -> int:
    """Pairs of calls of different threads that were under way at once."""
    return sum(
        a.thread != b.thread and a.invoked < b.returned and b.invoked < a.returned
        for a, b in itertools.combinations(recorder.calls, 2)
    )


def check(setting: Setting, rounds: int) -> int:
    """Record and check so many histories; return how many calls overlapped."""
    overlapping = 0
    for seed in range(rounds):
        recorder = record(setting, seed)
        order = linearization(recorder.calls, EMPTY, map_step(setting.value(0)))
        assert order is not None, f"seed {seed}: {recorder.explain()}"
        overlapping += overlaps(recorder)
    return overlapping


RESTLESS = (Restless("a"), Restless("b"))
PLAIN = [
    Setting("str-int", sync.Map[str, int], ("a", "b")),
    Setting("int64-int64", sync.Map[int64, int64], (1, 2, 3)),
    Setting("object", sync.Map, ("a", 1)),
]
PYTHON = [
    Setting("keys", sync.Map[Restless, int], RESTLESS, update=False),
    Setting("keys-and-elements", sync.Map, RESTLESS, Number, update=False),
    Setting("elements", sync.Map[str, Number], ("a", "b"), Number),
]
TRACED = [replace(setting, trace=take_turns) for setting in PLAIN]


def name_of(setting: Setting) -> str:
    return setting.name


@pytest.mark.parametrize("setting", PLAIN, ids=name_of)
def test_histories_are_linearizable(setting: Setting) -> None:
    check(setting, 300)


@pytest.mark.parametrize("setting", TRACED, ids=name_of)
def test_histories_are_linearizable_when_threads_switch_at_every_bytecode(
    setting: Setting,
) -> None:
    assert check(setting, 60) > 100


@pytest.mark.parametrize("setting", PYTHON, ids=name_of)
def test_histories_are_linearizable_when_threads_switch_inside_calls(setting: Setting) -> None:
    assert check(setting, 300) > 300


@pytest.mark.slow
@pytest.mark.parametrize("setting", [*PLAIN, *PYTHON], ids=name_of)
def test_many_histories_are_linearizable(setting: Setting) -> None:
    check(setting, 5000)


@pytest.mark.slow
@pytest.mark.parametrize("setting", TRACED, ids=name_of)
def test_many_traced_histories_are_linearizable(setting: Setting) -> None:
    check(setting, 1000)


class Naive(sync.Map):  # type: ignore[type-arg]
    """What people write first: look, then store."""

    def compare_and_swap(self, key: Any, old: Any, new: Any, /) -> bool:
        value, ok = self.load(key)
        if not ok or value != old:
            return False
        time.sleep(0.001)
        self.store(key, new)
        return True


def test_a_naive_compare_and_swap_is_found_out() -> None:
    setting = Setting("naive", Naive, ("a",))
    for seed in range(500):
        recorder = record(setting, seed)
        if linearization(recorder.calls, EMPTY, map_step()) is None:
            return
    pytest.fail("500 histories, and nothing wrong was seen")
