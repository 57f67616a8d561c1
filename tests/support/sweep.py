"""One operation, with each of its allocations failing, and what must hold after each.

A cell is an operation on a map of a kind in a state (support.states).  It is done once
with memory, to see what should come of it; then for n = 0, 1, 2, ... on a map just like
it, with the n-th allocation failing, and with all from the n-th on failing, until it
gets by without the n-th.  After each: it said MemoryError or came out as it should, the
map is valid and holds what the operation's contract says, live iterators keep Go's
guarantee, no reference is lost or left, and the operation, done again, succeeds.  Then
the failing calls are repeated: what is allocated must not grow.

`main` is what the processes of test_no_memory.py run.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gomap import inspect
from support.sweep_world import World, normal

Entries = list[tuple[Any, Any]]
Contract = Callable[[Entries, Entries, Entries, bool], bool]
"""Before, expected after, now, whether it failed: is that as it should be?"""

ALL_UP_TO = 300
"""Allocations that fail one by one; of those after, every 1 + n // 50-th does."""
NEVER = 2**31 - 1
NO_ERROR = "error return without exception set"
SPARE = 8
"""Allocations beyond those that are counted."""


def reads(before: Entries, _expected: Entries, now: Entries, _failed: bool) -> bool:
    """Nothing changes."""
    return now == before


def whole(before: Entries, expected: Entries, now: Entries, failed: bool) -> bool:
    """All or nothing."""
    return now == (before if failed else expected)


def partly(before: Entries, expected: Entries, now: Entries, failed: bool) -> bool:
    """Entry by entry: each is as it was, or as it should be."""
    was, should, have = Counter(before), Counter(expected), Counter(now)
    return (have - (was | should)) == Counter() == (was & should) - have and (
        failed or now == expected
    )


def loses_one(before: Entries, _expected: Entries, now: Entries, failed: bool) -> bool:
    """Any one entry goes, or none."""
    gone = 0 if failed or not before else 1
    return len(now) == len(before) - gone and Counter(now) <= Counter(before)


@dataclass(frozen=True)
class Operation:
    """An operation, as a function of a World; what it covers; what it may do."""

    name: str
    covers: tuple[str, ...]
    call: Callable[[Any], Any]
    contract: Contract = reads
    random: bool = False
    """What it returns differs from run to run."""
    once: bool = False
    """Slow, or not about the map: in one cell only."""
    makes_classes: bool = False
    """Success leaves a class behind for good."""
    repeats: bool = True
    """Done again after a failure, it comes out as if done once."""
    makes_functions: bool = False
    """It runs Python code that makes functions: CPython 3.12 and 3.13 free the code object
    of a function (a generator expression's, say) twice when there is no memory for it, and
    3.11 answers with SystemErrors.  Left out."""
    leaks: bool = False
    """CPython itself leaks in what it runs: 3.13, calling a classmethod in Python from C;
    repr of things in things, whose Py_ReprLeave cannot shrink its list without memory."""
    also: tuple[type[Exception], ...] = ()
    """What CPython raises in the place of some MemoryErrors."""
    spins: bool = False
    """It runs a Python function with a handler beyond its 256th instruction: CPython looks for
    memory for that number for ever, so allocations fail one by one only."""
    kinds: tuple[str, ...] = ()
    """Of these kinds only."""


@dataclass(frozen=True)
class Outcome:
    """What came of a call: its result, or MemoryError, or the type of another error."""

    failed: bool
    error: type[BaseException] | None
    result: Any
    reached: bool
    """The allocation that was to fail was asked for."""


class SweepError(AssertionError):
    """Something that must hold after a failed allocation does not."""


def attempt(operation: Operation, world: World, first: int, last: int) -> Outcome:
    """Call with the allocations from number `first` up to before `last` failing; 0: all."""
    import _testcapi

    failed, error, result, reached = False, None, None, True
    call = operation.call
    _testcapi.set_nomemory(first, last)
    try:
        try:
            result = call(world)
        except MemoryError:
            failed = True
        except operation.also:
            failed = True
        except SystemError as raised:
            # What CPython says where it finds no memory for an error of its own: hash([]) does.
            failed = str(raised) == NO_ERROR
            error = None if failed else SystemError
        except Exception as raised:
            error = type(raised)
        for _ in range(SPARE + first % NEVER):  # until the one that fails, if it is still to come
            bytes(700)
    except MemoryError:
        reached = last == 0
    finally:
        _testcapi.remove_mem_hooks()
    return Outcome(failed, error, result, reached)


class _Libc:
    """Bytes that malloc has given out, where it can say."""

    def __init__(self) -> None:
        try:
            self._info = ctypes.CDLL(None).mallinfo2
        except (AttributeError, OSError):
            self._info = None
            return
        fields = [(name, ctypes.c_size_t) for name in "abcdefghij"]
        self._info.restype = type("Info", (ctypes.Structure,), {"_fields_": fields})

    def used(self) -> int:
        """In its heap and in mappings of their own."""
        if self._info is None:
            return 0
        info = self._info()
        return int(info.h + info.e)


_libc = _Libc()


class Cell:
    """An operation on maps of a kind in a state."""

    def __init__(self, operation: Operation, kind: str, state: str, spread: str) -> None:
        """See what the operation does when there is memory."""
        self.operation, self.kind, self.state, self.spread = operation, kind, state, spread
        world = World(kind, state, spread)
        made = set(vars(world))
        self.before = world.entries()
        outcome = attempt(operation, world, NEVER, 0)
        if outcome.failed:
            self._fail(-1, "MemoryError with memory")
        self.needs = set(vars(world)) - made
        self.error, self.expected = outcome.error, world.entries()
        self.result = normal(outcome.result)
        self.swallowed = 0
        del outcome

    def _fail(self, n: int, what: str) -> None:
        where = f"{self.operation.name}, Map of {self.kind} {self.state} ({self.spread})"
        raise SweepError(f"{where}, allocation {n}: {what}")

    def world(self) -> World:
        """Another map like the first, with all that the operation is given."""
        world = World(self.kind, self.state, self.spread)
        for name in self.needs:
            getattr(world, name)
        return world

    def one(self, n: int, last: int) -> Outcome:
        """Fail once, and check everything."""
        world = self.world()
        gc.collect()  # garbage holds references
        references = world.references()
        gc.collect()  # frees what the interpreter keeps at hand: tuples come from memory, too
        outcome = attempt(self.operation, world, n, last)
        self._check_outcome(n, outcome)
        outcome = Outcome(outcome.failed, outcome.error, None, outcome.reached)
        counts = outcome.failed and not world.is_watched and not self.operation.leaks
        if counts and world.entries() == self.before:
            self._check_references(n, world, references)
        self._check_map(n, world, outcome)
        return outcome

    def _check_references(self, n: int, world: World, references: int) -> None:
        if world.references() != references:
            gc.collect()
        held = world.references()
        if held != references:
            self._fail(n, f"references to keys and elements: {references} became {held}")

    def _check_outcome(self, n: int, outcome: Outcome) -> None:
        if not outcome.failed and outcome.error is not self.error:
            self._fail(n, f"{outcome.error} instead of {self.error or 'a result'}")
        if outcome.failed or outcome.error is not None or self.operation.random:
            return
        got = normal(outcome.result)
        if got != self.result:
            self._fail(n, f"gave {got!r}, not {self.result!r}")

    def _check_map(self, n: int, world: World, outcome: Outcome) -> None:
        broken = inspect.validate(world.m)
        if broken is not None:
            self._fail(n, broken)
        trouble = world.trouble()
        if trouble is not None:
            self._fail(n, trouble)
        now = world.entries()
        if not self.operation.contract(self.before, self.expected, now, outcome.failed):
            self._fail(n, f"{self.before}\n  became {now},\n  not {self.expected}")
        if outcome.failed and self.operation.repeats:
            self._check_again(n, world)
        trouble = world.iteration_trouble(self.before)
        if trouble is not None:
            self._fail(n, trouble)

    def _check_again(self, n: int, world: World) -> None:
        again = attempt(self.operation, world, NEVER, 0)
        now = world.entries()
        if again.error is not self.error or again.failed:
            self._fail(n, f"done again: {again}")
        if not self.operation.contract(self.before, self.expected, now, False):
            self._fail(n, f"done again: {now}, not {self.expected}")

    def failures(self) -> list[tuple[int, int]]:
        """Every failure that the operation meets, checked: (first, last) of set_nomemory."""
        met, n = [], 0
        while True:
            outcome = self.one(n, n + 1)
            if not outcome.reached:
                return met
            for last in (n + 1,) if self.operation.spins else (n + 1, 0):
                if last == 0:
                    outcome = self.one(n, 0)
                self.swallowed += not outcome.failed
                if outcome.failed or not self.operation.makes_classes:
                    met.append((n, last))
            n += 1 if n < ALL_UP_TO else 1 + n // 50

    def repeat(self, met: Iterable[tuple[int, int]]) -> None:
        """The same calls once more, unchecked."""
        for first, last in met:
            world = self.world()
            attempt(self.operation, world, first, last)
            if self.operation.makes_classes:
                world.forget_classes()

    def check_leaks(self, met: list[tuple[int, int]]) -> None:
        """Repeat the failures: a leak shows in every round, noise does not.

        Some of the interpreter's own caches fill for a thousand rounds; so where there is
        doubt, each failure is looked at alone.
        """
        for rounds in range(6):
            if max(self._growth(met)) <= 0 and rounds > 0:
                return
        for failure in met:
            self._check_leak(failure)

    def _check_leak(self, failure: tuple[int, int]) -> None:
        for _ in range(40):
            blocks, used = self._growth([failure] * 100)
            if blocks < 40 and used < 4000:
                return
        self._fail(failure[0], f"100 failures leave {blocks} blocks, {used} bytes, again and again")

    def _growth(self, failures: list[tuple[int, int]]) -> array[int]:
        """Blocks and bytes that are left."""
        # What is measured is kept in arrays: ints of one's own would be in the measure.
        before, after = array("q", [0, 0]), array("q", [0, 0])
        self._measure(before)
        self.repeat(failures)
        self._measure(after)
        after[0] -= before[0]
        after[1] -= before[1]
        return after

    def _measure(self, into: array[int]) -> None:
        gc.collect()
        into[0], into[1] = sys.getallocatedblocks(), _libc.used()
        if self.operation.makes_classes:
            # Names that the interpreter looked up in a new class stay in a cache of its
            # own for some thousand rounds: only what the collector knows counts.
            into[0], into[1] = len(gc.get_objects()), 0


def run(cells: Iterable[Cell], leaks: bool) -> tuple[int, int]:
    """Sweep cells; failures injected, and those that an operation got by without."""
    injected = swallowed = 0
    troubles = []
    for cell in cells:
        try:
            met = cell.failures()
            if leaks and not cell.operation.leaks:
                cell.check_leaks(met)
        except SweepError as trouble:
            troubles.append(str(trouble))
            continue
        injected += len(met)
        swallowed += cell.swallowed
    if troubles:
        raise SweepError("\n".join(troubles))
    return injected, swallowed
