"""What all views of mappings share: reading, iterating in a drawn order, copying.

A view holds a source and a `Shuffler`, and nothing else that a caller could see.  An
iteration takes a snapshot of the entries, shuffles it, and looks each key up again when
its turn comes: the element is the current one, and a deleted entry is not produced.  A
dict raises RuntimeError when its size changes meanwhile, so its view does too: a view
that forgave more than the real thing would hide a bug.  Other sources get Go's guarantee.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from reprlib import recursive_repr
from typing import Any, ClassVar, TypeVar

from .streams import Shuffler

__all__ = ["Walks", "in_canonical_order", "unwrapped"]

_MISSING = object()
_Self = TypeVar("_Self", bound="Walks")


def unwrapped(thing: Any) -> Any:
    """Return the source of a view of a mapping, anything else as it is."""
    return thing._source if isinstance(thing, Walks) else thing


def _canonical(key: Any) -> tuple[str, str]:
    return type(key).__name__, repr(key)


def in_canonical_order(items: list[Any]) -> list[Any]:
    """Sort what came in an order that differs between processes, so that a seed replays."""
    return sorted(items, key=_canonical)


def _snapshot(source: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    pairs = list(source.items())
    if hasattr(source, "__gomap_spec__"):  # a Map's own order is random
        pairs.sort(key=lambda pair: _canonical(pair[0]))
    return pairs


def _current(source: Mapping[Any, Any], key: Any, first: Any) -> Any:
    """Return the element now, without waking a ``__missing__``; _MISSING when it is gone."""
    if isinstance(source, dict):
        return dict.get(source, key, _MISSING)
    value = source.get(key, _MISSING)
    if value is _MISSING and key != key and len(source):
        return first  # a NaN in a Map: no lookup finds it, and only clear() removes it
    return value


def _walk(source: Mapping[Any, Any], pairs: list[Any], size: int) -> Iterator[tuple[Any, Any]]:
    strict = isinstance(source, dict)
    for key, first in pairs:
        if strict and len(source) != size:
            break
        value = _current(source, key, first)
        if value is not _MISSING:
            yield key, value
    if strict and len(source) != size:
        raise RuntimeError("dictionary changed size during iteration")


class Live:
    """What every view shares: it is what its source is, but for the order."""

    __slots__ = ()
    _source: Any

    def __getattr__(self, name: str) -> Any:
        """Find what only the source has: default_factory, lookup, union, issubset."""
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._source, name)

    @recursive_repr("shuffled({...})")
    def __repr__(self) -> str:
        return f"shuffled({self._source!r})"


class Walks(Live):
    """The reading half of every view of a mapping."""

    __slots__ = ()  # a subclass that is a dict has room for one layout only
    _shuffler: Shuffler
    _made: ClassVar[Callable[..., Any]]  # making.view_over, which knows all views

    @classmethod
    def _over(cls: type[_Self], source: Any, shuffler: Shuffler) -> _Self:
        """Make a view of a source; the constructor of a ShuffledDict is that of dict."""
        view = cls.__new__(cls)
        view._attach(source, shuffler)
        return view

    def _attach(self, source: Any, shuffler: Shuffler) -> None:
        self._source = source
        self._shuffler = shuffler  # type: ignore[misc]  # the slots are in the subclasses

    def _like(self, source: Any) -> Any:
        """Make the view that suits a source derived from this one's."""
        return Walks._made(source, self._shuffler.for_copy())

    def _pairs(self) -> Iterator[tuple[Any, Any]]:
        """Draw an order now, and produce the entries in it."""
        pairs = _snapshot(self._source)
        self._shuffler.shuffle(pairs)
        self._drawn(pairs)
        return _walk(self._source, pairs, len(pairs))

    def _drawn(self, pairs: list[tuple[Any, Any]]) -> None:
        """Take note of the entries in the order that was drawn, for views that keep a copy."""

    def __iter__(self) -> Iterator[Any]:
        pairs = self._pairs()  # drawn here, not when the first key is asked for
        return (key for key, _ in pairs)

    def __reversed__(self) -> Iterator[Any]:
        return iter(self)

    def keys(self) -> Any:
        """keys(): a view of the keys, each iteration of it in a new order."""
        return ShuffledKeys(self)

    def values(self) -> Any:
        """values(): a view of the elements, each iteration of it in a new order."""
        return ShuffledValues(self)

    def items(self) -> Any:
        """items(): a view of the pairs, each iteration of it in a new order."""
        return ShuffledItems(self)

    def __len__(self) -> int:
        return len(self._source)

    def __getitem__(self, key: Any) -> Any:
        return self._source[key]

    def __contains__(self, key: object) -> bool:
        return key in self._source

    def get(self, key: Any, default: Any = None) -> Any:
        """get(key, default=None): the source's own get()."""
        return self._source.get(key, default)

    def __eq__(self, other: object) -> Any:
        return self._source == unwrapped(other)

    def __ne__(self, other: object) -> Any:
        return self._source != unwrapped(other)

    __hash__ = None  # type: ignore[assignment]

    def __or__(self, other: Any) -> Any:
        return self._joined(self._source, unwrapped(other))

    def __ror__(self, other: Any) -> Any:
        return self._joined(unwrapped(other), self._source)

    def _joined(self, left: Any, right: Any) -> Any:
        if not isinstance(left, Mapping) or not isinstance(right, Mapping):
            return NotImplemented
        return self._like(left | right)  # type: ignore[operator]

    def copy(self) -> Any:
        """copy(): a view, in orders of its own, of a shallow copy of the source."""
        source = self._source
        return self._like(source.copy() if hasattr(source, "copy") else copy.copy(source))

    def __copy__(self) -> Any:
        return self._like(copy.copy(self._source))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        view = type(self).__new__(type(self))
        memo[id(self)] = view  # first: the source may contain this view
        view._attach(copy.deepcopy(self._source, memo), self._shuffler.for_copy())
        return view

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self).__new__, (type(self),), (self._source, self._shuffler.seed)

    def __setstate__(self, state: tuple[Any, int | None]) -> None:
        self._attach(state[0], Shuffler(state[1]))


class _OfView:
    """What the keys, the elements and the pairs of a view of a mapping share."""

    __slots__ = ()
    _mapping: Any

    @property
    def mapping(self) -> Any:
        """The view that they are of."""
        return self._mapping

    def __reversed__(self) -> Iterator[Any]:
        return iter(self)  # type: ignore[call-overload, no-any-return]


class ShuffledKeys(_OfView, KeysView[Any]):
    """The keys of a view of a mapping: a set, in an order drawn for each iteration."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping)

    def __repr__(self) -> str:
        return f"shuffled_keys({list(self)!r})"


class ShuffledValues(_OfView, ValuesView[Any]):
    """The elements of a view of a mapping, in an order drawn for each iteration."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        pairs = self._mapping._pairs()
        return (value for _, value in pairs)

    def __contains__(self, value: object) -> bool:
        return value in unwrapped(self._mapping).values()

    def __repr__(self) -> str:
        return f"shuffled_values({list(self)!r})"


class ShuffledItems(_OfView, ItemsView[Any, Any]):
    """The pairs of a view of a mapping: a set, in an order drawn for each iteration."""

    __slots__ = ()

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        pairs: Iterator[tuple[Any, Any]] = self._mapping._pairs()
        return pairs

    def __contains__(self, item: object) -> bool:
        return item in unwrapped(self._mapping).items()

    def __repr__(self) -> str:
        return f"shuffled_items({list(self)!r})"
