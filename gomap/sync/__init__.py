"""gomap.sync: Go's sync.Map, a map that many threads use at once.

>>> from gomap import sync
>>> hits = sync.Map[str, int]()
>>> hits.load_or_store('/index', 1)         # actual, loaded := hits.LoadOrStore(...)
(1, False)
>>> hits.compare_and_swap('/index', 1, 2)
True
>>> hits.load('/index')                     # value, ok
(2, True)
>>> hits['/index'], hits['/none'], len(hits)    # and a mapping, with zero values
(2, 0, 1)

Every call is atomic to other threads.  Reads take no lock: each is one operation of
gomap.Map, and those are atomic under the interpreter lock.  Writes share one
re-entrant lock.  Iteration, views and range() are no snapshots; copy() and to_dict()
are.

What runs with the lock held may use this map, too: a key's ``__hash__`` and
``__eq__``, an element's ``__eq__`` and ``__add__``, the finalizer of an element that
is overwritten.  It must not wait for another thread that writes to the map.  A write
under the very key that compare_and_swap, compare_and_delete, swap or load_or_store
are storing, from that key's own ``__eq__`` or ``__hash__``, would be lost: it raises
ConcurrentMapError and changes nothing.  An operation that had to start over 1,000
times raises RuntimeError, as in gomap.Map.

Free-threaded builds of CPython turn the interpreter lock on when gomap is imported,
since its extension does not say that it can do without; forced off, gomap is not safe,
this module included.  A map belongs to one interpreter and process.  In a child forked
while another thread was writing, the map's lock stays taken: fork before there are
threads, or use spawn.
"""

from __future__ import annotations

from typing import Any

from ._classes import class_named as _class_named
from ._map import Map

__all__ = ["Map"]


def __getattr__(name: str) -> Any:
    """Find the parametrised classes by name, so that pickle can."""
    return _class_named(Map, name)
