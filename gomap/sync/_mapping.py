"""The Python side of sync.Map: a mapping, with the meanings of gomap.Map."""

from __future__ import annotations

import sys
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from .._gomap import Map as GoMap
from ._guard import ABSENT, Guarded, K, V

if TYPE_CHECKING:
    from _typeshed import SupportsKeysAndGetItem

T = TypeVar("T")


class SyncMapping(Guarded[K, V]):
    """What makes a sync.Map a MutableMapping; each call is atomic to other threads."""

    def __len__(self) -> int:
        return len(self._map)

    def __getitem__(self, key: K, /) -> V:
        return self._map[key]

    def __contains__(self, key: object, /) -> bool:
        return key in self._map

    def __iter__(self) -> Iterator[K]:
        return iter(self._map)

    def __delitem__(self, key: K, /) -> None:
        self._take(key)

    def _take(self, key: K) -> Any:
        """Take the element of the key out, if any, else ABSENT.

        The element outlives the lock, so that its finalizer runs without it.
        """
        with self._lock:
            if self._step is not None:
                self._disturb(key, self._step)
            elem = self._map.pop(key, ABSENT)
            if self._gone is not None and elem is not ABSENT:
                self._note(key)
            return elem

    def __eq__(self, other: object, /) -> bool:
        return self._map == (other._map if isinstance(other, Guarded) else other)

    def __or__(self, other: Mapping[K, V], /) -> Self:
        if not isinstance(other, Mapping):
            return NotImplemented
        both = self.copy()
        both.update(other)
        return both

    def __ror__(self, other: Mapping[K, V], /) -> Self:
        if not isinstance(other, Mapping):
            return NotImplemented
        both = self.copy()
        both.clear()
        both.update(other)
        both.update(self)
        return both

    def __ior__(self, other: Any, /) -> Self:  # type: ignore[misc]  # takes pairs, too
        self.update(other)
        return self

    def __repr__(self) -> str:
        return self._shown_name() + repr(self._map).removeprefix(self._plain.__name__)

    def _repr_html_(self) -> str:
        return self._map._repr_html_()

    def _repr_pretty_(self, printer: Any, cycle: bool, /) -> None:
        """Write the map for IPython: by name and size when it is a large one."""
        from ..display.maps import MOST_ENTRIES

        large = len(self) > MOST_ENTRIES
        printer.text(f"{self._shown_name()} of {len(self):,} entries" if large else repr(self))

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + sys.getsizeof(self._map)

    @overload
    def get(self, key: K, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: K, default: V, /) -> V: ...
    @overload
    def get(self, key: K, default: T, /) -> V | T: ...
    def get(self, key: K, default: Any = None, /) -> Any:
        """get(key, default=None, /): the element of key if it is present, else default.  O(1).

        >>> from gomap import sync
        >>> sync.Map[str, int]({'a': 1}).get('b', -1)
        -1
        """
        return self._map.get(key, default)

    def keys(self) -> KeysView[K]:
        """keys(): a live view of the keys; iterating it while others write is allowed.  O(1).

        >>> from gomap import sync
        >>> sync.Map({'a': 1}).keys() & {'a', 'b'}
        {'a'}
        """
        return self._map.keys()

    def values(self) -> ValuesView[V]:
        """values(): a live view of the elements; iterating it while others write is allowed.  O(1).

        >>> from gomap import sync
        >>> sum(sync.Map[str, int]({'a': 1, 'b': 2}).values())
        3
        """
        return self._map.values()

    def items(self) -> ItemsView[K, V]:
        """items(): a live view of the entries; iterating it while others write is allowed.  O(1).

        An entry present throughout comes exactly once, one deleted before it is
        reached never comes, and one that is deleted and stored again may come again
        (range() shows no key twice).

        >>> from gomap import sync
        >>> sorted(sync.Map[str, int]({'a': 1, 'b': 2}).items())
        [('a', 1), ('b', 2)]
        """
        return self._map.items()

    @overload
    def pop(self, key: K, /) -> V: ...
    @overload
    def pop(self, key: K, default: V, /) -> V: ...
    @overload
    def pop(self, key: K, default: T, /) -> V | T: ...
    def pop(self, key: K, default: Any = ABSENT, /) -> Any:
        """pop(key, default=..., /): remove key and return its element.  O(1).

        An absent key gives default, or KeyError when there is none.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1})
        >>> m.pop('a'), m.pop('a', None)
        (1, None)
        """
        elem = self._take(key)
        if elem is not ABSENT:
            return elem
        if default is ABSENT:
            raise KeyError(key)
        return default

    def popitem(self) -> tuple[K, V]:
        """popitem(): remove an entry at random and return it as (key, element).

        O(1) on average unless the map is nearly empty for its buckets, then
        O(buckets).  Raises KeyError when the map is empty.

        >>> from gomap import sync
        >>> sync.Map[str, int]({'a': 1}).popitem()
        ('a', 1)
        """
        with self._lock:
            self._disturb_all()
            item = self._map.popitem()
            if self._gone is not None:
                self._note(item[0])
            return item

    def setdefault(self, key: K, default: Any = ABSENT, /) -> V:
        """setdefault(key, default=..., /): the element of key, stored first if absent.  O(1).

        Without a default that is the zero value.  See load_or_store, which also
        says which of the two happened.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]()
        >>> m.setdefault('a', 1), m.setdefault('a', 2)
        (1, 1)
        """
        with self._lock:
            if self._step is not None:
                self._disturb(key, self._step)
            if default is ABSENT:
                return self._map.setdefault(key)
            return self._map.setdefault(key, default)

    def add(self, key: K, delta: V, /) -> V:
        """add(key, delta, /): ``m[key] = m[key] + delta`` as one step; the new element.  O(1).

        An absent key counts from the zero value.  Raises TypeError when the two
        cannot be added, OverflowError when the sum does not fit a sized type.

        >>> from gomap import sync
        >>> hits = sync.Map[str, int]()
        >>> hits.add('/index', 1), hits.add('/index', 1)
        (1, 2)
        """
        with self._lock:
            if self._step is not None:
                self._disturb(key, self._step)
            return self._map.add(key, delta)

    def clear(self) -> None:
        """clear(): delete all entries, those with NaN keys too.  O(buckets).

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1})
        >>> m.clear()
        >>> len(m)
        0
        """
        with self._lock:
            self._disturb_all()
            # Under the eyes of a range, finalizers must not put back what is not noted yet.
            kept = list(self._map.items()) if self._gone is not None else None
            self._map.clear()
            gone = self._gone
            while gone is not None:
                gone.note_all()
                gone = gone.earlier
        del kept

    @overload
    def update(self, other: SupportsKeysAndGetItem[K, V], /, **entries: V) -> None: ...
    @overload
    def update(self, other: Iterable[tuple[K, V]] = ..., /, **entries: V) -> None: ...
    def update(self, other: Any = (), /, **entries: Any) -> None:
        """update(other=(), /, **entries): store all entries of a mapping or of pairs.  O(n).

        `other` is read first, without the lock; then everything is stored in one go:
        another writer comes before or after it.  If an entry is refused with
        TypeError or OverflowError, those before it stay.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]()
        >>> m.update({'a': 1}, b=2)
        >>> len(m)
        2
        """
        pairs = _read(other)
        with self._lock:
            self._disturb_all()
            self._map.update(pairs, **entries)

    def copy(self) -> Self:
        """copy(): a map of the same class, options and entries, as they were at one moment.  O(n).

        Attributes of a subclass's instances are not copied; copy.deepcopy does.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1})
        >>> other = m.copy()
        >>> other.store('b', 2)
        >>> len(m), len(other)
        (1, 2)
        """
        cls = type(self)
        other: Self = cls.__new__(cls)
        other._adopt(self._map.copy())
        return other

    def __copy__(self) -> Self:
        return self.copy()

    def to_dict(self) -> dict[K, V]:
        """to_dict(): the entries as they were at one moment, as a dict.  O(n).

        (``dict(m)`` is no such snapshot: it asks for the keys, then for each element.)

        >>> from gomap import sync
        >>> sync.Map[str, int]({'a': 1}).to_dict()
        {'a': 1}
        """
        return self._map.to_dict()

    @classmethod
    def fromkeys(cls, keys: Iterable[K], value: Any = ABSENT, /) -> Self:
        """fromkeys(keys, value=..., /): a map of the keys, all with one element.  O(n).

        >>> from gomap import sync
        >>> sync.Map[str, int].fromkeys('ab', 1) == {'a': 1, 'b': 1}
        True
        """
        made = cls()
        made.update(cls._plain.fromkeys(keys, *(() if value is ABSENT else (value,))))
        return made


def _read(source: Any) -> Any:
    """Read all of a source of entries: what is given back runs no foreign iteration."""
    inner = plain_of(source)
    if getattr(type(inner), "__iter__", None) in (dict.__iter__, GoMap.__iter__):
        return inner  # gomap.Map reads it in one go
    if hasattr(inner, "keys"):
        # No comprehension: on CPython 3.11 a function with one that uses its variables loses
        # a reference when it finds no memory to begin.
        pairs = []
        for key in inner.keys():  # noqa: SIM118 - need not iterate
            pairs.append((key, inner[key]))
        return pairs
    # A tuple: a list of which no list can be made, for want of memory, is never freed by
    # CPython 3.11 and 3.12.  What does not iterate is refused in gomap.Map's words.
    return tuple(inner) if hasattr(inner, "__iter__") else inner


def plain_of(source: Any) -> Any:
    """Return the map within a sync.Map whose class reads as that does; else the source."""
    if not isinstance(source, SyncMapping):
        return source
    cls = type(source)
    for name in _READING:
        if getattr(cls, name) is not getattr(SyncMapping, name):
            return source
    return source._map


_READING = ("__iter__", "__getitem__", "keys", "items")
