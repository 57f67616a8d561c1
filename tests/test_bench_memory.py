"""benchmarks/bench_memory.py and all.py: that they run, and what they do with what fails."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
if not (BENCHMARKS / "bench_memory.py").is_file():
    pytest.skip("no benchmarks beside these tests", allow_module_level=True)

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the system does not tell"
)


@pytest.fixture(autouse=True)
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def module(name: str) -> Any:
    return importlib.import_module(name)


def child(*arguments: object) -> Any:
    command = [sys.executable, str(BENCHMARKS / "memory_child.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# ---- bytes ----------------------------------------------------------------------


@needs_proc
@pytest.mark.parametrize("name", ["dict, int keys", "Map[int, int]", "Map[str, int]"])
def test_objects_of_their_own_weigh_more_than_shared_ones(name: str) -> None:
    shared, own = (child(name, 1000, 100, whose) for whose in ("shared", "own"))
    assert own["grown"] > shared["grown"] + 1000 * 40
    assert own["highest"] >= own["grown"]


@needs_proc
def test_an_unboxed_map_holds_no_objects_and_getsizeof_says_what_it_takes() -> None:
    shared, own = (child("Map[int64, int64]", 1000, 100, whose) for whose in ("shared", "own"))
    # An int would be 28 bytes an entry; where the C library puts 100 maps is up to it.
    for found in (shared, own):
        assert found["grown"] == pytest.approx(found["size"], abs=1000 * 8)


def test_a_cell_is_bytes_an_entry_and_over_dicts() -> None:
    bench = module("bench_memory")
    found = {
        ("dict, int keys", 10, "own"): {"grown": 1000.0},
        ("Map[int, int]", 10, "own"): {"grown": 500.0},
    }
    assert bench.cell(found, "Map[int, int]", 10, "own", "grown") == "50.0 (0.50)"
    assert bench.cell(found, "dict, int keys", 10, "own", "grown") == "100.0"
    assert bench.cell(found, "Map[int, int]", 20, "own", "grown") == "-"


def test_both_statements_of_a_pair_make_equal_containers() -> None:
    small = module("memory_small")
    for pair in small.PAIRS:
        ours, other = dict(small.NAMES), dict(small.NAMES)
        exec(pair.ours, ours)
        exec(pair.other, other)
        assert ours["c"].to_dict() == other["c"], pair.what


def test_it_runs() -> None:
    command = [sys.executable, str(BENCHMARKS / "bench_memory.py"), "--sizes", "0,8"]
    command += ["--subject", "Map[str", "--rounds", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    for pair in module("memory_small").PAIRS:
        assert f"| {pair.what} | " in done.stdout
    if Path("/proc/self/clear_refs").exists():
        assert done.stdout.count("| dict, str keys | ") == 4
        assert done.stdout.count("| Map[str, int] | ") == 4


# ---- all.py ---------------------------------------------------------------------


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """all.py over made-up benchmarks in a folder of their own."""
    everything = module("all")
    monkeypatch.setattr(everything, "HERE", tmp_path)
    monkeypatch.setattr(everything, "README", tmp_path / "README.md")
    marks = ("bench_good", "bench_bad", "bench_needy")
    (tmp_path / "README.md").write_text("".join(f"<!-- {name}: begin -->\n" for name in marks))
    (tmp_path / "bench_good.py").write_text(
        "import pathlib, sys\n"
        "pathlib.Path(__file__).with_name('ran').write_text(' '.join(sys.argv[1:]))\n"
    )
    (tmp_path / "bench_bad.py").write_text("raise SystemExit(3)\n")
    for name in ("bench_needy", "bench_placeless"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('never run')\n")
    return everything


def test_a_failure_is_told_and_the_others_still_run(
    workshop: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make = workshop.Benchmark
    assert workshop.run_all([make("bench_bad"), make("bench_good")], quick=False) == 1
    assert (tmp_path / "ran").read_text() == "--update"
    out = capsys.readouterr().out
    assert re.search(r"^bench_bad: failed after \d+ s: exit status 3$", out, re.MULTILINE)
    assert re.search(r"^bench_good: done in \d+ s$", out, re.MULTILINE)


def test_quick_writes_nothing(workshop: Any, tmp_path: Path) -> None:
    assert workshop.run_all([workshop.Benchmark("bench_good", ("--n", "8"))], quick=True) == 0
    assert (tmp_path / "ran").read_text() == "--n 8"


def test_what_cannot_run_is_skipped_with_its_reason(workshop: Any) -> None:
    make, run = workshop.Benchmark, workshop.run
    assert run(make("bench_gone"), False) == "skipped: there is no bench_gone.py"
    needy = make("bench_needy", modules=("no_such_module",))
    assert run(needy, False).startswith("skipped: no_such_module is not installed")
    needy = make("bench_needy", programs=("no-such-program",))
    assert run(needy, True) == "skipped: there is no no-such-program on the path"


def test_a_benchmark_without_a_place_in_the_readme_fails_before_it_runs(workshop: Any) -> None:
    outcome = workshop.run(workshop.Benchmark("bench_placeless"), False)
    assert outcome == "failed: README.md has no place for its result"


def test_every_benchmark_of_the_folder_is_among_all() -> None:
    names = {benchmark.name for benchmark in module("all").BENCHMARKS}
    assert {path.stem for path in BENCHMARKS.glob("bench_*.py")} <= names
