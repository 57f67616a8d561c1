"""How fast a Map is beside dict: the measuring of `gomap bench` and of benchmarks/bench_dict.py.

Both sides run in one process, interleaved round by round and taking turns at going
first. A side's loop is compiled from the same text as the other's, but apart: the
interpreter specialises bytecode for the types it sees, and one code object for both
would serve neither. Every round gives a ratio; a result has the medians of the times
and of the ratios, and the ratios' quartiles.

Keys are random and visited in an order unrelated to that of their insertion and of
their addresses. Where a map has more keys than are visited in a round, the two sides
visit different ones, so that neither warms the caches for the other.
"""

from __future__ import annotations

import gc
import math
import platform
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gomap import Map, int64

LEAST_VISITS = 20_000
MOST_VISITS = 200_000
SEED = 20_260_101


@dataclass(frozen=True)
class Subject:
    """A map class, and the keys that it and the dict beside it get."""

    name: str
    make: Callable[..., Any]
    draw: Callable[[random.Random], Any]
    again: Callable[[Any], Any]
    # Absent keys of a plain Map() count as None, to which nothing can be added.
    zero: tuple[int, ...] = ()

    def options(self, operation: Operation, n: int) -> str:
        """Write the arguments with which the operation's empty containers are made."""
        if operation.loop == "hinted":
            return f"hint={n}"
        if operation.group == "count" and self.zero:
            return f"zero={self.zero[0]}"
        return ""


@dataclass(frozen=True)
class Operation:
    """A statement on the container `c` and the key `k`, in which kind of loop, over which keys."""

    name: str
    label: str
    group: str
    loop: str
    keys: str
    statement: str
    on_dict: str = ""


# What a loop does with its containers: visit one that is full; make, fill and keep
# fresh ones (freed when the clock has stopped); walk one that is full.
LOOPS = {
    "visit": (
        "def run(containers, keys):\n for c in containers:\n  for k in keys:\n   {statement}\n"
    ),
    "fill": (
        "def run(make, keys, times):\n kept = []\n for _ in range(times):\n"
        "  c = make({options})\n  kept.append(c)\n  for k in keys:\n   {statement}\n return kept\n"
    ),
    "walk": "def run(c, times):\n for _ in range(times):\n  {statement}\n",
}

OPERATIONS = (
    Operation("`m[k]`, same key object", "m[k]", "lookup", "visit", "same", "c[k]"),
    Operation("`m[k]`, equal key", "m[k], equal key", "lookup", "visit", "equal", "c[k]"),
    Operation("`k in m`, hit", "k in m, hit", "lookup", "visit", "same", "k in c"),
    Operation("`k in m`, miss", "k in m, miss", "lookup", "visit", "absent", "k in c"),
    Operation("`m.get(k)`", "m.get(k)", "lookup", "visit", "same", "c.get(k)"),
    Operation("`m[k] = v`, update", "m[k] = v", "lookup", "visit", "same", "c[k] = 2"),
    Operation("`del m[k]`", "del m[k]", "lookup", "delete", "same", "del c[k]"),
    Operation("iterate keys", "for k in m", "lookup", "walk", "", "for k in c: pass"),
    Operation("iterate items", "m.items()", "lookup", "walk", "", "for k, v in c.items(): pass"),
    Operation("insert, growing", "insert", "insert growing", "fill", "same", "c[k] = 1"),
    Operation("insert, `hint=n`", "insert, hint", "insert with hint", "hinted", "same", "c[k] = 1"),
    Operation("count: `m.add(k, 1)`", "m.add(k, 1)", "count", "fill", "stream", "c.add(k, 1)",
              "c[k] = c.get(k, 0) + 1"),
)  # fmt: skip


def draw_int(rng: random.Random) -> int:
    """Return a random int64."""
    return rng.getrandbits(64) - (1 << 63)


def draw_str(rng: random.Random) -> str:
    """Return a random string of 16 letters and digits."""
    return f"{rng.getrandbits(64):016x}"


def again_int(key: int) -> int:
    """Return an equal int that is another object."""
    return int(str(key))


def again_str(key: str) -> str:
    """Return an equal string that is another object, its hash known as the first one's is."""
    copy = "".join(list(key))
    hash(copy)
    return copy


SUBJECTS = (
    Subject("Map[str, int]", Map[str, int], draw_str, again_str),
    Subject("Map[int, int]", Map[int, int], draw_int, again_int),
    Subject("Map(), str keys", Map, draw_str, again_str, zero=(0,)),
    Subject("Map(), int keys", Map, draw_int, again_int, zero=(0,)),
    Subject("Map[int64, int64]", Map[int64, int64], draw_int, again_int),
)


class Data:
    """The keys of one subject at one size, and full containers of both sides."""

    def __init__(self, subject: Subject, n: int, seed: int = SEED) -> None:
        self.subject, self.n = subject, n
        self.rng = random.Random(seed + n)
        self.inserted = [subject.draw(self.rng) for _ in range(n)]
        self.containers: dict[str, Any] = {"dict": {}, "gomap": subject.make()}
        for container in self.containers.values():
            for key in self.inserted:
                container[key] = 1

    def keys(self, which: str) -> list[Any]:
        """Return keys of the kind that an operation wants, in an order of their own."""
        if which == "stream":
            return self.rng.choices(self.inserted, k=max(self.n, LEAST_VISITS))
        if which == "absent":
            return [self.subject.draw(self.rng) for _ in range(self.n)]
        keys = list(self.inserted)
        self.rng.shuffle(keys)
        return [self.subject.again(key) for key in keys] if which == "equal" else keys

    def visits(self, which: str) -> list[list[Any]]:
        """Return lists of keys to visit, one a round and side: long enough to be timed."""
        keys = self.keys(which)
        if self.n > MOST_VISITS:
            return [keys[at : at + MOST_VISITS] for at in range(0, self.n, MOST_VISITS)]
        while len(keys) < LEAST_VISITS:
            keys += self.rng.sample(keys[: self.n], self.n)
        return [keys]

    def times(self) -> int:
        """Return how often a whole container must be filled or walked to be timed."""
        return max(LEAST_VISITS // self.n, 1)


Timed = Callable[[int], float]
"""Runs the round with this number; returns nanoseconds per operation."""


def compiled(operation: Operation, side: str, loop: str, options: str = "") -> Callable[..., Any]:
    """Compile the loop afresh: bytecode specialises itself for one side's type."""
    statement = operation.statement
    if side == "dict" and operation.on_dict:
        statement = operation.on_dict
    scope: dict[str, Any] = {}
    exec(LOOPS[loop].format(statement=statement, options=options), scope)  # noqa: S102 - the text is ours
    run: Callable[..., Any] = scope["run"]
    return run


def clocked(run: Callable[..., Any], *arguments: Any) -> float:
    """Return the nanoseconds of one call; what it returns is freed afterwards."""
    started = time.perf_counter_ns()
    kept = run(*arguments)
    elapsed = time.perf_counter_ns() - started
    del kept
    return float(elapsed)


def visit(operation: Operation, data: Data) -> dict[str, Timed]:
    """Time visits of one full container."""
    chunks = data.visits(operation.keys)

    def side(name: str, ahead: int) -> Timed:
        run, container = compiled(operation, name, "visit"), data.containers[name]

        def timed(round_number: int) -> float:
            keys = chunks[(round_number + ahead) % len(chunks)]
            return clocked(run, [container], keys) / len(keys)

        return timed

    return {"dict": side("dict", 0), "gomap": side("gomap", len(chunks) // 2)}


def delete(operation: Operation, data: Data) -> dict[str, Timed]:
    """Time emptying copies of the full containers."""
    keys, times = data.keys(operation.keys), data.times()

    def side(name: str) -> Timed:
        run, full = compiled(operation, name, "visit"), data.containers[name]

        def timed(_: int) -> float:
            copies = [full.copy() for _ in range(times)]
            return clocked(run, copies, keys) / (len(keys) * times)

        return timed

    return {"dict": side("dict"), "gomap": side("gomap")}


def fill(operation: Operation, data: Data) -> dict[str, Timed]:
    """Time making and filling fresh containers; only a Map can be told how many to expect."""
    keys = data.keys(operation.keys)
    times = max(LEAST_VISITS // len(keys), 1)
    options = data.subject.options(operation, data.n)

    def side(name: str, make: Callable[..., Any], options: str = "") -> Timed:
        run = compiled(operation, name, "fill", options)
        return lambda _: clocked(run, make, keys, times) / (len(keys) * times)

    return {"dict": side("dict", dict), "gomap": side("gomap", data.subject.make, options)}


def walk(operation: Operation, data: Data) -> dict[str, Timed]:
    """Time whole iterations."""
    times = data.times()

    def side(name: str) -> Timed:
        run, container = compiled(operation, name, "walk"), data.containers[name]
        return lambda _: clocked(run, container, times) / (data.n * times)

    return {"dict": side("dict"), "gomap": side("gomap")}


PREPARE = {"visit": visit, "delete": delete, "fill": fill, "hinted": fill, "walk": walk}


def geomean(ratios: Sequence[float]) -> float:
    """Return the geometric mean."""
    return math.exp(statistics.fmean(map(math.log, ratios)))


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


@dataclass(frozen=True)
class Result:
    """Medians of one operation at one size, and the spread of its ratios."""

    dict_ns: float
    gomap_ns: float
    ratio: float
    low: float
    high: float


def measure(operation: Operation, data: Data, rounds: int, unseen: int = 1) -> Result:
    """Run both sides, the first rounds unseen."""
    sides = PREPARE[operation.loop](operation, data)
    times: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + unseen):
        order = list(sides) if number % 2 else list(sides)[::-1]
        for name in order:
            gc.collect(0)
            elapsed = sides[name](number)
            if number >= unseen:
                times[name].append(elapsed)
    ratios = [ours / theirs for ours, theirs in zip(times["gomap"], times["dict"], strict=True)]
    low, ratio, high = quartiles(ratios)
    medians = {name: statistics.median(values) for name, values in times.items()}
    return Result(medians["dict"], medians["gomap"], ratio, low, high)


def cpu_model() -> str:
    """Return the processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor() or "unknown processor"
