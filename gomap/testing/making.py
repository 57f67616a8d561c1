"""shuffled(): which view for what."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, MutableSet, Set
from typing import Any, TypeVar, cast

from .sets import ShuffledMutableSet, ShuffledSet
from .streams import Shuffler
from .views import ShuffledDict, ShuffledMapping, ShuffledMutableMapping
from .walks import Walks, unwrapped

__all__ = ["shuffled", "view_over"]

#: The first kind that the source is an instance of decides.
_VIEWS: tuple[tuple[type, Any], ...] = (
    (dict, ShuffledDict),
    (MutableMapping, ShuffledMutableMapping),
    (Mapping, ShuffledMapping),
    (MutableSet, ShuffledMutableSet),
    (Set, ShuffledSet),
)

_T = TypeVar("_T", bound=Mapping[Any, Any] | Set[Any])


def shuffled(source: _T, /, *, seed: int | None = None) -> _T:
    """shuffled(source, /, *, seed=None): a live view whose every iteration has a new order.

    `source` is a mapping or a set; reads and writes pass through to it.  The view of a dict
    is a dict, that of another mapping a MutableMapping or Mapping, that of a set a
    MutableSet or Set.  Iterating, ``keys()``, ``values()``, ``items()``, ``reversed()`` and
    ``popitem()`` draw one of all orders, each as likely as any other; one iteration takes
    O(n) time and memory before it gives the first key, everything else costs what it costs
    in the source.  With a `seed` (an int, modulo 2**64) the orders are the same in every
    process; without one they belong to the running test where the pytest plugin is loaded,
    and are random elsewhere.  TypeError for what is neither a mapping nor a set.

    >>> import gomap
    >>> ports = {"http": 80, "https": 443}
    >>> view = gomap.shuffled(ports, seed=3)
    >>> sorted({"".join(f"{name} " for name in view) for _ in range(50)})
    ['http https ', 'https http ']
    >>> view["ssh"] = 22
    >>> ports["ssh"]
    22
    """
    return cast(_T, view_over(source, Shuffler(seed)))


def view_over(source: Any, shuffler: Shuffler) -> Any:
    """Make the view that suits the source.

    >>> view_over({1}, Shuffler())
    shuffled({1})
    """
    thing = unwrapped(source)
    if isinstance(thing, ShuffledSet):
        thing = thing._source
    for kind, cls in _VIEWS:
        if isinstance(thing, kind):
            return cls._over(thing, shuffler)
    raise TypeError(f"shuffled() takes a mapping or a set, not {type(thing).__name__}")


Walks._made = view_over
