"""The module in other interpreters of one process: its state and types are its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = '''
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import gomap
from gomap import Map, int64

USE = """
from gomap import Map, int64, inspect, NilMapError
m = Map[int64, int64]({n: n for n in range(1000)})
assert sum(m.values()) == 499500
assert Map[str, int] is Map[str, int]
assert inspect.validate(m) is None
try:
    Map[str, int].nil()["a"] = 1
except NilMapError:
    pass
else:
    raise AssertionError
"""
for _ in range(3):
    there = interpreters.create()
    failed = interpreters.run_string(there, USE)
    assert failed is None, failed
    interpreters.destroy(there)
    exec(USE)
m = Map[int64, int64]({1: 1})
assert type(m) is Map[int64, int64]
print("done")
'''


def test_module_works_in_every_interpreter() -> None:
    command = [sys.executable, "-P", "-X", "faulthandler", "-c", PROGRAM]
    result = subprocess.run(command, capture_output=True, text=True)
    if "No module named" in result.stderr:
        pytest.skip("this Python shows no interpreters")
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.strip() == "done"


def test_module_can_be_imported_twice() -> None:
    program = (
        "import sys, gomap; first = gomap.Map[str, int]({'a': 1})\n"
        "for name in [n for n in sys.modules if n.startswith('gomap')]: del sys.modules[name]\n"
        "import gomap as again\n"
        "second = again.Map[str, int]({'a': 1})\n"
        "assert dict(first.items()) == dict(second.items()) and first == second\n"
    )
    command = [sys.executable, "-P", "-X", "faulthandler", "-c", program]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-2000:]


def test_maps_alive_at_exit_do_no_harm() -> None:
    program = (
        "from gomap import Map\n"
        "class Node: pass\n"
        "m = Map[str, object](); m['self'] = m; m['node'] = Node(); it = iter(m.items())\n"
        "next(it); n = Node(); n.m = m; n.it = it; n.views = m.keys(), m.items()\n"
    )
    command = [sys.executable, "-P", "-X", "faulthandler", "-c", program]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
