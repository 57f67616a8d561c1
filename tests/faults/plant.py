"""Plants every fault of faults.toml in a copy of the engine, one at a time: is it caught?

    python tests/faults/plant.py DIRECTORY [--only PART] [--some N] [--quick] [--table FILE]

A fault is a snippet of src/core that occurs once in its file, and what replaces it. The C
tests are built from a copy of the tree in DIRECTORY; for a fault only the objects that include
its file are compiled again. The builds are tried in this order until one catches it:

    plain    the tests with every invariant check, pages as large as the system's
    pieces   the same with pages so small that arrays go piece by piece
    asan     plain, under AddressSanitizer and UBSan

Caught means that a test fails, that the program ends by a signal, or that it takes five times as
long as without the fault. A fault that no longer applies, or does not compile, is an error of
the list; one that nothing catches is a missing test. Both make the exit status 1. The engine
without a fault must pass the same tests first, or their failure would say nothing.
"""

import argparse
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LIST = HERE / "faults.toml"
FLAGS = "-std=c11 -O0 -w -DGM_DEBUG=1 -Isrc/core -Itests/core -MMD".split()
SMALL_PIECES = ["-DGM_PIECE_BYTES=512", "-DGM_MOST_PAGE_BYTES=256"]
BUILDS = {
    "plain": [],
    "pieces": SMALL_PIECES,
    "asan": ["-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
}
CC = os.environ.get("CC", "cc")
LIMIT = 3600
"""Processor seconds for tests without a fault; with one, five times what they took, and some."""


class Fault(NamedTuple):
    name: str
    kind: str
    """What is wrong, in words."""
    file: str
    was: str
    becomes: str
    build: str = "plain"
    """The first build that is tried."""
    first: str = ""
    """Tests that are run before all of them: part of a name."""


class Verdict(NamedTuple):
    fault: Fault
    build: str
    by: str
    """The test and how it failed; empty when nothing caught it."""


def read_list() -> list[Fault]:
    with LIST.open("rb") as file:
        return [Fault(**entry) for entry in tomllib.load(file)["fault"]]


def planted(fault: Fault) -> str:
    """The file's text with the fault in it."""
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    if (found := text.count(fault.was)) != 1:
        raise ValueError(f"{fault.name}: its snippet occurs {found} times in {fault.file}")
    return text.replace(fault.was, fault.becomes)


def errors_of(faults: list[Fault]) -> Iterator[str]:
    """What is wrong with the list itself."""
    for names in ([fault.name for fault in faults], [fault.kind for fault in faults]):
        yield from (f"twice in the list: {n}" for n in sorted(set(names)) if names.count(n) > 1)
    for fault in faults:
        if fault.build not in BUILDS or not fault.file.startswith("src/core/"):
            yield f"{fault.name}: no such build, or not of the engine"
        try:
            if planted(fault) == (ROOT / fault.file).read_text(encoding="utf-8"):
                yield f"{fault.name}: changes nothing"
        except ValueError as error:
            yield str(error)


class Tree:
    """A copy of the engine and its C tests, with objects of every build."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "tree"
        self.objects = directory / "objects"
        shutil.rmtree(self.root, ignore_errors=True)
        for folder in ("src/core", "tests/core"):
            shutil.copytree(ROOT / folder, self.root / folder)
        files = sorted(path for path in self.root.glob("*/core/*") if path.is_file())
        self.sources = [path for path in files if path.suffix == ".c"]
        self.limits: dict[tuple[str, str], int] = {}
        self.digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()

    def compile(self, build: str, sources: list[Path], into: Path) -> bool:
        """False: it does not compile."""
        into.mkdir(parents=True, exist_ok=True)
        waiting, running = list(sources), []
        sound = True
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                source = waiting.pop()
                command = [CC, *FLAGS, *BUILDS[build], "-c", "-o", into / f"{source.stem}.o"]
                running.append(
                    subprocess.Popen([*command, source.relative_to(self.root)], cwd=self.root)
                )
            sound = running.pop(0).wait() == 0 and sound
        return sound

    def base(self, build: str) -> Path:
        """The objects of the sound engine, made once for these sources."""
        objects = self.objects / build
        made = objects / "made"
        if not made.exists() or made.read_text() != self.digest:
            shutil.rmtree(objects, ignore_errors=True)
            if not self.compile(build, self.sources, objects):
                sys.exit("the sound engine does not compile")
            made.write_text(self.digest)
        return objects

    def dependents(self, build: str, file: str) -> list[Path]:
        """What has the fault in it: the engine, tests with kinds of their own, tests that
        include the file themselves. In others the inline functions of a header stay sound."""
        base = self.base(build)

        def includes(source: Path, name: str) -> bool:
            return name in (base / f"{source.stem}.d").read_text().split()

        def instantiates(source: Path) -> bool:
            directly = f'#include "{Path(file).name}"' in source.read_text(encoding="utf-8")
            public = file.endswith("gomap.h")
            return public or directly or includes(source, "src/core/ops.inc.h")

        engine = self.root / "src" / "core"
        return [
            s for s in self.sources if includes(s, file) and (s.parent == engine or instantiates(s))
        ]

    def program(self, build: str, fault: Fault | None) -> Path | None:
        """The tests with the fault in them; None: it does not compile."""
        base, changed = self.base(build), self.objects / "changed"
        shutil.rmtree(changed, ignore_errors=True)
        dependents = []
        if fault is not None:
            dependents = self.dependents(build, fault.file)
            sound = (self.root / fault.file).read_text(encoding="utf-8")
            (self.root / fault.file).write_text(planted(fault), encoding="utf-8")
            compiles = self.compile(build, dependents, changed)
            (self.root / fault.file).write_text(sound, encoding="utf-8")
            if not compiles:
                return None
        program = self.objects / ("core-tests" if fault else "core-tests-sound")
        objects = [(changed if s in dependents else base) / f"{s.stem}.o" for s in self.sources]
        command = [CC, *[f for f in BUILDS[build] if f.startswith("-f")], "-o", program]
        subprocess.run([*command, *objects, "-lm"], check=True)
        return program

    def limit(self, build: str, part: str) -> int:
        """Processor seconds for tests with a fault. Ends here if they fail without any."""
        if (build, part) not in self.limits:
            program = self.program(build, None)
            assert program is not None
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            if by := how_it_fails(program, part, LIMIT):
                sys.exit(f"without a fault, {build}: {by}")
            took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            self.limits[build, part] = 20 + 5 * int(took)
        return self.limits[build, part]


def ending(status: int) -> str:
    """How a program ended that no check stopped; empty: well."""
    if status == -signal.SIGABRT:
        return "an invariant, or an assertion"
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return "does not end"
    return f"signal {-status}" if status < 0 else "a sanitizer" if status else ""


def how_it_fails(program: Path, part: str, limit: int) -> str:
    """The first test that fails, and how; empty when all pass in so many processor seconds."""
    with subprocess.Popen(
        [program, "-v", *([part] if part else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
    ) as process:
        assert process.stdout is not None
        last = ""
        for line in process.stdout:
            if line.startswith("FAILED"):
                process.kill()
                return f"{last}: a check"
            if "/" in line and not line.startswith(" "):
                last = line.strip()
    outcome = ending(process.returncode)
    return f"{last}: {outcome}" if outcome else ""


def try_one(tree: Tree, fault: Fault, quick: bool) -> Verdict:
    builds = list(BUILDS)
    builds = builds[builds.index(fault.build) :]
    for build in builds[:1] if quick else builds:
        program = tree.program(build, fault)
        if program is None:
            return Verdict(fault, build, "")
        parts = [fault.first] if fault.first else []
        for part in parts if quick else [*parts, ""]:
            if by := how_it_fails(program, part, tree.limit(build, part)):
                return Verdict(fault, build, by)
    return Verdict(fault, "all", "")


def try_all(tree: Tree, faults: list[Fault], results: Path, quick: bool) -> list[Verdict]:
    """Each verdict is also added to `results`, a line as soon as it is known."""
    verdicts = []
    for number, fault in enumerate(faults, 1):
        begun = time.monotonic()
        verdict = try_one(tree, fault, quick)
        verdicts.append(verdict)
        with results.open("a", encoding="utf-8") as file:
            file.write(f"{tree.digest}\t{fault.name}\t{verdict.build}\t{verdict.by}\n")
        said = verdict.by or ("NOT CAUGHT" if verdict.build == "all" else "DOES NOT COMPILE")
        seconds = time.monotonic() - begun
        print(f"{number:>3} {fault.name}: {verdict.build}: {said} ({seconds:.0f} s)", flush=True)
    return verdicts


def write_table(path: Path, faults: list[Fault], results: Path, digest: str) -> None:
    """What caught each fault, for people to read: its latest result with these sources."""
    latest = {}
    for line in results.read_text(encoding="utf-8").splitlines():
        sources, name, build, by = line.split("\t")
        if sources == digest:
            latest[name] = f"{build}: {by}" if by else "**nothing**"
    rows = ["# What caught each planted fault", "", "Written by `make faults`.", ""]
    rows += ["| fault | where | caught by |", "|---|---|---|"]
    for fault in faults:
        name = fault.file.removeprefix("src/core/")
        rows.append(f"| {fault.kind} | `{name}` | {latest.get(fault.name, 'not run')} |")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("directory", type=Path, nargs="?", help="for the copy and its objects")
    parser.add_argument("--only", default="", help="part of a fault's name or file")
    parser.add_argument("--some", type=int, default=0, help="so many, spread over the list")
    parser.add_argument("--from", dest="skip", type=int, default=0, help="leave out the first N")
    parser.add_argument("--quick", action="store_true", help="only the tests named first")
    parser.add_argument("--table", type=Path, help="write what caught each to this file")
    parser.add_argument("--check", action="store_true", help="only check the list")
    options = parser.parse_args()
    faults = read_list()
    if errors := list(errors_of(faults)):
        sys.exit("\n".join(errors))
    print(f"{len(faults)} kinds of faults, each applies", flush=True)
    if options.check:
        return
    if options.directory is None:
        parser.error("a directory, please")
    wanted = [f for f in faults if options.only in f.name + " " + f.file][options.skip :]
    if options.some:
        wanted = wanted[:: max(1, len(wanted) // options.some)][: options.some]
    directory = options.directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    tree, results = Tree(directory), directory / "results.tsv"
    verdicts = try_all(tree, wanted, results, options.quick)
    if options.table:
        write_table(options.table, faults, results, tree.digest)
    caught = sum(1 for verdict in verdicts if verdict.by)
    print(f"{caught} of {len(verdicts)} caught")
    sys.exit(caught < len(verdicts))


if __name__ == "__main__":
    main()
