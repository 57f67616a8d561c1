"""The fuzzer's corpus as a test: programs against the model, calls with any arguments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parent / "fuzz"
if not (FUZZ / "type.pack").is_file():
    pytest.skip("no corpus beside these tests", allow_module_level=True)


def replay(*files: Path) -> subprocess.CompletedProcess[str]:
    """What the fuzzer says of inputs, in a process of its own: they may end it."""
    command = [sys.executable, FUZZ / "fuzz_type.py", "--replay", *files]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


def test_every_input_of_the_corpus_passes() -> None:
    done = replay(FUZZ / "type.pack")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 50


def test_a_map_that_is_not_as_the_model_has_it_ends_the_replay(tmp_path: Path) -> None:
    """The replay can fail: an input that runs into a planted assertion."""
    (tmp_path / "fuzz").mkdir()
    for path in FUZZ.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        planted = text.replace("assert len(self.m) == len(self.model)", "assert not self.m")
        (tmp_path / "fuzz" / path.name).write_text(planted, encoding="utf-8")
    for name in ("support", "golden"):
        (tmp_path / name).symlink_to(FUZZ.parent / name)
    command = [sys.executable, tmp_path / "fuzz/fuzz_type.py", "--replay", FUZZ / "type.pack"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode != 0
    assert "assert not self.m" in done.stderr
