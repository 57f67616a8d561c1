"""When memory runs out in a batch: the map stays whole, and what was done before stays.

As in test_no_memory.py: CPython's ``_testcapi`` makes the n-th allocation fail; each
call is run with each of its allocations failing, in a process of its own.
"""

from __future__ import annotations

import pytest

from support.no_memory import needs_testcapi, run

PROGRAM = """
import array, sys
import gomap
from gomap import Map, int8, int64, float32, inspect
from support.no_memory import fails

TYPES = [(int64, int64), (float32, int8), (str, int64), (int64, object), (object, object)]
BATCH = int(sys.argv[1])
NEW = range(1000, 1000 + BATCH)


def key_of(types, n):
    return f"key{n}" if types[0] is str else float(n) if types[0] is float32 else n


def build(types, size, hint):
    m = Map[types](hint=hint, zero=0)
    for n in range(size):
        m[key_of(types, n)] = n % 50
    return m


def operations(types):
    keys = [key_of(types, n) for n in NEW]
    old = [key_of(types, n) for n in range(BATCH)]
    if types[0] is int64:
        keys, old = array.array("q", keys), array.array("q", old)
    elems = [1] * BATCH
    fresh = {key: 1 for key in keys}
    other = Map[types](fresh)
    return {
        "set_many": lambda m: m.set_many(keys, elems),
        "set_many, scalar": lambda m: m.set_many(keys, 1),
        "set_many, old": lambda m: m.set_many(old, 1),
        "add_many": lambda m: m.add_many(keys, elems),
        "add_many, scalar": lambda m: m.add_many(keys, 1),
        "delete_many": lambda m: m.delete_many(old),
        "get_many": lambda m: m.get_many(old),
        "contains_many": lambda m: m.contains_many(iter(old)),
        "to_arrays": lambda m: m.to_arrays(),
        "keys_array": lambda m: m.keys_array(),
        "from_arrays": lambda m: type(m).from_arrays(keys, elems),
        "count": lambda m: gomap.count(keys, into=m),
        "count anew": lambda m: gomap.count(keys),
        "merge": lambda m: m.merge(other),
        "merge a dict": lambda m: m.merge(fresh),
        "reduce": lambda m: m.__reduce_ex__(5),
    }, keys, old


READS = ("get_many", "contains_many", "to_arrays", "keys_array", "from_arrays", "count anew",
         "reduce")


def is_prefix(flags):
    return True not in flags[flags.index(False):] if False in flags else True


def check(name, types, m, before, keys, old):
    broken = inspect.validate(m)
    assert broken is None, (name, types, broken)
    after = dict(m.items())
    assert len(after) == len(m), name
    if name in READS:
        assert after == before, (name, types)
    elif name == "delete_many":
        there = [key for key in old if key in before]
        assert is_prefix([key not in after for key in there]), (name, types)
        assert all(after[key] == before[key] for key in after)
    elif name == "set_many, old":
        assert before.keys() <= after.keys()
    else:
        assert all(after[key] == before[key] for key in before), (name, types)
        assert all(after[key] == 1 for key in after if key not in before), (name, types)
        if not name.startswith("merge"):
            assert is_prefix([key in after for key in keys]), (name, types)


failures = 0
for types in TYPES:
    for size, hint in ((0, 0), (13, 0), (20, 14), (209, 0)):
        calls, keys, old = operations(types)
        for name, operation in calls.items():
            for n in range(60):
                m = build(types, size, hint)
                before = dict(m.items())
                failed = fails(n, lambda: operation(m))
                check(name, types, m, before, keys, old)
                failures += failed
                if not failed and n > 12:
                    break
print("failures", failures)
"""


@needs_testcapi
@pytest.mark.parametrize("batch", [60, pytest.param(3000, marks=pytest.mark.large)])
def test_every_allocation_of_a_batch_may_fail(batch: int) -> None:
    result = run(PROGRAM, batch)
    assert "Exception ignored" not in result.stderr, "an error was swallowed"
    assert int(result.stdout.split()[-1]) > 300
