"""What a type checker knows of gomap.maps and of JSON.

mypy --strict takes every line of the snippet but those marked as wrong.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

SNIPPET = '''
from collections.abc import Iterator, Mapping
from typing import Any, assert_type

import gomap
from gomap import Map, float64, int64, maps


class Ages(Map[str, int]):
    """A class of one's own."""


ages, prices = Ages({"a": 1}), Map[int64, float64]()
plain: Mapping[str, int] = {"a": 1}

assert_type(maps.all(ages), Iterator[tuple[str, int]])
assert_type(maps.keys(prices), Iterator[int])
assert_type(maps.values(plain), Iterator[int])
assert_type(maps.sorted_keys(ages), list[str])
assert_type(maps.sorted_keys(plain), list[str])
assert_type(maps.collect([(1, "a")]), Map[int, str])
assert_type(maps.collect({1: "a"}), Map[int, str])
assert_type(maps.collect(zip("ab", (1, 2)), type=Ages), Ages)
assert_type(maps.collect({"a": 1}, type=Map[str, int]), Map[str, int])
assert_type(maps.clone(ages), Ages)
assert_type(maps.clone(prices), Map[int, float])
assert_type(maps.equal(ages, plain), bool)
maps.insert(ages, [("b", 2)])
maps.insert(ages, maps.all(ages))
maps.insert(ages, plain)
maps.copy(ages, plain)
maps.delete_func(ages, lambda name, age: name.startswith("a") and age > 1)
maps.equal_func(ages, Map[str, str](), lambda age, text: age.bit_length() == len(text))
assert_type(gomap.json_default(ages), dict[str, Any] | None)
assert_type(gomap.from_json(Ages, None), Ages)
assert_type(gomap.from_json(Map[str, Map[int64, float64]], {}), Map[str, Map[int, float]])

maps.insert(ages, [(1, 2)])  # wrong
maps.insert(plain, [("b", 2)])  # wrong
maps.copy(plain, ages)  # wrong
maps.copy(ages, {1: 1})  # wrong
maps.clone(plain)  # wrong
maps.collect([1])  # wrong
maps.collect([(1, 2)], type=dict)  # wrong
maps.delete_func(ages, lambda name: True)  # wrong
maps.sorted_keys(Map[complex, int]())  # wrong
gomap.from_json(dict, {})  # wrong
'''


def test_mypy_refuses_the_wrong_lines_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    monkeypatch.setenv("MYPYPATH", str(ROOT))
    (tmp_path / "snippet.py").write_text(SNIPPET, encoding="utf-8")
    options = ["--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
    shown, failed, _ = api.run([*options, str(tmp_path / "snippet.py")])
    refused = {int(line) for line in re.findall(r"snippet\.py:(\d+): error:", shown)}
    wrong = {n for n, line in enumerate(SNIPPET.splitlines(), 1) if line.endswith("# wrong")}
    assert (refused, failed) == (wrong, ""), shown
