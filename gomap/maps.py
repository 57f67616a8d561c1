"""What Go's package ``maps`` does, on any `Map`.

>>> from gomap import Map, maps
>>> ages = Map[str, int]({"alice": 30, "bob": 41})
>>> older = maps.clone(ages)
>>> maps.delete_func(older, lambda name, age: age < 40)
>>> maps.copy(ages, {"carol": 7})
>>> maps.sorted_keys(ages), maps.sorted_keys(older)
(['alice', 'bob', 'carol'], ['bob'])

Maps that are only read may be any mapping; maps that are written, cloned or made are
Maps. `sorted_keys` is Go's ``slices.Sorted(maps.Keys(m))``. Names are Go's in
snake_case, so import the module rather than its functions: ``all`` and ``copy`` mean
something else in Python.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from . import _types
from ._gomap import Map

if TYPE_CHECKING:
    from _typeshed import SupportsKeysAndGetItem, SupportsRichComparisonT

__all__ = [
    "all",
    "clone",
    "collect",
    "copy",
    "delete_func",
    "equal",
    "equal_func",
    "insert",
    "keys",
    "sorted_keys",
    "values",
]

_K = TypeVar("_K")
_V = TypeVar("_V")
_V2 = TypeVar("_V2")
_M = TypeVar("_M", bound=Map[Any, Any])

_ABSENT: Final = object()

#: Key types whose keys numpy sorts as Python does, but for NaN.
_SORTED_BY_NUMPY: Final = {*_types.SIZED} - {_types.complex128}
#: Key types that hold no NaN, so that their keys are sorted as they come.
_NEVER_NAN: Final = {str, bytes, int, bool, *_SORTED_BY_NUMPY} - {_types.float32, _types.float64}


def _check_mapping(name: str, m: object) -> None:
    if not isinstance(m, Mapping):
        raise TypeError(f"maps.{name}: a mapping is required, not {type(m).__name__}")


def _check_map(name: str, m: object, hint: str = "") -> None:
    if not isinstance(m, Map):
        raise TypeError(f"maps.{name}: a gomap.Map is required, not {type(m).__name__}{hint}")


# ---- iterators ----------------------------------------------------------------------


def all(m: Mapping[_K, _V], /) -> Iterator[tuple[_K, _V]]:  # noqa: A001 (Go's name)
    """all(m, /): an iterator over the pairs of a mapping, a Map's from a random start.

    TypeError when `m` is no mapping. O(1); the map may be changed while it is iterated.

    >>> from gomap import Map, maps
    >>> sorted(maps.all(Map[str, int]({"a": 1, "b": 2})))
    [('a', 1), ('b', 2)]
    """
    _check_mapping("all", m)
    return iter(m.items())


def keys(m: Mapping[_K, Any], /) -> Iterator[_K]:
    """keys(m, /): an iterator over the keys of a mapping, a Map's from a random start.

    TypeError when `m` is no mapping. O(1); the map may be changed while it is iterated.

    >>> from gomap import Map, maps
    >>> sorted(maps.keys(Map[str, int]({"a": 1, "b": 2})))
    ['a', 'b']
    """
    _check_mapping("keys", m)
    return iter(m.keys())


def values(m: Mapping[Any, _V], /) -> Iterator[_V]:
    """values(m, /): an iterator over the elements of a mapping, a Map's from a random start.

    TypeError when `m` is no mapping. O(1); the map may be changed while it is iterated.

    >>> from gomap import Map, maps
    >>> sorted(maps.values(Map[str, int]({"a": 1, "b": 2})))
    [1, 2]
    """
    _check_mapping("values", m)
    return iter(m.values())


def sorted_keys(m: Mapping[SupportsRichComparisonT, Any], /) -> list[SupportsRichComparisonT]:
    """sorted_keys(m, /): the keys of a mapping in ascending order, as a list.

    NaN keys come first, as Go sorts them. TypeError when `m` is no mapping or its keys
    do not compare. O(n log n); numbers of sized types are sorted by numpy when it is
    imported.

    >>> from gomap import Map, maps
    >>> maps.sorted_keys(Map[float, str]({2.5: "b", float("nan"): "?", 1.0: "a"}))
    [nan, 1.0, 2.5]
    """
    _check_mapping("sorted_keys", m)
    if isinstance(m, Map):
        if m.key_type in _SORTED_BY_NUMPY and sys.modules.get("numpy") and not m.is_nil:
            return _sorted_array(m.keys_array())
        if m.key_type in _NEVER_NAN:
            return sorted(m)
    nans: list[Any] = []
    rest: list[Any] = []
    for key in m:
        (rest if key == key else nans).append(key)
    rest.sort()
    return nans + rest


def _sorted_array(array: Any) -> list[Any]:
    """Sort numpy's keys, and move the NaNs from numpy's end to Go's."""
    array.sort()
    found: list[Any] = array.tolist()
    numbers = len(found) - int((array != array).sum())
    return found[numbers:] + found[:numbers]


# ---- making ---------------------------------------------------------------------------


@overload
def collect(pairs: SupportsKeysAndGetItem[_K, _V], /) -> Map[_K, _V]: ...
@overload
def collect(pairs: Iterable[tuple[_K, _V]], /) -> Map[_K, _V]: ...
@overload
def collect(pairs: SupportsKeysAndGetItem[Any, Any], /, type: type[_M]) -> _M: ...
@overload
def collect(pairs: Iterable[tuple[Any, Any]], /, type: type[_M]) -> _M: ...
def collect(pairs: Any, /, type: Any = Map) -> Any:  # noqa: A002 (the name is published)
    """collect(pairs, /, type=Map): a new map of that class with the pairs; the last of a key wins.

    `pairs` may be a mapping, too. TypeError when `type` is no class of maps, when the
    pairs are none, or when a key or element is of a wrong type. O(n).

    >>> from gomap import Map, maps
    >>> maps.collect(zip("ab", (1, 2)), type=Map[str, int])
    Map[str, int]({'a': 1, 'b': 2})
    """
    if not (isinstance(type, builtins.type) and issubclass(type, Map)):
        raise TypeError(f"maps.collect: type must be a class of maps, not {type!r}")
    return type(pairs)


def clone(m: _M, /) -> _M:
    """clone(m, /): a copy of a Map, keys and elements shared: ``m.copy()``.

    Nil for nil. The copy has the class, the options, hash0 and all entries of `m`, NaN
    keys too, laid out as Go's clone is: as many buckets as the entries need, and no
    growth under way even when `m` grows. TypeError when `m` is no Map. O(n); no key is
    hashed by its class or compared.

    >>> from gomap import Map, maps
    >>> ages = Map[str, int]({"alice": 30})
    >>> maps.clone(ages) == ages, maps.clone(Map[str, int].nil()).is_nil
    (True, True)
    """
    _check_map("clone", m, "; maps.collect makes a Map of any mapping")
    return m.copy()


# ---- changing ---------------------------------------------------------------------------


@overload
def insert(m: Map[_K, _V], pairs: SupportsKeysAndGetItem[_K, _V], /) -> None: ...
@overload
def insert(m: Map[_K, _V], pairs: Iterable[tuple[_K, _V]], /) -> None: ...
def insert(m: Map[Any, Any], pairs: Any, /) -> None:
    """insert(m, pairs, /): assign every pair; elements of keys that are there are replaced.

    `pairs` may be a mapping, too. TypeError when `m` is no Map, the pairs are none, or
    a key or element is of a wrong type; NilMapError when `m` is nil and there is a pair.
    O(pairs).

    >>> from gomap import Map, maps
    >>> ages = Map[str, int]({"alice": 30})
    >>> maps.insert(ages, [("bob", 41), ("alice", 31)])
    >>> ages
    Map[str, int]({'alice': 31, 'bob': 41})
    """
    _check_map("insert", m)
    m.update(pairs)


def copy(dst: Map[_K, _V], src: Mapping[_K, _V], /) -> None:
    """copy(dst, src, /): assign every entry of the mapping `src` to the Map `dst`.

    TypeError when `dst` is no Map, `src` no mapping, or a key or element of a wrong
    type; NilMapError when `dst` is nil and `src` is not empty. O(len(src)).

    >>> from gomap import Map, maps
    >>> ages = Map[str, int]({"alice": 30})
    >>> maps.copy(ages, {"bob": 41, "alice": 31})
    >>> ages
    Map[str, int]({'alice': 31, 'bob': 41})
    """
    _check_map("copy", dst)
    _check_mapping("copy", src)
    dst.update(src)


def delete_func(m: Map[_K, _V], f: Callable[[_K, _V], object], /) -> None:
    """delete_func(m, f, /): delete every entry for which ``f(key, element)`` is true.

    Entries go one by one, so when `f` raises, those before are gone. NaN keys stay:
    nothing but `clear` removes them. TypeError when `m` is no Map. O(n) calls of `f`.

    >>> from gomap import Map, maps
    >>> ages = Map[str, int]({"alice": 30, "bob": 41})
    >>> maps.delete_func(ages, lambda name, age: age < 40)
    >>> ages
    Map[str, int]({'bob': 41})
    """
    _check_map("delete_func", m)
    for key, elem in m.items():
        if f(key, elem):
            del m[key]


# ---- comparing ----------------------------------------------------------------------------


def equal(a: Mapping[Any, Any], b: Mapping[Any, Any], /) -> bool:
    """equal(a, b, /): have both mappings the same keys with elements equal by ``==``?

    Nil equals empty; a NaN, key or element, equals nothing, not even itself. TypeError
    when one is no mapping. O(n).

    >>> from gomap import Map, maps
    >>> maps.equal(Map[str, int]({"a": 1}), {"a": 1})
    True
    >>> maps.equal(Map({"a": float("nan")}), Map({"a": float("nan")}))
    False
    """
    _check_mapping("equal", a)
    _check_mapping("equal", b)
    if isinstance(a, Map):
        return a == b
    if isinstance(b, Map):
        return b == a
    return equal(Map(a), b)


def equal_func(a: Mapping[_K, _V], b: Mapping[_K, _V2], eq: Callable[[_V, _V2], object], /) -> bool:
    """equal_func(a, b, eq, /): have both the same keys, and ``eq`` is true of their elements?

    The elements may be of different types; `eq` gets those of `a` first, and is not
    asked any more once the answer is known. Keys are compared as by ``==`` of mappings.
    TypeError when one is no mapping. O(n) calls of `eq`.

    >>> from gomap import Map, maps
    >>> numbers, words = Map[str, int]({"one": 1}), Map[str, str]({"one": "1"})
    >>> maps.equal_func(numbers, words, lambda n, w: str(n) == w)
    True
    """
    _check_mapping("equal_func", a)
    _check_mapping("equal_func", b)
    if len(a) != len(b):
        return False
    alike = isinstance(a, Map) and isinstance(b, Map) and a.key_type is b.key_type
    if isinstance(b, Map) and not alike:
        b = b.to_dict()  # the map would convert the keys of a
    distinct = len(a.to_dict()) if isinstance(a, Map) and not alike else len(a)
    if not len(a) == distinct == len(b):  # to an interface map True and 1 are two keys
        return False
    find: Callable[[_K, Any], Any] = b.get
    finds_nan = not isinstance(b, Map)  # as dict does, by identity
    for key, elem in a.items():
        other = find(key, _ABSENT)
        if other is _ABSENT or (finds_nan and _is_nan(key)) or not eq(elem, other):
            return False
    return True


def _is_nan(key: object) -> bool:
    return type(key) in (float, complex) and key != key
