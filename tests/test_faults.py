"""The list of planted faults fits the engine as it is, and its script sees what it should."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "tests" / "faults" / "plant.py"
if not (ROOT / "src" / "core").is_dir() or sys.version_info < (3, 11):
    pytest.skip("no source tree around these tests", allow_module_level=True)

_spec = importlib.util.spec_from_file_location("plant_faults", SCRIPT)
assert _spec is not None
assert _spec.loader is not None
plant = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plant)


def test_every_fault_applies_to_the_engine_once() -> None:
    assert list(plant.errors_of(plant.read_list())) == []


def test_there_are_many_kinds_of_faults_all_over_the_engine() -> None:
    faults = plant.read_list()
    assert len({fault.kind for fault in faults}) >= 60
    sources = {path.name for path in (ROOT / "src" / "core").glob("*.c")}
    assert sources <= {Path(fault.file).name for fault in faults}


def test_a_stale_fault_is_an_error() -> None:
    sound = plant.read_list()[0]
    stale = sound._replace(was="this is nowhere in the engine")
    harmless = sound._replace(becomes=sound.was)
    assert [error.partition(": ")[2][:20] for error in plant.errors_of([stale])] == [
        "its snippet occurs 0"
    ]
    assert "changes nothing" in next(plant.errors_of([harmless]))
    assert sum("twice" in error for error in plant.errors_of([sound, sound])) == 2
