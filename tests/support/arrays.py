"""What the tests of batch calls work on: types with their values, arrays of every form,
maps in every state, and each batch call beside the loop of single calls it stands for."""

from __future__ import annotations

import array
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any
from zlib import crc32

import numpy as np

import gomap
from gomap import inspect
from support.inside import assert_valid
from support.kinds import Point, float32

Map: Any = gomap.Map  # parametrised with types that are known when a test runs
NAN, INF = math.nan, math.inf


@dataclass(frozen=True, repr=False)
class Side:
    """A type as one side of a map."""

    type: Any
    few: list[Any]
    """Values to draw from: extremes, equal ones, NaN."""
    many: list[Any]
    """Some 120 keys to fill maps with, no NaN; fewer if the type has fewer."""
    deltas: list[Any] | None
    """What can be added to elements; None: nothing can."""
    code: str = ""
    """Format of memoryviews of an unboxed side; empty for a boxed one."""
    elems: list[Any] | None = None
    """Values to draw elements from, unless they are `few`."""
    options: dict[str, Any] | None = None
    """Options of maps with such elements."""

    def __repr__(self) -> str:
        return self.name

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.name)  # Hypothesis would print every field

    @property
    def name(self) -> str:
        """The type's name."""
        return str(self.type.__name__)

    @property
    def dtype(self) -> Any:
        """The dtype of arrays; of an unboxed side only."""
        return np.dtype(self.name.rstrip("_"))

    @property
    def pool(self) -> list[Any]:
        """Keys to draw from: some of them in maps made by `filled`, some not."""
        return [*self.few, *self.many[::9]]

    @property
    def values(self) -> list[Any]:
        """Elements to draw from."""
        return self.few if self.elems is None else self.elems

    def array(self, values: Iterable[Any]) -> Any:
        """A new array of the values."""
        return np.array(list(values), self.dtype)


def _ints(name: str, code: str) -> Side:
    kind: Any = getattr(gomap, name)
    low = -(1 << kind.bits - 1) if kind.signed else 0
    high = low + (1 << kind.bits) - 1
    few = [low, low + 1, 0, 1, 2, 7, high - 1, high, *([-1] if kind.signed else [])]
    spread = [low + n * 0x9E3779B97F4A7C15 % (1 << kind.bits) for n in range(120)]
    return Side(kind, few, spread, [1, 2, 3, 5] * 4 + few, code)


_PARTS = [0.0, -0.0, 1.0, -1.5, NAN, INF]
_FLOATS = [0.0, -0.0, 1.0, 0.1, -1.5, NAN, INF, -INF]
_COMPLEX = [complex(a, b) for a, b in zip(_PARTS * 2, _PARTS[1:] + _PARTS, strict=False)]
INT8, INT16, INT32, INT64 = map(_ints, ["int8", "int16", "int32", "int64"], "bhiq")
UINT8, UINT16, UINT32, UINT64 = map(_ints, ["uint8", "uint16", "uint32", "uint64"], "BHIQ")
FLOAT32 = Side(
    gomap.float32,
    [*map(float32, _FLOATS), 2.0**-149, float32(3.4028234663852886e38)],
    [n * 0.75 - 9 for n in range(120)],
    [1.0, 0.5, -1.5, float32(0.1), INF, NAN],
    "f",
)
FLOAT64 = Side(
    gomap.float64,
    [*_FLOATS, 5e-324, 1.7976931348623157e308],
    [n * 0.1 - 9 for n in range(120)],
    [1.0, 0.5, -1.5, 0.1, INF, NAN],
    "d",
)
COMPLEX128 = Side(
    gomap.complex128,
    _COMPLEX,
    [complex(n % 11, n) for n in range(120)],
    [1j, 0.5 + 0j, complex(-1.5, 2)],
    "Zd",
)
BOOL_ = Side(gomap.bool_, [False, True], [False, True], None, "?")
SIZED = [INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64]
SIZED += [FLOAT32, FLOAT64, COMPLEX128, BOOL_]


class Folded:
    """A key with equality and hash of its own: letter case is ignored."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __hash__(self) -> int:
        return crc32(self.name.lower().encode()) % 64  # some hashes are equal, too

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Folded) and self.name.lower() == other.name.lower()

    def __repr__(self) -> str:
        return f"Folded({self.name!r})"


_ANY = [1, 1.0, True, "a", b"a", None, (1, 2), NAN, 0, -0.0, 2.5, 1 << 64, 1 + 0j]
_MIXED = [(n, str(n), n + 0.5, (n, n))[n % 4] for n in range(120)]
_NUMBERS: dict[str, Any] = {
    "elems": [1, 2.5, True, 1 << 80, Fraction(1, 2)],
    "options": {"zero": 0},
}
_BIG = [0, 1, -1, 2, (1 << 63) - 1, 1 << 63, -(1 << 63), 1 << 64, (1 << 61) - 1, 1 << 200]
STR = Side(
    str, ["", "a", "b", "\0", "é", "🙂", "x" * 40], [f"k{n}" for n in range(120)], ["x", "é"]
)
BYTES = Side(bytes, [b"", b"\0", b"ab"], [b"k%d" % n for n in range(120)], [b"x", b"yz"])
INT = Side(int, _BIG, [n * ((1 << 61) - 1) for n in range(120)], [1, -1, 5, 1 << 70])
FLOAT = Side(float, FLOAT64.few, FLOAT64.many, FLOAT64.deltas)
OBJECT = Side(object, _ANY, _MIXED, [1, 0.5, 1 << 70], **_NUMBERS)
INTERFACE = Side(gomap.interface, _ANY, _MIXED, [1, 0.5], **_NUMBERS)
FOLDED = Side(
    Folded,
    [Folded(name) for name in "aAbBxX"],
    [Folded(f"key{n}") for n in range(120)],
    None,
)
POINT = Side(Point, [Point(1, 2), Point(2, 1)], [Point(n % 7, n) for n in range(120)], None)
LIST = Side(list, [], [], [[1], [2, 3]], elems=[[], [1], [2, 3]], options={"zero": []})
BOXED_PAIRS = [
    *((STR, INT64), (INT64, OBJECT), (OBJECT, OBJECT), (INT, INT), (STR, STR), (BYTES, FLOAT64)),
    *((FLOAT, STR), (INTERFACE, INT), (FOLDED, OBJECT), (FOLDED, INT32), (INT, UINT8)),
    *((FLOAT64, BYTES), (COMPLEX128, OBJECT), (BOOL_, INT), (OBJECT, INT64), (UINT8, STR)),
    *((FLOAT32, LIST), (POINT, FLOAT32), (BYTES, BOOL_), (INT64, FOLDED), (INTERFACE, FLOAT)),
]


def pair_id(pair: tuple[Side, Side]) -> str:
    """Name of a parameter."""
    return f"{pair[0].name}-{pair[1].name}"


def class_of(pair: tuple[Side, Side]) -> Any:
    """The class of maps of two sides."""
    return Map[pair[0].type, pair[1].type]


class HasArray:
    """Something that is an array by ``__array__`` only, as a pandas Series is."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.values


def _wider(side: Side, a: Any) -> Any:
    wide = {"i": np.int64, "u": np.uint64, "f": np.float64}.get(side.dtype.kind)
    return a if wide is None else a.astype(wide)


def _array_array(side: Side, a: Any) -> Any:
    return array.array(side.code, a.tobytes()) if side.code in "bhiqBHIQfd" else a


def _read_only(side: Side, a: Any) -> Any:
    a.flags.writeable = False
    return a


def _misaligned(side: Side, a: Any) -> Any:
    return np.frombuffer(b"\0" + a.tobytes() + b"\0", side.dtype, len(a), offset=1)


ARRAYS: dict[str, Callable[[Side, Any], Any]] = {
    "array": lambda side, a: a,
    "array of wider numbers": _wider,
    "array.array": _array_array,
    "memoryview": lambda side, a: memoryview(a),
    "every second": lambda side, a: np.repeat(a, 2)[::2],
    "backwards": lambda side, a: a[::-1].copy()[::-1],
    "column": lambda side, a: np.stack([a, a[::-1]], axis=1)[:, 0],
    "misaligned": _misaligned,
    "read-only": _read_only,
    "has __array__": lambda side, a: HasArray(a),
}
"""Arrays of one dtype, in every form that a buffer can have."""
ITERABLES: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "generator": lambda values: (value for value in values),
    "iterator": iter,
}


def form(side: Side, values: list[Any], number: int) -> Any:
    """The values in one of many forms, chosen by number."""
    names = [*ITERABLES, *(ARRAYS if side.code else [])]
    name = names[number % len(names)]
    if name in ITERABLES:
        return ITERABLES[name](values)
    return ARRAYS[name](side, side.array(values))


def listed(result: Any, side: Side) -> list[Any]:
    """What a batch call gave, checked to be what a side gives, as a list."""
    if not side.code:
        assert type(result) is list
        return result
    assert type(result) is np.ndarray
    assert result.dtype == side.dtype
    assert result.ndim == 1
    assert result.flags.c_contiguous
    assert result.flags.writeable
    values: list[Any] = result.tolist()
    return values


def shown(values: Iterable[Any]) -> list[str]:
    """Values as text: NaN equals NaN, the zeros differ, and so do 1, 1.0 and True."""
    return [repr(value) for value in values]


def entries(m: Any) -> list[tuple[str, str]]:
    """All entries, sorted, comparable with another map's."""
    return sorted((repr(key), repr(elem)) for key, elem in m.items())


def without_nan(items: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The entries whose keys can be found, and so be taken back."""
    return [item for item in items if "nan" not in item[0]]


# --- maps in every state ---


def _put(m: Any, keys: Iterable[Any], elems: list[Any]) -> None:
    for n, key in enumerate(keys):
        m[key] = elems[n % len(elems)]


def _delete(m: Any, keys: Iterable[Any]) -> None:
    for key in keys:
        del m[key]


def _grown(m: Any, keys: list[Any], elems: list[Any]) -> None:
    _put(m, keys[:80], elems)
    m.finish_growth()


def _growing(m: Any, keys: list[Any], elems: list[Any]) -> None:
    """The 27th entry in four buckets begins a growth that takes several writes."""
    _put(m, keys[:27], elems)


def _growing_under_way(m: Any, keys: list[Any], elems: list[Any]) -> None:
    _put(m, keys[:55], elems)


def _shrunk(m: Any, keys: list[Any], elems: list[Any]) -> None:
    _put(m, keys, elems)
    _delete(m, keys[12:])
    m.shrink()


def _emptied(m: Any, keys: list[Any], elems: list[Any]) -> None:
    _put(m, keys[:60], elems)
    _delete(m, keys[:60])


def _cleared(m: Any, keys: list[Any], elems: list[Any]) -> None:
    _put(m, keys[:60], elems)
    m.clear()


def _with_holes(m: Any, keys: list[Any], elems: list[Any]) -> None:
    _put(m, keys[:100], elems)
    _delete(m, keys[:100:2])


def _same_size(m: Any, keys: list[Any], elems: list[Any]) -> None:
    """Fill and empty four buckets until a same-size growth is under way."""
    m.reserve(26)
    draw = random.Random(1)
    for _ in range(1000 if len(keys) > 26 else 0):
        for n, key in enumerate(draw.sample(keys, 26 - len(m))):
            m[key] = elems[n % len(elems)]
            if inspect.hmap(m).same_size_grow:
                return
        _delete(m, list(m)[1:])


STATES: dict[str, Callable[[Any, list[Any], list[Any]], None]] = {
    "empty": lambda m, keys, elems: None,
    "small": lambda m, keys, elems: _put(m, keys[:5], elems),
    "grown": _grown,
    "growing": _growing,
    "growing under way": _growing_under_way,
    "shrunk": _shrunk,
    "emptied": _emptied,
    "cleared": _cleared,
    "with holes": _with_holes,
    "growing in place": _same_size,
}


def filled(pair: tuple[Side, Side], state: str, **options: Any) -> Any:
    """A new map in a state, whose keys are those of its side or some of them."""
    key, elem = pair
    m = class_of(pair)(**{**(elem.options or {}), **options})
    STATES[state](m, key.many, elem.values)
    return m


# --- batch calls beside the loops they stand for ---


@dataclass
class Call:
    """What a batch call is given; the same values in forms of one's choice."""

    pair: tuple[Side, Side]
    keys: list[Any]
    elems: list[Any]
    """As many; or one, for a scalar."""
    forms: tuple[int, int] = (0, 0)

    @property
    def is_scalar(self) -> bool:
        """Whether one element stands for all."""
        return len(self.elems) != len(self.keys)

    @property
    def given_keys(self) -> Any:
        """The keys, as they are passed."""
        return form(self.pair[0], self.keys, self.forms[0])

    @property
    def given_elems(self) -> Any:
        """The elements, as they are passed."""
        if self.is_scalar:
            return self.elems[0]
        return form(self.pair[1], self.elems, self.forms[1])

    @property
    def items(self) -> Iterator[tuple[Any, Any]]:
        """Key and element by key and element."""
        elems = self.elems * len(self.keys) if self.is_scalar else self.elems
        return zip(self.keys, elems, strict=True)


def found_side(pair: tuple[Side, Side]) -> Side:
    """What `found` comes as."""
    return BOOL_ if pair[0].code or pair[1].code else Side(bool, [], [], None)


def check_get(m: Any, twin: Any, call: Call) -> None:
    """get_many, with and without ``out``."""
    elems, found = m.get_many(call.given_keys)
    expected = [twin.lookup(key) for key in call.keys]
    side = call.pair[1]
    assert shown(listed(elems, side)) == shown(elem for elem, _ in expected)
    assert listed(found, found_side(call.pair)) == [found for _, found in expected]
    if side.code:
        out = np.full(len(call.keys), side.few[-1], side.dtype)
        elems, found = m.get_many(call.given_keys, out)
        assert elems is out
        assert shown(listed(out, side)) == shown(elem for elem, _ in expected)
        assert found.tolist() == [found for _, found in expected]


def check_contains(m: Any, twin: Any, call: Call) -> None:
    """contains_many."""
    found = listed(m.contains_many(call.given_keys), found_side(call.pair))
    assert found == [key in twin for key in call.keys]


def check_set(m: Any, twin: Any, call: Call) -> None:
    """set_many."""
    assert m.set_many(call.given_keys, call.given_elems) is None
    for key, elem in call.items:
        twin[key] = elem


def check_add(m: Any, twin: Any, call: Call) -> None:
    """add_many; when a sum is out of range, both are made equal again by clearing."""
    before = entries(m)
    try:
        for key, delta in call.items:
            twin.add(key, delta)
    except OverflowError:
        raises = True
    else:
        raises = False
    try:
        assert m.add_many(call.given_keys, call.given_elems) is None
        assert not raises
    except OverflowError as error:
        assert raises, error
        assert without_nan(entries(m)) == without_nan(before)
        m.clear(), twin.clear()


def check_delete(m: Any, twin: Any, call: Call) -> None:
    """delete_many."""
    size = len(twin)
    for key in call.keys:
        del twin[key]
    assert m.delete_many(call.given_keys) == size - len(twin)


def check_arrays(m: Any, twin: Any, call: Call) -> None:
    """to_arrays, keys_array, values_array and from_arrays."""
    key, elem = call.pair
    given = m.to_arrays()
    keys, elems = (listed(*of) for of in zip(given, call.pair, strict=True))
    pairs = list(zip(shown(keys), shown(elems), strict=True))
    assert sorted(pairs) == entries(twin)
    assert sorted(shown(listed(m.keys_array(), key))) == sorted(shown(keys))
    assert sorted(shown(listed(m.values_array(), elem))) == sorted(shown(elems))
    assert entries(type(m).from_arrays(*given)) == entries(twin)
    made = type(m).from_arrays(call.given_keys, [elem for _, elem in call.items])
    assert entries(made) == entries(type(m)(call.items))
    assert_valid(made)


CALLS: dict[str, Callable[[Any, Any, Call], None]] = {
    "get": check_get,
    "contains": check_contains,
    "set": check_set,
    "add": check_add,
    "delete": check_delete,
    "arrays": check_arrays,
}


def identity(key: Any) -> str:
    """What equal keys of one map have in common, as text; NaN keys have each their own."""
    if isinstance(key, float | complex) and key == 0:
        return f"{type(key)} zero"
    return repr(key).lower()


class Watched:
    """A live iterator: what was there throughout must come exactly once."""

    def __init__(self, m: Any) -> None:
        """Begin, and take one entry."""
        self.throughout = {identity(key) for key in m}
        self.iterator = iter(m)
        self.seen = list(islice(self.iterator, 1))

    def still(self, m: Any) -> None:
        """Note what is there after a call."""
        self.throughout &= {identity(key) for key in m}

    def finish(self) -> None:
        """Go to the end and check."""
        counts = Counter(map(identity, [*self.seen, *self.iterator]))
        wrong = {key: counts[key] for key in self.throughout if counts[key] != 1}
        assert not wrong, wrong
