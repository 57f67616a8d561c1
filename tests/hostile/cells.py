"""The cells of the matrix, and one trial of one cell."""

from __future__ import annotations

import gc
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hostile import ops_around, ops_many, ops_map, ops_views, things
from hostile.actions import ACTIONS, NESTED
from hostile.checks import (
    Broken,
    Report,
    check_effects,
    check_error,
    check_gone,
    check_iterators,
    demand,
)
from hostile.ops import OPS, Op
from hostile.things import ALWAYS, Trap
from hostile.worlds import KINDS, STATES, World, make

TABLES = (ops_map, ops_views, ops_many, ops_around)
"""Whose import fills OPS."""
MOST_TIMES = 4
"""The action runs at the first, second, ... moment, up to this one, and at each."""
UNHEARD = ("key_del", "key_weakref", "elem_del", "elem_weakref", "gc", "buffer")
"""What is raised in these is written to stderr; recursion then ends nowhere."""


@dataclass(frozen=True)
class Cell:
    """Where foreign code comes in, and what it does."""

    op: str
    moment: str
    action: str
    kind: str
    state: str
    thread: bool = False

    def __str__(self) -> str:
        where = " in another thread" if self.thread else ""
        return f"{self.op} | {self.moment} | {self.action}{where} | {self.kind} | {self.state}"


def kinds_of(op: Op) -> tuple[str, ...]:
    """The kinds of maps that an operation is tried on."""
    return tuple(kind for kind in KINDS if kind in op.kinds)


def can_come(moment: str, kind: str) -> bool:
    """Can this moment come in a map of this kind at all?"""
    k = KINDS[kind]
    if moment in ("hash", "eq", "bool", "lt", "key_del", "key_weakref"):
        return k.key == "thing"
    if moment in ("elem_eq", "elem_hash", "elem_del", "elem_weakref"):
        return k.elem == "thing"
    return moment not in ("hasher", "isinstance") or (
        k.hasher if moment == "hasher" else kind == "checked"
    )


#: Where less than all states are enough: what the moment can meet is the same.
FEWER = {
    "bool": ("shared", "iterators"),
    "gc": ("growing", "recorded"),
    "key_weakref": ("growing", "iterators"),
    "elem_weakref": ("growing", "iterators"),
}


#: What other kinds than an operation's first are met with, and other threads do.
FEWER_ACTIONS = frozenset(
    "overwrite grow rebuild clear refill delete drop advance raises records again".split()
)

ELSEWHERE = FEWER_ACTIONS - {"raises", "again"}
"""What other threads do."""


def states_of(op: Op, moment: str, kind: str) -> tuple[str, ...]:
    """All states for the operation's first kind of maps, the fullest one for others."""
    if kind != main_kind(op, moment):
        return () if moment in FEWER else ("iterators",)
    return FEWER.get(moment, tuple(STATES))


def main_kind(op: Op, moment: str) -> str:
    """The first kind of maps in which the moment can come."""
    return next(kind for kind in kinds_of(op) if can_come(moment, kind))


def places() -> Iterator[tuple[Op, str, str, str]]:
    """Every operation, moment, kind and state to be tried, in a fixed order."""
    for op in OPS.values():
        for moment, kind in itertools.product(sorted(op.fires | {"gc"}), kinds_of(op)):
            if can_come(moment, kind):
                for state in states_of(op, moment, kind):
                    yield op, moment, kind, state


def actions_of(is_main: bool) -> Iterator[str]:
    """What is done there."""
    for action in (*ACTIONS, *NESTED):
        if action != "nothing" and (is_main or action in FEWER_ACTIONS):
            yield action


def all_cells() -> Iterator[Cell]:
    """Every cell of the matrix."""
    for op, moment, kind, state in places():
        is_main = kind == main_kind(op, moment)
        for action in actions_of(is_main):
            if action == "recurse" and moment in UNHEARD:
                continue
            yield Cell(op.name, moment, action, kind, state)
            if is_main and state == "iterators" and action in ELSEWHERE:
                yield Cell(op.name, moment, action, kind, state, thread=True)


def moments_seen(op: Op, kind: str, state: str) -> set[str]:
    """Which moments come in an operation if nothing is done in them."""
    w = make(kind, state)
    args = op.args(w)
    watch = things.Watch()
    things.arm(watch)
    try:
        result = op.run(w, *args)
    except op.raises:
        result = None
    finally:
        things.arm(None)
    del result  # only now: what it holds dies unseen
    return watch.seen


# ---- one trial -------------------------------------------------------------------------


class Elsewhere:
    """Runs actions in other threads while the one that asks waits."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def run(self, act: Callable[[], Any]) -> None:
        """Begin, and wait: to the end unless the other thread must wait for this one."""

        def body() -> None:
            try:
                act()
            except BaseException as error:
                self.errors.append(error)

        if any(thread.is_alive() for thread in self.threads):
            return
        self.threads.append(threading.Thread(target=body, daemon=True))
        self.threads[-1].start()
        self.threads[-1].join(self.patience)

    def finish(self) -> None:
        """Wait for all of them, and pass on what they raised."""
        for thread in self.threads:
            thread.join(8)
            demand(not thread.is_alive(), "a deadlock")
        threads, self.threads = self.threads, []
        errors, self.errors = self.errors, []
        del threads
        if errors:
            raise errors[0]


def action_of(cell: Cell, w: World, op: Op, args: tuple[Any, ...]) -> Callable[[], Any]:
    """What foreign code does, once."""

    def act() -> None:
        if w.dropped:
            return
        if cell.action in NESTED:
            result = op.run(w, *args)
            w.log.append(("op",) if op.removes is None else ("removed", op.removes(result)))
        else:
            ACTIONS[cell.action](w, op.key)

    return act


def run_op(w: World, op: Op, args: tuple[Any, ...], trap: Trap) -> Report:
    """The operation, and what it gives or raises."""
    things.arm(trap)
    report = Report(None, None, trap)
    try:
        report.result = op.run(w, *args)
    except Exception as error:
        report.error = error
    finally:
        things.arm(None)
    return report


def collecting(moment: str) -> Callable[[], None]:
    """Let the collector run at each allocation, if that is the moment; returns the end of it."""
    if moment != "gc":
        return lambda: None

    def callback(phase: str, info: dict[str, int]) -> None:
        things.hit("gc")

    before = gc.get_threshold()
    gc.callbacks.append(callback)
    gc.set_threshold(1)

    def end() -> None:
        gc.set_threshold(*before)
        gc.callbacks.remove(callback)

    return end


def attempt(cell: Cell, at: int) -> int:
    """Try a cell with the action at the n-th moment; how often it has run.

    Raises Broken, or whatever the checks run into, if something does not hold.
    """
    op = OPS[cell.op]
    w = make(cell.kind, cell.state)
    args = op.args(w)
    act = action_of(cell, w, op, args)
    elsewhere = Elsewhere(0.02 if w.kind.is_sync else 8)
    trap = Trap(
        cell.moment,
        at,
        (lambda: elsewhere.run(act)) if cell.thread else act,
        nested=cell.action == "recurse",
    )
    end = collecting(cell.moment)
    try:
        report = run_op(w, op, args, trap)
    finally:
        end()
    elsewhere.finish()
    check(cell, w, op, report)
    report.result = report.error = None
    args = act = None  # type: ignore[assignment]
    trap.act = lambda: None
    check_gone(w)
    return trap.fired


def check(cell: Cell, w: World, op: Op, report: Report) -> None:
    """All that must hold; the result first, as it is only a picture of what was."""
    if w.dropped and "NoneType" in str(report.error):
        return  # it was dropped before the operation took it out of the world
    check_error(report, op.raises, cell.action)
    if w.dropped or cell.action == "recurse":
        return
    story = op.story(w, report)
    if report.error is None and op.check is not None:
        op.check(w, story, report.result)
    check_effects(w, story, report, op.judge, op.key)
    check_iterators(w, story)


def times(cell: Cell) -> Iterator[int]:
    """At which moments the action runs, one trial each."""
    if cell.action != "recurse":
        yield from range(1, MOST_TIMES + 1)
    yield ALWAYS


def try_cell(cell: Cell) -> tuple[int, int]:
    """All trials of a cell: how many there were, and in how many of them it fired."""
    sys.setrecursionlimit(250)
    trials = fired = 0
    for at in times(cell):
        if at == ALWAYS and fired == 0 and trials:
            break
        trials += 1
        try:
            count = attempt(cell, at)
        except BaseException as error:
            where = "each time" if at == ALWAYS else f"at moment {at}"
            raise Broken(f"{where}: {type(error).__name__}: {error}") from error
        if count:
            fired += 1
        elif at != ALWAYS:
            break  # it does not come that often
    return trials, fired
