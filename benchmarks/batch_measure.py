"""Runs the peers of batch_peers.py side by side: the data, the rounds, the clock, the scales.

A round runs every peer once, each time another one first. Nothing is timed before it
has been rehearsed on a few keys, where what it returns is checked, too: what fails
there is left out, with a line that says why.
"""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _report import quartiles
from batch_peers import Array, Peer

SEED = 20_260_101
SLOW = 1.5
"""Seconds of a round, beyond which a peer takes part only in the first few."""
FEW_ROUNDS = 3
REHEARSAL = 1_000


@dataclass(frozen=True)
class Operation:
    """What is timed: its method, its title, and whether it reads a stream instead of a table."""

    method: str
    title: str
    stream: bool = False


OPERATIONS = (
    Operation("build", "build, presized"),
    Operation("hit", "look up, all present"),
    Operation("miss", "look up, all absent"),
    Operation("delete", "delete one half"),
    Operation("export", "to arrays"),
    Operation("count", "count", stream=True),
    Operation("sum", "group by, sum", stream=True),
)


class Data:
    """Distinct random keys with their row numbers, and orders of their own to visit them in."""

    def __init__(self, n: int) -> None:
        self.n = n
        rng = np.random.default_rng(SEED + n)
        self.keys = draw(rng, n)
        self.values = np.arange(n, dtype=np.int64)
        self.order = rng.permutation(n)
        self.present = self.keys[self.order]
        self.absent = draw(rng, n)
        self.gone = rng.permutation(self.keys)[: n // 2]
        self.out = np.zeros(n, np.int64)


class Stream:
    """A stream of keys in which each occurs ten times on average, with a delta each."""

    def __init__(self, n: int) -> None:
        self.n = n
        rng = np.random.default_rng(SEED - n)
        self.keys = draw(rng, max(n // 10, 1))[rng.integers(0, max(n // 10, 1), n)]
        self.deltas = rng.integers(-1_000, 1_000, n)
        self.distinct = len(np.unique(self.keys))


def draw(rng: np.random.Generator, n: int) -> Array:
    """Return random 64-bit keys; ten million of them hold no two equal ones but by a miracle."""
    keys: Array = rng.integers(-(1 << 63), (1 << 63) - 1, n, np.int64, endpoint=True)
    return keys


@dataclass
class Cell:
    """Seconds and elements of each round that a peer took part in."""

    rounds: dict[int, float]

    @property
    def ns(self) -> float:
        """The median, in nanoseconds per element."""
        return quartiles(list(self.rounds.values()))[1]


Results = dict[tuple[str, int, str], Cell]
"""By method, size and name of the peer."""


def ratio(ours: Cell, theirs: Cell) -> tuple[float, float, float]:
    """Return the median of the ratios, round by round, between its quartiles."""
    shared = ours.rounds.keys() & theirs.rounds.keys()
    return quartiles([ours.rounds[number] / theirs.rounds[number] for number in shared])


def rehearse(peer: Peer, say: Callable[[str], None]) -> dict[str, Callable[..., Any]]:
    """Run everything a peer can do on a few keys; return what gave the right answers."""
    data, stream = Data(REHEARSAL), Stream(REHEARSAL)
    found: dict[str, Callable[..., Any]] = {}
    for operation in OPERATIONS:
        method = peer.operation(operation.method)
        if method is None:
            continue
        try:
            check(peer, operation.method, data, stream)
        except Exception as error:  # whatever a library may raise
            say(f"{peer.name}: {operation.title} is left out: {type(error).__name__}: {error}")
        else:
            found[operation.method] = method
    return found


def check(peer: Any, method: str, data: Data, stream: Stream) -> None:
    """Run one operation once and look at what it returns."""
    if method == "count":
        right = len(peer.count(stream.keys)) == stream.distinct
    elif method == "sum":
        right = len(peer.sum(stream.keys, stream.deltas)) == stream.distinct
    else:
        right = check_table(peer, method, data)
    if not right:
        raise ValueError("a wrong answer")


def check_table(peer: Any, method: str, data: Data) -> bool:
    """The same for the operations on a table."""
    full = peer.build(data.keys, data.values)
    if method == "hit":
        return np.array_equal(np.asarray(peer.hit(full, data.present, data.out)), data.order)
    if method == "miss":
        return not np.asarray(peer.miss(peer.view(full, data.keys), data.absent, data.out)).any()
    if method == "export":
        keys, values = (np.asarray(side) for side in peer.export(full))
        return bool((keys == data.keys[values]).all()) and len(set(values)) == data.n
    if method == "delete":
        peer.delete(peer.copy(full), data.gone)
    return True


class Table:
    """One peer's side of the operations on a table of `data`."""

    def __init__(self, peer: Any, data: Data) -> None:
        self.peer, self.data = peer, data
        self.full: Any = None
        self.viewed: Any = None

    def fill(self) -> None:
        """Make the table that is read, if building it was not timed."""
        if self.full is None:
            self.full = self.peer.build(self.data.keys, self.data.values)

    def part(self, keys: Array, number: int) -> Array:
        """Return the keys of one round: other ones each time, where not all are visited."""
        most = self.peer.most or len(keys)
        start = number * most % len(keys)
        return keys[start : start + most]

    def run(self, method: str, number: int) -> tuple[float, int]:
        """Run one round; return its seconds and its number of elements."""
        peer, data = self.peer, self.data
        if method == "build":
            self.full = None
            elapsed, self.full = clocked(peer.build, data.keys, data.values)
            return elapsed, data.n
        self.fill()
        if method == "export":
            return clocked(peer.export, self.full)[0], data.n
        if method == "delete":
            keys = self.part(data.gone, number)
            return clocked(peer.delete, peer.copy(self.full), keys)[0], len(keys)
        if method == "miss" and self.viewed is None:
            self.viewed = peer.view(self.full, data.keys)
        table = self.full if method == "hit" else self.viewed
        keys = self.part(data.present if method == "hit" else data.absent, number)
        run = peer.hit if method == "hit" else peer.miss
        return clocked(run, table, keys, data.out)[0], len(keys)


class Reader:
    """One peer's side of the operations on a stream."""

    def __init__(self, peer: Any, stream: Stream) -> None:
        self.peer, self.stream = peer, stream

    def run(self, method: str, _: int) -> tuple[float, int]:
        """Run one round; return its seconds and its number of elements."""
        if method == "count":
            return clocked(self.peer.count, self.stream.keys)[0], self.stream.n
        return clocked(self.peer.sum, self.stream.keys, self.stream.deltas)[0], self.stream.n


def clocked(run: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Return the seconds of one call, and what it returned, to be freed off the clock."""
    started = time.perf_counter_ns()
    kept = run(*arguments)
    return (time.perf_counter_ns() - started) / 1e9, kept


def measure(
    method: str, sides: dict[str, Table] | dict[str, Reader], rounds: int
) -> dict[str, Cell]:
    """Run all sides, round by round."""
    cells = {name: Cell({}) for name in sides}
    slow: set[str] = set()
    for number in range(rounds):
        names = [name for name in sides if number < FEW_ROUNDS or name not in slow]
        first = number % len(names)
        for name in names[first:] + names[:first]:
            gc.collect(0)
            elapsed, elements = sides[name].run(method, number)
            cells[name].rounds[number] = elapsed * 1e9 / elements
            if elapsed > SLOW:
                slow.add(name)
    return cells


def run_all(
    able: dict[Peer, dict[str, Any]], sizes: Sequence[int], rounds: Callable[[int], int]
) -> Results:
    """Measure everything, telling standard error how far it is."""
    results: Results = {}
    for n in sizes:
        tables = {peer: Table(peer, data) for data in [Data(n)] for peer in able}
        operations = [operation for operation in OPERATIONS if not operation.stream]
        collect(results, operations, n, tables, able, rounds(n))
        del tables
    n = max(sizes)
    readers = {peer: Reader(peer, stream) for stream in [Stream(n)] for peer in able}
    operations = [operation for operation in OPERATIONS if operation.stream]
    collect(results, operations, n, readers, able, rounds(n))
    return results


def collect(
    results: Results,
    operations: Iterable[Operation],
    n: int,
    sides: dict[Peer, Any],
    able: dict[Peer, dict[str, Any]],
    rounds: int,
) -> None:
    """Measure some operations at one size."""
    for operation in operations:
        method = operation.method
        taking_part = {peer.name: side for peer, side in sides.items() if method in able[peer]}
        cells = measure(method, taking_part, rounds)
        shown = ", ".join(f"{name} {cell.ns:.1f}" for name, cell in cells.items())
        print(f"{operation.title}, n = {n:,}: {shown}", file=sys.stderr)
        results |= {(method, n, name): cell for name, cell in cells.items()}


@dataclass
class Gains:
    """How much faster two threads are than one, round by round: reading a map, and sorting."""

    reading: list[float]
    sorting: list[float]
    """Two arrays with numpy, which shows how much of a second core there was to be had."""


def two_readers(peer: Any, n: int, rounds: int) -> Gains:
    """Let two threads read one table, each one half of its keys."""
    data = Data(n)
    full = peer.build(data.keys, data.values)
    halves = [data.present[side::2].copy() for side in (0, 1)]
    outs = [data.out[: len(halves[0])], data.values[: len(halves[1])]]
    repeat = range(max(4_000_000 // n, 1))

    def read(side: int) -> None:
        for _ in repeat:
            peer.hit(full, halves[side], outs[side])

    def sort(side: int) -> None:
        for _ in repeat:
            np.sort(halves[side], kind="stable")

    gains = Gains([], [])
    with ThreadPoolExecutor(2) as pool:
        for number in range(rounds + 1):
            found = gain(pool, read), gain(pool, sort)
            if number:
                gains.reading.append(found[0])
                gains.sorting.append(found[1])
    return gains


def gain(pool: ThreadPoolExecutor, run: Callable[[int], None]) -> float:
    """Return the time of two runs one after the other, over that of both at once."""
    one_thread, _ = clocked(lambda: pool.submit(lambda: list(map(run, (0, 1)))).result())
    two_threads, _ = clocked(lambda: list(pool.map(run, (0, 1))))
    return one_thread / two_threads


def resident() -> int:
    """Return the bytes of this process that are in memory now; 0 where the system won't say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak_gigabytes() -> float:
    """Return the most memory that this process has had; 0 where the system won't say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        lines = []
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1e6


def weigh_here(peer: Any, n: int) -> float:
    """Return the bytes per entry by which this process grows with a full table."""
    data = Data(n)
    rehearse(peer, lambda _: None)
    before = settled()
    full = peer.build(data.keys, data.values)
    after = settled()
    del full
    return (after - before) / n if before else 0.0


def settled() -> int:
    """Return the memory in use when all that is free has gone back to the system."""
    gc.collect()
    with suppress(AttributeError, OSError, TypeError):  # glibc only
        ctypes.CDLL(None).malloc_trim(0)
    return resident()


def weigh(script: str, peer: Peer, n: int) -> float:
    """The same in a process of its own, which nothing else has left its traces in."""
    command = [sys.executable, script, "--weigh", peer.name, "--sizes", str(n)]
    done = subprocess.run(command, capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else 0.0
