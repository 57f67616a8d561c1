"""The classes of map that a trace is replayed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gomap
from golden.canon import Pair
from golden.traces import Header

Hasher = Callable[[Any, int], int]
Map: Any = gomap.Map  # parametrised with types that are known when a test runs

GO_SIZES: dict[Any, int] = {
    gomap.int64: 8,
    gomap.int32: 4,
    gomap.uint64: 8,
    gomap.int8: 1,
    gomap.float64: 8,
    int: 8,
    float: 8,
    str: 16,
    object: 16,
    gomap.interface: 16,
}
"""What Go's own type of the same meaning measures; it decides about preallocation."""


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Subject:
    """A pair of types, and how the recorded values are dressed for it."""

    key: Any
    elem: Any
    dress: Callable[[Any], Any] = _as_is
    undress: Callable[[Any], Any] = _as_is
    optional: bool = False
    """The type may be missing in this build (sized types beyond the first two)."""

    @property
    def name(self) -> str:
        """``key-elem``, as tests are named."""
        return f"{self.key.__name__}-{self.elem.__name__}"

    def make(self, hint: int | None, hasher: Hasher) -> Any:
        """A new map; without a hint the option is not given at all."""
        options = {} if hint is None else {"hint": hint}
        return Map[self.key, self.elem](hasher=hasher, **options)

    def has_go_places(self, header: Header) -> bool:
        """Whether Go's bucket of these types is as large as the recorded one."""
        if self.key not in GO_SIZES:
            return False
        bucket = 16 + 8 * GO_SIZES[self.key] + 8 * GO_SIZES[self.elem]
        return bool(bucket == header["bucketsize"])


def _utf8(key: type, elem: type) -> Subject:
    return Subject(key, elem, str.encode, bytes.decode)


SUBJECTS: dict[tuple[str, str], list[Subject]] = {
    ("int64", "int64"): [
        Subject(gomap.int64, gomap.int64),
        Subject(int, int),
        Subject(object, object),
        Subject(gomap.interface, gomap.int64),
    ],
    ("float64", "int64"): [
        Subject(gomap.float64, gomap.int64),
        Subject(float, int),
        Subject(gomap.interface, int),
    ],
    ("string", "int64"): [
        Subject(str, int),
        Subject(str, gomap.int64),
        Subject(object, object),
        _utf8(bytes, int),
    ],
    ("string", "string"): [Subject(str, str), Subject(object, object)],
    ("pair", "int64"): [Subject(Pair, int), Subject(object, object)],
    ("int32", "int32"): [
        Subject(gomap.int32, gomap.int32, optional=True),
        Subject(int, int),
    ],
    ("uint64", "int8"): [
        Subject(gomap.uint64, gomap.int8, optional=True),
        Subject(int, int),
    ],
}


def subjects_of(header: Header) -> list[Subject]:
    """The classes that a trace runs on; large ones on the first two only."""
    subjects = SUBJECTS[header["key"], header["elem"]]
    return subjects[:2] if header["trace"].startswith("big/") else subjects
