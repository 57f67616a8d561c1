"""benchmarks/bench_lists.py: both sides do the same, and the table says what was measured."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
if not (BENCHMARKS / "bench_lists.py").is_file():
    pytest.skip("no benchmarks beside these tests", allow_module_level=True)


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("bench_lists")
    monkeypatch.setattr(module, "STREAM", 500)
    return module


@pytest.mark.parametrize("kind", ["str", "int"])
def test_both_sides_count_the_same(lists: Any, kind: str) -> None:
    pair = lists.counting(kind, 20)
    assert dict(pair.ours().items()) == pair.theirs()
    assert sum(pair.theirs().values()) == pair.items == 500


@pytest.mark.parametrize("kind", ["str", "int", "int64"])
def test_both_sides_find_the_same(lists: Any, kind: str) -> None:
    pair = lists.looking_up(kind, 50)
    assert list(pair.ours()[0]) == pair.theirs() == [1] * 50
    assert all(pair.ours()[1])


def test_a_target_is_held_against_ratios_of_its_sizes_only(lists: Any) -> None:
    pair = lists.looking_up("int", 50)
    (row,) = lists.rows([lambda: pair], 2, 1000.0, 50)
    assert row[1] == "50"
    assert row[3] == "yes"
    assert [row[3] for row in lists.rows([lambda: pair], 2, 0.0, 50)] == ["no"]
    assert [row[3] for row in lists.rows([lambda: pair], 2, 0.0, 51)] == ["-"]


def test_the_least_number_of_rounds_is_two(lists: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench_lists.py", "--rounds", "1"])
    with pytest.raises(SystemExit):
        lists.main()
