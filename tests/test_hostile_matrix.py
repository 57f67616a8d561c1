"""The matrix of hostile code in tests/hostile: that nothing is missing in it, and a sample."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="cells are forked processes")

COVERAGE = """
import gomap
from gomap import _gomap, inspect, maps, sync
from hostile.cells import OPS
covered = {name for op in OPS.values() for name in op.covers}
#: What is left out, and why.
LEFT_OUT = {
    **dict.fromkeys(("__doc__", "__module__", "__gomap_spec__", "key_type", "elem_type"), "data"),
    "__get_pydantic_core_schema__": "is given a class, touches no map",
}
names = {f"Map.{name}" for name in vars(gomap.Map) if name not in LEFT_OUT}
for view in ("MapKeys", "MapValues", "MapItems", "MapIterator"):
    slots = set(vars(getattr(_gomap, view))) - {"__doc__", "__module__", "__hash__"}
    names |= {f"{view}.{name}" for name in slots}
names |= {f"maps.{name}" for name in maps.__all__}
functions = [name for name in inspect.__all__ if callable(getattr(inspect, name))]
names |= {f"inspect.{name}" for name in functions if name[0].islower()} - {
    "inspect.load_factor_table"  # makes maps of its own
}
names |= {f"gomap.{name}" for name in ("clear", "count", "delete", "json_default", "make")}
same = {"get", "add", "pop", "popitem", "setdefault", "update", "clear", "fromkeys", "keys",
        "values", "items"}  # tried on sync maps under the name of Map's
for name in dir(sync.Map):
    if name[0] != "_" and name not in same | set(LEFT_OUT):
        names.add(f"sync.Map.{name}")
missing = sorted(names - covered)
assert not missing, missing
on_sync = {name for op in OPS.values() if "sync" in op.kinds for name in op.covers}
lacking = {f"Map.{name}" for name in same - {"keys", "values", "items"}} - on_sync
assert not lacking, lacking
"""
JUDGES = """
import os, signal, time
from hostile import runner
from hostile.cells import Cell
runner.MOST_SECONDS = 0.2

def outcome(run):
    runner.try_cell = run
    return runner.run_cell(Cell("m[k]", "eq", "read", "object", "small")).outcome

def fails():
    raise AssertionError
assert outcome(lambda cell: (1, 1)) == "passed"
assert outcome(lambda cell: (1, 0)) == "not fired"
assert outcome(lambda cell: fails()) == "broken"
assert outcome(lambda cell: os.kill(os.getpid(), signal.SIGSEGV)) == "crashed"
assert outcome(lambda cell: os._exit(0)) == "crashed"
assert outcome(lambda cell: time.sleep(60)) == "hung"
assert outcome(lambda cell: [None for _ in iter(int, 1)]) == "hung"
"""
JOBS = """
import os
from itertools import islice
from hostile import runner
from hostile.cells import all_cells

cells = list(islice(all_cells(), 6))
runner.run_cell = lambda cell: runner.Result(cell, "passed")
assert runner.run_all(cells, 2, lambda result: None)["passed"] == 6
runner.run_cell = lambda cell: os._exit(9)
try:
    runner.run_all(cells, 2, lambda result: None)
except ChildProcessError:
    pass
else:
    raise AssertionError("jobs that died were not missed")
"""


def run(*arguments: str) -> str:
    """Run Python; what it prints, if all is well."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(HERE)}
    result = subprocess.run(
        [sys.executable, "-P", *arguments], capture_output=True, text=True, env=environment
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout


def test_every_operation_is_in_the_matrix() -> None:
    run("-c", COVERAGE)


@needs_fork
def test_a_cell_that_crashes_hangs_or_never_fires_is_not_passed() -> None:
    run("-c", JUDGES)


@needs_fork
def test_cells_of_a_job_that_dies_are_missed() -> None:
    run("-c", JOBS)


def test_a_name_of_no_cell_is_refused() -> None:
    with pytest.raises(AssertionError, match="no cell has such a name"):
        run(str(HERE / "hostile"), "--only", "NoSuchOperation")


def test_moments_come_in_the_operations_that_say_so_and_in_no_others() -> None:
    run(str(HERE / "hostile"), "--table")


@needs_fork
def test_a_sample_of_the_cells() -> None:
    run(str(HERE / "hostile"), "--sample", "1201", "-v")


@needs_fork
@pytest.mark.slow
def test_every_cell() -> None:
    run(str(HERE / "hostile"), "-v")
