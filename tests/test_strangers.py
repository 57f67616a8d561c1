"""Wrong arguments everywhere, and objects that pretend: errors, never a crash.

In a process of its own, so that a crash is a failing test and not the end of all.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

EVERY_METHOD = """
from gomap import Map, inspect, int64, interface
ARGUMENTS = [(), (None,), (5,), ("a",), ("a", None), ("a", "b", "c"), (Map,), ([], {}), (b"",),
             ({1},), ([[]],), (iter("ab"),), (1 << 70,), (-1,), (float("nan"),), (object(),)]
SKIPPED = {"__init_subclass__", "__subclasshook__", "__class__", "__class_getitem__"}
for cls in (Map, Map[str, int], Map[int64, int64], Map[interface, list]):
    for make in (cls, cls.nil, lambda: cls({"a": 1} if cls is Map else {})):
        m = make()
        for view in (m, m.keys(), m.values(), m.items(), iter(m)):
            for name in dir(view):
                for arguments in [*ARGUMENTS, (m,), (view,)]:
                    if name in SKIPPED:
                        continue
                    try:
                        getattr(view, name)(*arguments)
                    except Exception:
                        pass
        assert inspect.validate(m) is None
"""
EVERY_FUNCTION = """
import itertools
import gomap
from gomap import Map, _gomap, inspect
m = Map[str, int]({"a": 1})
POOL = (None, 5, -1, 1 << 70, "a", b"", (), [], {}, Map, Map[str, int], int, m, object(), m.keys())
for module in (_gomap, gomap, inspect):
    for name in dir(module):
        function = getattr(module, name)
        if not callable(function) or name.startswith("__"):
            continue
        for size in range(3):
            for arguments in itertools.product(POOL, repeat=size):
                try:
                    function(*arguments)
                except Exception:
                    pass
made = m.__reduce_ex__(4)[0]
for arguments in itertools.product(POOL, repeat=3):
    try:
        made(*arguments)
    except Exception:
        pass
assert inspect.validate(m) is None
"""
PRETENDERS = """
from gomap import Map, inspect
marks = [name for name in dir(Map) if name not in dir(object)]
m = Map[str, int]({"a": 1})
for name in marks:
    Fake = type("Fake", (), {name: getattr(Map, name)})
    Full = type("Full", (), {n: getattr(Map, n) for n in marks})
    for fake in (Fake(), Full(), Fake, Full):
        for use in (
            lambda: fake | m, lambda: m | fake, lambda: m == fake, lambda: m.update(fake),
            lambda: Map(fake), lambda: m.__ior__(fake), lambda: inspect.hmap(fake),
            lambda: inspect.iterate(fake, 0, 0), lambda: Map.copy(fake), lambda: Map[fake, int],
            lambda: m.keys() | fake, lambda: m.items() == fake, lambda: Map.fromkeys(fake),
        ):
            try:
                use()
            except Exception:
                pass
assert m == {"a": 1}
"""
OTHER_CLASSES = """
from gomap import Map, inspect, int64
m = Map.__new__(Map[str, int])
m["a"] = 1
assert m == {"a": 1} and inspect.validate(m) is None
for other in (Map[int64, int64], Map, dict, int):
    m = Map[str, int]({"a": 1})
    try:
        m.__class__ = other
    except TypeError:
        continue
    for use in (lambda: m[1], lambda: m["a"], lambda: repr(m), lambda: m.copy(), lambda: list(m),
                lambda: m.update({1: 1}), lambda: m | {"b": 2}, lambda: m == {"a": 1}):
        try:
            use()
        except Exception:
            pass
for kind in (iter(m), m.keys(), m.values(), m.items(), inspect.hmap(m)):
    for make in (lambda: type(kind)(), lambda: type(kind).__new__(type(kind)),
                 lambda: object.__new__(type(kind))):
        try:
            made = make()
        except TypeError:
            continue
        for use in (repr, len, list, hash, iter, next):
            try:
                use(made)
            except Exception:
                pass
"""


@pytest.mark.parametrize(
    "program",
    [EVERY_METHOD, EVERY_FUNCTION, PRETENDERS, OTHER_CLASSES],
    ids=["methods", "functions", "pretenders", "other classes"],
)
def test_strangers_are_refused_without_a_crash(program: str) -> None:
    command = [sys.executable, "-P", "-X", "faulthandler", "-c", program]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
