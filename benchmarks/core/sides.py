"""The sides of the engine's benchmark: which there are, and how to ask them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from core.build import ENGINE, Builder, MissingError, go_version

GOMAP = "gomap"
TABLE = "by table"
"""The engine again, called through gomap.h's table of operations."""
SWISS = (1, 24)
"""The first Go whose map is a Swiss table."""
PEERS = ("absl", "boost", "std")


@dataclass(frozen=True)
class Side:
    """A column of the tables, and what builds its program for a kind of keys."""

    name: str
    build: Callable[[str], Path]


# ---- which there are ------------------------------------------------------------------


def go_commands() -> dict[tuple[int, int], str]:
    """Find Go: on PATH, and where distributions put other versions; the first of each."""
    found: dict[tuple[int, int], str] = {}
    others = sorted(Path("/usr/lib").glob("go-*/bin/go"), reverse=True)
    for command in [shutil.which("go"), shutil.which("go1.19"), *map(str, others)]:
        if command is None:
            continue
        try:
            match = re.match(r"go(\d+)\.(\d+)", go_version(command))
        except MissingError:
            continue
        if match:
            found.setdefault((int(match[1]), int(match[2])), command)
    return found


def go_sides(builder: Builder) -> Iterator[Side]:
    """Give Go's classic map and its newest; of each design the newest version here."""
    commands = go_commands()
    classic = [version for version in commands if version < SWISS]
    swiss = [version for version in commands if version >= SWISS]
    for words, versions in (("classic map", classic), ("Swiss map", swiss)):
        if not versions:
            skipped(f"Go's {words}", f"no Go {'before' if versions is classic else 'from'} 1.24")
            continue
        newest = max(versions)
        yield Side("Go {}.{}".format(*newest), partial(builder.go, commands[newest]))


def all_sides(builder: Builder, engines: Mapping[str, Path]) -> list[Side]:
    """List every side, the engine first; `engines` are other trees' src/core by name."""
    sources = {GOMAP: ENGINE, **engines}
    sides = [Side(name, partial(builder.gomap, source)) for name, source in sources.items()]
    sides.append(Side(TABLE, partial(builder.gomap, ENGINE, table=True)))
    sides += go_sides(builder)
    return sides + [Side(name, partial(builder.peer, name)) for name in PEERS]


def skipped(name: str, reason: str) -> None:
    """Say loudly that a side is not measured."""
    print(f"*** {name} is NOT measured: {reason}", file=sys.stderr)


def build_all(sides: list[Side], keys: str) -> dict[str, Path]:
    """Build what can be built; only the engine must be."""
    programs = {}
    for side in sides:
        try:
            programs[side.name] = side.build(keys)
        except MissingError as reason:
            if side.name == GOMAP:
                raise
            skipped(side.name, str(reason))
    return programs


# ---- asking ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """Nanoseconds per operation, and what the loop has added up."""

    ns: float
    total: int


class Program:
    """A running side; see side.inc.h for what is said."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def line(self, question: str) -> str:
        """Ask for one line."""
        to, back = self.process.stdin, self.process.stdout
        assert to is not None
        assert back is not None
        to.write(f"{question}\n")
        to.flush()
        line = back.readline()
        if not line.endswith("\n"):
            status = self.process.wait()
            raise RuntimeError(f"{self.process.args!r} ended ({status}) when asked {question!r}")
        return line.rstrip("\n")

    def ask(self, operation: str, n: int, seed: int, visits: int) -> Answer | None:
        """Have an operation timed; None: there is no such one."""
        line = self.line(f"{operation} {n} {seed} {visits}")
        if line == "none":
            return None
        ns, total = line.split()
        return Answer(float(ns), int(total))

    def close(self) -> None:
        """End it; its memory is free when this returns."""
        pipes: list[IO[str] | None] = [self.process.stdin, self.process.stdout]
        for pipe in pipes:
            if pipe is not None:
                pipe.close()
        self.process.wait()


@contextmanager
def running(programs: Mapping[str, Path]) -> Iterator[dict[str, Program]]:
    """Run all sides at once; one at a time has something to do."""
    with ExitStack() as stack:
        started = {}
        for name, path in programs.items():
            started[name] = Program(path)
            stack.callback(started[name].close)
        yield started
