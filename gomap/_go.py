"""Go's built-in functions that are not in the extension, and class names for pickle."""

from __future__ import annotations

import re
from operator import getitem
from types import GenericAlias
from typing import Any

from . import _gomap, _types

__all__ = ["OpenAlias", "class_named", "make"]

#: Types that a class name alone identifies: Map[str, int64] but not Map[str, User].
_BY_NAME: dict[str, type] = {
    t.__name__: t
    for t in (
        *_types.SIZED,
        _types.interface,
        *(object, str, bytes, int, float, bool, complex, list, dict, set, tuple, frozenset),
    )
}


def make(key_type: Any, elem_type: Any, /, hint: int = 0, **options: Any) -> Any:
    """make(key_type, elem_type, /, hint=0, **options): Go's ``make(map[K]V, hint)``.

    The same as ``Map[key_type, elem_type](hint=hint, **options)``, errors included.

    >>> import gomap
    >>> gomap.make(str, int, 1000)
    Map[str, int]()
    """
    cls = _gomap.Map.__class_getitem__((key_type, elem_type))
    return cls(hint=hint, **options)


class OpenAlias(GenericAlias):
    """``Map[str, T]`` with a type variable: filled in, ``Map[str, T][int]``, it is the class."""

    def __getitem__(self, types: Any, /) -> Any:
        filled: Any = super().__getitem__(types)
        return filled.__origin__[filled.__args__]

    def __reduce__(self) -> Any:
        """For pickle and copy."""
        return getitem, (self.__origin__, self.__args__)


def class_named(name: str) -> Any:
    """Return the class of that name, ``Map[K, V]``; AttributeError when there is none.

    Classes made in this process are known by their names; in a fresh one those of
    built-in and sized types can be made from the name alone.
    """
    for made in _gomap._classes.values():
        if made.__qualname__ == name and made.__module__ == "gomap":
            return made
    if name.startswith("Map[") and name.endswith("]"):
        types = [_type_named(part) for part in _parts(name[len("Map[") : -1])]
        if len(types) == 2 and None not in types:
            return _gomap.Map.__class_getitem__(tuple(types))
    raise AttributeError(f"module 'gomap' has no attribute {name!r}")


def _type_named(name: str) -> Any:
    """Return the type that its name alone identifies, as in ``list[int]``; None: no such."""
    base, bracket, inner = name.partition("[")
    found = _BY_NAME.get(base)
    if not bracket or found is None:
        return found
    types = [_type_named(part) for part in _parts(inner.removesuffix("]"))]
    return None if None in types else GenericAlias(found, tuple(types))


def _parts(text: str) -> list[str]:
    """Split at the commas that are not within brackets."""
    parts, depth = [""], 0
    for piece in re.split(r"(, |\[|\])", text):
        depth += (piece == "[") - (piece == "]")
        if piece == ", " and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return parts
