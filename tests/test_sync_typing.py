"""What a type checker makes of sync.Map."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gomap

pytest.importorskip("mypy", reason="mypy is not installed")

GOOD = """
from collections.abc import MutableMapping
from typing import assert_type
from gomap import float64, int64, sync

hits = sync.Map[str, int]({"/index": 1}, hint=10, seed=7)
value, ok = hits.load("/index")
assert_type(value, int)
assert_type(ok, bool)
assert_type(hits, sync.Map[str, int])
assert_type(hits.load_or_store("a", 1), tuple[int, bool])
assert_type(hits.compare_and_swap("a", 1, 2), bool)
assert_type(hits.get("a"), int | None)
assert_type(hits.pop("a", None), int | None)
assert_type(hits.copy(), sync.Map[str, int])
assert_type(hits["a"], int)
assert_type([key for key in hits], list[str])
hits.range(lambda key, value: key.upper() != "A" and value > 0)
mapping: MutableMapping[str, int] = hits
numbers: sync.Map[int64, float64] = sync.Map[int64, float64]()
numbers.store(1, 2.5)

class Sessions(sync.Map[str, bytes]):
    def expire(self, key: str) -> bytes:
        return self.load_and_delete(key)[0]

assert_type(Sessions().expire("a"), bytes)
"""
BAD = """
from gomap import sync

m = sync.Map[str, int]()
m.store(1, 1)
m.store("a", "b")
m.compare_and_swap("a", "1", 2)
m.range(lambda key: None)
m.load("a")[0].upper()
sync.Map[str, int](size=3)
"""


def check(tmp_path: Path, text: str) -> list[str]:
    """The lines that mypy --strict writes."""
    (tmp_path / "snippet.py").write_text(text)
    command = [sys.executable, "-P", "-m", "mypy", "--strict", "--no-error-summary", "snippet.py"]
    environment = {**os.environ}
    place = Path(gomap.__file__).parent.parent
    if place.name not in ("site-packages", "dist-packages"):
        environment["MYPYPATH"] = str(place)  # an editable install: mypy runs no import hooks
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    return (done.stdout + done.stderr).splitlines()


def test_types_are_those_between_the_brackets(tmp_path: Path) -> None:
    assert check(tmp_path, GOOD) == []


def test_each_mistake_is_an_error(tmp_path: Path) -> None:
    lines = check(tmp_path, BAD)
    numbers = sorted({int(line.split(":")[1]) for line in lines if ": error:" in line})
    assert numbers == [5, 6, 7, 8, 9, 10], "\n".join(lines)
