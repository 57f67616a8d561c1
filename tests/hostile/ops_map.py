"""Map's own operations."""

from __future__ import annotations

import contextlib
import copy
import pickle
import sys
from typing import Any

import gomap
from gomap import Map, inspect
from hostile.checks import check_shown
from hostile.ops import (
    ALL_KINDS,
    SYNC_KINDS,
    gives,
    gone,
    is_elem,
    is_elem_or_none,
    is_pair,
    is_presence,
    is_quiet,
    is_sum,
    keyed,
    to,
    whole,
)
from hostile.things import Lookups, Number, Pairs
from hostile.worlds import ABSENT_KEY, PRESENT_KEY, World, numbers_of, of_key

BOTH = (*ALL_KINDS, *SYNC_KINDS)
FIND = "hash eq bool hasher index isinstance gc"
RELEASE = " key_del key_weakref elem_del elem_weakref"
DISPLACE = " elem_del elem_weakref"


def _with_elem(w: World, n: int) -> tuple[Any, ...]:
    return w.key(n), w.delta(100)


def _with_delta(w: World, n: int) -> tuple[Any, ...]:
    return w.key(n), w.delta(1)


# ---- one entry ------------------------------------------------------------------------

keyed("m[k]", lambda w, k: w.m[k], "Map.__getitem__", FIND, judge=is_elem, kinds=BOTH)
keyed("k in m", lambda w, k: k in w.m, "Map.__contains__", FIND, judge=is_presence, kinds=BOTH)
keyed("get", lambda w, k: w.m.get(k), "Map.get", FIND, judge=is_elem_or_none, kinds=BOTH)
keyed("lookup", lambda w, k: w.m.lookup(k), "Map.lookup", FIND, judge=is_pair)
keyed(
    "m[k] = v",
    lambda w, k, v: w.m.__setitem__(k, v),
    "Map.__setitem__",
    FIND + RELEASE,
    fires_absent=FIND,
    args=_with_elem,
    effect=to(100),
    kinds=BOTH,
)
keyed(
    "del m[k]",
    lambda w, k: w.m.__delitem__(k),
    "Map.__delitem__",
    FIND + RELEASE,
    fires_absent=FIND,
    effect=gone,
    kinds=BOTH,
)
keyed(
    "delete",
    lambda w, k: gomap.delete(w.m, k),
    "gomap.delete",
    FIND + RELEASE,
    fires_absent=FIND,
    effect=gone,
)
keyed(
    "pop",
    lambda w, k: w.m.pop(k),
    "Map.pop",
    FIND + " key_del key_weakref",
    fires_absent=FIND,
    effect=gone,
    judge=is_elem,
    raises=(KeyError,),
    kinds=BOTH,
)
keyed(
    "pop, default",
    lambda w, k: w.m.pop(k, None),
    "Map.pop",
    FIND + " key_del key_weakref",
    fires_absent=FIND,
    effect=gone,
    judge=is_elem_or_none,
    kinds=BOTH,
)
keyed(
    "setdefault",
    lambda w, k, v: w.m.setdefault(k, v),
    "Map.setdefault",
    FIND,
    args=_with_elem,
    effect=lambda value: 100 if value is None else value,
    judge=gives(100),
    kinds=BOTH,
)
keyed(
    "setdefault, zero",
    lambda w, k: w.m.setdefault(k),
    "Map.setdefault",
    FIND,
    effect=lambda value: 0 if value is None else value,
    judge=gives(0),
    kinds=BOTH,
)
keyed(
    "add",
    lambda w, k, d: w.m.add(k, d),
    "Map.add",
    FIND + " sum" + RELEASE,
    fires_absent=FIND + " sum",
    args=_with_delta,
    effect=lambda value: (value or 0) + 1,
    judge=is_sum,
    kinds=BOTH,
)
keyed(
    "explain",
    lambda w, k: inspect.explain(w.m, k),
    "inspect.explain _gomap.explain",
    FIND,
    judge=lambda found, e: e.found == (found is not None) and is_elem(found, e.element),
)

# ---- size, order, the whole --------------------------------------------------------------


class Printer:
    """What IPython's printer does, as far as a map asks for it."""

    text = breakable = lambda self, *_: None

    def pretty(self, thing: Any) -> None:
        repr(thing)

    def group(self, *_: Any) -> Any:
        return contextlib.nullcontext()


def shows_items(w: World, story: Any, result: Any) -> None:
    """A mapping, or pairs, of all entries."""
    items = result.items() if hasattr(result, "items") else result
    check_shown(story, numbers_of(iter(items)))


def shows_keys(w: World, story: Any, result: Any) -> None:
    """All keys."""
    numbers = [of_key(key) for key in result]
    check_shown(story, [(n, story.w.number[n]) for n in numbers if n in story.quiet()])


def says_same(w: World, story: Any, result: Any) -> None:
    """Two maps that nobody has changed are equal."""
    assert result is True or not is_quiet(story), "not equal"


whole("len(m)", lambda w: len(w.m), "Map.__len__", "gc", kinds=BOTH)
whole("bool(m)", lambda w: bool(w.m), "Map.__len__", "gc", kinds=BOTH)
whole("m.is_nil", lambda w: w.m.is_nil, "Map.is_nil", "")
whole("list(m)", lambda w: list(w.m), "Map.__iter__", "gc", check=shows_keys, kinds=BOTH)
whole(
    "popitem",
    lambda w: w.m.popitem(),
    "Map.popitem",
    "gc",
    removes=lambda item: of_key(item[0]),
    raises=(KeyError,),
    kinds=BOTH,
)
whole("random_item", lambda w: w.m.random_item(), "Map.random_item", "gc", raises=(KeyError,))
whole("clear", lambda w: w.m.clear(), "Map.clear", RELEASE + " gc", everything=gone, kinds=BOTH)
whole("gomap.clear", lambda w: gomap.clear(w.m), "gomap.clear", RELEASE + " gc", everything=gone)
whole(
    "reserve",
    lambda w, n: w.m.reserve(n),
    "Map.reserve",
    "index gc",
    args=lambda w: (Number(100),),
)
whole("shrink", lambda w: w.m.shrink(), "Map.shrink", "gc")
whole("finish_growth", lambda w: w.m.finish_growth(), "Map.finish_growth", "gc")
whole("copy", lambda w: w.m.copy(), "Map.copy", "gc", check=shows_items, kinds=BOTH)
whole("__copy__", lambda w: w.m.__copy__(), "Map.__copy__", "gc", check=shows_items, kinds=BOTH)
whole(
    "deepcopy",
    lambda w: copy.deepcopy(w.m),
    "Map.__reduce_ex__",
    "reduce hash eq bool hasher isinstance gc",
    check=shows_items,
    kinds=BOTH,
)
whole(
    "pickle.dumps",
    lambda w: len(pickle.dumps(w.m)),
    "Map.__reduce_ex__",
    "reduce gc",
    kinds=BOTH,
)
whole(
    "pickle.loads",
    lambda w: pickle.loads(pickle.dumps(w.m)),
    "_gomap._rebuild _gomap._rebuild_blocks",
    "reduce hash eq bool hasher isinstance gc",
    check=shows_items,
    kinds=BOTH,
)
whole("__reduce__", lambda w: w.m.__reduce__(), "Map.__reduce__", "gc", kinds=BOTH)
whole("repr", lambda w: repr(w.m), "Map.__repr__", "repr lt eq bool gc", kinds=BOTH)
whole("_repr_html_", lambda w: w.m._repr_html_(), "Map._repr_html_", "repr gc")
whole(
    "_repr_pretty_",
    lambda w, p: w.m._repr_pretty_(p, False),
    "Map._repr_pretty_",
    "repr lt gc",
    args=lambda w: (Printer(),),
)
whole("getsizeof", lambda w: sys.getsizeof(w.m), "Map.__sizeof__", "gc", kinds=BOTH)
whole("to_dict", lambda w: w.m.to_dict(), "Map.to_dict", "hash eq bool gc", check=shows_items)
whole("hash(m)", lambda w: hash(w.m), "Map.__hash__", "", raises=(TypeError,))
EQUAL = "hash eq bool elem_eq isinstance gc"
whole(
    "m == copy",
    lambda w, other: w.m == other,
    "Map.__eq__",
    EQUAL,
    args=lambda w: (twin(w),),
    check=says_same,
    kinds=BOTH,
)
whole(
    "m != dict",
    lambda w, other: not w.m != other,
    "Map.__ne__",
    "hash eq bool elem_eq gc",
    args=lambda w: (dict(twin(w)),),
    check=says_same,
    kinds=BOTH,
)
whole(
    "m == mapping",
    lambda w, other: w.m == other,
    "Map.__eq__",
    "next eq hash bool elem_eq gc",
    args=lambda w: (Registered(list(twin(w).items())),),
    check=says_same,
)
for sign in ("lt", "le", "gt", "ge"):
    whole(
        f"m.__{sign}__",
        lambda w, sign=sign: getattr(w.m, f"__{sign}__")({}),
        f"Map.__{sign}__",
        "",
    )


class Registered(Lookups):
    """A mapping to isinstance."""


def _register() -> None:
    from collections.abc import Mapping

    Mapping.register(Registered)


_register()


def twin(w: World) -> Any:
    """A map of the same class with equal entries in objects of its own."""
    cls = w.kind.cls
    return cls([(w.key(n), w.elem(number)) for n, number in w.number.items()])


# ---- many entries by assignment -----------------------------------------------------------

UPDATED = {n: to(100 + n) for n in (0, PRESENT_KEY, 50, ABSENT_KEY)}
STORE = FIND + RELEASE


def pairs(w: World) -> list[tuple[Any, Any]]:
    """What updates are given."""
    return [(w.key(n), w.elem(100 + n)) for n in UPDATED]


def _source(make: Any) -> Any:
    return lambda w: (make(pairs(w)),)


def plain_pairs(w: World) -> list[tuple[Any, Any]]:
    """The same for sources that hash their keys: no numbers by ``__index__``."""
    return [(n if w.kind.key == "number" else w.key(n), w.elem(100 + n)) for n in UPDATED]


SOURCES: dict[str, tuple[Any, str]] = {
    "list": (lambda w: (pairs(w),), STORE),
    "iterator": (lambda w: (Pairs(pairs(w)),), STORE + " next"),
    "lists": (lambda w: ([list(pair) for pair in pairs(w)],), STORE),
    "dict": (lambda w: (dict(plain_pairs(w)),), STORE.replace(" index", "")),
    "lookups": (lambda w: (Lookups(pairs(w)),), STORE + " next"),
    "map": (lambda w: (type(w.m)(pairs(w)),), STORE.replace(" index", "")),
}
for source, (make, fires) in SOURCES.items():
    whole(
        f"update, {source}",
        lambda w, other: w.m.update(other),
        "Map.update",
        fires,
        args=make,
        effects=UPDATED,
        kinds=BOTH,
    )
    whole(
        f"m |= {source}",
        lambda w, other: w.m.__ior__(other) is None,
        "Map.__ior__",
        fires,
        args=make,
        effects=UPDATED,
    )
    whole(
        f"__init__ again, {source}",
        lambda w, other: w.m.__init__(other),
        "Map.__init__",
        fires,
        args=make,
        effects=UPDATED,
    )


def shows_both(w: World, story: Any, result: Any) -> None:
    """All entries of the map and the pairs."""
    found = dict(numbers_of(iter(result.items())))
    for n, number in story.quiet().items():
        expected = {number, 100 + n} if n in UPDATED else {number}
        assert found.get(n) in expected, (n, found)
    assert set(UPDATED) <= set(found), found


for source in ("dict", "map"):
    make, fires = SOURCES[source]
    whole(
        f"m | {source}",
        lambda w, other: w.m | other,
        "Map.__or__",
        fires.replace(RELEASE, ""),
        args=make,
        check=shows_both,
        kinds=BOTH,
    )
    whole(
        f"{source} | m",
        lambda w, other: w.m.__ror__(other),
        "Map.__ror__",
        (fires if source == "dict" else fires.replace(" hasher", "")).replace(RELEASE, ""),
        args=make,
        check=shows_both,
    )
    whole(
        f"dict | m, {source}",
        lambda w, other: other | w.m,
        "Map.__ror__",
        (fires if source == "dict" else fires.replace(" hasher", "")).replace(RELEASE, ""),
        args=make,
        check=shows_both,
    )
whole(
    "update, itself",
    lambda w: (lambda m: m.update(m))(w.m),
    "Map.update",
    FIND.replace(" index", ""),
    effects=lambda w: {n: to(number) for n, number in w.number.items()},
)
for name, run in {
    "fromkeys": lambda w, keys, v: type(w.m).fromkeys(keys, v),
    "fromkeys, zero": lambda w, keys, v: type(w.m).fromkeys(keys),
}.items():
    whole(
        name,
        run,
        "Map.fromkeys",
        "hash eq bool index isinstance next gc",
        args=lambda w: (Pairs([w.key(n) for n in (1, 2, 4, 1)]), w.elem(1)),
        kinds=BOTH,
    )
for source, (make, fires) in SOURCES.items():
    whole(
        f"Map({source})",
        lambda w, other: w.kind.cls(other, hint=Number(20), seed=Number(3)),
        "Map.__new__ Map.__init__",
        fires.replace(RELEASE, "").replace(" hasher", "") + " index",
        args=make,
        kinds=BOTH,
    )
whole(
    "Map(hasher=, zero=)",
    lambda w, other: gomap.make(*_types(w), Number(20)),
    "gomap.make",
    "index",
    args=lambda w: (pairs(w),),
)


def _types(w: World) -> tuple[Any, Any]:
    return w.kind.cls.key_type, w.kind.cls.elem_type


class Meta(type):
    """A class whose class's ``__hash__`` and ``__eq__`` act: Map[it] looks it up."""

    def __hash__(cls) -> int:
        from hostile.things import hit

        hit("hash")
        return 5

    def __eq__(cls, other: object) -> bool:
        from hostile.things import hit

        hit("eq")
        return cls is other


class _Odd(metaclass=Meta):
    __hash__ = object.__hash__


class _Other(metaclass=Meta):
    __hash__ = object.__hash__


class _Third(_Odd):
    """Always the same: a dict whose keys' equality puts in ever new keys looks for ever."""


def _make_class(w: World) -> Any:
    anything: Any = Map
    assert anything[_Odd, _Other] is anything[_Odd, _Other]
    with contextlib.suppress(TypeError):
        anything[_Other, _Third]()
    return None


whole("Map[K, V]", _make_class, "Map.__class_getitem__", "hash eq gc", kinds=("object",))
whole("nil", lambda w: w.kind.cls.nil(), "Map.nil", "")
whole(
    "json_default",
    lambda w: gomap.json_default(w.m),
    "gomap.json_default",
    "repr gc",
    raises=(TypeError, ValueError),
)
