"""gomap.sync, gomap.maps, gomap.inspect and JSON, as operations of a sweep."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from gomap import _gomap, from_json, inspect, json_default, maps, sync
from support.sweep import Contract, Operation, loses_one, partly, reads, whole


def _sync(
    name: str, call: Callable[[Any], Any], contract: Contract = reads, **more: Any
) -> Operation:
    return Operation(f"sync.{name}", (f"sync.Map.{name.split(',')[0]}",), call, contract, **more)


def _maps(
    name: str, call: Callable[[Any], Any], contract: Contract = reads, **more: Any
) -> Operation:
    return Operation(f"maps.{name}", (f"maps.{name.split(',')[0]}",), call, contract, **more)


def _inspect(name: str, call: Callable[[Any], Any], **more: Any) -> Operation:
    return Operation(f"inspect.{name}", (f"inspect.{name.split(',')[0]}",), call, **more)


def _nothing(_key: Any, _elem: Any) -> None:
    return None


def _yes(_key: Any, _elem: Any) -> bool:
    return True


def _hash(w: Any) -> Any:
    return hash(w.sync)


def _reduced(w: Any) -> Any:
    function, arguments, state = w.sync_reduced
    made = function(*arguments)
    made.__setstate__(state)
    return made


SYNC = [
    _sync("__init__", lambda w: type(w.sync)()),
    _sync("__init__, dict", lambda w: type(w.sync)(w.more)),
    _sync("__init__, options", lambda w: type(w.sync)(w.pairs, hint=40, seed=3)),
    _sync("__new__", lambda w: type(w.sync).__new__(type(w.sync))),
    _sync("__class_getitem__", lambda w: sync.Map[w.kind.key, w.kind.elem] is type(w.sync)),
    _sync("__len__", lambda w: len(w.sync)),
    _sync("__getitem__", lambda w: w.sync[w.old]),
    _sync("__contains__", lambda w: w.old in w.sync),
    _sync("__iter__", lambda w: sorted(map(repr, w.sync))),
    _sync("__delitem__", lambda w: operator.delitem(w.sync, w.old), whole),
    _sync("__setitem__", lambda w: operator.setitem(w.sync, w.new, w.elem), whole),
    _sync("__eq__", lambda w: w.sync == w.twin),
    _sync("__hash__", _hash),
    _sync("__or__", lambda w: w.sync | w.more),
    _sync("__ror__", lambda w: w.more | w.sync),
    _sync("__ior__", lambda w: operator.ior(w.sync, w.more), partly, random=True),
    _sync("__repr__", lambda w: repr(w.sync), random=True, leaks=True),
    _sync("__sizeof__", lambda w: w.sync.__sizeof__() > 0),
    _sync("__reduce__", lambda w: w.sync.__reduce__(), random=True),
    _sync("__setstate__", _reduced),
    _sync("__copy__", lambda w: w.sync.__copy__()),
    _sync("copy", lambda w: w.sync.copy()),
    _sync("load", lambda w: w.sync.load(w.old)),
    _sync("get", lambda w: w.sync.get(w.new, 5)),
    _sync("store", lambda w: w.sync.store(w.new, w.elem), whole),
    _sync("load_or_store", lambda w: w.sync.load_or_store(w.new, w.elem), whole, spins=True),
    _sync("load_or_store, present", lambda w: w.sync.load_or_store(w.old, w.elem), whole),
    _sync("load_and_delete", lambda w: w.sync.load_and_delete(w.old), whole),
    _sync("load_and_delete, absent", lambda w: w.sync.load_and_delete(w.new), whole),
    _sync("delete", lambda w: w.sync.delete(w.old), whole),
    _sync("swap", lambda w: w.sync.swap(w.old, w.elem), whole),
    _sync("swap, absent", lambda w: w.sync.swap(w.new, w.elem), whole),
    _sync(
        "compare_and_swap",
        lambda w: w.sync.compare_and_swap(w.old, w.sync[w.old], w.elem),
        whole,
        spins=True,
    ),
    _sync(
        "compare_and_swap, other",
        lambda w: w.sync.compare_and_swap(w.old, None, w.elem),
        spins=True,
    ),
    _sync(
        "compare_and_delete",
        lambda w: w.sync.compare_and_delete(w.old, w.sync[w.old]),
        whole,
        spins=True,
    ),
    _sync("range", lambda w: w.sync.range(_nothing)),
    _sync("pop", lambda w: w.sync.pop(w.old, None), whole),
    _sync("popitem", lambda w: w.sync.popitem(), loses_one, random=True),
    _sync("setdefault", lambda w: w.sync.setdefault(w.new, w.elem), whole),
    _sync("add", lambda w: w.sync.add(w.new, w.elem), whole),
    _sync("clear", lambda w: w.sync.clear(), whole),
    _sync("update", lambda w: w.sync.update(w.more), partly),
    _sync("update, pairs", lambda w: w.sync.update(w.pairs), partly),
    _sync("to_dict", lambda w: w.sync.to_dict()),
    _sync("fromkeys", lambda w: type(w.sync).fromkeys(w.key_list)),
    _sync("keys", lambda w: sorted(map(repr, w.sync.keys()))),
    _sync("values", lambda w: len(w.sync.values())),
    _sync("items", lambda w: sorted(map(repr, w.sync.items()))),
]
MAPS = [
    _maps("all", lambda w: sorted(map(repr, maps.all(w.m)))),
    _maps("keys", lambda w: sorted(map(repr, maps.keys(w.m)))),
    _maps("values", lambda w: sorted(map(repr, maps.values(w.m)))),
    _maps("sorted_keys", lambda w: maps.sorted_keys(w.m)),
    _maps("collect", lambda w: maps.collect(w.pairs)),
    _maps("collect, type", lambda w: maps.collect(w.more, type(w.m))),
    _maps("clone", lambda w: maps.clone(w.m)),
    _maps("copy", lambda w: maps.copy(w.m, w.other), partly),
    _maps("insert", lambda w: maps.insert(w.m, w.pairs), partly),
    _maps("delete_func", lambda w: maps.delete_func(w.m, _yes), partly),
    _maps("equal", lambda w: maps.equal(w.m, w.twin)),
    _maps("equal, dict", lambda w: maps.equal(w.more, w.other)),
    _maps("equal_func", lambda w: maps.equal_func(w.m, w.twin, operator.eq)),
]


def _recorded(w: Any) -> Any:
    with inspect.record(w.m, states=True) as events:
        w.m[w.new] = w.elem
    return len(events)


def _while_recorded(w: Any) -> None:
    assert w.recording is not None
    w.m[w.new] = w.elem


def _ended(w: Any) -> Any:
    return w.recording.__exit__(None, None, None)


INSPECT = [
    _inspect("hmap", lambda w: inspect.hmap(w.m), random=True),
    _inspect("hmap, most", lambda w: inspect.hmap(w.m, most=4), random=True),
    _inspect("stats", lambda w: inspect.stats(w.m).count),
    _inspect("chain_counts", lambda w: inspect.chain_counts(w.m), random=True),
    _inspect("explain", lambda w: inspect.explain(w.m, w.old), random=True, leaks=True),
    _inspect("explain, in C", lambda w: _gomap.explain(w.m, w.old), random=True),
    _inspect("explain, absent", lambda w: _gomap.explain(w.m, w.new), random=True),
    _inspect("iterate", lambda w: sorted(map(repr, inspect.iterate(w.m, 0, 3)))),
    _inspect("cursor", lambda w: inspect.cursor(w.iterator), random=True),
    _inspect("validate", lambda w: inspect.validate(w.m)),
    _inspect("load_factor_table", lambda w: _gomap.loaded(4, 90, 1)),
    Operation(
        "inspect.record",
        (
            "inspect.record",
            "inspect.Recording.__init__",
            "inspect.Recording.__enter__",
            "inspect.Recording.__exit__",
        ),
        _recorded,
        partly,
        random=True,
    ),
    Operation("a write while recorded", (), _while_recorded, whole),
    Operation("a recording's end", ("inspect.Recording.__exit__",), _ended, repeats=False),
    Operation(
        "from_json",
        ("gomap.from_json",),
        lambda w: from_json(w.json_class, w.json),
        kinds=("int64", "str", "int64-object"),
    ),
    Operation(
        "json_default", ("gomap.json_default",), lambda w: json_default(w.m), kinds=("int64", "str")
    ),
]
OPERATIONS = [*SYNC, *MAPS, *INSPECT]
