"""What the state machines work on: classes of maps, their keys, odd hashers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gomap
from golden.computed import MASK, mix

Hasher = Callable[[Any, int], int]
Map: Any = gomap.Map  # parametrised with types that are known when a test runs


@dataclass(frozen=True)
class Family:
    """A class of maps, and a way to number keys of it."""

    name: str
    key: Any
    elem: Any
    key_of: Callable[[int], Any]
    has_nan: bool = False
    identity: Callable[[Any], Any] = lambda key: key

    def make(self, **options: Any) -> Any:
        """A new map."""
        return Map[self.key, self.elem](**options)


def _float_of(n: int) -> float:
    return (0.0, -0.0)[n] if n < 2 else n * 0.5


def _mersenne(n: int) -> int:
    return n * ((1 << 61) - 1)


def _interface_of(n: int) -> Any:
    value = n // 4
    return (value, float(value), str(value), value % 2 == 1)[n % 4]


def _object_of(n: int) -> Any:
    return (n, str(n), (n, n), float(n))[n % 4]


def _typed(key: Any) -> Any:
    return type(key), key


FAMILIES = [
    Family("int", int, int, _mersenne),
    Family("float", float, int, _float_of, has_nan=True),
    Family("str", str, int, str),
    Family("bytes", bytes, int, lambda n: str(n).encode()),
    Family("object", object, object, _object_of, has_nan=True),
    Family("interface", gomap.interface, int, _interface_of, has_nan=True, identity=_typed),
    Family("int64", gomap.int64, gomap.int64, lambda n: n - 7),
    Family("float64", gomap.float64, gomap.int64, _float_of, has_nan=True),
    Family("int64-object", gomap.int64, object, lambda n: n),
    Family("str-int64", str, gomap.int64, lambda n: "é" * (n % 5) + str(n)),
]


def _number(key: Any) -> int:
    """A number for a key that equal keys share, whatever ``PYTHONHASHSEED``."""
    if isinstance(key, float) and key != key:
        return 99
    if isinstance(key, str | bytes | tuple):
        raw = key.encode() if isinstance(key, str) else repr(key).encode()
        return int.from_bytes(raw[:24], "little") % MASK
    return hash(key) & MASK


def mixed(key: Any, seed: int) -> int:
    """A good hash."""
    return mix(_number(key) ^ seed)


HASHERS: dict[str, Hasher | None] = {
    "own": None,
    "mixed": mixed,
    "constant": lambda key, seed: 42,
    "two": lambda key, seed: mixed(key, seed) & 1,
    "low": lambda key, seed: mixed(key, seed) & 0x3F,
    "top": lambda key, seed: mixed(key, seed) & (0xFF << 56),
    "number": lambda key, seed: _number(key),
}
"""Hashers by what is left of the hash."""
