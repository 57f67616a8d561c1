"""What foreign code does in the middle of an operation, each said to the world's log."""

from __future__ import annotations

import contextlib
import copy
import pickle
from collections.abc import Callable
from itertools import islice
from typing import Any

from gomap import inspect
from hostile.things import fail
from hostile.worlds import World

Action = Callable[[World, int], None]
"""Is given the world and the number of the operation's own key."""


def nothing(w: World, n: int) -> None:
    """Only say that the moment came."""


def read(w: World, n: int) -> None:
    m, key = w.m, w.key(n)
    _ = m[key], key in m, m.get(key), len(m), list(m.items()), m.to_dict(), m == m.copy()
    inspect.stats(w.plain())


def write(w: World, n: int) -> None:
    w.set(1000, 1)


def overwrite(w: World, n: int) -> None:
    w.set(n, 500)


def overwrite_others(w: World, n: int) -> None:
    for other in range(6):
        if other != n:
            w.set(other, 600)


def grow(w: World, n: int) -> None:
    first = 2000 + len(w.log)
    for other in range(first, first + (1 if w.log else 60)):
        w.set(other, other)


def rebuild(w: World, n: int) -> None:
    m = w.plain()
    m.reserve(400)
    m.finish_growth()
    m.shrink()


def clear(w: World, n: int) -> None:
    w.clear()


def refill(w: World, n: int) -> None:
    """Other entries under the same keys, in the cells they were in, perhaps."""
    w.clear()
    for other in range(12):
        w.set(other, 700 + other)


def delete(w: World, n: int) -> None:
    w.delete(n)


def delete_others(w: World, n: int) -> None:
    for other in range(12):
        if other != n:
            w.delete(other)


def drop(w: World, n: int) -> None:
    w.drop()


def iterate(w: World, n: int) -> None:
    """Make, advance, keep and drop iterators; some in the middle of the map."""
    m = w.plain()
    made = [iter(m), iter(m.items()), iter(m.values())]
    for steps, it in enumerate(made):
        list(islice(it, steps + 1))
    w.kept.append(made[1])
    list(iter(m.items()))


def advance(w: World, n: int) -> None:
    """Exhaust, or drop, the iterators that there were before."""
    for it in w.iterators[::2]:
        list(it)
    w.iterators = []


def copies(w: World, n: int) -> None:
    other = w.m.copy()
    other.clear()
    w.kept.append(copy.copy(w.m))


def pickles(w: World, n: int) -> None:
    pickle.loads(pickle.dumps(w.m))


def raises(w: World, n: int) -> None:
    fail()


def records(w: World, n: int) -> None:
    """End the recordings that there are, or begin one."""
    if w.recordings:
        for recording in w.recordings:
            recording.__exit__(None, None, None)
        w.recordings = []
    else:
        recording = inspect.record(w.plain(), states=True)
        recording.__enter__()
        w.recordings.append(recording)


def batch(w: World, n: int) -> None:
    """Many at once: what was set is there, what was deleted is not."""
    m = w.plain()
    numbers = range(4000, 4004 if w.log else 4040)
    m.set_many([w.key(n) for n in numbers], [w.elem(n) for n in numbers])
    w.log.extend(("set", n, n) for n in numbers)
    m.get_many([w.key(n) for n in numbers])
    m.delete_many([w.key(n) for n in numbers[::2]])
    w.log.extend(("del", n) for n in numbers[::2])


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        *(nothing, read, write, overwrite, overwrite_others, grow, rebuild, clear, refill),
        *(delete, delete_others, drop, iterate, advance, copies, pickles, raises, records),
        batch,
    )
}
NESTED = ("again", "recurse")
"""The operation itself, once within itself; and until it fails."""


def name_all() -> list[str]:
    """The names of all actions."""
    return [*ACTIONS, *NESTED]


def quietly(function: Callable[[], Any]) -> Any:
    """What it returns, or what it raises."""
    with contextlib.suppress(Exception):
        return function()
    return None
