"""The tables that bench_batch.py puts side by side, each used as its makers would.

A peer has a method per operation it can do; an operation that it lacks, or that only a
loop in Python could do, it simply does not have. Each is presized where it takes a
size, writes into arrays made beforehand where it takes them, and runs its own kernel
wherever it has one. A peer imports its library when it is made, so that a library that
is not there costs a line in the report and nothing else.
"""

from __future__ import annotations

import importlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


class Peer:
    """What the harness knows about a library.

    ``build(keys, values)`` makes the table that the operations on a full table get.
    ``hit(table, keys, out)`` returns the elements; ``miss(table, keys, out)`` says who
    is there, of the keys in ``view(table, keys)``; both may write into `out`.
    ``delete(table, keys)`` gets a ``copy(table)`` of its own. ``export(table)`` returns
    keys and elements, ``count(keys)`` and ``sum(keys, deltas)`` what the library makes
    of a stream, one item for each key.
    """

    name = ""
    module = ""
    note = ""
    most = 0
    """The most keys that a round visits, where a visit is slow; 0: all of them."""
    untimed: tuple[str, ...] = ()
    """What it has for the harness only."""

    def __init__(self) -> None:
        self.lib: Any = importlib.import_module(self.module) if self.module else None
        self.prepare()

    def prepare(self) -> None:
        """Import and compile what else it takes."""

    def version(self) -> str:
        """Return the name and the version."""
        return f"{self.name} {self.lib.__version__}" if self.module else self.name

    def operation(self, name: str) -> Callable[..., Any] | None:
        """Return the method to time for an operation, None if there is none."""
        return None if name in self.untimed else getattr(self, name, None)

    def view(self, table: Any, keys: Array) -> Any:
        """Return what `miss` asks; not timed."""
        return table


class Gomap(Peer):
    """The subject."""

    name = module = "gomap"
    note = "one thread"

    def prepare(self) -> None:
        """Name the class once."""
        self.cls = self.lib.Map[self.lib.int64, self.lib.int64]

    def build(self, keys: Array, values: Array) -> Any:
        """Presized: the count is known."""
        return self.cls.from_arrays(keys, values)

    def hit(self, table: Any, keys: Array, out: Array) -> Any:
        """The elements into `out`, and the mask of those found beside."""
        return table.get_many(keys, out=out)[0]

    def miss(self, table: Any, keys: Array, out: Array) -> Any:
        """Only the mask."""
        return table.contains_many(keys)

    def copy(self, table: Any) -> Any:
        """Outside the clock."""
        return table.copy()

    def delete(self, table: Any, keys: Array) -> Any:
        """One batch."""
        return table.delete_many(keys)

    def export(self, table: Any) -> Any:
        """Both sides at once."""
        return table.to_arrays()

    def count(self, keys: Array) -> Any:
        """Growing: nobody knows the number of distinct keys."""
        return self.lib.count(keys)

    def sum(self, keys: Array, deltas: Array) -> Any:
        """The same with deltas."""
        table = self.cls()
        table.add_many(keys, deltas)
        return table


class Pandas(Peer):
    """The hash table under pandas, without the Series around it; sums by a Series."""

    name = module = "pandas"
    note = "its hash table itself (`Int64HashTable`, `value_count`); one thread"

    def prepare(self) -> None:
        """Find the hash table."""
        self.tables = importlib.import_module("pandas._libs.hashtable")

    def build(self, keys: Array, values: Array) -> Any:
        """Presized, elements beside the keys."""
        table = self.tables.Int64HashTable(len(keys))
        table.map_keys_to_values(keys, values)
        return table

    def hit(self, table: Any, keys: Array, out: Array) -> Any:
        """A new array: it takes none."""
        return table.lookup(keys)

    def miss(self, table: Any, keys: Array, out: Array) -> Any:
        """Absent keys give -1, which nobody has as an element here."""
        return np.not_equal(table.lookup(keys), -1)

    def count(self, keys: Array) -> Any:
        """The kernel of `value_counts`."""
        return self.tables.value_count(keys, False)[0]

    def sum(self, keys: Array, deltas: Array) -> Any:
        """Unsorted, as a hash table gives it."""
        return self.lib.Series(deltas, copy=False).groupby(keys, sort=False).sum()


class Numpy(Peer):
    """Sorted arrays instead of a hash table."""

    name = module = "numpy"
    note = "sorted arrays: `argsort`, `searchsorted`, `unique`; one thread"
    most = 1_000_000

    def build(self, keys: Array, values: Array) -> Any:
        """Sort by key."""
        order = np.argsort(keys)
        return keys[order], values[order]

    def hit(self, table: Any, keys: Array, out: Array) -> Any:
        """Absent keys would need the comparison of `miss` in addition."""
        return table[1].take(np.searchsorted(table[0], keys), out=out[: len(keys)], mode="clip")

    def miss(self, table: Any, keys: Array, out: Array) -> Any:
        """Compare what is at each key's place."""
        places = np.searchsorted(table[0], keys)
        return table[0].take(places, mode="clip") == keys

    def copy(self, table: Any) -> Any:
        """`delete` makes new arrays."""
        return table

    def delete(self, table: Any, keys: Array) -> Any:
        """Mark, then squeeze both arrays."""
        keep = np.ones(len(table[0]), np.bool_)
        keep[np.searchsorted(table[0], keys)] = False
        return table[0][keep], table[1][keep]

    def count(self, keys: Array) -> Any:
        """Sort and count."""
        return np.unique(keys, return_counts=True)[0]

    def sum(self, keys: Array, deltas: Array) -> Any:
        """Sort, then sum the runs: exact, unlike `bincount` with weights."""
        order = np.argsort(keys)
        ordered = keys[order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        np.add.reduceat(deltas[order], starts)
        return ordered[starts]


class Polars(Peer):
    """Data frames; a join makes its hash table anew each time."""

    name = module = "polars"
    note = "`join`, `is_in`, `group_by`, a hash table made in each call; all cores"
    untimed = ("build",)

    def build(self, keys: Array, values: Array) -> Any:
        """A frame, which is no hash table yet."""
        return self.lib.DataFrame({"k": keys, "v": values})

    def hit(self, table: Any, keys: Array, out: Array) -> Any:
        """In the order of the keys, as all others give it."""
        frame = self.lib.DataFrame({"k": keys})
        return frame.join(table, on="k", how="left", maintain_order="left")["v"]

    def miss(self, table: Any, keys: Array, out: Array) -> Any:
        """A semi-join without the frame."""
        return self.lib.Series(keys).is_in(table["k"].implode())

    def copy(self, table: Any) -> Any:
        """`delete` makes a new frame."""
        return table

    def delete(self, table: Any, keys: Array) -> Any:
        """The others stay."""
        return table.filter(~table["k"].is_in(self.lib.Series(keys).implode()))

    def count(self, keys: Array) -> Any:
        """Unsorted."""
        return self.lib.Series("k", keys).value_counts()

    def sum(self, keys: Array, deltas: Array) -> Any:
        """Unsorted."""
        frame = self.lib.DataFrame({"k": keys, "v": deltas})
        return frame.group_by("k").agg(self.lib.col("v").sum())


class Pyarrow(Peer):
    """Arrow's kernels; they make their hash table anew each time."""

    name = module = "pyarrow"
    note = "`index_in`, `is_in`, `value_counts`, a hash table made in each call; sums on all cores"
    untimed = ("build",)

    def prepare(self) -> None:
        """Find the kernels."""
        self.pc = importlib.import_module("pyarrow.compute")

    def build(self, keys: Array, values: Array) -> Any:
        """A table in Arrow's sense, which is no hash table yet."""
        return self.lib.table({"k": keys, "v": values}).combine_chunks()

    def hit(self, table: Any, keys: Array, out: Array) -> Any:
        """Places first, elements then."""
        places = self.pc.index_in(self.lib.array(keys), value_set=table["k"])
        return table["v"].take(places)

    def miss(self, table: Any, keys: Array, out: Array) -> Any:
        """Only the mask."""
        return self.pc.is_in(self.lib.array(keys), value_set=table["k"])

    def copy(self, table: Any) -> Any:
        """`delete` makes a new table."""
        return table

    def delete(self, table: Any, keys: Array) -> Any:
        """The others stay."""
        gone = self.pc.is_in(table["k"], value_set=self.lib.array(keys))
        return table.filter(self.pc.invert(gone))

    def count(self, keys: Array) -> Any:
        """Keys and counts."""
        return self.pc.value_counts(self.lib.array(keys))

    def sum(self, keys: Array, deltas: Array) -> Any:
        """Arrow's hash aggregation."""
        return self.lib.table({"k": keys, "v": deltas}).group_by("k").aggregate([("v", "sum")])


class Cykhash(Peer):
    """khash in Cython: made for this."""

    name = module = "cykhash"
    note = "`Int64toInt64Map_to`, and a set for `isin_int64`; one thread"

    def version(self) -> str:
        """It does not know its own."""
        return f"{self.name} {metadata.version(self.name)}"

    def build(self, keys: Array, values: Array) -> Any:
        """Presized for as many as there are keys."""
        return self.lib.Int64toInt64Map_from_buffers(keys, values)

    def hit(self, table: Any, keys: Array, out: Array) -> Any:
        """Into `out`."""
        self.lib.Int64toInt64Map_to(table, keys, out[: len(keys)])
        return out[: len(keys)]

    def view(self, table: Any, keys: Array) -> Any:
        """The set that its only vectorised membership test wants."""
        return self.lib.Int64Set_from_buffer(keys)

    def miss(self, table: Any, keys: Array, out: Array) -> Any:
        """Into `out`, seen as bytes."""
        there = out.view(np.bool_)[: len(keys)]
        self.lib.isin_int64(keys, table, there)
        return there


NUMBA = """
@njit
def build(keys, values):
    table = Dict.empty(int64, int64, n_keys=len(keys))
    for i in range(len(keys)):
        table[keys[i]] = values[i]
    return table

@njit
def hit(table, keys, out):
    for i in range(len(keys)):
        out[i] = table[keys[i]]

@njit
def miss(table, keys, out):
    for i in range(len(keys)):
        out[i] = keys[i] in table

@njit
def delete(table, keys):
    for key in keys:
        del table[key]

@njit
def export(table):
    keys, values = np.empty(len(table), np.int64), np.empty(len(table), np.int64)
    i = 0
    for key, value in table.items():
        keys[i], values[i] = key, value
        i += 1
    return keys, values

@njit
def count(keys):
    table = Dict.empty(int64, int64)
    for key in keys:
        table[key] = table.get(key, 0) + 1
    return table

@njit
def total(keys, deltas):
    table = Dict.empty(int64, int64)
    for i in range(len(keys)):
        table[keys[i]] = table.get(keys[i], 0) + deltas[i]
    return table
"""


class Numba(Peer):
    """The loops anybody would write, compiled; compiling is not timed."""

    name = module = "numba"
    note = "loops over `typed.Dict`, compiled; one thread"
    most = 2_000_000

    def prepare(self) -> None:
        """Compile on first use, which is the rehearsal."""
        typed = importlib.import_module("numba.typed")
        scope = {"njit": self.lib.njit, "int64": self.lib.int64, "Dict": typed.Dict, "np": np}
        exec(NUMBA, scope)
        self.loops: dict[str, Any] = scope

    def build(self, keys: Array, values: Array) -> Any:
        """Presized."""
        return self.loops["build"](keys, values)

    def hit(self, table: Any, keys: Array, out: Array) -> Any:
        """Into `out`."""
        self.loops["hit"](table, keys, out)
        return out[: len(keys)]

    def miss(self, table: Any, keys: Array, out: Array) -> Any:
        """Into `out`, seen as bytes."""
        there = out.view(np.bool_)[: len(keys)]
        self.loops["miss"](table, keys, there)
        return there

    def copy(self, table: Any) -> Any:
        """Outside the clock."""
        return table.copy()

    def delete(self, table: Any, keys: Array) -> Any:
        """One by one."""
        self.loops["delete"](table, keys)
        return table

    def export(self, table: Any) -> Any:
        """In its order."""
        return self.loops["export"](table)

    def count(self, keys: Array) -> Any:
        """Two probes a key: it has no other way."""
        return self.loops["count"](keys)

    def sum(self, keys: Array, deltas: Array) -> Any:
        """The same with deltas."""
        return self.loops["total"](keys, deltas)


class Dict(Peer):
    """Python's own, fed from arrays; loops in C wherever there is one."""

    name = "dict"
    note = "`map` and `np.fromiter` over boxed ints, made from the arrays inside the clock"
    most = 1_000_000

    def build(self, keys: Array, values: Array) -> Any:
        """It takes no size."""
        return dict(zip(keys.tolist(), values.tolist(), strict=True))

    def hit(self, table: Any, keys: Array, out: Array) -> Any:
        """The loop is `fromiter`'s."""
        return np.fromiter(map(table.__getitem__, keys.tolist()), np.int64, len(keys))

    def miss(self, table: Any, keys: Array, out: Array) -> Any:
        """The loop is `fromiter`'s."""
        return np.fromiter(map(table.__contains__, keys.tolist()), np.bool_, len(keys))

    def copy(self, table: Any) -> Any:
        """Outside the clock."""
        return table.copy()

    def delete(self, table: Any, keys: Array) -> Any:
        """The loop is deque's."""
        deque(map(table.__delitem__, keys.tolist()), maxlen=0)
        return table

    def export(self, table: Any) -> Any:
        """In its order."""
        n = len(table)
        return np.fromiter(table, np.int64, n), np.fromiter(table.values(), np.int64, n)

    def count(self, keys: Array) -> Any:
        """Counter's loop is in C."""
        return Counter(keys.tolist())

    def sum(self, keys: Array, deltas: Array) -> Any:
        """Nothing but a loop does this."""
        table: dict[int, int] = {}
        get = table.get
        for key, delta in zip(keys.tolist(), deltas.tolist(), strict=True):
            table[key] = get(key, 0) + delta
        return table


PEERS: tuple[type[Peer], ...] = (
    Gomap, Pandas, Cykhash, Numba, Polars, Pyarrow, Numpy, Dict,
)  # fmt: skip


def installed(only: str = "") -> Iterator[Peer | str]:
    """Make every peer whose name is in `only` (all if empty); for one that fails, say why."""
    for cls in PEERS:
        if only and cls.name not in only.split(","):
            continue
        try:
            yield cls()
        except Exception as error:  # a library may fail to import in any way
            yield f"{cls.name} is left out: {type(error).__name__}: {error}"
