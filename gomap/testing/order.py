"""Order: what the fixture ``gomap_order`` hands to a test."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from importlib import import_module
from types import ModuleType, TracebackType
from typing import Any

from .making import shuffled, view_over
from .reach import reaching
from .sets import ShuffledSet
from .stand_ins import REPLACEABLE, StandIn, stand_in
from .streams import Orders, Shuffler, checked_seed, fresh_seed, using
from .walks import Walks

__all__ = ["Order"]

_MISSING = object()


class Order:
    """Order(seed=None, *, name=""): shuffled orders of one seed, and what they replaced.

    The fixture ``gomap_order`` is one; outside of pytest use it as a context manager.
    Inside of the block views without a seed of their own draw from it; at its end
    everything that was replaced is back.  The name, a test's, tells apart the streams of
    tests that run under one seed.  TypeError when the seed is no int.

    >>> def look():
    ...     with Order(seed=5) as order:
    ...         view = order.shuffled({"a": 1, "b": 2, "c": 3})
    ...         return [tuple(view) for _ in range(5)]
    >>> look() == look()
    True
    """

    def __init__(
        self, seed: int | None = None, *, name: str = "", reached: Iterable[str] = ()
    ) -> None:
        given = checked_seed(seed)
        #: The seed that replays these orders.
        self.seed: int = fresh_seed() if given is None else given
        self._orders = Orders(self.seed, name, reached)
        self._undo: list[Callable[[], object]] = []
        self._blocks = ExitStack()

    def __repr__(self) -> str:
        return f"Order(seed={self.seed}, name={self._orders.name!r})"

    def __enter__(self) -> Order:
        self._blocks.enter_context(using(self._orders))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.undo()
        self._blocks.close()

    @property
    def drawn(self) -> int:
        """How many orders of two or more entries were drawn so far.

        >>> Order(1).drawn
        0
        """
        return self._orders.drawn

    @property
    def dict(self) -> Any:
        """A class that makes dicts whose iterations are shuffled, to stand for ``dict``.

        >>> new = Order(1).dict
        >>> sorted(new(a=1)), isinstance({}, new)
        (['a'], True)
        """
        return stand_in(builtins.dict)

    def shuffled(self, source: Any, /) -> Any:
        """shuffled(source, /): `gomap.shuffled(source)`, in orders of this seed.

        >>> with Order(1) as order:
        ...     sorted(order.shuffled({"a": 1}))
        ['a']
        """
        with using(self._orders):
            return shuffled(source)

    def shuffle(self, items: Iterable[Any], /) -> list[Any]:
        """shuffle(items, /): a list of the items in an order drawn now.

        >>> sorted(Order(1).shuffle("abc"))
        ['a', 'b', 'c']
        """
        mixed = list(items)
        self._orders.shuffle_here(mixed)
        return mixed

    def reach(self, *names: str) -> None:
        """reach(*names): shuffle what "json" or "files" name, until undo().

        ValueError for another name.

        >>> with Order(1) as order:
        ...     order.reach("json", "files")
        """
        stack = ExitStack()
        stack.enter_context(reaching(names))
        stack.callback(setattr, self._orders, "reached", self._orders.reached)
        self._orders.reached |= set(names)
        self._undo.append(stack.close)

    def patch(self, target: Any, *names: str) -> None:
        """patch(target, *names): put shuffled views where these attributes are, until undo().

        `target` is a module, its name, a class or any object; an attribute is a mapping, a
        set, or the name ``dict`` or ``defaultdict``, which becomes a class that makes
        shuffled ones.  Without names: all of a module's dicts and these two names.

        AttributeError when the attribute is not there, TypeError when it holds something
        else, ImportError for an unknown module.  Should one name be refused, none is patched.

        >>> class Shop:
        ...     prices = {"tea": 3, "jam": 4}
        >>> with Order(1) as order:
        ...     order.patch(Shop, "prices")
        ...     len({tuple(Shop.prices) for _ in range(50)})
        2
        >>> type(Shop.prices)
        <class 'dict'>
        """
        if isinstance(target, str):
            target = import_module(target)
        if not names:
            names = _patchable(target)
        with using(self._orders):
            found = [(name, _shuffled_attribute(target, name)) for name in names]
        for name, new in found:
            self._undo.append(_replace(target, name, new))

    def undo(self) -> None:
        """undo(): put back everything that patch() and reach() have replaced, last first.

        >>> Order(1).undo()
        """
        while self._undo:
            self._undo.pop()()

    def restart(self) -> None:
        """restart(): begin every stream of orders anew, as if the test had just begun.

        >>> order = Order(1)
        >>> order.restart()
        """
        self._orders.restart()


def _patchable(module: Any) -> tuple[str, ...]:
    """Name what patch() takes in a module that is given without names."""
    if not isinstance(module, ModuleType):
        raise TypeError(f"patch() needs names, since {module!r} is not a module")
    names = [
        name
        for name, value in vars(module).items()
        if not name.startswith("__")
        and (type(value) in REPLACEABLE or any(value is kind for kind in REPLACEABLE))
    ]
    return (*names, *(() if "dict" in names else ("dict",)))


def _shuffled_attribute(target: Any, name: str) -> Any:
    """Return what to put in the attribute's place."""
    value = getattr(target, name, _MISSING)
    if value is _MISSING and name == "dict" and isinstance(target, ModuleType):
        value = dict
    if value is _MISSING:
        raise AttributeError(f"{target!r} has no attribute {name!r} to shuffle")
    if isinstance(value, (StandIn, Walks, ShuffledSet)):
        return value  # shuffled already
    if any(value is kind for kind in REPLACEABLE):
        return stand_in(value)
    # A module's attribute has a name, and so a stream, that is the same in every run.
    label = f"{target.__name__}.{name}" if isinstance(target, ModuleType) else ""
    try:
        return view_over(value, Shuffler(label=label))
    except TypeError as error:
        raise TypeError(f"{target!r}, attribute {name!r}: {error}") from None


def _replace(target: Any, name: str, new: Any) -> Callable[[], object]:
    """Set the attribute; return what brings the old state back."""
    held = getattr(target, "__dict__", {})
    slot = hasattr(getattr(type(target), name, None), "__set__")
    if name in held or slot:
        old = held.get(name, _MISSING)
        old = getattr(target, name) if old is _MISSING else old
        setattr(target, name, new)
        return lambda: setattr(target, name, old)
    setattr(target, name, new)
    return lambda: delattr(target, name)
