"""sync.Map: Go's calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, overload

from ._guard import ABSENT, K, Step, V, equal
from ._mapping import SyncMapping, plain_of

if TYPE_CHECKING:
    from _typeshed import SupportsKeysAndGetItem


class Map(SyncMapping[K, V]):
    """Map(contents=(), /, *, hint=0, seed=None, hasher=None, zero=...): a map for many threads.

    Go's sync.Map over gomap.Map, with the same parameters, types, options, zero
    values and errors.  Each call is atomic to other threads; reads take no lock.

    Pairs come back as in Go: `(value, True)`, or the zero value and False.

    >>> from gomap import sync
    >>> ages = sync.Map[str, int]({'alice': 30})
    >>> ages.load('alice'), ages.load('bob')
    ((30, True), (0, False))
    >>> ages.compare_and_swap('alice', 30, 31), ages['alice']
    (True, 31)
    """

    _direct = (("load", "lookup"), ("get", "get"))

    @overload
    def __init__(
        self,
        contents: SupportsKeysAndGetItem[K, V] = ...,
        /,
        *,
        hint: int = ...,
        seed: int | None = ...,
        hasher: Callable[[K, int], int] | None = ...,
        zero: V = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        contents: Iterable[tuple[K, V]],
        /,
        *,
        hint: int = ...,
        seed: int | None = ...,
        hasher: Callable[[K, int], int] | None = ...,
        zero: V = ...,
    ) -> None: ...
    def __init__(self, contents: Any = (), /, **options: Any) -> None:
        with self._lock:
            self._disturb_all()
            self._plain.__init__(self._map, plain_of(contents), **options)

    def load(self, key: K, /) -> tuple[V, bool]:
        """load(key, /): (element, True), or (zero value, False) when key is absent.  O(1).

        Takes no lock.  Raises TypeError for a key of a wrong type, as every call does.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1})
        >>> m.load('a'), m.load('b')
        ((1, True), (0, False))
        """
        return self._map.lookup(key)

    def store(self, key: K, value: V, /) -> None:
        """store(key, value, /): set the element of key.  O(1).

        >>> from gomap import sync
        >>> m = sync.Map[str, int]()
        >>> m.store('a', 1)
        >>> m.load('a')
        (1, True)
        """
        with self._lock:
            if self._step is not None:
                self._disturb(key, self._step)
            self._map[key] = value

    __setitem__ = store

    def load_or_store(self, key: K, value: V, /) -> tuple[V, bool]:
        """load_or_store(key, value, /): (present element, True), or (value, False), stored.  O(1).

        Takes no lock when the key is present.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]()
        >>> m.load_or_store('a', 1), m.load_or_store('a', 2)
        ((1, False), (1, True))
        """
        pair = self._map.lookup(key)
        if pair[1]:
            return pair
        with self._lock:
            step = self._step = Step(key, self._step)
            try:
                while True:
                    pair = self._map.lookup(key)
                    if pair[1]:
                        return pair
                    if step.outer is not None:
                        self._disturb(key, step.outer)
                    step.committing = True
                    if not step.disturbed:
                        return self._map.setdefault(key, value), False
                    step.start_over(self._shown_name())
            finally:
                self._step = step.outer

    def load_and_delete(self, key: K, /) -> tuple[V, bool]:
        """load_and_delete(key, /): delete key; (its element, True), or (zero value, False).  O(1).

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1})
        >>> m.load_and_delete('a'), m.load_and_delete('a')
        ((1, True), (0, False))
        """
        while True:
            elem = self._take(key)
            if elem is not ABSENT:
                return elem, True
            pair = self._map.lookup(key)  # gives the zero value, unless the key is back
            if not pair[1]:
                return pair

    def delete(self, key: K, /) -> None:
        """delete(key, /): delete key; nothing happens when it is absent.  O(1).

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1})
        >>> m.delete('a')
        >>> m.delete('a')
        >>> m.load('a')
        (0, False)
        """
        self._take(key)

    def swap(self, key: K, value: V, /) -> tuple[V, bool]:
        """swap(key, value, /): set the element; (the one before, True) or (zero value, False).

        O(1).

        >>> from gomap import sync
        >>> m = sync.Map[str, int]()
        >>> m.swap('a', 1), m.swap('a', 2)
        ((0, False), (1, True))
        """
        with self._lock:
            step = self._step = Step(key, self._step)
            try:
                while True:
                    pair = self._map.lookup(key)
                    if step.outer is not None:
                        self._disturb(key, step.outer)
                    step.committing = True
                    if not step.disturbed:
                        self._map[key] = value
                        return pair
                    step.start_over(self._shown_name())
            finally:
                self._step = step.outer

    def compare_and_swap(self, key: K, old: V, new: V, /) -> bool:
        """compare_and_swap(key, old, new, /): set new if key's element equals old; whether it did.

        O(1).  Two elements are equal if they are one object or compare equal by
        ``==``; a float or complex NaN equals nothing, as in Go.  An absent key has no
        element, so nothing is stored.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1})
        >>> m.compare_and_swap('a', 1, 2), m.compare_and_swap('a', 1, 3), m['a']
        (True, False, 2)
        """
        return self._compare(key, old, new)

    def compare_and_delete(self, key: K, old: V, /) -> bool:
        """compare_and_delete(key, old, /): delete key if its element equals old; whether it did.

        O(1).  Elements are compared as by compare_and_swap; an absent key gives False.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1})
        >>> m.compare_and_delete('a', 2), m.compare_and_delete('a', 1), len(m)
        (False, True, 0)
        """
        return self._compare(key, old, ABSENT)

    def _compare(self, key: K, old: V, new: Any) -> bool:
        """Set `new` if the key's element equals `old`; ABSENT deletes."""
        with self._lock:
            step = self._step = Step(key, self._step)
            try:
                while True:
                    current, found = self._map.lookup(key)
                    if not found or not equal(current, old):
                        return False
                    if step.outer is not None:
                        self._disturb(key, step.outer)
                    step.committing = True
                    if not step.disturbed:
                        if new is not ABSENT:
                            self._map[key] = new
                            return True
                        del self._map[key]
                        if self._gone is not None:
                            self._note(key)
                        return True
                    step.start_over(self._shown_name())
            finally:
                self._step = step.outer

    def range(self, f: Callable[[K, V], object], /) -> None:
        """range(f, /): call f(key, element) for each entry, until f returns False itself.

        Go's guarantee: no key is visited twice, every entry present throughout is
        visited, one deleted before it is reached is not, one stored meanwhile may be;
        all of it is no snapshot of one moment.  f may call anything on the map.

        O(n), and nothing is copied; it remembers the keys deleted meanwhile.  Takes
        the lock to begin and to end, not while f runs.

        >>> from gomap import sync
        >>> m = sync.Map[str, int]({'a': 1, 'b': 2})
        >>> m.range(lambda key, value: m.delete(key) if value == 2 else None)
        >>> m
        sync.Map[str, int]({'a': 1})
        """
        if not callable(f):
            raise TypeError(f"range: f must be callable, not {type(f).__name__}")
        gone = self._watch()
        try:
            for key, value in self._map.items():
                if gone.touched:
                    if gone.cleared:
                        break  # what is there now came after
                    if key in gone.keys:
                        continue
                if f(key, value) is False:
                    break
        finally:
            self._unwatch(gone)


Map.__module__ = "gomap.sync"  # where users find it
