"""Every method of Map, its views and its iterators, as operations of a sweep."""

from __future__ import annotations

import copy
import operator
from array import array
from collections.abc import Callable
from typing import Any

import gomap
from gomap import Map
from support.sweep import Contract, Operation, loses_one, partly, reads, whole


class Printer:
    """What _repr_pretty_ needs of IPython's printer."""

    def __init__(self) -> None:
        self.out: list[str] = []

    def text(self, text: str) -> None:
        self.out.append(text)


def _map(
    name: str, call: Callable[[Any], Any], contract: Contract = reads, **more: Any
) -> Operation:
    """An operation called like the method it covers, up to a comma."""
    return Operation(name, (f"Map.{name.split(',')[0]}",), call, contract, **more)


def rebuilt(reduced: Any) -> Any:
    """What pickle makes of a reduction.

    Not by pickle itself, which leaks and frees a bytearray in use when memory runs out,
    nor by copy.deepcopy, in which the interpreter crashes (CPython 3.13).
    """
    function, arguments, _, *items = reduced
    made = function(*arguments)
    for key, elem in items[1] if len(items) > 1 else ():
        made[key] = elem
    return made


def _five(_key: Any, _seed: int) -> int:
    return 5


def _hash(w: Any) -> Any:
    return hash(w.m)


LIFE = [
    _map("__init__", lambda w: type(w.m)()),
    _map("__init__, dict", lambda w: type(w.m)(w.more)),
    _map("__init__, pairs", lambda w: type(w.m)(w.pairs, hint=40)),
    _map("__init__, Map", lambda w: type(w.m)(w.other, seed=3)),
    _map("__init__, hasher", lambda w: type(w.m)(w.more, hasher=_five)),
    _map("__init__, zero", lambda w: type(w.m)(zero=w.elem)),
    _map("__init__, subclass", lambda w: w.subclass(w.more)),
    _map("__init__, again", lambda w: w.m.__init__(w.more), partly),
    _map("__new__", lambda w: Map.__new__(type(w.m))),
    _map("nil", lambda w: type(w.m).nil()),
    _map("fromkeys", lambda w: type(w.m).fromkeys(w.key_list)),
    _map("fromkeys, value", lambda w: w.subclass.fromkeys(w.key_list, w.elem)),
    _map("copy", lambda w: w.m.copy()),
    _map("__copy__", lambda w: copy.copy(w.m)),
    _map("__reduce__", lambda w: w.m.__reduce__()),
    _map("__reduce_ex__", lambda w: w.m.__reduce_ex__(5)),
    _map("__reduce_ex__, 2", lambda w: w.m.__reduce_ex__(2)),
    Operation("unpickled", ("Map.__reduce_ex__",), lambda w: rebuilt(w.reduced)),
    Operation("unpickled from pairs", ("Map.__reduce__",), lambda w: rebuilt(w.reduced_to_pairs)),
    _map("__sizeof__", lambda w: w.m.__sizeof__()),
    _map("__class_getitem__", lambda w: Map[w.fresh, int](), makes_classes=True),
    _map("__class_getitem__, elem", lambda w: Map[int, w.fresh]({}), makes_classes=True),
    _map("__class_getitem__, cached", lambda w: Map[w.kind.key, w.kind.elem] is type(w.m)),
    _map(
        "__class_getitem__, subclass",
        lambda w: type("Sub", (Map[w.fresh, int],), {})(),
        makes_classes=True,
    ),
]
ENTRIES = [
    _map("__getitem__", lambda w: w.m[w.old]),
    _map("__getitem__, absent", lambda w: w.m[w.new]),
    _map("__contains__", lambda w: w.old in w.m),
    _map("__contains__, absent", lambda w: w.new in w.m),
    _map("__len__", lambda w: len(w.m)),
    _map("get", lambda w: w.m.get(w.old)),
    _map("get, absent", lambda w: w.m.get(w.new, w.elem)),
    _map("lookup", lambda w: w.m.lookup(w.old)),
    _map("lookup, absent", lambda w: w.m.lookup(w.new)),
    _map("__setitem__", lambda w: operator.setitem(w.m, w.new, w.elem), whole),
    _map("__setitem__, present", lambda w: operator.setitem(w.m, w.old, w.elem), whole),
    _map("__delitem__", lambda w: operator.delitem(w.m, w.old), whole),
    _map("__delitem__, absent", lambda w: operator.delitem(w.m, w.new), whole),
    _map("setdefault", lambda w: w.m.setdefault(w.new, w.elem), whole),
    _map("setdefault, zero", lambda w: w.m.setdefault(w.new), whole),
    _map("setdefault, present", lambda w: w.m.setdefault(w.old, w.elem), whole),
    _map("add", lambda w: w.m.add(w.old, w.elem), whole),
    _map("add, absent", lambda w: w.m.add(w.new, w.elem), whole),
    _map("pop", lambda w: w.m.pop(w.old), whole),
    _map("pop, default", lambda w: w.m.pop(w.new, w.elem), whole),
    _map("popitem", lambda w: w.m.popitem(), loses_one, random=True),
    _map("random_item", lambda w: w.m.random_item(), random=True),
]
SIZE = [
    _map("clear", lambda w: w.m.clear(), whole),
    _map("reserve", lambda w: w.m.reserve(600)),
    _map("shrink", lambda w: w.m.shrink()),
    _map("finish_growth", lambda w: w.m.finish_growth()),
    _map("is_nil", lambda w: w.m.is_nil),
]
MANY = [
    _map("update", lambda w: w.m.update(w.more), partly),
    _map("update, pairs", lambda w: w.m.update(w.pairs), partly),
    _map("update, Map", lambda w: w.m.update(w.other), partly),
    _map(
        "update, keywords",
        lambda w: w.m.update(a=w.elem),
        whole,
        kinds=("str", "object", "interface"),
    ),
    _map("__or__", lambda w: w.m | w.more),
    _map("__or__, Map", lambda w: w.m | w.other),
    _map("__ror__", lambda w: w.more | w.m),
    _map("__ior__", lambda w: operator.ior(w.m, w.more), partly, random=True),
    _map("__ior__, pairs", lambda w: operator.ior(w.m, w.pairs), partly, random=True),
    _map("__eq__", lambda w: w.m == w.twin),
    _map("__eq__, dict", lambda w: w.m == w.more),
    _map("__ne__", lambda w: w.m != w.other),
    _map("__lt__", lambda w: w.m < w.other),
    _map("__le__", lambda w: w.m <= w.other),
    _map("__gt__", lambda w: w.m > w.other),
    _map("__ge__", lambda w: w.m >= w.other),
    _map("__hash__", _hash),
    _map("to_dict", lambda w: w.m.to_dict()),
    _map("__repr__", lambda w: repr(w.m), random=True, leaks=True),
    _map("_repr_html_", lambda w: w.m._repr_html_(), random=True, once=True, makes_functions=True),
    _map(
        "_repr_pretty_",
        lambda w: w.m._repr_pretty_(Printer(), False),
        once=True,
        makes_functions=True,
    ),
    _map(
        "_repr_pretty_, cycle",
        lambda w: w.m._repr_pretty_(Printer(), True),
        once=True,
        makes_functions=True,
    ),
]
BATCH = [
    _map("from_arrays", lambda w: type(w.m).from_arrays(w.keys, w.elems)),
    _map(
        "from_arrays, options", lambda w: w.subclass.from_arrays(w.keys, w.elems, hint=50, seed=2)
    ),
    _map("get_many", lambda w: w.m.get_many(w.keys)),
    _map("get_many, list", lambda w: w.m.get_many(w.key_list)),
    _map(
        "get_many, out",
        lambda w: w.m.get_many(w.keys, array("q", bytes(8 * len(w.keys)))),
        kinds=("int64", "float64", "str-int64"),
    ),
    _map("contains_many", lambda w: w.m.contains_many(w.keys)),
    _map("contains_many, iterator", lambda w: w.m.contains_many(iter(w.key_list))),
    _map("set_many", lambda w: w.m.set_many(w.keys, w.elems), partly),
    _map("set_many, scalar", lambda w: w.m.set_many(w.keys, w.elem), partly),
    _map("set_many, lists", lambda w: w.m.set_many(w.key_list, w.elems), partly),
    _map("add_many", lambda w: w.m.add_many(w.keys, w.elems), partly, repeats=False),
    _map("add_many, scalar", lambda w: w.m.add_many(w.keys, w.elem), partly, repeats=False),
    _map("delete_many", lambda w: w.m.delete_many(w.keys), partly),
    _map("delete_many, list", lambda w: w.m.delete_many(w.key_list), partly),
    _map("merge", lambda w: w.m.merge(w.other), partly, repeats=False),
    _map("merge, dict", lambda w: w.m.merge(w.more), partly, repeats=False),
    _map("merge, add=False", lambda w: w.m.merge(w.other, add=False), partly),
    _map("to_arrays", lambda w: w.m.to_arrays(), random=True),
    _map("keys_array", lambda w: w.m.keys_array(), random=True),
    _map("values_array", lambda w: w.m.values_array(), random=True),
]


def _view(sort: str, name: str, call: Callable[[Any], Any], **more: Any) -> Operation:
    return Operation(f"{sort}.{name}", (f"{sort}.{name.split(',')[0]}",), call, **more)


def _views(sort: str, view: Callable[[Any], Any], item: Callable[[Any], Any]) -> list[Operation]:
    """What all three views can do."""
    return [
        Operation(f"Map.{sort}", (f"Map.{sort[3:].lower()}",), view),
        _view(sort, "__len__", lambda w: len(view(w))),
        _view(sort, "__contains__", lambda w: item(w) in view(w)),
        _view(sort, "__iter__", lambda w: sorted(map(repr, view(w)))),
        _view(sort, "__repr__", lambda w: repr(view(w)), random=True, leaks=True),
        _view(sort, "mapping", lambda w: view(w).mapping),
        Operation(
            f"next of {sort}", ("MapIterator.__next__",), lambda w: next(iter(view(w))), random=True
        ),
    ]


def _sets(sort: str, view: Callable[[Any], Any], other: Callable[[Any], Any]) -> list[Operation]:
    """What keys and items can do as sets."""
    made = [_view(sort, "isdisjoint", lambda w: view(w).isdisjoint(other(w)))]
    for name in ("and", "or", "sub", "xor"):
        call = getattr(operator, f"__{name}__")
        made.append(_view(sort, f"__{name}__", lambda w, call=call: call(view(w), {*other(w)})))
        # A tuple: CPython 3.11 and 3.12 lose a list of which they could not make a list.
        made.append(
            _view(sort, f"__r{name}__", lambda w, call=call: call(tuple(other(w)), view(w)))
        )
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        call = getattr(operator, name)
        made.append(_view(sort, f"__{name}__", lambda w, call=call: call(view(w), {*other(w)})))
    made.append(_view(sort, "__hash__", lambda w: hash(view(w))))
    return made


def _rest(w: Any) -> Any:
    """One step of an iterator that goes on afterwards."""
    return next(w.iterator, None)


VIEWS = [
    *_views("MapKeys", lambda w: w.m.keys(), lambda w: w.old),
    *_views("MapValues", lambda w: w.m.values(), lambda w: w.elem),
    *_views("MapItems", lambda w: w.m.items(), lambda w: (w.old, w.elem)),
    *_sets("MapKeys", lambda w: w.m.keys(), lambda w: w.more),
    *_sets("MapItems", lambda w: w.m.items(), lambda w: w.pairs),
    _map("__iter__", lambda w: sorted(map(repr, w.m))),
    Operation("next, as it goes on", ("MapIterator.__iter__",), _rest, random=True),
    Operation(
        "next, watched",
        ("MapIterator.__next__",),
        lambda w: w.shown.append(next(w.watch)) if w.watch is not None else None,
        random=True,
    ),
]
MODULE = [
    Operation("delete", ("gomap.delete",), lambda w: gomap.delete(w.m, w.old), whole),
    Operation("clear()", ("gomap.clear",), lambda w: gomap.clear(w.m), whole),
    Operation("make", ("gomap.make",), lambda w: gomap.make(w.kind.key, w.kind.elem, 100)),
    Operation("count", ("gomap.count",), lambda w: gomap.count(w.key_list)),
    Operation("count, array", ("gomap.count",), lambda w: gomap.count(w.keys)),
    Operation(
        "count, into",
        ("gomap.count",),
        lambda w: gomap.count(w.keys, into=w.m),
        partly,
        random=True,
        repeats=False,
    ),
]
OPERATIONS = [*LIFE, *ENTRIES, *SIZE, *MANY, *BATCH, *VIEWS, *MODULE]
