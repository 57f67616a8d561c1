"""benchmarks/bench_pause.py: what it makes of times, and that it runs. No time is asserted."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
if not (BENCHMARKS / "bench_pause.py").is_file():
    pytest.skip("no benchmarks beside these tests", allow_module_level=True)


@pytest.fixture(autouse=True)
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def module(name: str) -> Any:
    return importlib.import_module(name)


def times(n: int, **at: int) -> Any:
    """Ten nanoseconds an insert, but for some: `at_5=700`."""
    made = np.full(n, 10, np.uint32)
    for place, ns in at.items():
        made[int(place.removeprefix("at_"))] = ns
    return made


def result(*runs: Any) -> Any:
    measure = module("pause_measure")
    made = measure.Result()
    for run in runs:
        made.add(run, measure.Idle(1, 0))
    return made


def test_what_came_in_one_run_only_is_not_among_the_least() -> None:
    found = result(times(100, at_5=700, at_50=900), times(100, at_5=800, at_60=900))
    assert [run.worst for run in found.runs] == [900, 900]
    assert found.of_least().worst == 700
    assert found.of_least().longest[0] == (5, 700)
    assert found.first[50] == 900


def test_the_longest_come_in_order_with_the_entries_before_them() -> None:
    marked = {f"at_{7 * i}": 100 * i for i in range(1, 13)}
    longest = result(times(200, **marked)).of_least().longest
    assert longest == [(7 * i, 100 * i) for i in range(12, 2, -1)]


def test_percentiles_are_times_that_were_measured() -> None:
    figures = module("pause_measure").figures(np.arange(1, 100_001, dtype=np.uint32))
    assert figures.shares == (50_001, 99_001, 99_901, 99_991, 100_000)
    assert figures.worst == 100_000


def test_every_table_runs_once_a_repetition_and_takes_its_turn_at_going_first() -> None:
    turns = list(module("pause_measure").in_turns(["a", "b", "c"], 3))
    for number in range(3):
        assert sorted(name for turn, name in turns if turn == number) == ["a", "b", "c"]
    assert [turns[0][1], turns[3][1], turns[6][1]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("ns", "shown"), [(40, "40 ns"), (1234, "1.23 µs"), (11_287_306, "11.3 ms"), (2e8, "200 ms")]
)
def test_spans(ns: float, shown: str) -> None:
    assert module("bench_pause").span(ns) == shown


@pytest.mark.parametrize(
    ("worst", "least", "word"),
    [(9e5, 8e5, "**met**"), (2e6, 8e5, "met by the least only"), (2e6, 1.5e6, "missed")],
)
def test_a_target_is_held_against_both_kinds_of_figures(
    worst: float, least: float, word: str
) -> None:
    bench = module("bench_pause")
    said = bench.verdict(worst, least, 1e6, bench.span)
    assert said == f"{word}: {bench.span(worst)}; {bench.span(least)}"


def test_ratios_are_taken_within_a_repetition() -> None:
    bench = module("bench_pause")
    ours, other = "Map[int64, int64]", "dict, int keys"
    found = {
        other: result(times(100, at_9=1000), times(100, at_9=4000)),
        ours: result(times(100, at_3=100), times(100, at_3=800)),
    }
    assert bench.ratios(ours, found) == (pytest.approx((0.1 + 0.2) / 2), pytest.approx(0.1))
    text = bench.report(found, {}, 100, "load")
    assert "**0.15** (0.10-0.20)" in text
    assert f"- {other}: 9: 1.00 µs; " in text
    assert text.count("- not measured here: ") == 5


def test_runs_of_go_are_not_taken_for_equal() -> None:
    bench = module("bench_pause")
    found = {"dict, int keys": result(times(100), times(100))}
    core = {"gomap": result(times(100), times(100)), "Go 1.19, collector off": result(times(100))}
    plain, _, least = bench.report(found, core, 100, "load").rpartition("| least of 2 equal runs")
    assert "Go 1.19, collector off" in plain
    assert "| gomap | " in least
    assert "Go 1.19" not in least


def test_a_map_without_its_dict_is_not_asked_for() -> None:
    chosen = module("bench_pause").chosen
    assert chosen("Map[str") == ["dict, str keys", "Map[str, int]"]
    with pytest.raises(SystemExit, match="no table is called 'nothing'"):
        chosen("nothing")


def test_a_column_of_the_picture_has_its_longest_insert() -> None:
    pytest.importorskip("matplotlib")
    picture = module("pause_picture")
    drawn = np.random.default_rng(3).integers(1, 10**6, 5000).astype(np.uint32)
    edges = picture.columns(len(drawn))
    assert (edges[0], edges[-1]) == (picture.FIRST, 5000)
    pairs = zip(edges[:-1].astype(int), edges[1:].astype(int), strict=True)
    assert picture.longest(drawn, edges).tolist() == [max(drawn[a:b]) for a, b in pairs]


def test_it_runs_and_draws(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    before = (BENCHMARKS / "README.md").read_bytes()
    file = tmp_path / "pause.png"
    command = [sys.executable, str(BENCHMARKS / "bench_pause.py"), "--n", "3000", "--runs", "2"]
    command += ["--no-core", "--subject", "int64", "--picture", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "- 3,000 inserts into every table" in done.stdout
    for name in ("dict, int keys", "Map[int64, int64]"):
        assert done.stdout.count(f"| {name} | ") >= 2
        assert f"\n- {name}: " in done.stdout
    assert "str" not in done.stdout.partition("| least of")[2]
    assert file.read_bytes().startswith(b"\x89PNG")
    assert (BENCHMARKS / "README.md").read_bytes() == before


def test_the_engine_runs_without_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    core = module("pause_core")

    def no_abseil() -> list[str]:
        raise core.MissingError("not for this test")

    monkeypatch.setattr(core, "absl_libraries", no_abseil)
    monkeypatch.setattr(core, "go_commands", dict)
    found = core.measure(3000, 2, core.Builder(folder=tmp_path))
    assert list(found) == ["gomap", "gomap, heap in use"]
    for made in found.values():
        assert (len(made.runs), len(made.first), len(made.least)) == (2, 3000, 3000)
        assert all(idle.worst > 0 for idle in made.idle)
    assert core.missing(list(found)) == ["absl::flat_hash_map", "absl, heap in use", "Go's map"]
