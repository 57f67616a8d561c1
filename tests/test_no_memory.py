"""When memory runs out in the middle of an operation the map is as it was, or done.

CPython's ``_testcapi`` can make the n-th allocation fail; each operation is run
with each of its allocations failing, in a process of its own.
"""

from __future__ import annotations

from support.no_memory import needs_testcapi, run

PROGRAM = """
import gc, sys
from gomap import Map, inspect, int64, interface
from support.no_memory import fails

TYPES = [(int64, int64), (int, int), (object, object), (str, int), (interface, object)]


def key_of(types, n):
    return f"key{n}" if types[0] is str else n


def build(types, size, hint):
    m = Map[types](hint=hint)
    for n in range(size):
        m[key_of(types, n)] = n
    iterator = iter(m.items())
    return m, iterator, [next(iterator)] if size else []


def operations(types):
    new = key_of(types, 99999)
    old = key_of(types, 1)
    more = {key_of(types, n): n for n in range(5000, 5040)}
    return {
        "set new": lambda m: m.__setitem__(new, 1),
        "set old": lambda m: m.__setitem__(old, 1),
        "add": lambda m: m.add(old, 10**12) if types[1] is not object else None,
        "add new": lambda m: m.add(new, 10**12) if types[1] is not object else None,
        "update": lambda m: m.update(more),
        "del": lambda m: m.__delitem__(old),
        "pop": lambda m: m.pop(old, None),
        "popitem": lambda m: m.popitem() if m else None,
        "setdefault": lambda m: m.setdefault(new, 1),
        "clear": lambda m: m.clear(),
        "copy": lambda m: m.copy(),
        "or": lambda m: m | more,
        "reserve": lambda m: m.reserve(3000),
        "shrink": lambda m: m.shrink(),
        "finish_growth": lambda m: m.finish_growth(),
        "to_dict": lambda m: m.to_dict(),
        "list": lambda m: list(m.items()),
        "repr": lambda m: repr(m),
        "hmap": lambda m: inspect.hmap(m),
        "stats": lambda m: inspect.stats(m),
        "equal": lambda m: m == more,
        "new": lambda m: type(m)(more),
    }


def check(name, types, m, iterator, seen, before, failed):
    broken = inspect.validate(m)
    assert broken is None, (name, types, broken)
    after = dict(m.items())
    assert len(after) == len(m), name
    if name in ("to_dict", "list", "repr", "hmap", "stats", "equal", "new", "copy", "or",
                "reserve", "shrink", "finish_growth"):
        assert after == before, (name, types)
    if name == "add" and failed:
        assert after == before, (name, types)
    if name in ("set new", "set old", "update", "setdefault"):
        assert before.keys() <= after.keys(), (name, types)
    if name in ("del", "pop", "popitem"):
        assert len(before) - len(after) <= 1, (name, types)
    seen += list(iterator)
    keys = [key for key, _ in seen]
    assert len(set(keys)) == len(keys), (name, types)
    assert set(before) & set(after) <= set(keys), (name, types)


failures = 0
for types in TYPES:
    for size, hint in ((0, 0), (8, 0), (13, 0), (20, 14), (60, 200), (209, 0)):
        for name, operation in operations(types).items():
            for n in range(40):
                m, iterator, seen = build(types, size, hint)
                before = dict(m.items())
                failed = fails(n, lambda: operation(m))
                check(name, types, m, iterator, seen, before, failed)
                failures += failed
                if not failed and n > 12:
                    break
print("failures", failures)
"""


@needs_testcapi
def test_every_allocation_may_fail() -> None:
    assert int(run(PROGRAM).stdout.split()[-1]) > 500
