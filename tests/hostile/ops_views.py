"""Views, their set operations, and iterators."""

from __future__ import annotations

import operator
from itertools import islice
from typing import Any

from gomap import inspect
from hostile.ops import THINGS, is_quiet, keyed, members, whole
from hostile.ops_map import shows_items, shows_keys
from hostile.things import Number, Pairs
from hostile.worlds import ABSENT_KEY, World, of_elem, of_key

VIEWS = {"keys": "MapKeys", "values": "MapValues", "items": "MapItems"}
OTHERS = (0, 2, 3, 50, ABSENT_KEY)
"""Numbers of keys in the other operand."""
SETS = "hash eq bool gc"
PAIR_SETS = SETS + " elem_hash elem_eq"
ASKED = "hash eq bool hasher isinstance gc"

for view in VIEWS:
    whole(f"{view}()", lambda w, view=view: getattr(w.m, view)(), f"Map.{view}", "")
    whole(
        f"len({view})",
        lambda w, view=view: len(getattr(w.m, view)()),
        f"{VIEWS[view]}.__len__",
        "gc",
    )
    whole(
        f"repr({view})",
        lambda w, view=view: repr(getattr(w.m, view)()),
        f"{VIEWS[view]}.__repr__",
        "repr gc",
    )
    whole(
        f"{view}.mapping",
        lambda w, view=view: len(getattr(w.m, view)().mapping),
        f"{VIEWS[view]}.mapping",
        "gc",
    )
whole("list(keys)", lambda w: list(w.m.keys()), "MapKeys.__iter__", "gc", check=shows_keys)
whole("list(values)", lambda w: list(w.m.values()), "MapValues.__iter__", "gc")
whole("list(items)", lambda w: list(w.m.items()), "MapItems.__iter__", "gc", check=shows_items)
keyed("k in keys", lambda w, k: k in w.m.keys(), "MapKeys.__contains__", ASKED + " index")
keyed(
    "pair in items",
    lambda w, k, v: (k, v) in w.m.items(),
    "MapItems.__contains__",
    ASKED + " index elem_eq",
    fires_absent=ASKED + " index",
    args=lambda w, n: (w.key(n), w.elem(n)),
    judge=lambda found, result: result == (found == 3) or found is None,
)
whole(
    "v in values",
    lambda w, v: v in w.m.values(),
    "MapValues.__contains__",
    "elem_eq gc",
    args=lambda w: (w.elem(5),),
)


def _set(w: World) -> Any:
    return {w.key(n) for n in OTHERS}


def _pair_set(w: World) -> Any:
    return {(w.key(n), w.elem(n)) for n in OTHERS}


def _is_other(n: int) -> bool:
    return n in OTHERS


SIGNS = {
    "and": (operator.and_, _is_other),
    "or": (operator.or_, lambda n: True),
    "xor": (operator.xor, lambda n: not _is_other(n)),
    "sub": (operator.sub, lambda n: not _is_other(n)),
}
OTHER_SIDES: dict[str, Any] = {
    "set": lambda make: lambda w: (make(w),),
    "iterator": lambda make: lambda w: (Pairs(list(make(w))),),
    "view": lambda make: lambda w: (_view_of(w, make is _pair_set),),
}


def _view_of(w: World, pairs: bool) -> Any:
    other = type(w.m)([(w.key(n), w.elem(n)) for n in OTHERS])
    return other.items() if pairs else other.keys()


def _check_of(view: str, is_in: Any, reflected: bool) -> Any:
    def check(w: World, story: Any, result: Any) -> None:
        shown = [of_key(thing if view == "keys" else thing[0]) for thing in result]
        if not reflected:
            members(story, shown, is_in, OTHERS)

    return check


def _same(w: World, view: str, sign: str, side: str) -> Any:
    """The view of a map with the same entries in other objects, or a set of that.

    One more for "less than", one less for "greater than": else sizes say it all.
    """
    pairs = [(w.key(n), w.elem(number)) for n, number in w.number.items()]
    if sign == "lt":
        pairs.append((w.key(1777), w.elem(1)))
    other = type(w.m)(pairs[1:] if sign == "gt" else pairs)
    shown = getattr(other, view)()
    return set(shown) if side == "set" else shown


def _check_same(story: Any, result: Any, sign: str) -> None:
    if is_quiet(story) and story.w.number:
        assert result == (sign != "ne"), result


def _compared(view: str, sign: str, side: str) -> str:
    """When foreign code runs: a set hashes what it is asked for, a map of its kind looks it up."""
    asks_us = sign in ("ge", "gt")
    moments = SETS + (" hasher" if asks_us and side == "view" else "")
    if view == "keys":
        return moments
    return moments + " elem_eq" + ("" if asks_us or side == "view" else " elem_hash")


for view, make, fires in (("keys", _set, SETS), ("items", _pair_set, PAIR_SETS)):
    for sign, (operate, is_in) in SIGNS.items():
        for side, args in OTHER_SIDES.items():
            more = " next" if side == "iterator" else ""
            whole(
                f"{view} {sign} {side}",
                lambda w, other, view=view, operate=operate: operate(getattr(w.m, view)(), other),
                f"{VIEWS[view]}.__{sign}__",
                fires + more,
                args=args(make),
                check=_check_of(view, is_in, False),
                kinds=THINGS,
            )
    for sign in ("and", "or", "xor", "sub"):
        whole(
            f"set {sign} {view}",
            lambda w, other, view=view, sign=sign: SIGNS[sign][0](other, getattr(w.m, view)()),
            f"{VIEWS[view]}.__r{sign}__",
            fires,
            args=lambda w, make=make: (make(w),),
            kinds=THINGS,
        )
    for side, args in OTHER_SIDES.items():
        whole(
            f"{view} isdisjoint {side}",
            lambda w, other, view=view: getattr(w.m, view)().isdisjoint(other),
            f"{VIEWS[view]}.isdisjoint",
            fires + (" next" if side == "iterator" else ""),
            args=args(make),
            kinds=THINGS,
        )
    for sign in ("eq", "ne", "lt", "le", "gt", "ge"):
        for side in ("set", "view"):
            whole(
                f"{view} {sign} {side}",
                lambda w, other, view=view, sign=sign: getattr(operator, sign)(
                    getattr(w.m, view)(), other
                ),
                f"{VIEWS[view]}.__{sign}__",
                _compared(view, sign, side),
                args=lambda w, view=view, sign=sign, side=side: (_same(w, view, sign, side),),
                check=lambda w, story, result, sign=sign: _check_same(story, result, sign),
                kinds=THINGS,
            )


# ---- iterators -------------------------------------------------------------------------

MOVED = "hash eq bool hasher index gc"


def _iterate(show: str) -> Any:
    return lambda w: (iter(w.m if show == "m" else getattr(w.m, show)()),)


for show in ("m", "keys", "values", "items"):
    whole(
        f"next(iter({show}))",
        lambda w, it: next(it, None),
        "MapIterator.__next__",
        "gc",
        args=_iterate(show),
    )
whole(
    "iter(iterator)", lambda w, it: iter(it) is it, "MapIterator.__iter__", "", args=_iterate("m")
)


def _live(w: World) -> tuple[Any, ...]:
    """An iterator in the middle of a growth that began after it."""
    its, w.iterators = w.iterators, []
    return (its[0] if its else iter(w.plain()),)


def _live_items(w: World) -> tuple[Any, ...]:
    w.iterators = []
    it = iter(w.plain().items())
    list(islice(it, 2))
    first = 300
    while not inspect.hmap(w.plain()).growing and first < 400:
        w.fill(first)
        first += 1
    return (it,)


whole(
    "next(moved)",
    lambda w, it: [next(it, None) for _ in range(6)] and None,
    "MapIterator.__next__",
    "hash eq bool hasher gc",
    args=_live,
)
whole(
    "exhaust(moved)",
    lambda w, it: [of_key(key) for key in it],
    "MapIterator.__next__",
    "hash eq bool hasher key_del key_weakref gc",
    args=_live,
    check=lambda w, story, shown: members(story, shown, lambda n: n in shown),
)
whole(
    "exhaust(moved items)",
    lambda w, it: [(of_key(key), of_elem(elem)) for key, elem in it],
    "MapIterator.__next__",
    "eq bool gc",
    args=_live_items,
)


def _forget(w: World, its: list[Any]) -> None:
    """Drop iterators, and with the last pin what only they kept."""
    its.clear()


def _kept_keys(w: World) -> tuple[Any, ...]:
    """Iterators over an array that has been left, which keeps keys that are deleted."""
    its, w.iterators = w.iterators, []
    for n in list(w.number)[::2]:
        w.remove(n)
    return (its,)


whole(
    "drop iterators",
    _forget,
    "MapIterator.__del__",
    "key_del key_weakref gc",
    args=_kept_keys,
)
whole(
    "inspect.iterate",
    lambda w, at: list(inspect.iterate(w.m, Number(0), Number(3))),
    "inspect.iterate _gomap.iterate",
    "index gc",
    args=lambda w: (0,),
    check=shows_items,
)
whole(
    "inspect.cursor",
    lambda w, it: inspect.cursor(it),
    "inspect.cursor _gomap.cursor",
    "gc",
    args=lambda w: (iter(w.m),),
)
