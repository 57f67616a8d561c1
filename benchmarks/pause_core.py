"""The engine without Python, abseil's table, Go's maps: builds and runs core/pause.c, pause.go."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from core.build import (
    ENGINE,
    ENGINE_FLAGS,
    HERE,
    PEER_FLAGS,
    Builder,
    MissingError,
    absl_libraries,
)
from core.build import run as run_compiler
from core.sides import SWISS, go_commands
from pause_measure import Idle, Result, Results, in_turns

Sides = dict[str, list[str]]
"""What is measured: the command of each, but for the number of inserts and the file."""

C_TABLES = {
    "gomap": ["gomap"],
    "gomap, heap in use": ["--used-heap", "gomap"],
    "absl::flat_hash_map": ["absl"],
    "absl, heap in use": ["--used-heap", "absl"],
}


def build(builder: Builder, with_abseil: bool) -> Path:
    """Return the program, made unless it is there; MissingError without what it needs."""
    cc, library = builder.compiler("CC", "cc"), builder.engine(ENGINE)
    cxx = builder.compiler("CXX", "c++") if with_abseil else []
    libraries = absl_libraries() if with_abseil else []
    flags = [f"-I{ENGINE}", f"-I{HERE}", *(["-DPAUSE_ABSL"] if with_abseil else [])]

    def make(scratch: Path) -> str:
        files = [str(HERE / name) for name in ("pause.c", "pause_gomap.c")]
        run_compiler([*cc, *ENGINE_FLAGS, *flags, "-c", *files], scratch)
        if with_abseil:
            absl = str(HERE / "pause_absl.cpp")
            run_compiler([*cxx, *PEER_FLAGS, *flags, "-c", absl], scratch)
        objects = sorted(path.name for path in scratch.glob("*.o"))
        run_compiler([*(cxx or cc), "-o", "side", *objects, str(library), *libraries], scratch)
        return "side"

    tools = [*cc, *cxx, *libraries, *map(builder.version, filter(None, (cc, cxx)))]
    sources = [*HERE.glob("pause*"), *ENGINE.glob("*.h")]
    return builder.made("pause", sources, [library.name, *tools], make)


def c_sides(builder: Builder) -> Sides:
    """Return the engine and, where it is installed, abseil; nothing without a C compiler."""
    for with_abseil in (True, False):
        try:
            made = build(builder, with_abseil)
        except MissingError as error:
            print(f"core/pause{', with abseil' * with_abseil}: {error}", file=sys.stderr)
            continue
        tables = {k: v for k, v in C_TABLES.items() if with_abseil or "absl" not in k}
        return {name: [str(made), *arguments] for name, arguments in tables.items()}
    return {}


def build_go(builder: Builder, go: str) -> Path:
    """Return the program of Go's own map, made by that `go` unless it is there."""
    source = HERE / "pause.go"
    env = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": "", "GO111MODULE": "off"}
    env.pop("GOROOT", None)

    def make(scratch: Path) -> str:
        run_compiler([go, "build", "-o", str(scratch / "side"), str(source)], scratch, env)
        return "side"

    return builder.made("pause-go", [source], [run_compiler([go, "version"], HERE, env)], make)


def go_sides(builder: Builder) -> Sides:
    """Return the newest Go with the classic map and the newest of all, those that are here."""
    commands = go_commands()
    chosen = {max(group) for group in (
        [version for version in commands if version < SWISS],
        [version for version in commands if version >= SWISS],
    ) if group}  # fmt: skip
    sides: Sides = {}
    for version in sorted(chosen):
        try:
            made = str(build_go(builder, commands[version]))
        except MissingError as error:
            print(f"core/pause.go: {error}", file=sys.stderr)
            continue
        for collector in ("off", "on"):
            name = f"Go {version[0]}.{version[1]}, collector {collector}"
            sides[name] = [made, collector]
    return sides


def command(name: str, side: list[str], n: int, file: Path) -> list[str]:
    """Return the command of one run."""
    return [*side, str(n), *(["1"] if name in C_TABLES else []), str(file)]


def run(name: str, side: list[str], n: int, file: Path, result: Result) -> None:
    """Add one run of a table to its result."""
    ran = command(name, side, n, file)
    done = subprocess.run(ran, stdout=subprocess.PIPE, text=True, check=True)
    found = re.search(r"^no inserts +([\d.]+) +(\d+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    idle = Idle(int(float(found[1]) * 1000), int(found[2]))
    result.add(np.fromfile(file, np.uint32), idle)


def measure(n: int, runs: int, builder: Builder | None = None) -> Results:
    """Run every table that can be built here; none without a compiler."""
    builder = builder or Builder()
    sides = {**c_sides(builder), **go_sides(builder)}
    results: Results = {name: Result() for name in sides}
    with tempfile.TemporaryDirectory() as folder:
        for number, name in in_turns(list(sides), runs):
            run(name, sides[name], n, Path(folder, "times"), results[name])
            worst = results[name].runs[-1].worst
            print(f"run {number + 1}, {name}: worst {worst / 1e6:.3f} ms", file=sys.stderr)
    return results


def missing(names: Sequence[str]) -> list[str]:
    """Return the tables that could not be measured here."""
    found = [name for name in C_TABLES if name not in names]
    return found if any(name.startswith("Go ") for name in names) else [*found, "Go's map"]
