"""docs/reliability.md: the counts in it are those of the tests that are there today."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from pathlib import Path

import pytest

from support import sweep_around, sweep_map

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "reliability.md"
if not PAGE.is_file():
    pytest.skip("no docs beside these tests", allow_module_level=True)


def said(pattern: str) -> int:
    """The number in the one place of the page that the pattern finds."""
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    found = re.findall(pattern, text)
    assert len(found) == 1, f"{pattern}: {found}"
    return int(found[0].replace(",", ""))


def test_planted_faults() -> None:
    path = HERE / "faults" / "faults.toml"
    faults = tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
    assert said(r"lists ([\d,]+) kinds of faults") == len(faults)
    assert said(r"\| faults, each of another kind \| ([\d,]+) \|") == len(faults)


def test_programs_of_the_fuzzers_corpora(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE / "fuzz"))
    read = importlib.import_module("pack").read
    for name in ("engine", "type"):
        programs = sum(1 for _ in read(HERE / "fuzz" / f"{name}.pack"))
        assert said(rf"{name}'s corpus \(([\d,]+) ") == programs


def test_operations_whose_allocations_fail() -> None:
    operations = [*sweep_map.OPERATIONS, *sweep_around.OPERATIONS]
    assert said(r"\(([\d,]+) operations; a test finds new methods") == len(operations)


@pytest.mark.skipif(sys.version_info[:2] != (3, 13), reason="others have fewer operations")
def test_cells_of_the_hostile_matrix() -> None:
    cells = importlib.import_module("hostile.cells")
    assert said(r"foreign code: ([\d,]+) operations") == len(cells.OPS)
    assert said(r"([\d,]+) cells in all on 3\.13") == sum(1 for _ in cells.all_cells())
