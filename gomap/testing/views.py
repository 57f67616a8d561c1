"""The views of mappings: ShuffledDict for dicts, two more for everything else.

A view of a dict is a dict itself, so that ``isinstance(view, dict)`` and C code that
takes nothing else are content.  C code of that kind reads the table inside of the object
and calls no method, so this table holds a second copy of the source's entries, in a drawn
order.  It is written together with the source and rebuilt by each iteration; a change
made to the source directly reaches it at the view's next `len()` or iteration.

    json.dumps, dict(view), {**view}, f(**view)     call our methods: a new order each time
    orjson, pydantic, PyDict_Next                   read the copy: the order drawn last
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, MutableMapping
from reprlib import recursive_repr
from typing import Any

from .streams import Shuffler
from .walks import Walks, unwrapped

__all__ = ["ShuffledDict", "ShuffledMapping", "ShuffledMutableMapping"]

_MISSING = object()
_PLAIN_WRITES = (dict.__setitem__, OrderedDict.__setitem__)


class Writes(Walks):
    """The writing half: each write goes to the source, and `_wrote` is told."""

    __slots__ = ()

    def _wrote(self, key: Any) -> None:
        """Follow the source's entry of this key, for views that keep a copy."""

    def _rewrote(self) -> None:
        """Follow the source's every entry, for views that keep a copy."""

    def __setitem__(self, key: Any, value: Any) -> None:
        self._source[key] = value
        self._wrote(key)

    def __delitem__(self, key: Any) -> None:
        del self._source[key]
        self._wrote(key)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._source, name, value)  # default_factory, say

    def setdefault(self, key: Any, *default: Any) -> Any:
        """setdefault(key[, default]): the source's own setdefault()."""
        value = self._source.setdefault(key, *default)
        self._wrote(key)
        return value

    def pop(self, key: Any, *default: Any) -> Any:
        """pop(key[, default]): the source's own pop()."""
        value = self._source.pop(key, *default)
        self._wrote(key)
        return value

    def popitem(self, *args: Any, **options: Any) -> tuple[Any, Any]:
        """popitem(): remove an entry drawn at random; KeyError when there is none.

        With an argument, as OrderedDict takes it, the source's own popitem().
        """
        if args or options or not len(self._source):
            pair: tuple[Any, Any] = self._source.popitem(*args, **options)
            self._rewrote()
            return pair
        key, value = next(self._pairs())
        del self[key]
        return key, value

    def clear(self) -> None:
        """clear(): empty the source."""
        self._source.clear()
        self._rewrote()

    def update(self, *args: Any, **entries: Any) -> None:
        """update([other], **entries): the source's own update()."""
        self._source.update(*args, **entries)
        self._rewrote()

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self


class ShuffledMapping(Walks, Mapping[Any, Any]):
    """A live view of a mapping that cannot be written."""

    __slots__ = ("__weakref__", "_shuffler", "_source")


class ShuffledMutableMapping(Writes, MutableMapping[Any, Any]):
    """A live view of a mapping that is no dict: a Map, a ChainMap, os.environ."""

    __slots__ = ("__weakref__", "_shuffler", "_source")


class ShuffledDict(Writes, dict):  # type: ignore[type-arg]
    """A live view of a dict that is itself a dict; called, a new dict under a view.

    >>> d = ShuffledDict(a=1, b=2)
    >>> d["c"] = 3
    >>> sorted(d), isinstance(d, dict)
    (['a', 'b', 'c'], True)
    """

    __slots__ = ("__weakref__", "_shuffler", "_source")

    def __init__(self, *args: Any, **entries: Any) -> None:
        self._attach(dict(*args, **entries), Shuffler())

    def _attach(self, source: Any, shuffler: Shuffler) -> None:
        super()._attach(source, shuffler)
        pairs = list(dict.items(source))
        if pairs:
            shuffler.shuffle(pairs)
        dict.update(self, pairs)

    def _drawn(self, pairs: list[tuple[Any, Any]]) -> None:
        self._copy(pairs)

    def _copy(self, pairs: list[tuple[Any, Any]]) -> None:
        dict.clear(self)
        dict.update(self, pairs)

    def _rewrote(self) -> None:
        self._copy(list(dict.items(self._source)))

    def _wrote(self, key: Any) -> None:
        source = self._source
        if type(source).__setitem__ in _PLAIN_WRITES:
            value = dict.get(source, key, _MISSING)
            if value is _MISSING:
                dict.pop(self, key, None)
            else:
                dict.__setitem__(self, key, value)
        if dict.__len__(self) != len(source):  # keys that a subclass changes, changes behind us
            self._rewrote()

    def __len__(self) -> int:
        size = len(self._source)
        if size != dict.__len__(self):
            self._rewrote()
        return size

    def __getitem__(self, key: Any) -> Any:
        value = self._source[key]
        if len(self._source) != dict.__len__(self):  # a __missing__ that inserts
            self._wrote(key)
        return value

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        is_method = getattr(found, "__self__", None) is self._source
        return self._followed(found) if is_method else found

    def _followed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Call a method that only the source has, which may write."""

        def call(*args: Any, **options: Any) -> Any:
            try:
                return method(*args, **options)
            finally:
                self._rewrote()

        return call

    @classmethod
    def fromkeys(cls, keys: Any, value: Any = None, /) -> Any:
        """fromkeys(keys, value=None, /): a new dict under a view, as dict.fromkeys()."""
        return cls(dict.fromkeys(keys, value))

    @recursive_repr("{...}")
    def __repr__(self) -> str:
        source = self._source
        shown = repr(dict(self.items()))
        if type(source) is dict:
            return shown
        if type(source) is defaultdict:
            return f"defaultdict({source.default_factory!r}, {shown})"
        return f"shuffled({source!r})"

    def __sizeof__(self) -> int:
        return dict.__sizeof__(self)


def is_view_of(view: object, kind: type) -> bool:
    """Tell whether this is a view whose source is an instance of `kind`.

    >>> is_view_of(ShuffledDict(), defaultdict), is_view_of(ShuffledDict(), dict)
    (False, True)
    """
    return isinstance(view, Walks) and isinstance(unwrapped(view), kind)
