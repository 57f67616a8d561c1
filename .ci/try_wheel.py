"""What a new user does with an installed gomap, and the tests that need little else.

    python .ci/try_wheel.py [pytest arguments]

cibuildwheel runs it on every wheel, `.ci/dist` on those built here: with no compiler, in an
environment that holds gomap[explore], hypothesis, numpy and pytest. The gomap that it sees must
be an installed one, never the checkout's.
"""

from __future__ import annotations

import doctest
import subprocess
import sys
import sysconfig
from pathlib import Path

import gomap

ROOT = Path(__file__).resolve().parent.parent
NAMES = """
add batch_growth batch_inputs batch_out batch_threads calls classes cli_explore cli_table count
explain failures garbage golden growth int_limits interpreters iteration maps nan nil operations
options pickle pytest_plugin quick reentrancy release repr seeds sync sync_range threads views
zero_values
"""
TESTS = NAMES.split()
"""The tests that a wheel is tried with: every operation, the golden traces, threads."""
EXAMPLES = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE


def said_by(*arguments: str) -> str:
    """Run a command of a user, which must succeed, and return what it printed."""
    done = subprocess.run(
        arguments, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def check(holds: object, what: str) -> None:
    """End here with `what` unless it `holds`."""
    if not holds:
        raise SystemExit(f"try_wheel: {what}")


def main() -> int:
    """The commands of the README, then pytest."""
    site = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    place = Path(gomap.__file__).resolve().parent
    check(place.parent in site, f"{place} is no installed package")
    version = gomap.__version__
    check(said_by("gomap", "--version") == f"gomap {version}\n", "gomap --version says another")
    explored = said_by("gomap", "explore")
    check("bucket" in explored, f"gomap explore shows no buckets:\n{explored}")
    told = said_by(sys.executable, "-m", "gomap", "demo", "--no-wait")
    check("evacuat" in told, f"the demo tells of no evacuation:\n{told}")
    tour = doctest.testfile(str(ROOT / "README.md"), False, optionflags=EXAMPLES, encoding="utf-8")
    check(tour.attempted > 0 and tour.failed == 0, f"the README's examples: {tour}")
    print(
        f"gomap {version}: {place}; --version, explore, demo, README's {tour.attempted}", flush=True
    )
    files = [str(ROOT / "tests" / f"test_{name}.py") for name in TESTS]
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), *sys.argv[1:], *files], check=False
    ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
