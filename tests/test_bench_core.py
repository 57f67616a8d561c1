"""`benchmarks/bench_core.py`: canned answers in its tables; a tiny real run. No time asserted."""

from __future__ import annotations

import ast
import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
if not (BENCHMARKS / "bench_core.py").is_file():
    pytest.skip("no benchmarks around these tests", allow_module_level=True)

VISITS = 3_000


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    """The driver, imported as when it is run: with its own folder first on the path."""
    before = set(sys.modules)
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("bench_core")
    finally:
        sys.path.remove(str(BENCHMARKS))
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in ("bench_core", "core", "_report"):
                del sys.modules[name]


@pytest.fixture(scope="module")
def build(bench: ModuleType) -> ModuleType:
    return importlib.import_module("core.build")


@pytest.fixture(scope="module")
def sides(bench: ModuleType) -> ModuleType:
    return importlib.import_module("core.sides")


class Canned:
    """A side that takes so long for everything and finds what is in `totals`, or 7."""

    def __init__(
        self, bench: ModuleType, name: str, ns: float, log: list[str], **totals: int | None
    ) -> None:
        self.bench, self.name, self.ns, self.log, self.totals = bench, name, ns, log, totals

    def ask(self, operation: str, n: int, seed: int, visits: int) -> Any:
        self.log.append(f"{self.name} {operation} {seed}")
        total = self.totals.get(operation, 7)
        return None if total is None else self.bench.Answer(self.ns, total)


def canned(bench: ModuleType, log: list[str], **totals: int | None) -> dict[str, Canned]:
    lacks = {"batched_hit": None, "batched_insert": None}
    return {
        "gomap": Canned(bench, "gomap", 10.0, log),
        "Go 1.19": Canned(bench, "Go 1.19", 40.0, log, **lacks),
        "absl": Canned(bench, "absl", 5.0, log, **lacks, **totals),
    }


# ---- measuring --------------------------------------------------------------------------


def test_sides_take_turns_at_going_first(bench: ModuleType) -> None:
    log: list[str] = []
    bench.measure(canned(bench, log), ["hit"], 8, 4, VISITS)
    first = [line.partition(" hit")[0] for line in log[::3]]
    assert first == ["gomap", "Go 1.19", "absl", "gomap"]


def test_every_round_has_keys_of_its_own_and_the_same_for_all(bench: ModuleType) -> None:
    log: list[str] = []
    bench.measure(canned(bench, log), ["hit", "miss"], 8, 2, VISITS)
    seeds = [int(line.rpartition(" ")[2]) for line in log]
    assert seeds == [bench.SEED] * 6 + [bench.SEED + 1] * 6


def test_sides_that_come_to_other_sums_are_named(bench: ModuleType) -> None:
    programs = canned(bench, [], miss=8)
    with pytest.raises(bench.DisagreementError) as caught:
        bench.measure(programs, ["hit", "miss"], 1_000, 2, VISITS)
    message = str(caught.value)
    assert message.startswith("miss, n = 1,000, round 0:")
    assert "gomap 7" in message
    assert "absl 8" in message


def test_a_batch_is_set_beside_what_others_do_singly(bench: ModuleType) -> None:
    names = bench.with_beside(["batched_hit"])
    assert names == ["hit", "batched_hit"]
    times = bench.measure(canned(bench, []), names, 8, 2, VISITS)
    assert times["batched_hit"] == {"gomap": [10.0] * 2, "Go 1.19": [40.0] * 2, "absl": [5.0] * 2}


def test_a_batch_must_come_to_the_sum_of_single_operations(bench: ModuleType) -> None:
    programs = canned(bench, [])
    programs["gomap"].totals["batched_hit"] = 9
    with pytest.raises(bench.DisagreementError, match="batched_hit"):
        bench.measure(programs, ["hit", "batched_hit"], 8, 2, VISITS)


# ---- the tables -------------------------------------------------------------------------


def test_ratios_are_taken_round_by_round(bench: ModuleType) -> None:
    times = {"gomap": [10.0, 30.0, 20.0], "absl": [10.0, 10.0, 10.0]}
    low, middle, high = bench.ratio(times, "absl")
    assert middle == 2.0
    assert low < middle < high
    *_, cell = bench.cells(times, ["absl"])
    assert cell.startswith("10.0: **2.00** (")


def test_a_side_that_was_not_measured_is_a_dash(bench: ModuleType) -> None:
    assert list(bench.cells({"gomap": [123.4, 123.4]}, ["boost"])) == ["123", "-"]


def test_targets_are_those_of_each_peer(bench: ModuleType) -> None:
    found = [bench.target(name) for name in ("Go 1.19", "Go 1.24", "Go 1.26", "absl", "std")]
    words = [target and target[0] for target in found]
    assert words == ["<= 0.33", "< 1.00", "< 1.00", "<= 1.00", None]


def results(bench: ModuleType, *operations: str) -> Any:
    """Canned results: twice absl's time at n = 8, a tenth at a million."""
    return {
        ("int64", operation, n): {"gomap": [ours] * 3, "absl": [theirs] * 3}
        for operation in operations
        for n, ours, theirs in ((8, 4.0, 2.0), (1_000_000, 5.0, 50.0))
    }


def test_means_are_geometric_over_operations_and_sizes(bench: ModuleType) -> None:
    found = results(bench, "hit", "miss")
    found["int64", "miss", 8]["gomap"] = [8.0] * 3
    both = bench.mean(found, "int64", ["hit", "miss"], "absl", [8, 1_000_000])
    assert float(both) == pytest.approx((2 * 4 / 10 / 10) ** (1 / 4), abs=0.005)
    assert bench.mean(found, "int64", ["hit", "miss"], "absl", [8]) == "2.83"
    assert bench.mean(found, "string", ["hit"], "absl", [8]) == "-"


def test_only_the_operations_of_the_target_count_for_it(bench: ModuleType) -> None:
    found = results(bench, "hit", "churn", "batched_hit")
    for (_, operation, _), times in found.items():
        if operation != "hit":
            times["gomap"] = [1_000.0] * 3
    rows = list(bench.summary(found, ["absl"]))
    assert "| target | <= 1.00 |" in rows
    assert "| hit | **0.45** |" in rows
    assert "| the same, n = 8 | 2.00 |" in rows
    assert any(row.startswith("| churn") for row in rows)


def test_batches_are_rated_where_memory_is_far_only(bench: ModuleType) -> None:
    (line, _) = bench.batched(results(bench, "batched_hit"))
    assert "**0.10** (0.10 at 1,000,000); target <= 0.4" in line
    assert list(bench.batched(results(bench, "hit"))) == []


def test_the_report_shows_every_row_and_who_was_measured(bench: ModuleType) -> None:
    found = results(bench, *bench.OPERATIONS)
    versions = {"gomap": "the engine", "absl": "absl 1"}
    text = bench.report(found, versions, "load average 0.1")
    for operation in bench.OPERATIONS.values():
        for n in ("8", "1,000,000"):
            assert f"| {operation.label} | {n} |" in text
    assert "- absl: absl 1" in text
    assert "load average 0.1" in text
    assert "\n\n\n" not in text


# ---- the command line -------------------------------------------------------------------


def test_names_are_taken_as_they_are_typed(bench: ModuleType) -> None:
    names = ["gomap", "Go 1.19", "Go 1.26", "absl"]
    assert bench.chosen("", names, "side") == names
    assert bench.chosen("absl,go1.19", names, "side") == ["Go 1.19", "absl"]
    with pytest.raises(SystemExit, match="no side is called 'rust'"):
        bench.chosen("rust", names, "side")


@pytest.mark.parametrize(
    "arguments", [["--rounds", "1"], ["--update", "--native"], ["--engine", "x=nowhere"]]
)
def test_what_makes_no_sense_is_refused(
    bench: ModuleType, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench_core.py", *arguments])
    with pytest.raises(SystemExit) as left:
        bench.arguments()
    assert left.value.code == 2


# ---- building ---------------------------------------------------------------------------


def test_the_engine_is_compiled_as_setup_py_compiles_it(build: ModuleType) -> None:
    setup = ROOT / "setup.py"
    wanted = ("is_on", "unix_flags")
    parts = [
        node
        for node in ast.parse(setup.read_text()).body
        if (isinstance(node, ast.FunctionDef) and node.name in wanted)
        or (isinstance(node, ast.Import | ast.ImportFrom) and "setuptools" not in ast.dump(node))
    ]
    scope: dict[str, Any] = {"WARNINGS": [], "ROOT": ROOT}
    exec(compile(ast.Module(parts, []), str(setup), "exec"), scope)
    scope["is_on"] = lambda name: False
    flags, _ = scope["unix_flags"]()
    same_everywhere = {flag for flag in flags if not flag.startswith("-ffile-prefix-map")}
    assert same_everywhere <= set(build.ENGINE_FLAGS)
    assert not {flag for flag in build.ENGINE_FLAGS if flag.startswith("-O")} - set(flags)


def test_a_program_is_built_again_when_its_sources_change(
    build: ModuleType, tmp_path: Path
) -> None:
    source, made = tmp_path / "source.c", []

    def make(scratch: Path) -> str:
        made.append(scratch)
        (scratch / "side").write_text("program")
        return "side"

    builder = build.Builder(folder=tmp_path / "build")
    source.write_text("one")
    first = builder.made("name", [source], ["cc"], make)
    assert builder.made("name", [source], ["cc"], make) == first
    source.write_text("two")
    assert builder.made("name", [source], ["cc"], make) != first
    assert len(made) == 2


def test_a_peer_that_cannot_be_built_is_skipped_aloud(
    sides: ModuleType, build: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(keys: str) -> Path:
        raise build.MissingError("no compiler")

    assert sides.build_all([sides.Side("absl", fails)], "int64") == {}
    assert "absl is NOT measured: no compiler" in capsys.readouterr().err
    with pytest.raises(build.MissingError):
        sides.build_all([sides.Side("gomap", fails)], "int64")


# ---- for real ---------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["int64", "string"])
def test_all_sides_here_come_to_the_same_sums(
    keys: str,
    bench: ModuleType,
    build: ModuleType,
    sides: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not (shutil.which("cc") and shutil.which("c++") and shutil.which("pkg-config")):
        pytest.skip("no compilers")
    for name in ("ENGINE_FLAGS", "PEER_FLAGS"):
        flags = [flag for flag in getattr(build, name) if flag != "-O3"]
        monkeypatch.setattr(build, name, (*flags, "-O0"))
    folder = tmp_path_factory.getbasetemp() / "bench-core"  # one engine for both kinds of keys
    paths = sides.build_all(sides.all_sides(build.Builder(folder=folder), {}), keys)
    if "absl" not in paths:
        pytest.skip("no abseil")
    with sides.running(paths) as programs:
        assert programs["gomap"].line("name").startswith("the engine")
        for n in (1, 8, 700, VISITS + 1):
            times = bench.measure(programs, [*bench.OPERATIONS], n, 2, VISITS)
            for operation in bench.OPERATIONS:
                assert set(times[operation]) == set(paths), operation
                assert all(ns >= 0 for round_ in times[operation].values() for ns in round_)
