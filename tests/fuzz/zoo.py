"""Objects of every sort, chosen by an input: what users pass by mistake, and what nobody would."""

from __future__ import annotations

import array
import contextlib
import math
from collections import OrderedDict, UserDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

import gomap
from fuzz.source import Source

Act = Callable[[], None]
"""What a hostile object does when it is asked something: anything."""
SIZED: list[Any] = [
    *(gomap.int8, gomap.int16, gomap.int32, gomap.int64),
    *(gomap.uint8, gomap.uint16, gomap.uint32, gomap.uint64),
    *(gomap.float32, gomap.float64, gomap.complex128, gomap.bool_),
]
TYPES: list[Any] = [object, int, str, float, bytes, bool, complex, gomap.interface, *SIZED]


class HostileError(Exception):
    """What hostile objects raise."""


class Pair(NamedTuple):
    """Go would call it a struct."""

    x: Any
    y: Any


@dataclass(frozen=True)
class Frozen:
    """Another one."""

    x: Any


class Text(str):
    """A str with an equality of its own."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, str(other)[::-1])

    def __hash__(self) -> int:
        return 5


class PlainText(str):
    """A str that changes nothing."""

    __slots__ = ()


class Number(int):
    """An int that changes nothing."""


class Hostile:
    """Does something with every question, then answers, badly at times."""

    def __init__(self, act: Act, name: int, answer: Any) -> None:
        """``answer`` is what conversions give, of any type."""
        self.act, self.name, self.answer = act, name, answer

    def __hash__(self) -> int:
        self.act()
        return self.name % 3

    def __eq__(self, other: object) -> bool:
        self.act()
        return isinstance(other, Hostile) and self.name == other.name

    def __lt__(self, other: object) -> bool:
        self.act()
        return True

    def __repr__(self) -> str:
        self.act()
        return self.answer if isinstance(self.answer, str) else "hostile"

    def __bool__(self) -> bool:
        self.act()
        return self.answer  # type: ignore[no-any-return]

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.act()


class Convertible(Hostile):
    """Converts to whatever it has."""

    def __index__(self) -> Any:
        self.act()
        return self.answer

    def __float__(self) -> Any:
        self.act()
        return self.answer

    def __complex__(self) -> Any:
        self.act()
        return self.answer

    def __add__(self, other: Any) -> Any:
        self.act()
        return self.answer

    __radd__ = __add__

    def __call__(self, *args: Any) -> Any:
        self.act()
        return self.answer


class Arrayish(Hostile):
    """Claims to be an array, an Arrow array, a buffer."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        self.act()
        return self.answer

    def __buffer__(self, flags: int) -> memoryview:
        self.act()
        return memoryview(self.answer)


class Arrowish(Hostile):
    """Claims to hold an Arrow array."""

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        self.act()
        return self.answer


class Streamish(Hostile):
    """Claims to hold an Arrow stream."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        self.act()
        return self.answer


class Iterable(Hostile):
    """Iterates over whatever it has, and lies about how much that is."""

    def __iter__(self) -> Iterator[Any]:
        self.act()
        for item in self.answer:
            self.act()
            yield item

    def __len__(self) -> int:
        self.act()
        return self.name - 4 if self.name < 30 else 1 << 62

    def __length_hint__(self) -> int:
        return self.name - 4 if self.name < 30 else 1 << 62

    def __getitem__(self, key: Any) -> Any:
        self.act()
        return self.answer[key]

    def __contains__(self, item: object) -> bool:
        self.act()
        return item == self.name


class Mappish(Iterable):
    """Claims to be a mapping."""

    def keys(self) -> Any:
        self.act()
        return self.answer

    def items(self) -> Any:
        self.act()
        return self.answer


class SubDict(dict[Any, Any]):
    """A dict with ways of its own."""

    def items(self) -> Any:
        return [(1, 2), 3]

    def __iter__(self) -> Iterator[Any]:
        return iter([1, "x", None])


HOSTILE: list[type[Hostile]] = [
    *(Hostile, Convertible, Arrayish, Arrowish, Streamish, Iterable, Mappish),
]
INTS = [
    *(0, 1, -1, 2, 7, 8, 13, 14, 127, 128, -128, -129, 255, 256, 32767, 32768, 65535, 65536),
    *((1 << 31) - 1, 1 << 31, -(1 << 31), (1 << 32) - 1, 1 << 53, (1 << 61) - 1, (1 << 63) - 1),
    *(1 << 63, -(1 << 63), (1 << 64) - 1, 1 << 64, 1 << 200, -(1 << 200), 1 << 20_000),
]
SIZES = [n for n in INTS if not 1 << 17 < n < 1 << 60]
"""Numbers of entries that a map either has quickly or never."""
FLOATS = [
    *(0.0, -0.0, 1.0, -1.5, 0.1, math.nan, -math.nan, math.inf, -math.inf, 5e-324),
    *(1.7e308, 3.4028235677973366e38, 16777217.0),
]
STRINGS = ["", "a", "b", "\0", "é", "🙂", "\ud800", "x" * 40, "1", "-0", "nan", "hint", "seed"]
CODES = "bBhHiIqQfd?cxZlLPe"
DTYPES = [
    *("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "?"),
    *(">i8", ">f8", ">u2", "O", "S3", "U2", "M8[s]", "m8[ns]", "V5", "f16", "i4,i8"),
]


def integer(source: Source) -> int:
    """Return a small or remarkable number."""
    n = source.below(256)
    return n - 40 if n < 160 else INTS[n % len(INTS)]


def numbers(source: Source) -> Any:
    """Return an array of some dtype, shape, order, writable or not."""
    dtype = np.dtype(source.choose(DTYPES))
    n, how = source.below(40), source.below(32)
    raw = np.frombuffer(bytes(source.take(n) or b"\x01").ljust(n, b"\x02"), np.uint8)
    made = np.empty(n * 2 if how & 1 else n, dtype)
    if dtype.kind == "O":
        made[:] = 7
    elif dtype.kind in "iufc?":
        with np.errstate(all="ignore"):
            made[:n] = raw.astype(dtype)
            made[n:] = 3
    if how & 1:
        made = made[::2] if how & 2 else made[::-2]
    if how & 4 and dtype.kind in "iufc?" and n:
        made.flags.writeable = False
    if how & 24 == 24:
        shape: Any = source.choose([(1, -1), (-1, 1), (1, -1, 1)]) if n else ()
        made = made.reshape(shape) if n else np.zeros(shape, dtype)
    return made


def memory(source: Source) -> Any:
    """Return some other thing with a buffer."""
    which, raw = source.below(8), source.take(source.below(33))
    match which:
        case 0:
            return bytearray(raw)
        case 1:
            return memoryview(bytearray(raw))
        case 2:
            return array.array(source.choose("bBhHiIqQfd"), range(3))
        case 3:
            room = memoryview(raw[: len(raw) // 8 * 8])
            return room.cast(source.choose("bBqQd?cPlL")) if raw else room
        case 4:
            return memoryview(array.array("q", range(10)))[:: source.choose([1, 2, -1, 3])]
        case 5:
            view = memoryview(bytearray(8))
            view.release()
            return view
        case 6:
            return memoryview(bytearray(24)).cast("B", (2, 3, 4))
        case _:
            return np.void(raw or b"1")


class Zoo:
    """Everything that an input may name, the maps in the pool too."""

    def __init__(self, source: Source, act: Act, pool: list[Any]) -> None:
        """``act`` is what hostile objects do."""
        self.source, self.act, self.pool = source, act, pool

    def key(self) -> Any:
        """Return something that may well be a key or an element."""
        source = self.source
        match source.below(12):
            case 0 | 1 | 2 | 3:
                return integer(source)
            case 4:
                return source.choose(FLOATS)
            case 5 | 6:
                return source.choose(STRINGS) if source.below(2) else str(source.below(50))
            case 7:
                return source.take(source.below(5))
            case 8:
                return source.choose([None, True, False, 1j, complex(math.nan, 1), ...])
            case 9:
                return source.choose([PlainText("a"), Text("ab"), Number(5), np.int64(5)])
            case 10:
                return self.hostile(2)
            case _:
                return self.compound(2)

    def compound(self, depth: int) -> Any:
        """Return some object that is made of others."""
        source, inner = self.source, lambda: self.value(depth - 1)
        match source.below(16):
            case 0:
                return (inner(), inner())
            case 1:
                return [(inner(), inner()) for _ in range(source.below(5))]
            case 2:
                return [inner() for _ in range(source.below(9))]
            case 3:
                return {self.plain(): inner() for _ in range(source.below(9))}
            case 4:
                return {self.plain() for _ in range(source.below(9))}
            case 5:
                return frozenset(range(source.below(9)))
            case 6:
                return Pair(inner(), 2)
            case 7:
                return Frozen(inner())
            case 8:
                return source.choose([Fraction(1, 3), Decimal("1"), Decimal("sNaN"), np.str_("a")])
            case 9:
                return (x for x in [inner(), inner()])
            case 10:
                return range(source.below(99))
            case 11:
                return source.choose([OrderedDict, UserDict, SubDict])({1: inner(), "a": 3})
            case 12:
                return iter([(self.plain(), inner()) for _ in range(source.below(9))])
            case 13:
                return zip(range(source.below(60)), range(60), strict=False)
            case 14:
                return tuple(inner() for _ in range(source.below(6)))
            case _:
                return {n: n for n in range(source.below(60))}

    def plain(self) -> Any:
        """Return a key of a dict, which will not talk back."""
        return self.source.choose([integer(self.source), self.source.choose(STRINGS), 2.5, None])

    def hostile(self, depth: int) -> Any:
        """Return an object that acts."""
        cls = self.source.choose(HOSTILE)
        return cls(self.act, self.source.below(40), self.value(depth - 1))

    def value(self, depth: int = 3) -> Any:
        """Return anything."""
        source = self.source
        which = source.below(16) if depth > 0 else 0
        if which < 6:
            return self.key() if depth > 0 else integer(source)
        match which:
            case 6 | 7 | 8 | 9:
                return self.pool[source.below(len(self.pool))] if self.pool else None
            case 10:
                return numbers(source)
            case 11:
                return memory(source)
            case 12:
                return self.hostile(depth)
            case 13:
                return source.choose(TYPES)
            case 14:
                return self.map_class()
            case _:
                return self.compound(depth)

    def map_class(self) -> Any:
        """Return a class of maps, an odd subclass at times."""
        source = self.source
        cls: Any = gomap.Map
        made = cls[source.choose(TYPES), source.choose(TYPES)]
        which = source.below(16)
        if which < 12:
            return cls if which == 0 else made
        other = cls[source.choose(TYPES), source.choose(TYPES)]
        space: dict[str, Any] = {"__slots__": ()} if which == 12 else {}
        if which == 13:
            space["__gomap_spec__"] = source.choose([None, 5, other.__gomap_spec__])
        if which == 14:
            space["__missing__"] = space["__getitem__"] = lambda self, key: self.pop(key, 3)
        bases = (made, other) if which == 15 and other is not made else (made,)
        return type("Odd", bases, space)
