"""Builds the sides of the engine's benchmark into build/bench-core.

A program's name ends in a digest of its sources, its commands and its compiler's
version: what is there already is what would be built.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENGINE = ROOT / "src" / "core"
FOLDER = ROOT / "build" / "bench-core"

# As setup.py and CPython compile the extension.
ENGINE_FLAGS = ("-std=c11", "-fvisibility=hidden", "-O3", "-DNDEBUG", "-fPIC")
PEER_FLAGS = ("-std=c++17", "-O3", "-DNDEBUG")
KEYS = {"int64": (), "string": ("-DTEXT_KEYS",)}
"""Kinds of keys, and what selects them in C and C++."""
GO_KEYS = {"int64": "key_number.go", "string": "key_text.go"}

Command = list[str]


class MissingError(Exception):
    """A side cannot be built here; says why."""


def run(command: Sequence[str], folder: Path, env: dict[str, str] | None = None) -> str:
    """Run a command; return what it prints."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise MissingError(f"{command[0]}: {error.strerror}") from None
    if done.returncode:
        complaint = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        last = (complaint or done.stderr.splitlines() or ["no output"])[0]
        raise MissingError(f"{Path(command[0]).name}: {last.strip()}")
    return done.stdout


@dataclass(frozen=True)
class Builder:
    """Compilers and what they are told."""

    native: bool = False
    folder: Path = FOLDER

    def made(
        self, name: str, sources: Iterable[Path], tools: Sequence[str], make: Callable[[Path], str]
    ) -> Path:
        """Return the file of that name, made by `make` in a folder of its own unless it is here.

        `make` returns the file's name there; its code and `tools` stand for the commands.
        """
        digest = hashlib.sha256(repr((self.native, *tools)).encode())
        for source in sorted(sources):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
        digest.update(Path(__file__).read_bytes())
        target = self.folder / f"{name}-{digest.hexdigest()[:12]}"
        if not target.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
                product = make(Path(scratch))
                (Path(scratch) / product).replace(target)
        return target

    def compiler(self, variable: str, default: str) -> Command:
        """Return the command of the compiler named by an environment variable."""
        command = shlex.split(os.environ.get(variable, default))
        if shutil.which(command[0]) is None:
            raise MissingError(f"no {command[0]}")
        return command + ["-march=native"] * self.native

    def version(self, command: Command) -> str:
        """Return the first line of what a compiler says of itself."""
        return run([command[0], "--version"], HERE).partition("\n")[0]

    # ---- the engine ----------------------------------------------------------------

    def engine(self, source: Path) -> Path:
        """Return the library of the engine in a folder, each file compiled by itself."""
        cc = self.compiler("CC", "cc")

        def make(scratch: Path) -> str:
            files = sorted(str(path) for path in source.glob("*.c"))
            run([*cc, *ENGINE_FLAGS, f"-I{source}", "-c", *files], scratch)
            objects = sorted(path.name for path in scratch.glob("*.o"))
            run(["ar", "rcs", "engine.a", *objects], scratch)
            return "engine.a"

        return self.made("engine.a", source.glob("*.[ch]"), [self.version(cc), *cc], make)

    def gomap(self, source: Path, keys: str, table: bool = False) -> Path:
        """Return the program that measures the engine in a folder, inlined or by its table."""
        cc, library = self.compiler("CC", "cc"), self.engine(source)

        def make(scratch: Path) -> str:
            include = [f"-I{source}", f"-I{HERE}"]
            flags = [*ENGINE_FLAGS, *KEYS[keys], *include, *["-DTHROUGH_TABLE"] * table]
            run([*cc, *flags, str(HERE / "gomap.c"), str(library), "-o", "side"], scratch)
            return "side"

        sources = [*source.glob("*.h"), *self.shared(), HERE / "gomap.c", HERE / "kind.inc.h"]
        tools = [library.name, str(table), self.version(cc), *cc]
        return self.made(f"gomap-{keys}", sources, tools, make)

    # ---- the peers -----------------------------------------------------------------

    def shared(self) -> list[Path]:
        """Return what all sides in C and C++ include."""
        return [HERE / name for name in ("key.h", "keys.h", "side.inc.h")]

    def peer(self, name: str, keys: str) -> Path:
        """Return the program of a map in C++: absl, boost or std."""
        cxx = self.compiler("CXX", "c++")
        libraries = absl_libraries() if name == "absl" else []

        def make(scratch: Path) -> str:
            flags = [*PEER_FLAGS, *KEYS[keys], f"-DPEER=PEER_{name.upper()}", f"-I{HERE}"]
            run([*cxx, *flags, str(HERE / "peers.cpp"), "-o", "side", *libraries], scratch)
            return "side"

        tools = [self.version(cxx), *cxx, *libraries]
        return self.made(f"{name}-{keys}", [*self.shared(), HERE / "peers.cpp"], tools, make)

    def go(self, command: str, keys: str) -> Path:
        """Return the program of Go's own map, built by that `go`."""
        version = go_version(command)
        level = "v3" if self.native and "avx2" in cpu_flags() else "v1"
        env = os.environ | {
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "",
            "GO111MODULE": "off",
            "GOAMD64": level,
        }
        env.pop("GOROOT", None)
        names = ["main.go", "keys.go", "loops.go", GO_KEYS[keys]]

        def make(scratch: Path) -> str:
            run([command, "build", "-o", str(scratch / "side"), *names], HERE / "go", env)
            return "side"

        sources = [HERE / "go" / name for name in names]
        return self.made(f"{version}-{keys}", sources, [version, level], make)


def absl_libraries() -> Command:
    """Return how to link abseil, statically: no call of it goes through a table."""
    listed = run(["pkg-config", "--libs-only-l", "absl_flat_hash_map", "absl_hash"], HERE)
    names = [name for name in listed.split() if name.startswith("-labsl")]
    static = ["-Wl,-Bstatic", "-Wl,--start-group", *names, "-Wl,--end-group", "-Wl,-Bdynamic"]
    return [*static, "-lpthread"]


def cpu_flags() -> set[str]:
    """Return what the processor can do, by Linux's names."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return set()
    return set(text.partition("\nflags")[2].partition("\n")[0].split())


def go_version(command: str) -> str:
    """Return `go1.19.8` of a go command."""
    env = os.environ | {"GOTOOLCHAIN": "local"}
    return run([command, "version"], HERE, env).split()[2]
