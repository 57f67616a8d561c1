"""Linearizability of complete histories: was there an order of the calls that explains them?

A call is recorded with two numbers of one clock, before it began and after it
returned.  A history is linearizable if its calls can be put into one order, in which
each gives what a map used by one thread would give, and no call comes before another
that had returned when it began.

The search is Wing and Gong's: take any call that may come next, try the rest, go
back.  What has been tried is remembered as (calls taken, contents), after Lowe: to
arrive there by another way leads nowhere new.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

State = Hashable
Step = Callable[[Any, "Call"], Any]
"""The contents after the call, or `IMPOSSIBLE` if its result cannot come from these contents."""

IMPOSSIBLE = object()


@dataclass(frozen=True)
class Call:
    """One call as a thread saw it."""

    thread: int
    name: str
    args: tuple[Any, ...]
    result: Any
    invoked: int
    returned: int

    def __str__(self) -> str:
        """As a line of a report."""
        args = ", ".join(map(repr, self.args))
        when = f"[{self.invoked:4}, {self.returned:4}]"
        return f"{when} thread {self.thread}: {self.name}({args}) -> {self.result!r}"


def linearization(calls: Sequence[Call], initial: State, step: Step) -> list[Call] | None:
    """An order that explains the calls, or None: there is none."""
    everything = (1 << len(calls)) - 1
    before = [
        sum(1 << j for j, other in enumerate(calls) if other.returned < call.invoked)
        for call in calls
    ]
    tried: set[tuple[int, State]] = set()
    order: list[Call] = []

    def search(taken: int, state: State) -> bool:
        if taken == everything:
            return True
        if (taken, state) in tried:
            return False
        tried.add((taken, state))
        for number, call in enumerate(calls):
            may_be_next = not taken >> number & 1 and before[number] & ~taken == 0
            after = step(state, call) if may_be_next else IMPOSSIBLE
            if after is not IMPOSSIBLE:
                order.append(call)
                if search(taken | 1 << number, after):
                    return True
                order.pop()
        return False

    return order if search(0, initial) else None


# ---- the map as one thread sees it -------------------------------------------------------

Contents = frozenset[tuple[Any, Any]]


def _load(d: dict[Any, Any], zero: Any, key: Any) -> Any:
    return (d[key], True) if key in d else (zero, False)


def _store(d: dict[Any, Any], zero: Any, key: Any, value: Any) -> None:
    d[key] = value


def _load_or_store(d: dict[Any, Any], zero: Any, key: Any, value: Any) -> Any:
    return (d[key], True) if key in d else (d.setdefault(key, value), False)


def _load_and_delete(d: dict[Any, Any], zero: Any, key: Any) -> Any:
    return (d.pop(key), True) if key in d else (zero, False)


def _delete(d: dict[Any, Any], zero: Any, key: Any) -> None:
    d.pop(key, None)


def _swap(d: dict[Any, Any], zero: Any, key: Any, value: Any) -> Any:
    before = _load(d, zero, key)
    d[key] = value
    return before


def _compare_and_swap(d: dict[Any, Any], zero: Any, key: Any, old: Any, new: Any) -> bool:
    if key not in d or d[key] != old:
        return False
    d[key] = new
    return True


def _compare_and_delete(d: dict[Any, Any], zero: Any, key: Any, old: Any) -> bool:
    if key not in d or d[key] != old:
        return False
    del d[key]
    return True


def _add(d: dict[Any, Any], zero: Any, key: Any, delta: Any) -> Any:
    d[key] = d.get(key, zero) + delta
    return d[key]


SPECIFICATION: dict[str, Callable[..., Any]] = {
    "load": _load,
    "store": _store,
    "load_or_store": _load_or_store,
    "load_and_delete": _load_and_delete,
    "delete": _delete,
    "swap": _swap,
    "compare_and_swap": _compare_and_swap,
    "compare_and_delete": _compare_and_delete,
    "add": _add,
    "clear": lambda d, zero: d.clear(),
    "update": lambda d, zero, other: d.update(other),
    "setdefault": lambda d, zero, key, value: d.setdefault(key, value),
    "pop": lambda d, zero, key, default: d.pop(key, default),
    "get": lambda d, zero, key: d.get(key),
    "to_dict": lambda d, zero: dict(d),
    "__len__": lambda d, zero: len(d),
    "__contains__": lambda d, zero, key: key in d,
    "__getitem__": lambda d, zero, key: d.get(key, zero),
}
"""Every call on a map of integers: (contents, zero value, *arguments) -> result."""


def map_step(zero: Any = 0) -> Step:
    """How a map with that zero value answers."""

    def step(contents: Contents, call: Call) -> Any:
        entries = dict(contents)
        result = SPECIFICATION[call.name](entries, zero, *call.args)
        if result != call.result or type(result) is not type(call.result):
            return IMPOSSIBLE
        return frozenset(entries.items())

    return step


# ---- recording ---------------------------------------------------------------------------


@dataclass
class Recorder:
    """The history of one map; its clock is atomic under the interpreter lock."""

    map: Any
    calls: list[Call] = field(default_factory=list)
    clock: Any = field(default_factory=itertools.count)

    def call(self, thread: int, name: str, *args: Any) -> Any:
        """Call the map and write it down."""
        method = getattr(self.map, name)
        invoked = next(self.clock)
        result = method(*args)
        self.calls.append(Call(thread, name, args, result, invoked, next(self.clock)))
        return result

    def range(self, thread: int, keys: Sequence[Any], inside: Callable[[Any], object]) -> None:
        """Call range, which is no single step, and write down what Go promises of it.

        Each visit saw its entry at some time since the last visit.  No key comes twice.
        A key that never came was absent at some time between beginning and end.
        """
        visited: list[Any] = []
        began = since = next(self.clock)

        def visit(key: Any, value: Any) -> object:
            nonlocal since
            now = next(self.clock)
            self.calls.append(Call(thread, "load", (key,), (value, True), since, now))
            visited.append(key)
            go_on = inside(key)
            since = next(self.clock)
            return go_on

        stopped = False

        def until_false(key: Any, value: Any) -> object:
            nonlocal stopped
            assert not stopped, "range went on after False"
            go_on = visit(key, value)
            stopped = go_on is False
            return go_on

        self.map.range(until_false)
        ended = next(self.clock)
        assert len(set(visited)) == len(visited), f"visited twice: {visited}"
        if not stopped:
            for key in keys:
                if key not in visited:
                    absent = Call(thread, "__contains__", (key,), False, began, ended)
                    self.calls.append(absent)

    def explain(self) -> str:
        """The history, for a failed assertion."""
        lines = sorted(self.calls, key=lambda call: call.invoked)
        return "\n".join(["no order explains:", *map(str, lines)])
