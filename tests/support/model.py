"""What a Go map must contain and what its iterators may produce.

``Model`` is a dict plus Go's rules.  An entry is known by its *identity*: the key
(with its type, in interface maps), and for NaN keys, which are never equal, the
element, which callers therefore keep unique.  Every insertion begins a new life
of an identity; an iterator may produce one entry once in each of its lives.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

Identity = Hashable


def is_nan(key: object) -> bool:
    """Whether the key is a float or complex NaN."""
    return isinstance(key, float | complex) and key != key


class Watch:
    """One live iterator: what it still owes, and what it has produced."""

    def __init__(self, model: Model) -> None:
        """Begin now: everything present is owed."""
        self.model = model
        self.owed = set(model.entries)
        self.produced: set[Identity] = set()

    def forget(self, identity: Identity) -> None:
        """The entry was deleted: not owed any more, and a later life is another entry."""
        self.owed.discard(identity)
        self.produced.discard(identity)

    def forget_all(self) -> None:
        """The map was cleared."""
        self.owed.clear()
        self.produced.clear()

    def saw(self, key: Any, elem: Any) -> None:
        """The iterator produced an entry: it must be there, as it is now, and new."""
        identity = self.model.identify(key, elem)
        entries = self.model.entries
        assert identity in entries, f"{key!r} was produced and is not in the map"
        assert same(entries[identity][1], elem), f"{key!r} was produced with a stale element"
        assert identity not in self.produced, f"{key!r} was produced twice"
        self.produced.add(identity)

    def ended(self) -> None:
        """The iterator ended: nothing may be owed."""
        missing = self.owed - self.produced
        assert not missing, f"never produced though always present: {missing}"


def same(a: Any, b: Any) -> bool:
    """Equal, and of one type."""
    return type(a) is type(b) and (a == b or (a != a and b != b))


class Model:
    """The contents of a map, and the watches of its live iterators."""

    def __init__(self, identity: Callable[[Any], Hashable], zero: Any) -> None:
        """``identity`` says when two keys are one; ``zero`` is the zero value."""
        self.identity, self.zero = identity, zero
        self.entries: dict[Identity, tuple[Any, Any]] = {}
        self.watches: list[Watch] = []

    def __len__(self) -> int:
        return len(self.entries)

    def identify(self, key: Any, elem: Any) -> Identity:
        """The identity of an entry."""
        return ("NaN", elem) if is_nan(key) else self.identity(key)

    def watch(self) -> Watch:
        """A watch for an iterator that begins now."""
        self.watches.append(Watch(self))
        return self.watches[-1]

    def get(self, key: Any) -> tuple[Any, bool]:
        """Comma-ok."""
        if is_nan(key):
            return self.zero, False
        entry = self.entries.get(self.identity(key))
        return (self.zero, False) if entry is None else (entry[1], True)

    def assign(self, key: Any, elem: Any) -> None:
        """Insert or overwrite; a float key replaces the one that is stored."""
        identity = self.identify(key, elem)
        old = self.entries.get(identity)
        kept = key if old is None or isinstance(key, float) else old[0]
        self.entries[identity] = (kept, elem)

    def delete(self, key: Any) -> None:
        """Delete if present."""
        if not is_nan(key):
            self.remove(self.identity(key))

    def remove(self, identity: Identity) -> None:
        """Delete an entry by its identity, NaN entries too."""
        if self.entries.pop(identity, None) is not None:
            for watch in self.watches:
                watch.forget(identity)

    def clear(self) -> None:
        """Delete everything."""
        self.entries.clear()
        for watch in self.watches:
            watch.forget_all()

    def check(self, items: list[tuple[Any, Any]]) -> None:
        """The map's items are exactly these entries."""
        got = {self.identify(key, elem): (key, elem) for key, elem in items}
        assert len(got) == len(items), "an entry is there twice"
        assert got.keys() == self.entries.keys()
        for identity, (key, elem) in self.entries.items():
            assert same(got[identity][1], elem), (key, elem, got[identity])
            assert same(got[identity][0], key), (key, got[identity])
