"""Maps to JSON and back, as Go's ``encoding/json`` does it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from . import _types
from ._gomap import Map

__all__ = ["from_json", "json_default"]

_M = TypeVar("_M", bound=Map[Any, Any])

_INTS: Final[set[Any]] = {int, *(t for t in _types.SIZED if "int" in t.__name__)}
_AS_THEY_COME: Final[set[Any]] = {str, object, _types.interface}
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)


def json_default(obj: object, /) -> dict[str, Any] | None:
    """json_default(obj, /): what ``json.dumps(..., default=gomap.json_default)`` writes for a map.

    A dict for a Map or a `gomap.sync.Map`, None (null) for a nil map; maps inside come
    back through the encoder. As in Go, keys are strings or integers, and integers
    become strings; TypeError for keys of other types and for every other object.
    ValueError when two keys are the same string. O(n).

    Go sorts the keys: so does ``sort_keys=True``. For orjson pass the same function,
    and ``option=orjson.OPT_SORT_KEYS`` to sort.

    >>> import json
    >>> from gomap import Map, json_default
    >>> m = Map[str, object]({"squares": Map[int, int]({2: 4, 10: 100}), "none": Map.nil()})
    >>> json.dumps(m, default=json_default, sort_keys=True)
    '{"none": null, "squares": {"10": 100, "2": 4}}'
    """
    if isinstance(obj, Map):
        return None if obj.is_nil else _object(obj)
    sync = sys.modules.get("gomap.sync")
    if sync is not None and isinstance(obj, sync.Map):
        return _object(obj.copy())
    raise TypeError(f"Object of type {type(obj).__name__} is not JSON serializable")


def _object(m: Any) -> dict[str, Any]:
    """Return the map as a dict with exact strings for keys, which every encoder takes."""
    if m.key_type in _INTS:
        numbered = m.to_dict()
        return dict(zip(map(int.__repr__, numbered), numbered.values(), strict=True))
    if m.key_type is str:
        entries: dict[str, Any] = m.to_dict()
        if {str}.issuperset(map(type, entries)):
            return entries
    pairs = list(m.items())
    made = {_text(m, key): elem for key, elem in pairs}
    if len(made) < len(pairs):
        raise _same_text(m, [key for key, _ in pairs])
    return made


def _same_text(m: Any, keys: list[Any]) -> ValueError:
    """Return the error that names two keys with one text."""
    seen: dict[str, Any] = {}
    for key in keys:
        other = seen.setdefault(_text(m, key), key)
        if other is not key:
            break
    return ValueError(f"{_name(m)}: the keys {other!r} and {key!r} are the same in JSON")


def _text(m: Any, key: object) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return int.__repr__(key)
    raise TypeError(
        f"{_name(m)}: a key in JSON must be a str or an int, not {type(key).__name__}: {key!r:.60}"
    )


def _name(m: object) -> str:
    return type(m).__qualname__


def from_json(cls: type[_M], value: Any, /) -> _M:
    """from_json(cls, value, /): a map of that class from what ``json.loads`` gave.

    As Go's ``json.Unmarshal`` does it: the keys of a map of integers are read from
    their decimal digits (those of a str or int enumeration, by value), elements that
    are maps themselves in the same way, and null is the nil map. Everything else is
    checked as the class checks it: TypeError for a wrong type, OverflowError for a
    number out of range, ValueError for a key that is no number. O(n).

    >>> import json
    >>> from gomap import Map, from_json
    >>> from_json(Map[str, Map[int, float]], json.loads('{"a": {"2": 0.5}, "b": null}'))
    Map[str, Map[int, float]]({'a': Map[int, float]({2: 0.5}), 'b': Map[int, float].nil()})
    """
    if not _is_map_class(cls):
        raise TypeError(f"from_json: a class of maps is required, not {cls!r:.60}")
    if value is None:
        return cls.nil()
    if not isinstance(value, Mapping):
        raise TypeError(f"{cls.__qualname__}: a JSON object is required, not {_kind(value)}")
    read = _key_reader(cls)
    if read is not None:
        value = {read(key): elem for key, elem in value.items()}
    elem_type = cls.elem_type
    if _is_map_class(elem_type):
        value = {key: from_json(elem_type, elem) for key, elem in value.items()}
    return cls(value)


def _is_map_class(cls: object) -> bool:
    return isinstance(cls, type) and issubclass(cls, Map)


def _key_reader(cls: type[Map[Any, Any]]) -> Callable[[Any], Any] | None:
    """Return what makes a key of that class of a string, None when nothing has to."""
    key_type: Any = cls.key_type
    if key_type in _AS_THEY_COME:
        return None
    if key_type in _INTS:
        return partial(_number, cls)
    if isinstance(key_type, type) and issubclass(key_type, str):
        return key_type
    if isinstance(key_type, type) and issubclass(key_type, int) and key_type is not bool:
        return partial(_enumerated, cls)
    raise TypeError(f"{cls.__qualname__}: a key in JSON must be a str or an int")


def _number(cls: type, key: object) -> Any:
    """Read an integer as Go does: digits after a sign, nothing else."""
    if not isinstance(key, str):
        return key
    if not _DECIMAL.fullmatch(key):
        raise ValueError(f"{cls.__qualname__}: the key {key!r:.60} is no decimal integer")
    return int(key)


def _enumerated(cls: type[Map[Any, Any]], key: object) -> Any:
    """Read a member of the enumeration that the keys are, by its value."""
    return cls.key_type(_number(cls, key))


def _kind(value: object) -> str:
    return f"{type(value).__name__}: {value!r:.60}"
