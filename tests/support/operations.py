"""Every operation that is given a key, as a function of map and key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gomap


def _del(m: Any, key: Any) -> None:
    del m[key]


def _set(m: Any, key: Any, elem: Any) -> None:
    m[key] = elem


READS: dict[str, Callable[[Any, Any], Any]] = {
    "getitem": lambda m, key: m[key],
    "in": lambda m, key: key in m,
    "get": lambda m, key: m.get(key),
    "get with default": lambda m, key: m.get(key, "default"),
    "lookup": lambda m, key: m.lookup(key),
    "in keys()": lambda m, key: key in m.keys(),
}
REMOVALS: dict[str, Callable[[Any, Any], Any]] = {
    "del": _del,
    "delete": gomap.delete,
    "pop": lambda m, key: m.pop(key),
    "pop with default": lambda m, key: m.pop(key, None),
}
WRITES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "setitem": _set,
    "setdefault": lambda m, key, elem: m.setdefault(key, elem),
    "update pairs": lambda m, key, elem: m.update([(key, elem)]),
    "update dict": lambda m, key, elem: m.update({key: elem}),
    "|=": lambda m, key, elem: m.__ior__({key: elem}),
    "|": lambda m, key, elem: m | {key: elem},
    "constructor": lambda m, key, elem: type(m)({key: elem}),
    "constructor pairs": lambda m, key, elem: type(m)([(key, elem)]),
}
ADD: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda m, key, delta: m.add(key, delta),
}
KEY_WRITES: dict[str, Callable[[Any, Any, Any], Any]] = {
    **WRITES,
    "fromkeys": lambda m, key, elem: type(m).fromkeys([key], elem),
    "fromkeys zero": lambda m, key, elem: type(m).fromkeys([key]),
    "setdefault zero": lambda m, key, elem: m.setdefault(key),
}
NEEDS_HASHABLE = {"update dict", "|=", "|", "constructor"}
"""Writes that pass the key through a dict, which an unhashable one cannot enter."""
