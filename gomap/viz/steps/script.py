"""Scripts of operations: what they may say, checked before anything of them runs.

>>> from gomap import Map
>>> from gomap.viz.steps.script import check
>>> [str(op) for op in check([("set", "a", 1), ("get", "a"), ("iterate",)], Map[str, int]())]
["m['a'] = 1", "m['a']", 'iter(m)']
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any, NamedTuple

from gomap import Map
from gomap.viz.steps.frames import MOST_BUCKETS
from gomap.viz.steps.shown import shown

#: Each operation, what it takes, and how it reads in Python.
OPERATIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "set": (("key", "elem"), "m[{}] = {}"),
    "add": (("key", "delta"), "m.add({}, {})"),
    "get": (("key",), "m[{}]"),
    "delete": (("key",), "del m[{}]"),
    "clear": ((), "m.clear()"),
    "iterate": (("start_bucket", "offset"), "inspect.iterate(m, {}, {})"),
    "next": ((), "next(it)"),
    "reserve": (("n",), "m.reserve({})"),
    "shrink": ((), "m.shrink()"),
    "finish_growth": ((), "m.finish_growth()"),
}
_SLOTS = 8


class Operation(NamedTuple):
    """One operation of a script."""

    #: Its place in the script.
    at: int
    #: A key of OPERATIONS.
    name: str
    #: What it is given.
    args: tuple[Any, ...]

    @property
    def has_key(self) -> bool:
        """Whether it is about one key, which is then `args[0]`."""
        return OPERATIONS[self.name][0][:1] == ("key",)

    def __str__(self) -> str:
        """Return it as Python, its arguments shortened."""
        if self.name == "iterate" and not self.args:
            return "iter(m)"
        return OPERATIONS[self.name][1].format(*map(shown, self.args))


def check(
    script: Iterable[Any], m: Any, *, first: int = 0, iterating: bool = False
) -> list[Operation]:
    """check(script, m, first=0, iterating=False): the operations, each found good for m.

    `first` is the index of the first one, `iterating` says that there is an iterator for
    "next" already.  Nothing of it runs: keys and elements are tried on an empty map of
    m's types.  Raises TypeError or ValueError (OverflowError for a number out of range)
    that names the first bad operation's index.

    >>> from gomap import Map
    >>> check([("set", "a", 1), ("set", "b", "two")], Map[str, int]())
    Traceback (most recent call last):
    TypeError: operation 1, ('set', 'b', 'two'): Map[str, int]: element must be int, not str: 'two'
    """
    if isinstance(script, (str, bytes)) or not isinstance(script, Iterable):
        raise TypeError(f"a script is an iterable of operations, not {type(script).__name__}")
    operations = []
    for index, entry in enumerate(script, first):
        try:
            op = _read(index, entry)
            _try(op, m, iterating)
        except (TypeError, ValueError, OverflowError) as error:
            kind = next(k for k in (TypeError, OverflowError, ValueError) if isinstance(error, k))
            raise kind(f"operation {index}, {shown(entry, 60)}: {error}") from error
        iterating |= op.name == "iterate"
        operations.append(op)
    return operations


def _read(index: int, entry: Any) -> Operation:
    """Return the entry of a script as an Operation, its shape checked."""
    if not isinstance(entry, (tuple, list)) or not entry:
        raise TypeError('an operation is a tuple such as ("set", key, elem)')
    name, *args = entry
    if not isinstance(name, str):
        raise TypeError(f"an operation begins with its name, not {type(name).__name__}")
    if name not in OPERATIONS:
        raise ValueError(f"no such operation; there are {', '.join(OPERATIONS)}")
    takes = OPERATIONS[name][0]
    if len(args) != len(takes) and not (name == "iterate" and not args):
        raise ValueError(f'written ("{name}"{"".join(f", {part}" for part in takes)})')
    return Operation(index, name, tuple(args))


def _try(op: Operation, m: Any, iterating: bool) -> None:
    """Raise what the arguments of the operation are not good for."""
    scratch = Map[m.key_type, m.elem_type]()
    if op.name in ("set", "add"):
        scratch[op.args[0]] = op.args[1]
    elif op.has_key:
        scratch.lookup(op.args[0])
    elif op.name == "next" and not iterating:
        raise ValueError('no iterator yet: ("iterate",) begins one')
    elif op.args:
        _try_numbers(op)


def _try_numbers(op: Operation) -> None:
    """Raise for numbers that no map would take."""
    for part, value in zip(OPERATIONS[op.name][0], op.args, strict=True):
        number = operator.index(value)
        if number < 0:
            raise ValueError(f"{part} must not be negative")
        if part == "n" and number > MOST_BUCKETS * _SLOTS:
            raise ValueError(f"it would take too many buckets: {MOST_BUCKETS} at most are drawn")
        if part == "offset" and number >= _SLOTS:
            raise ValueError(f"offset must be 0 to {_SLOTS - 1}")


def run(op: Operation, m: Any) -> Any:
    """run(op, m): do a write or a read of `op` on m; return what m returns."""
    if op.name == "set":
        m[op.args[0]] = op.args[1]
        return None
    if op.name == "delete":
        del m[op.args[0]]
        return None
    if op.name == "get":
        return m[op.args[0]]
    return getattr(m, op.name)(*op.args)
