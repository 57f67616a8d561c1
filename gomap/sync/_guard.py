"""What makes several steps one: the lock, and the watch over what runs in between.

A sync.Map is a gomap.Map and a lock:

                     takes the lock   how it is atomic
    read             no               one operation of gomap.Map
    store, delete    yes              one operation of gomap.Map
    compare_and_...  yes              looks, decides, commits: below

The lock keeps other threads from writing between a look and its commit.  It is
re-entrant, so the thread that holds it may come in again: a key's or element's
``__eq__``, a signal handler, or a finalizer that the collector runs at any moment
may write to the same map.  So a compound operation leaves a `Step` in ``_step``, and
whoever writes while one is there tells it:

    look     find the element, compare it: foreign code may run, and a write under
             the same key disturbs the step
    commit   say `committing`; if the step was disturbed, start over; else one
             operation of gomap.Map, in which the key's own code may run

A write under the same key that comes while the step is committing would be lost, so
it is refused with ConcurrentMapError before it begins.  "The same key" is one of the
same hash(): to compare them would be more foreign code.  The bytecode between the
check and the operation is no place where CPython lets anything else run.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, MutableMapping
from typing import Any, ClassVar, Self, TypeVar

from .._gomap import ConcurrentMapError, Lock
from .._gomap import Map as GoMap
from .._gomap import _recipe as recipe_of
from .._types import SIZED, bool_
from ._classes import parametrised, rebuild

K = TypeVar("K")
V = TypeVar("V")

MOST_STARTS = 1000
"""A compound operation begins at most this many times, as one of gomap.Map does."""

ABSENT: Any = object()
"""A default that no map holds."""


class Step:
    """A compound operation in progress; `outer` is the one in whose middle it began."""

    # Defaults of the class: a step costs what its two own attributes cost.
    starts = 1
    disturbed = committing = hashing = False
    hash: int | None = None

    def __init__(self, key: Any, outer: Step | None) -> None:
        self.key, self.outer = key, outer

    def start_over(self, name: str) -> None:
        """Look again; RuntimeError, with the map's name, when it has been enough."""
        if self.starts >= MOST_STARTS:
            raise RuntimeError(
                f"{name}: comparing keys or elements changed the map "
                f"{MOST_STARTS} times during one operation"
            )
        self.starts += 1
        self.disturbed = self.committing = False

    def tell(self) -> None:
        """Tell of a write under the same key; ConcurrentMapError if that would be lost."""
        if self.committing:
            raise ConcurrentMapError("concurrent map writes")
        self.disturbed = True

    def may_be_of(self, key: Any, convert: Callable[[Any], Any]) -> bool:
        """Whether a key may be the step's own, as far as hash() tells, or fails to."""
        if self.hashing:
            return True  # by the key's own __hash__
        self.hashing = True
        try:
            if self.hash is None:
                self.hash = hash(convert(self.key))
            return hash(convert(key)) == self.hash
        except Exception:  # the write itself will raise it, in gomap.Map's words
            return True
        finally:
            self.hashing = False


def _as_it_is(key: Any) -> Any:
    return key


def _conversion(key_type: Any) -> Callable[[Any], Any]:
    """Return what a map makes of a key before it hashes it."""
    if key_type is int or key_type in SIZED[:8]:
        return operator.index
    if key_type in (float, complex, bool, *SIZED[8:]):
        return key_type  # type: ignore[no-any-return]
    return _as_it_is


class Gone:
    """What left the map during one range(): it is not shown again, if it comes back.

    `earlier` is that of the range that was under way before: a chain, since to go
    through it takes no memory.  One that is `over` leaves it then or later: to take the
    lock may need memory that is not there.
    """

    __slots__ = ("cleared", "earlier", "keys", "over", "touched")

    def __init__(self) -> None:
        self.touched = self.cleared = self.over = False
        self.keys: Any = None
        self.earlier: Gone | None = None

    def note(self, key: Any, key_type: Any) -> None:
        """Note that the entry of the key was deleted."""
        if self.keys is None:
            self.keys = GoMap.__class_getitem__((key_type, bool_))()
        self.keys[key] = True
        self.touched = True

    def note_all(self) -> None:
        """Note that everything was."""
        self.cleared = self.touched = True


def equal(a: Any, b: Any) -> bool:
    """Are two elements the same to compare_and_swap?  Identity, then ``==``; NaN never is."""
    if a is b:
        return not (type(a) in (float, complex) and a != a)
    return bool(a == b)


def _is_guarded(cls: type) -> bool:
    return issubclass(cls, Guarded)


def _is_same(name: str, cls: type, base: type) -> bool:
    return getattr(cls, name) is getattr(base, name)


class Guarded(MutableMapping[K, V]):
    """The map within, the lock, and how compound operations go about it."""

    _plain: ClassVar[Any] = GoMap
    _origin: ClassVar[Any] = None
    #: Reads that need nothing of this class: (name here, name in gomap.Map).  Instances
    #: hold the inner map's own methods under these names, one call instead of two.
    _direct: ClassVar[tuple[tuple[str, str], ...]] = ()
    key_type: ClassVar[Any] = object
    elem_type: ClassVar[Any] = object

    _map: GoMap[K, V]
    _step: Step | None
    _gone: Gone | None

    def __class_getitem__(cls, types: Any, /) -> Any:
        """Map[K, V]: the class for these types, always the same one."""
        return parametrised(cls, types)

    def __init_subclass__(cls, **options: Any) -> None:
        """Leave to the class what it, or a class mixed in, does in its own way."""
        super().__init_subclass__(**options)
        if "_direct" not in vars(cls):
            # No generator expressions: CPython 3.12 and 3.13 crash where one finds
            # no memory for its function.
            base: Any = next(filter(_is_guarded, cls.__mro__[1:]))
            direct = [pair for pair in base._direct if _is_same(pair[0], cls, base)]
            cls._direct = (*direct,)

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Make a map that works even before, or without, __init__."""
        self = super().__new__(cls)
        self._adopt(cls._plain.__new__(cls._plain))
        return self

    def _adopt(self, plain: GoMap[K, V]) -> None:
        """Be the map around this one, in use by nobody yet."""
        self._map = plain
        self._lock = Lock()
        self._step = None
        self._gone = None
        for name, read in self._direct:
            setattr(self, name, getattr(plain, read))

    # ---- writing ------------------------------------------------------------------

    def _disturb(self, key: Any, step: Step | None) -> None:
        """Tell `step` and those around it of a write; ConcurrentMapError if it would be lost."""
        convert = _conversion(self.key_type)
        while step is not None:
            if step.may_be_of(key, convert):
                step.tell()
            step = step.outer

    def _disturb_all(self) -> None:
        """Tell the steps in progress of a write under any keys."""
        step = self._step
        while step is not None:
            step.tell()
            step = step.outer

    # ---- for range() ------------------------------------------------------------------

    def _watch(self) -> Gone:
        gone = Gone()
        with self._lock:  # no deletion is half done, so each is before this or noted
            self._forget_ended()
            gone.earlier = self._gone
            self._gone = gone
        return gone

    def _unwatch(self, gone: Gone) -> None:
        gone.over = True
        with self._lock:
            self._forget_ended()

    def _forget_ended(self) -> None:
        """Take ranges that are over out of the chain; the lock is held."""
        while self._gone is not None and self._gone.over:
            self._gone = self._gone.earlier
        later = self._gone
        while later is not None:
            while later.earlier is not None and later.earlier.over:
                later.earlier = later.earlier.earlier
            later = later.earlier

    def _note(self, key: Any) -> None:
        """Tell the ranges under way that the key was deleted; the lock is held."""
        gone = self._gone
        while gone is not None:
            if not gone.over:
                gone.note(key, self.key_type)
            gone = gone.earlier

    # ---- pickling -------------------------------------------------------------------------

    def _shown_name(self) -> str:
        cls = type(self)
        return f"sync.{cls.__name__}" if cls.__module__ == "gomap.sync" else cls.__name__

    def __reduce__(self) -> Any:
        """For pickle and deepcopy: the class, then the map within and the attributes."""
        state: Any = object.__getstate__(self)
        attributes, slots = state if isinstance(state, tuple) else (state, {})
        own = {name: value for name, value in attributes.items() if name not in _OWN}
        return rebuild, (recipe_of(type(self)),), (self._map, {**own, **slots})

    def __setstate__(self, state: tuple[GoMap[K, V], dict[str, Any]]) -> None:
        """For pickle and deepcopy: take over the map within and the attributes."""
        plain, attributes = state
        self._adopt(plain)
        for name, value in attributes.items():
            setattr(self, name, value)


#: Instance attributes that are made anew, never copied; a subclass's own are others.
_OWN = frozenset(("_map", "_lock", "_step", "_gone", "load", "get"))
