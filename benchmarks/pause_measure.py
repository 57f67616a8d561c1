"""The measuring of bench_pause.py: runs in processes of their own, and what they come to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pause_child import SUBJECTS

Times = NDArray[np.uint32]
"""Nanoseconds of each insert."""

CHILD = Path(__file__).with_name("pause_child.py")
SHARES = (50.0, 99.0, 99.9, 99.99, 99.999)
LONGEST = 10


@dataclass
class Figures:
    """Percentiles of the inserts of one run (or of the least of several), and its worst."""

    shares: tuple[float, ...]
    worst: float
    longest: list[tuple[int, float]]
    """Entries in the table before the insert, and nanoseconds; the longest first."""


@dataclass(frozen=True)
class Idle:
    """How long the clock stood still without inserts: at worst, and how often notably."""

    worst: int
    notable: int


@dataclass
class Result:
    """All runs of one table."""

    runs: list[Figures] = field(default_factory=list)
    idle: list[Idle] = field(default_factory=list)
    first: Times | None = None
    """Every insert of the first run."""
    least: Times | None = None
    """Of every insert the least of all runs."""

    def add(self, times: Times, idle: Idle) -> None:
        """Take in one run."""
        self.runs.append(figures(times))
        self.idle.append(idle)
        if self.least is None or self.first is None:
            self.first, self.least = times, times.copy()
        else:
            np.minimum(self.least, times, out=self.least)

    def of_least(self) -> Figures:
        """Return the figures of the least of all runs."""
        assert self.least is not None
        return figures(self.least)


Results = dict[str, Result]
"""By name of the table."""


def figures(times: Times) -> Figures:
    """Sum up one run."""
    shares = np.percentile(times, SHARES, method="higher")
    count = min(LONGEST, len(times))
    found = np.argpartition(times, len(times) - count)[-count:]
    longest = sorted(((int(at), float(times[at])) for at in found), key=lambda p: -p[1])
    return Figures(tuple(float(share) for share in shares), longest[0][1], longest)


def run_child(name: str, n: int, file: Path) -> tuple[Times, Idle]:
    """Time every insert of one table in a fresh process."""
    command = [sys.executable, str(CHILD), name, str(n), str(file)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    said = json.loads(done.stdout)
    if said["entries"] != n:
        raise SystemExit(f"{name} has {said['entries']:,} entries after {n:,} inserts")
    times = np.diff(np.fromfile(file, np.int64)).clip(0, 2**32 - 1).astype(np.uint32)
    return times, Idle(said["worst"], said["notable"])


def in_turns(names: Sequence[str], runs: int) -> Iterator[tuple[int, str]]:
    """Yield who measures when: all of them once a repetition, taking turns at going first."""
    for number in range(runs):
        start = number % max(len(names), 1)
        for name in [*names[start:], *names[:start]]:
            yield number, name


def measure(names: Sequence[str], n: int, runs: int) -> Results:
    """Run every table so many times, telling standard error how far it is."""
    results: Results = {name: Result() for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for number, name in in_turns(names, runs):
            times, idle = run_child(name, n, Path(folder, "marks"))
            results[name].add(times, idle)
            worst = results[name].runs[-1].worst
            print(
                f"run {number + 1}, {name}: worst {worst / 1e6:.3f} ms "
                f"(without inserts {idle.worst / 1e6:.3f} ms)",
                file=sys.stderr,
            )
    return results


def beside(name: str) -> str:
    """Return the dict that a table is compared with, itself for a dict."""
    return SUBJECTS[name].other or name
