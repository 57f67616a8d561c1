"""Batches, over sequences, iterables, arrays and buffers; counting; merging."""

from __future__ import annotations

import array
import sys
from typing import Any

import gomap
from hostile.ops import gone, to, whole
from hostile.ops_map import UPDATED, pairs, shows_items
from hostile.things import Listing, Number, Pairs, hit
from hostile.worlds import World, of_elem, of_key

BATCHES = (
    *("object", "class", "checked", "interface", "hashed", "mixed"),
    *("int", "str", "int64", "numbers", "hashed numbers"),
)
LOAD = "hash eq bool hasher isinstance index gc"
DISPLACE = " elem_del elem_weakref"
RELEASE = " key_del key_weakref" + DISPLACE

# ---- sequences and iterables ------------------------------------------------------------

READ = {n: (lambda value: value) for n in UPDATED}
SHAPES: dict[str, tuple[Any, str]] = {
    "list": (list, ""),
    "tuple": (tuple, ""),
    "listing": (Listing, " next"),
    "iterator": (Pairs, " next"),
}


def _keys(w: World, make: Any) -> Any:
    return make([w.key(n) for n in UPDATED])


def _elems(w: World, make: Any) -> Any:
    return make([w.elem(100 + n) for n in UPDATED])


def _check_found(w: World, story: Any, result: Any) -> None:
    for n, elem, ok in zip(UPDATED, result[0], result[1], strict=True):
        assert (of_elem(elem) if ok else None) in story.values(n), (n, elem, ok)


def _check_contained(w: World, story: Any, result: Any) -> None:
    for n, ok in zip(UPDATED, result, strict=True):
        assert any((value is not None) == ok for value in story.values(n)), (n, ok)


for shape, (make, more) in SHAPES.items():
    one: Any = lambda w, make=make: (_keys(w, make),)  # noqa: E731
    two: Any = lambda w, make=make: (_keys(w, make), _elems(w, make))  # noqa: E731
    whole(
        f"get_many, {shape}",
        lambda w, keys: w.m.get_many(keys),
        "Map.get_many",
        LOAD + more,
        args=one,
        effects=READ,
        check=_check_found,
        kinds=BATCHES,
    )
    whole(
        f"contains_many, {shape}",
        lambda w, keys: w.m.contains_many(keys),
        "Map.contains_many",
        LOAD + more,
        args=one,
        check=_check_contained,
        kinds=BATCHES,
    )
    whole(
        f"set_many, {shape}",
        lambda w, keys, elems: w.m.set_many(keys, elems),
        "Map.set_many",
        LOAD + more + RELEASE,
        args=two,
        effects=UPDATED,
        kinds=BATCHES,
    )
    whole(
        f"add_many, {shape}",
        lambda w, keys, deltas: w.m.add_many(keys, deltas),
        "Map.add_many",
        LOAD + more + RELEASE + " sum",
        args=two,
        effects={n: (lambda value, n=n: (value or 0) + 100 + n) for n in UPDATED},
        kinds=BATCHES,
    )
    whole(
        f"delete_many, {shape}",
        lambda w, keys: w.m.delete_many(keys),
        "Map.delete_many",
        LOAD + more + RELEASE,
        args=one,
        effects=dict.fromkeys(UPDATED, gone),
        kinds=BATCHES,
    )
    whole(
        f"from_arrays, {shape}",
        lambda w, keys, elems: type(w.m).from_arrays(keys, elems, hint=Number(3)),
        "Map.from_arrays",
        LOAD.replace(" hasher", "") + more,
        args=two,
        kinds=BATCHES,
    )
whole(
    "set_many, one element",
    lambda w, keys, elem: w.m.set_many(keys, elem),
    "Map.set_many",
    LOAD + RELEASE,
    args=lambda w: (_keys(w, list), w.delta(7)),
    effects=dict.fromkeys(UPDATED, to(7)),
    kinds=BATCHES,
)
whole(
    "to_arrays",
    lambda w: w.m.to_arrays(),
    "Map.to_arrays",
    "gc",
    check=lambda w, story, arrays: shows_items(w, story, list(zip(*arrays, strict=True))),
    kinds=BATCHES,
)
whole("keys_array", lambda w: w.m.keys_array(), "Map.keys_array", "gc", kinds=BATCHES)
whole("values_array", lambda w: w.m.values_array(), "Map.values_array", "gc", kinds=BATCHES)
MERGED: dict[str, tuple[Any, str]] = {
    "dict": (dict, ""),
    "map": (None, ""),
}
for source, (make, more) in MERGED.items():
    for adds in (True, False):
        whole(
            f"merge, {source}, add={adds}",
            lambda w, other, adds=adds: w.m.merge(other, adds),
            "Map.merge",
            "hash eq bool hasher isinstance gc" + more + RELEASE + (" sum" if adds else ""),
            args=lambda w, make=make: ((make or w.kind.cls)(pairs(w)),),
            effects={
                n: (lambda value, n=n, adds=adds: (value or 0) * adds + 100 + n) for n in UPDATED
            },
            kinds=("object", "class", "checked", "interface", "hashed", "mixed", "str"),
        )


def _counted(w: World, shape: Any) -> tuple[Any, ...]:
    return (shape([w.key(n) for n in (1, 2, 2, 50, 3, 1)]),)


COUNTS = {1: 2, 2: 2, 50: 1, 3: 1}
for shape, (make, more) in SHAPES.items():
    whole(
        f"count, {shape}",
        lambda w, things: gomap.count(things),
        "gomap.count",
        "hash eq bool gc" + more,
        args=lambda w, make=make: _counted(w, make),
        check=lambda w, story, counts: _check_counts(counts),
        kinds=("object",),
    )
whole(
    "count, into",
    lambda w, things: gomap.count(things, into=w.m),
    "gomap.count",
    "hash eq bool index gc next",
    args=lambda w: (Pairs([w.key(n) for n in COUNTS]),),
    effects={n: (lambda value: (value or 0) + 1) for n in COUNTS},
    kinds=("mixed", "numbers"),
)


def _check_counts(counts: Any) -> None:
    found = {of_key(key): count for key, count in counts.items()}
    assert found == COUNTS, found


# ---- numbers in other people's memory -------------------------------------------------------

MEMORY = ("numbers", "int64")


class Arrays:
    """Offers an array by ``__array__``, and acts when it is asked to."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        import numpy as np

        hit("buffer")
        return np.array(self.values)


class Buffer:
    """Offers a buffer by ``__buffer__`` (3.12), and acts when it is asked and released."""

    def __init__(self, values: Any) -> None:
        self.values = array.array("q", values)

    def __buffer__(self, flags: int) -> memoryview:
        hit("buffer")
        return memoryview(self.values)

    def __release_buffer__(self, view: memoryview) -> None:
        hit("buffer")
        view.release()


class Resized:
    """A number in a list beside a bytearray's view that it tries to release or resize."""

    def __init__(self, n: int, store: array.array[int], view: memoryview) -> None:
        self.n, self.store, self.view = n, store, view

    def __index__(self) -> int:
        for change in (self.view.release, lambda: self.store.extend([1] * 1000)):
            try:
                change()
            except (BufferError, ValueError):
                pass
        hit("index")
        return self.n


def _memory(w: World, make: Any) -> Any:
    return make(list(UPDATED))


def _view_and_numbers(w: World) -> tuple[Any, ...]:
    store = array.array("q", UPDATED)
    view = memoryview(store)
    return view, [Resized(100 + n, store, view) for n in UPDATED]


OFFERS: dict[str, Any] = {"array": Arrays}
if sys.version_info >= (3, 12):
    OFFERS["buffer"] = Buffer
for offer, make in OFFERS.items():
    both: Any = lambda w, make=make: (_memory(w, make), _elems(w, list))  # noqa: E731
    keys: Any = lambda w, make=make: (_memory(w, make),)  # noqa: E731
    for name, run, args, effects in (
        ("get_many", lambda w, keys: w.m.get_many(keys) and None, keys, READ),
        ("contains_many", lambda w, keys: w.m.contains_many(keys) is None, keys, {}),
        ("set_many", lambda w, keys, elems: w.m.set_many(keys, elems), both, UPDATED),
        ("delete_many", lambda w, keys: w.m.delete_many(keys), keys, dict.fromkeys(UPDATED, gone)),
        (
            "from_arrays",
            lambda w, keys, elems: type(w.m).from_arrays(keys, elems) is None,
            both,
            {},
        ),
    ):
        frees = effects and name in ("set_many", "delete_many")
        whole(
            f"{name}, {offer}",
            run,
            f"Map.{name}",
            "buffer" + DISPLACE * bool(frees),
            args=args,
            effects=effects,
            kinds=MEMORY,
        )
    whole(
        f"count, {offer}",
        lambda w, things: gomap.count(things) is None,
        "gomap.count",
        "buffer gc",
        args=lambda w, make=make: (make([1, 2, 2]),),
        kinds=MEMORY,
    )
    if offer == "array":
        continue  # no place for results
    whole(
        f"get_many, out={offer}",
        lambda w, keys, out: w.m.get_many(keys, out) and None,
        "Map.get_many",
        "buffer",
        args=lambda w, make=make: (array.array("q", UPDATED), make([0] * len(UPDATED))),
        kinds=("numbers",),
        raises=(TypeError, ValueError, BufferError),
    )
whole(
    "set_many, resized",
    lambda w, keys, elems: w.m.set_many(keys, elems),
    "Map.set_many",
    "index",
    args=_view_and_numbers,
    effects=UPDATED,
    kinds=("numbers",),
    raises=(ValueError,),
)
whole(
    "get_many, out resized",
    lambda w, keys, out: w.m.get_many(keys, out),
    "Map.get_many",
    "index",
    args=lambda w: _view_and_numbers(w)[::-1],
    effects={},
    kinds=("numbers",),
    raises=(ValueError, BufferError),
)
