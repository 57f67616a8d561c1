"""The key and element types of the map: what they take, refuse, and read back.

One table, from which the tests by type are generated.  A type that is not in the
build yet is left out of ``KEYS`` and ``ELEMS`` only if it is in ``LATER``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import strategies as st

import gomap

Map: Any = gomap.Map  # parametrised with types that are known when a test runs


class Point(NamedTuple):
    """A key that Go would call a struct."""

    x: int
    y: int


@dataclass(frozen=True)
class Frozen:
    """Another one."""

    name: str
    size: int = 0


class Plain:
    """A class with identity equality."""

    def __init__(self, label: str = "") -> None:
        self.label = label

    def __repr__(self) -> str:
        return f"Plain({self.label!r})"


class Index:
    """Something that is an integer by ``__index__`` only."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Floating:
    """Something that is a float by ``__float__`` only."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return self.value


def float32(value: float) -> float:
    """Round to Go's float32."""
    rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return rounded


@dataclass(frozen=True)
class Kind:
    """A type as key or element."""

    type: Any
    values: st.SearchStrategy[Any]
    """Values that come back as they went in, NaN left out."""
    zero: Any
    wrong: tuple[Any, ...] = ()
    """Hashable values that are a TypeError."""
    beyond: tuple[Any, ...] = ()
    """Values that are an OverflowError."""
    taken: tuple[tuple[Any, Any], ...] = ()
    """Foreign values that are taken, and what is stored."""
    key: bool = True
    can_add: bool = True
    """Whether ``zero + value`` works."""
    identity: Callable[[Any], Any] = lambda value: value
    """What two values have in common when they are one key."""

    @property
    def name(self) -> str:
        """The type's name."""
        return str(self.type.__name__)


def _ints(name: str, bits: int, signed: bool) -> Kind:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    edge = st.sampled_from([low, low + 1, 0, 1, high - 1, high])
    return Kind(
        getattr(gomap, name),
        st.one_of(st.integers(low, high), st.integers(max(low, -9), 9), edge),
        0,
        wrong=("1", b"1", None, 1.0, 1.5, (1,)),
        beyond=(low - 1, high + 1, 1 << 64, -(1 << 63) - 1, 1 << 200, -(1 << 200)),
        taken=((True, 1), (False, 0), (Index(7), 7)),
    )


_TEXT = st.one_of(st.text(max_size=8), st.sampled_from(["", "a", "b", "\0", "é", "🙂", "x" * 40]))
_FLOATS = st.one_of(
    st.floats(allow_nan=False),
    st.integers(-5, 5).map(float),
    st.sampled_from([0.0, -0.0, math.inf, -math.inf, 5e-324]),
)
_INTS = st.one_of(
    st.integers(-9, 9),
    st.integers(),
    st.sampled_from([1 << 63, -(1 << 63), (1 << 64) - 1, 1 << 64, (1 << 61) - 1, -1, -2]),
)
_COMPLEX = st.builds(complex, st.integers(-3, 3), st.integers(-3, 3))

INT = Kind(
    int,
    _INTS,
    0,
    wrong=("1", b"1", None, 1.0, 1.5, (1,), Fraction(1), Decimal(1)),
    taken=((True, 1), (Index(7), 7), (Index(1 << 70), 1 << 70)),
)
FLOAT = Kind(
    float,
    _FLOATS,
    0.0,
    wrong=("1", b"1", None, 1j, (1.0,)),
    beyond=(10**400, -(10**400)),
    taken=((1, 1.0), (True, 1.0), (Floating(2.5), 2.5), (Fraction(1, 2), 0.5)),
)
STR = Kind(str, _TEXT, "", wrong=(1, b"a", None, 1.0, ("a",)))
BYTES = Kind(
    bytes,
    st.one_of(st.binary(max_size=8), st.sampled_from([b"", b"\0", b"\0\0", b"x" * 40])),
    b"",
    wrong=(1, "a", None, 1.0, (b"a",)),
)
BOOL = Kind(bool, st.booleans(), False, wrong=("True", None, b"1", ()))
COMPLEX = Kind(
    complex,
    _COMPLEX,
    0j,
    wrong=("1", b"1", None, (1,)),
    taken=((1, 1 + 0j), (1.5, 1.5 + 0j), (True, 1 + 0j)),
)
OBJECT = Kind(
    object,
    st.one_of(_INTS, _TEXT, st.booleans(), st.none(), _COMPLEX, st.tuples(_INTS, _TEXT)),
    None,
    can_add=False,
)
POINT = Kind(
    Point,
    st.builds(Point, st.integers(-3, 3), st.integers(-3, 3)),
    None,
    wrong=((1, 2), 1, "a"),
    taken=((None, None),),
    can_add=False,
)
FROZEN = Kind(
    Frozen,
    st.builds(Frozen, st.sampled_from("abc"), st.integers(0, 5)),
    None,
    wrong=(1, "a", Point(1, 2)),
    taken=((None, None),),
    can_add=False,
)
TUPLE = Kind(
    tuple,
    st.lists(st.integers(-2, 2), max_size=3).map(tuple),
    (),
    wrong=(1, "a", None),
)
FROZENSET = Kind(
    frozenset,
    st.frozensets(st.integers(0, 4), max_size=3),
    frozenset(),
    wrong=(1, "a", None),
    can_add=False,
)
INTERFACE = Kind(
    gomap.interface,
    st.one_of(_TEXT, _INTS, st.booleans(), st.integers(-3, 3).map(float), st.none()),
    None,
    can_add=False,
    identity=lambda value: (type(value), value),
)
INT64 = _ints("int64", 64, signed=True)
FLOAT64 = Kind(
    gomap.float64,
    _FLOATS,
    0.0,
    wrong=("1", b"1", None, 1j, (1.0,)),
    taken=((1, 1.0), (True, 1.0), (Floating(2.5), 2.5)),
)
FLOAT32 = Kind(
    gomap.float32,
    st.floats(width=32, allow_nan=False),
    0.0,
    wrong=("1", b"1", None, 1j),
    taken=((1, 1.0), (0.1, float32(0.1)), (Floating(2.5), 2.5)),
)
COMPLEX128 = Kind(
    gomap.complex128,
    _COMPLEX,
    0j,
    wrong=("1", b"1", None, (1,)),
    taken=((1, 1 + 0j), (1.5, 1.5 + 0j)),
)
BOOL_ = Kind(gomap.bool_, st.booleans(), False, wrong=("True", None, b"1", ()))

NOW = [INT, FLOAT, STR, BYTES, BOOL, COMPLEX, OBJECT, POINT, FROZEN, TUPLE, FROZENSET, INTERFACE]
NOW += [INT64, FLOAT64]
LATER = [
    _ints(sign + f"int{bits}", bits, signed=not sign)
    for bits in (8, 16, 32, 64)
    for sign in ("", "u")
    if sign + f"int{bits}" != "int64"
] + [FLOAT32, COMPLEX128, BOOL_]


def is_built(kind: Kind) -> bool:
    """Whether this build has maps of the type."""
    try:
        Map[kind.type, kind.type]()
    except (TypeError, NotImplementedError):
        return False
    return True


KEYS: list[Kind] = NOW + [kind for kind in LATER if is_built(kind)]
LIST = Kind(list, st.lists(st.integers(), max_size=2), None, wrong=(1, "a", ()), key=False)
DICT = Kind(dict, st.dictionaries(st.integers(0, 3), st.integers(), max_size=2), None, key=False)
PLAIN = Kind(Plain, st.sampled_from([Plain("p"), Plain("q")]), None, wrong=(1, "a"), can_add=False)
ELEMS: list[Kind] = [*KEYS, LIST, DICT, PLAIN]


def key_ids(kind: Kind) -> str:
    """Name of a parameter."""
    return kind.name
