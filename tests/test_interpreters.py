"""The module in other interpreters of one process: its state and types are its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gomap
import gomap._gomap

INTERPRETERS = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters


def run(there, code):
    failed = interpreters.run_string(there, code)  # 3.13 returns it, others raise
    assert failed is None, failed


"""
"""What every program here begins with; 3.12 gives each interpreter a lock of its own."""

USE = """
import pickle, sys
from gomap import Map, NilMapError, count, float64, inspect, int64, interface, delete
from gomap import sync
m = Map[int64, int64]({n: n for n in range(3000)})
assert sum(m.values()) == 4498500
m.set_many(range(3000), 1)
assert m.get_many(list(range(5000)))[1].tolist().count(True) == 3000
assert sum(m.to_arrays()[1].tolist()) == 3000
m.add_many([1, 2], 5)
assert m[1] == 6
for cls in (Map, Map[str, int], Map[object, object], Map[interface, interface], Map[str, float64]):
    words = cls({str(n): n for n in range(100)})
    assert len(words | words) == len(words.copy()) == 100 and words == words.copy()
    assert words.keys() & {"7"} == {"7"} and sorted(words)[0] == "0"
    delete(words, "7")
    assert inspect.validate(words) is None and inspect.hmap(words).count == 99
    assert pickle.loads(pickle.dumps(words, 5)) == words
assert Map[str, int] is Map[str, int]
assert count("banana")["a"] == 3
class Key:
    def __eq__(self, other): raise LookupError("equal?")
    def __hash__(self): return 1
hostile = Map[Key, int]({Key(): 1})
try:
    hostile[Key()]
except LookupError:
    pass
else:
    raise AssertionError
try:
    Map[str, int].nil()["a"] = 1
except NilMapError:
    pass
else:
    raise AssertionError
shared = sync.Map[str, int]()
shared.store("a", 1)
assert shared.load("a") == (1, True)
with inspect.record(m) as events:
    m[-1] = 1
assert events[-1].kind == "assign"
# alive when the interpreter ends: maps, iterators, views, a cycle
alive = Map[str, object]({str(n): n for n in range(50)})
alive["self"] = alive
it = iter(alive.items())
next(it)
views = alive.keys(), alive.items(), iter(m), hostile
sys.modules["kept"] = alive, it, views
"""


def run_program(program: str) -> str:
    command = [sys.executable, "-P", "-X", "faulthandler", "-c", program]
    result = subprocess.run(command, capture_output=True, text=True)
    if re.search("No module named '_?_?(xxsub)?interpreters'", result.stderr):
        pytest.skip("this Python shows no interpreters")
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout.strip()


def test_module_works_in_every_interpreter() -> None:
    program = f"""{INTERPRETERS}
import gomap
from gomap import Map, int64
mine = Map[int64, int64]({{1: 1}})
USE = {USE!r}
for _ in range(3):
    there = interpreters.create()
    run(there, USE)
    run(there, USE)
    interpreters.destroy(there)
    exec(USE.replace('sys.modules["kept"]', "kept"))
assert type(mine) is Map[int64, int64] and mine.to_dict() == {{1: 1}}
print("done")
"""
    assert run_program(program) == "done"


def test_interpreters_run_at_the_same_time() -> None:
    program = f"""{INTERPRETERS}
import threading, time
from gomap import Map, inspect
USE = {USE!r}
mine = Map[str, int]({{"a": 1}})
done = []
def work():
    there = interpreters.create()
    for _ in range(2):
        run(there, USE)
    interpreters.destroy(there)
    done.append(there)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
while len(done) < 4 and any(thread.is_alive() for thread in threads):
    mine.add("a", 1)
    time.sleep(0)  # before 3.12 a thread of another interpreter cannot ask for the lock
for thread in threads:
    thread.join()
assert len(done) == 4, done
assert inspect.validate(mine) is None and mine["a"] > 1
print("done")
"""
    assert run_program(program) == "done"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
def test_interpreters_that_come_and_go_leave_no_memory_behind() -> None:
    """Against the same without gomap: interpreters leave some memory by themselves."""
    program = f'''{INTERPRETERS}
import gc
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
def visit(code):
    there = interpreters.create()
    run(there, code)
    interpreters.destroy(there)
def grown(code, rounds):
    for _ in range(2):
        visit(code)
    before = resident()
    for _ in range(rounds):
        visit(code)
    return (resident() - before) // rounds
CONTENTS = """
import sys, os, pickle, enum, typing, dataclasses, collections.abc, threading, random, array
n = dict.fromkeys(map(str, range(3_000)), 1)
n["n"] = n
sys.modules["kept"] = n, iter(n)
"""
FILL = CONTENTS + """
from gomap import Map, int64
numbers = array.array("q", range(200_000))
big = Map[int64, int64].from_arrays(numbers, numbers)
m = Map[object, object](n)
m["m"] = m
sys.modules["kept"] = n, m, iter(n), iter(m), big
"""
print(grown(CONTENTS, 5), grown(FILL, 5))
'''
    without, with_maps = map(int, run_program(program).split())
    assert with_maps - without < 3_000_000, (without, with_maps)  # the big map is 6 MB


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


CPYTHON_WANTS = re.compile(
    r"^(module_def|module_slots|\w+_(slots|spec|desc|fields|functions|methods|getset|members)"
    r"|completed(\.\d+)?|__\w+)$"
)
"""What CPython's tables make of memory that could be written, and nobody writes; and the
compiler's own."""


@pytest.mark.skipif(shutil.which("objdump") is None, reason="no objdump")
@pytest.mark.skipif(not gomap._gomap.__file__.endswith(".so"), reason="reads ELF objects")
def test_extension_has_no_variables_that_interpreters_could_share() -> None:
    command = ["objdump", "-t", gomap._gomap.__file__]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.findall(r" O \.(?:t?data|t?bss)\t\S+\s+(?:\.hidden )?(\S+)", result.stdout)
    if not found:
        pytest.skip("stripped, or no ELF object")
    if any("asan" in name or "tsan" in name for name in re.findall(r"\S+$", result.stdout, re.M)):
        pytest.skip("a sanitizer's build has its variables, too")
    assert "module_def" in found
    assert [name for name in found if not CPYTHON_WANTS.match(name)] == []
