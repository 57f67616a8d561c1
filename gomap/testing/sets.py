"""The views of sets.

The order of a set is nobody's promise, yet small ints come sorted and strings in an order
that is fixed for one process.  Elements are put into an order of their own before they
are shuffled, so that a seed replays whatever PYTHONHASHSEED is.

A view of a set is a `collections.abc.Set` and no `set`: set operations in C read the table
inside and would miss changes.  ``set(view)`` makes a real one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, MutableSet, Set
from typing import Any

from .streams import Shuffler
from .walks import Live, in_canonical_order

__all__ = ["ShuffledMutableSet", "ShuffledSet"]


class ShuffledSet(Live, Set[Any]):
    """A live view of a frozenset, or another set that cannot be written."""

    __slots__ = ("__weakref__", "_shuffler", "_source")
    _source: Any
    _shuffler: Shuffler

    def __init__(self, elements: Iterable[Any] = ()) -> None:
        self._source, self._shuffler = frozenset(elements), Shuffler()

    @classmethod
    def _over(cls, source: Any, shuffler: Shuffler) -> Any:
        view = cls.__new__(cls)
        view._source, view._shuffler = source, shuffler
        return view

    def _like(self, source: Any) -> Any:
        return self._over(source, self._shuffler.for_copy())

    @classmethod
    def _from_iterable(cls, elements: Iterable[Any]) -> Any:
        return set(elements)  # what the operators of Set give: & | - ^

    def __iter__(self) -> Iterator[Any]:
        elements = in_canonical_order(list(self._source))
        self._shuffler.shuffle(elements)
        return _walk_set(self._source, elements, len(elements))

    def __len__(self) -> int:
        return len(self._source)

    def __contains__(self, element: object) -> bool:
        return element in self._source

    def copy(self) -> Any:
        """copy(): a view, in orders of its own, of a shallow copy of the source."""
        return self._like(copy.copy(self._source))

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._like(copy.deepcopy(self._source, memo))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _rebuilt, (type(self), self._source, self._shuffler.seed)


class ShuffledMutableSet(ShuffledSet, MutableSet[Any]):
    """A live view of a set."""

    __slots__ = ()

    def __init__(self, elements: Iterable[Any] = ()) -> None:
        self._source, self._shuffler = set(elements), Shuffler()

    def add(self, element: Any) -> None:
        """add(element): add it to the source."""
        self._source.add(element)

    def discard(self, element: Any) -> None:
        """discard(element): remove it from the source if it is there."""
        self._source.discard(element)

    def remove(self, element: Any) -> None:
        """remove(element): remove it from the source; KeyError when it is not there."""
        self._source.remove(element)

    def pop(self) -> Any:
        """pop(): remove an element drawn at random; KeyError when there is none."""
        if not self._source:
            return self._source.pop()
        element = next(iter(self))
        self._source.remove(element)
        return element

    def clear(self) -> None:
        """clear(): empty the source."""
        self._source.clear()


def _rebuilt(cls: type[ShuffledSet], source: Any, seed: int | None) -> Any:
    return cls._over(source, Shuffler(seed))


def _walk_set(source: Any, elements: list[Any], size: int) -> Iterator[Any]:
    """Produce what is still there; RuntimeError as soon as the size has changed, as set's."""
    for element in elements:
        if len(source) != size:
            break
        if element in source:
            yield element
    if len(source) != size:
        raise RuntimeError("Set changed size during iteration")
