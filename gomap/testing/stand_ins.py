"""Classes to stand where a module under test says ``dict`` or ``defaultdict``.

A stand-in makes shuffled dicts when it is called and is the real class in every other
respect that a class can arrange: instances, subclasses, equality and hash, ``dict[str,
int]``, ``dict | None``, ``class Config(dict)``, ``case dict()``.  What it cannot arrange
is identity: ``type(x) is dict`` is False, of a plain dict too.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from .making import shuffled
from .views import is_view_of

__all__ = ["REPLACEABLE", "real_class", "stand_in"]

#: The classes whose instances keep an order that code may lean on without saying so.
#: OrderedDict is not one: its order is what it was chosen for.
REPLACEABLE: tuple[type, ...] = (dict, defaultdict)


class StandIn(type):
    """The class of the stand-ins; `real` is the class that each one stands for."""

    real: type

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any], **kw: Any) -> Any:
        """Make a subclass of a stand-in a subclass of the real class instead."""
        if any(isinstance(base, StandIn) for base in bases):
            real = tuple(real_class(base) for base in bases)
            return type(real[0])(name, real, body, **kw)
        return super().__new__(mcs, name, bases, body, **kw)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return shuffled(cls.real(*args, **kwargs))

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.real) or is_view_of(instance, cls.real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return subclass is cls or issubclass(subclass, cls.real)

    def __eq__(cls, other: object) -> bool:
        return cls.real is (real_class(other) if isinstance(other, type) else other)

    def __hash__(cls) -> int:
        return hash(cls.real)

    def __repr__(cls) -> str:
        return repr(cls.real)


def real_class(cls: type) -> type:
    """Return the class that a stand-in stands for; any other class as it is.

    >>> real_class(stand_in(dict)) is real_class(dict) is dict
    True
    """
    return cls.real if isinstance(cls, StandIn) else cls


@cache
def stand_in(real: type) -> Any:
    """Return the class that makes shuffled instances of `real`.

    >>> new = stand_in(dict)
    >>> d = new(a=1, b=2)
    >>> sorted(d), isinstance({}, new), isinstance(d, dict)
    (['a', 'b'], True, True)
    """
    body = {"__module__": real.__module__, "__qualname__": real.__qualname__, "__slots__": ()}
    made: Any = type.__new__(StandIn, real.__name__, (real,), body)
    made.real = real
    return made
