"""When memory runs out in the middle of an operation the map is as it was, or done.

Every operation of the package that keeps state (support.sweep_map, support.sweep_around)
is run with each of its allocations failing, in processes of their own (support.sweep).
The short form takes a few maps; ``--slow`` every kind of key in every state.
"""

from __future__ import annotations

import inspect as python_inspect
import sys
from typing import Any

import pytest

import gomap
from gomap import Map, inspect, maps, sync
from support import sweep_around, sweep_map
from support.no_memory import needs_testcapi, run
from support.states import KINDS, STATES
from support.sweep_cells import SHORT
from support.sweep_world import World

PROGRAM = "import sys; from support.sweep_cells import main; main(*sys.argv[1:])"


def failures(*arguments: object) -> int:
    """Failures injected by a process."""
    result = run(PROGRAM, *arguments)
    assert "Exception ignored" not in result.stderr, result.stderr[-2000:]
    return int(result.stdout.split()[1])


@needs_testcapi
@pytest.mark.parametrize(
    "part", [0, 1, *(pytest.param(part, marks=pytest.mark.slow) for part in range(2, len(SHORT)))]
)
def test_every_allocation_of_every_operation_may_fail(part: int) -> None:
    assert failures("short", part) > 1000


@needs_testcapi
@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
@pytest.mark.parametrize("state", [*STATES, "nil"])
def test_every_allocation_may_fail_on_every_map(kind: str, state: str) -> None:
    assert failures("long", kind, state) > 500


# ---- the sweep itself -----------------------------------------------------------------


def _own_names(cls: type) -> set[str]:
    """What a class of the package defines that can be called or read."""
    made = {
        name
        for base in cls.__mro__
        if base.__module__.startswith("gomap")
        for name, value in vars(base).items()
        if callable(value) or python_inspect.isdatadescriptor(value) or value is None
        if not name.startswith("_") or name.endswith("_")
    }
    return made - NOTHING_TO_FAIL


NOTHING_TO_FAIL = {
    *("__doc__", "__dict__", "__weakref__", "__module__", "__annotations__"),
    *("key_type", "elem_type", "__abstractmethods__"),
    # set by the interpreter, or for it alone
    *("__gomap_spec__", "__getattribute__", "__parameters__", "__orig_bases__", "__slots__"),
}
"""Attributes of classes that run no code of the package."""
EXEMPT = {
    "Map.__get_pydantic_core_schema__": "makes a schema with pydantic, keeps nothing",
    "MapIterator.__iter__": "returns itself",
    "sync.Map.__init_subclass__": "CPython crashes where an ABC finds no memory (dict.items())",
    "sync.Map._repr_html_": "Map's",
    "sync.Map._repr_pretty_": "Map's",
    "gomap.shuffled": "keeps nothing of its own",
    "gomap.string": "str",
    "inspect.GO_LOAD_TABLE": "a constant",
    "inspect.MOST_SEEDS": "a constant",
}


def _all_names() -> set[str]:
    m = Map({1: 2})
    views = (m.keys(), m.values(), m.items(), iter(m))
    classes: dict[str, Any] = {"Map": Map, "sync.Map": sync.Map}
    classes |= {type(view).__name__: type(view) for view in views}
    classes["inspect.Recording"] = inspect.Recording
    made = {f"{prefix}.{name}" for prefix, cls in classes.items() for name in _own_names(cls)}
    for prefix, module in (("gomap", gomap), ("maps", maps), ("inspect", inspect)):
        names = [name for name in module.__all__ if not name.startswith("__")]
        made |= {f"{prefix}.{name}" for name in names if _is_function(getattr(module, name))}
    return made


def _is_function(value: object) -> bool:
    return callable(value) and not isinstance(value, type)


OPERATIONS = [*sweep_map.OPERATIONS, *sweep_around.OPERATIONS]


def test_every_function_and_method_is_swept() -> None:
    swept = {name for operation in OPERATIONS for name in operation.covers}
    assert _all_names() - swept - EXEMPT.keys() == set()
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)


def _loses_its_error(w: World) -> Any:
    try:
        return w.m.copy()
    except MemoryError:
        return None


def _half_done(w: World) -> None:
    w.m[w.new] = w.elem
    [bytearray(600) for _ in range(3)]


def _leaks(w: World) -> None:
    kept.append(w.m.copy())
    kept.append(w.m.copy())


kept: list[Any] = []

needs_counts = pytest.mark.skipif(
    sys.getallocatedblocks() == 0,
    reason="another allocator than Python's, which counts its blocks (PYTHONMALLOC=malloc)",
)


@needs_testcapi
@pytest.mark.parametrize(
    ("call", "says"),
    [
        (_loses_its_error, "gave None"),
        (_half_done, "became"),
        pytest.param(_leaks, "leave", marks=needs_counts),
    ],
)
def test_a_sweep_notices_what_it_is_there_for(call: Any, says: str) -> None:
    program = f"""
from support.sweep import SweepError, run
from support.sweep_cells import cells_of
from support.sweep import Operation, whole
from test_no_memory import {call.__name__} as call
try:
    run(cells_of([Operation("planted", (), call, whole)], [("int64", "growing", "own")]), True)
except SweepError as error:
    assert {says!r} in str(error), error
else:
    raise AssertionError("not noticed")
"""
    run(program)
