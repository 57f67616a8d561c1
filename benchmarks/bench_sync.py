"""Is sync.Map faster than a lock around a dict or around a Map?

All sides run in one process, interleaved round by round and taking turns at going
first. Loops are compiled from one text, with each side's own statements written out
in them, `with lock:` included: the others are called as cheaply as they can be. A
round's operations are divided among its threads, which start together; its time is
that of the wall, over all operations. The table shows medians, and of the ratios the
quartiles, too.

    python benchmarks/bench_sync.py             # some two minutes
    python benchmarks/bench_sync.py --update    # writes the result into README.md here
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from _report import load_average, machine, quartiles, table, update_readme

from gomap import Map, sync

ENTRIES = 1_000
OPERATIONS = 300_000
THREADS = (1, 2, 4)
SEED = 20_260_101
SUBJECTS = ("sync.Map", "lock + dict", "lock + Map", "dict")
OURS = SUBJECTS[0]

# What each side says for an operation; a bare dict has none that is atomic for the last ones.
STATEMENTS: dict[str, dict[str, str]] = {
    "sync.Map": {
        "load": "m.load(k)",
        "store": "m.store(k, 1)",
        "load_or_store": "m.load_or_store(k, 1)",
        "swap": "m.swap(k, 1)",
        "compare_and_swap": "m.compare_and_swap(k, 1, 1)",
        "add": "m.add(k, 1)",
    },
    "lock + dict": {
        "load": "with lock: m.get(k)",
        "store": "with lock: m[k] = 1",
        "load_or_store": "with lock: m.setdefault(k, 1)",
        "swap": "with lock: old = m.get(k); m[k] = 1",
        "compare_and_swap": "with lock:\n    if m.get(k) == 1:\n        m[k] = 1",
        "add": "with lock: m[k] = m.get(k, 0) + 1",
    },
    "lock + Map": {
        "load": "with lock: m.lookup(k)",
        "store": "with lock: m[k] = 1",
        "load_or_store": "with lock: m.setdefault(k, 1)",
        "swap": "with lock: old = m.lookup(k); m[k] = 1",
        "compare_and_swap": "with lock:\n    if m.lookup(k) == (1, True):\n        m[k] = 1",
        "add": "with lock: m.add(k, 1)",
    },
    "dict": {"load": "m.get(k)", "store": "m[k] = 1", "load_or_store": "m.setdefault(k, 1)"},
}
MAKERS: dict[str, Callable[[dict[str, int]], Any]] = {
    "sync.Map": sync.Map[str, int],
    "lock + dict": dict,
    "lock + Map": Map[str, int],
    "dict": dict,
}
LOOP = """
def run(m, lock, groups):
    for group in groups:
        for k in group[:{first}]:
{one}
        for k in group[{first}:]:
{other}
"""


@dataclass(frozen=True)
class Workload:
    """Groups of keys: of each, the first get one operation and the rest another."""

    name: str
    one: str
    other: str = "load"
    first: int = 1
    group: int = 100
    own_keys: bool = False

    def loop(self, side: str) -> Callable[..., None] | None:
        """Compile the loop for one side; None when it has no such operation."""
        statements = STATEMENTS[side]
        if self.one not in statements or self.other not in statements:
            return None
        scope: dict[str, Any] = {}
        one, other = (indent(statements[name], " " * 12) for name in (self.one, self.other))
        text = LOOP.format(first=self.first, one=one, other=other)
        exec(text, scope)
        run: Callable[..., None] = scope["run"]
        return run

    def plan(self, keys: Sequence[str], threads: int) -> list[list[list[str]]]:
        """Draw the groups of each thread."""
        rng = random.Random(SEED)
        groups = OPERATIONS // threads // self.group
        return [
            [rng.choices(keys[number::threads] if self.own_keys else keys, k=self.group)
             for _ in range(groups)]
            for number in range(threads)
        ]  # fmt: skip


WORKLOADS = (
    Workload("read-mostly: 1 store, 99 loads", "store"),
    Workload("disjoint keys: 2 stores, 1 load", "store", first=66, group=99, own_keys=True),
    Workload("mixed: 10 stores, 10 loads", "store", first=10, group=20),
    Workload("`load_or_store`, present", "load_or_store", "load_or_store"),
    Workload("`swap`", "swap", "swap"),
    Workload("`compare_and_swap`, equal", "compare_and_swap", "compare_and_swap"),
    Workload("count: `add`", "add", "add"),
)


def clocked(run: Callable[..., None], m: Any, plan: list[list[list[str]]]) -> float:
    """Return the nanoseconds per operation of one round."""
    lock = threading.Lock()
    barrier = threading.Barrier(len(plan) + 1)

    def work(groups: list[list[str]]) -> None:
        barrier.wait()
        run(m, lock, groups)

    threads = [threading.Thread(target=work, args=(groups,)) for groups in plan]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter_ns()
    for thread in threads:
        thread.join()
    operations = sum(len(group) for groups in plan for group in groups)
    return (time.perf_counter_ns() - started) / operations


Times = dict[str, list[float]]
Results = dict[tuple[str, int], Times]
"""By workload and number of threads."""


def measure(workload: Workload, threads: int, rounds: int) -> Times:
    """Run all sides, the first round unseen."""
    rng = random.Random(SEED)
    keys = [f"{rng.getrandbits(64):016x}" for _ in range(ENTRIES)]
    plan = workload.plan(keys, threads)
    contents = dict.fromkeys(keys, 1)
    loops = {side: workload.loop(side) for side in SUBJECTS}
    maps = {side: MAKERS[side](contents) for side in SUBJECTS}
    times: Times = {side: [] for side, run in loops.items() if run}
    for number in range(rounds + 1):
        for side in list(times)[:: 1 if number % 2 else -1]:
            run = loops[side]
            assert run is not None
            gc.collect(0)
            elapsed = clocked(run, maps[side], plan)
            if number:
                times[side].append(elapsed)
    return times


def run_all(workloads: Sequence[Workload], counts: Sequence[int], rounds: int) -> Results:
    """Measure everything asked for, telling standard error how far it is."""
    results: Results = {}
    for workload in workloads:
        for threads in counts:
            times = measure(workload, threads, rounds)
            results[workload.name, threads] = times
            print(f"{workload.name}, {threads}: {', '.join(cells(times))}", file=sys.stderr)
    return results


def ratio(times: Times, side: str) -> tuple[float, float, float]:
    """Return sync.Map's time over a side's: lower quartile, median, upper quartile."""
    return quartiles([a / b for a, b in zip(times[OURS], times[side], strict=True)])


def cells(times: Times) -> Iterator[str]:
    """Show the times of one row, then sync.Map's over the others'."""
    for side in SUBJECTS:
        yield f"{statistics.median(times[side]):.0f}" if side in times else "-"
    for side in SUBJECTS[1:]:
        if side in times:
            low, middle, high = ratio(times, side)
            yield f"**{middle:.2f}** ({low:.2f}-{high:.2f})"
        else:
            yield "-"


def slower(results: Results) -> Iterator[str]:
    """Say where a lock around a dict is faster."""
    rows = [(ratio(times, "lock + dict")[1], *key) for key, times in results.items()]
    found = sorted((row for row in rows if row[0] > 1.05), reverse=True)
    yield f"Slower than a lock around a dict: {len(found)} of {len(rows)} rows" + ":."[not found]
    yield ""
    for middle, name, threads in found:
        yield f"- {name}, {threads} thread{'s' * (threads > 1)}: {middle:.2f}"
    yield ""


def report(results: Results, load: str) -> str:
    """Write everything as Markdown."""
    header = ["ns per operation", "threads", *SUBJECTS]
    header += [f"{OURS} / {side}" for side in SUBJECTS[1:]]
    rows = [[name, str(threads), *cells(times)] for (name, threads), times in results.items()]
    lines = [*machine("bench_sync.py"), f"- {load}", "", *table(header, rows), *slower(results)]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", help="numbers of threads, separated by commas")
    parser.add_argument("--workload", default="", help="only those whose name contains this")
    parser.add_argument("--rounds", type=int, default=11, help="rounds, from 2")
    parser.add_argument("--update", action="store_true", help="write the result into README.md")
    args = parser.parse_args()
    counts = [int(n) for n in args.threads.split(",")] if args.threads else [*THREADS]
    if args.rounds < 2 or min(counts) < 1:
        parser.error("at least two rounds and one thread are needed")
    workloads = [workload for workload in WORKLOADS if args.workload in workload.name]
    if not workloads:
        parser.error(f"no workload is called {args.workload!r}")
    load = load_average()
    gc.disable()
    text = report(run_all(workloads, counts, args.rounds), load)
    print(text)
    if args.update:
        update_readme("bench_sync", text)


if __name__ == "__main__":
    main()
