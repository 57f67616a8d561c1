"""What stands around the map: gomap.maps, gomap.inspect, gomap.sync."""

from __future__ import annotations

import copy
from typing import Any

from gomap import inspect, maps
from hostile.ops import (
    SYNC_KINDS,
    gives,
    gone,
    is_pair,
    keyed,
    to,
    whole,
)
from hostile.ops_map import (
    EQUAL,
    FIND,
    RELEASE,
    SOURCES,
    UPDATED,
    says_same,
    shows_items,
    shows_keys,
    twin,
)
from hostile.things import call, hit
from hostile.worlds import World, of_key

# ---- gomap.maps -------------------------------------------------------------------------

whole("maps.all", lambda w: list(maps.all(w.m)), "maps.all", "gc", check=shows_items)
whole("maps.keys", lambda w: list(maps.keys(w.m)), "maps.keys", "gc", check=shows_keys)
whole("maps.values", lambda w: list(maps.values(w.m)), "maps.values", "gc")
whole(
    "maps.sorted_keys",
    lambda w: maps.sorted_keys(w.m),
    "maps.sorted_keys",
    "eq bool lt gc",
    check=shows_keys,
    raises=(TypeError,),
)
whole("maps.clone", lambda w: maps.clone(w.m), "maps.clone", "gc", check=shows_items)
for source, (make, fires) in SOURCES.items():
    whole(
        f"maps.insert, {source}",
        lambda w, other: maps.insert(w.m, other),
        "maps.insert",
        fires,
        args=make,
        effects=UPDATED,
    )
    whole(
        f"maps.collect, {source}",
        lambda w, other: maps.collect(other, type=w.kind.cls),
        "maps.collect",
        fires.replace(RELEASE, "").replace(" hasher", ""),
        args=make,
    )
whole(
    "maps.copy",
    lambda w, other: maps.copy(w.m, other),
    "maps.copy",
    FIND.replace(" index", "") + RELEASE,
    args=SOURCES["dict"][0],
    effects=UPDATED,
)


def _is_odd(key: Any, elem: Any) -> bool:
    hit("call")
    return of_key(key) % 2 == 1


_GROUPS = range(10_001, 10_040, 2)
"""Odd keys of the map that tidies itself up, see worlds.py; 24 of each group."""

whole(
    "maps.delete_func",
    lambda w: maps.delete_func(w.m, _is_odd),
    "maps.delete_func",
    "call gc " + FIND.replace(" index", "") + RELEASE,
    effects={
        **{n: gone for n in range(1, 5000, 2)},
        **{group + (n << 40): gone for group in _GROUPS for n in range(24)},
    },
)
whole(
    "maps.equal",
    lambda w, other: maps.equal(w.m, other),
    "maps.equal",
    EQUAL,
    args=lambda w: (twin(w),),
    check=says_same,
)
whole(
    "maps.equal_func",
    lambda w, other: maps.equal_func(w.m, other, call),
    "maps.equal_func",
    "call hash eq bool isinstance gc",
    args=lambda w: (twin(w),),
    check=says_same,
)

# ---- gomap.inspect ----------------------------------------------------------------------

for name in ("hmap", "validate", "chain_counts"):
    whole(
        f"inspect.{name}",
        lambda w, name=name: getattr(inspect, name)(w.m) and None,
        f"inspect.{name} _gomap.{name}",
        "gc",
    )
whole("repr(hmap)", lambda w: repr(inspect.hmap(w.m)), "_gomap.Hmap _gomap.Bucket", "gc repr")
whole("inspect.stats", lambda w: inspect.stats(w.m).count, "inspect.stats", "gc")


def _large(w: World) -> None:
    """So that a walk tells of its progress; without pictures, each of which would take seconds."""
    if w.recordings:
        w.recordings.pop().__exit__(None, None, None)
    w.m.reserve(1 << 20)


whole(
    "inspect.stats, progress",
    lambda w, _: inspect.stats(w.m, progress=call).count,
    "inspect.stats _gomap.numbers",
    "call gc",
    args=lambda w: (_large(w),),
    kinds=("object",),
    raises=(RuntimeError,),  # a map that changes in the middle of ten walks
)


def _record(w: World, k: Any, v: Any) -> Any:
    m = w.m
    with inspect.record(m, states=True) as events:
        m[k] = v
        w = None  # type: ignore[assignment]
    del m
    return [event.kind for event in events]


keyed(
    "inspect.record",
    _record,
    "inspect.record _gomap.record_start _gomap.record_stop _gomap.Event",
    FIND + RELEASE,
    fires_absent=FIND,
    args=lambda w, n: (w.key(n), w.delta(100)),
    effect=to(100),
)

# ---- gomap.sync ---------------------------------------------------------------------------


def _value(w: World, n: int) -> tuple[Any, ...]:
    return w.key(n), w.elem(100)


def sync_keyed(name: str, run: Any, fires: str, **more: Any) -> None:
    """A method of sync.Map on one key."""
    keyed(f"sync {name}", run, f"sync.Map.{name}", fires, kinds=SYNC_KINDS, **more)


def sync_whole(name: str, run: Any, fires: str, **more: Any) -> None:
    """A method of sync.Map on all of it."""
    whole(f"sync {name}", run, f"sync.Map.{name}", fires, kinds=SYNC_KINDS, **more)


SYNC = "hash eq bool index gc"
sync_keyed("load", lambda w, k: w.m.load(k), SYNC, judge=is_pair)
sync_keyed(
    "store",
    lambda w, k, v: w.m.store(k, v),
    SYNC + " elem_del elem_weakref",
    fires_absent=SYNC,
    args=_value,
    effect=to(100),
)
sync_keyed(
    "load_or_store",
    lambda w, k, v: w.m.load_or_store(k, v),
    SYNC,
    args=_value,
    effect=lambda value: 100 if value is None else value,
    judge=lambda found, pair: gives(100)(found, pair[0]) and pair[1] == (found is not None),
)
sync_keyed(
    "load_and_delete",
    lambda w, k: w.m.load_and_delete(k),
    SYNC + " key_del key_weakref",
    fires_absent=SYNC,
    effect=gone,
    judge=is_pair,
)
sync_keyed("delete", lambda w, k: w.m.delete(k), SYNC + RELEASE, fires_absent=SYNC, effect=gone)
sync_keyed(
    "swap",
    lambda w, k, v: w.m.swap(k, v),
    SYNC,
    args=_value,
    effect=to(100),
    judge=is_pair,
)
for old in (3, 4):
    keyed(
        f"sync compare_and_swap {old}",
        lambda w, k, old, new: w.m.compare_and_swap(k, old, new),
        "sync.Map.compare_and_swap",
        SYNC + " elem_eq" + (" elem_del elem_weakref" if old == 3 else ""),
        fires_absent=SYNC,
        args=lambda w, n, old=old: (w.key(n), w.elem(old), w.elem(100)),
        effect=lambda value, old=old: 100 if value == old else value,
        judge=lambda found, done, old=old: done == (found == old),
        kinds=SYNC_KINDS,
    )
    keyed(
        f"sync compare_and_delete {old}",
        lambda w, k, old: w.m.compare_and_delete(k, old),
        "sync.Map.compare_and_delete",
        SYNC + " elem_eq" + (RELEASE if old == 3 else ""),
        fires_absent=SYNC,
        args=lambda w, n, old=old: (w.key(n), w.elem(old)),
        effect=lambda value, old=old: None if value == old else value,
        judge=lambda found, done, old=old: done == (found == old),
        kinds=SYNC_KINDS,
    )
sync_whole("range", lambda w: w.m.range(call), "call gc")
sync_whole(
    "keys and values and items",
    lambda w: (list(w.m.keys()), list(w.m.values()), list(w.m.items())) and None,
    "gc",
)
sync_whole("to_dict", lambda w: w.m.to_dict(), "hash eq bool", check=shows_items)
sync_whole("copy", lambda w: copy.copy(w.m), "gc", check=shows_items)
