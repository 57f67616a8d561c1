"""``Map[K, V]`` as a pydantic v2 type: what ``Map.__get_pydantic_core_schema__`` returns.

    dict, other mapping ───┐                 per K        per V
    list of pairs (lax) ───┤── entries ── validated ── validated ──▶ Map[K, V](entries)
    JSON object ───────────┘
    a Map[K, V] already ───────────────────────────────────────────▶ itself, as it is

A map is written as a dict or a JSON object, a nil map as an empty one: the schema says
"object", and what is written must be readable by the same schema. pydantic is imported
where it is used, that is, when pydantic asks.
"""

from __future__ import annotations

import struct
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Final

from . import _types
from ._gomap import Map

__all__ = ["core_schema"]

_SIZED_INTS: Final[set[Any]] = {t for t in _types.SIZED if "int" in t.__name__}
_PLAIN: Final[dict[Any, type]] = {
    _types.float64: float,
    _types.complex128: complex,
    _types.bool_: bool,
}
_ANYTHING: Final[set[Any]] = {object, _types.interface}


def core_schema(cls: type[Map[Any, Any]], source: Any, handler: Any) -> Any:
    """core_schema(cls, source, handler): pydantic's schema of a class of maps.

    `source` is the annotation: the class, or ``Map[K, V]`` with type variables in it;
    `handler` makes the schemas of K and V, and raises pydantic's error when it has none.
    """
    from pydantic_core import core_schema as make

    key, elem = typing.get_args(source) or (cls.key_type, cls.elem_type)
    entries = make.dict_schema(_schema_of(key, handler), _schema_of(elem, handler))
    pairs = make.no_info_before_validator_function(_as_dict, entries)

    def from_python(value: Any, validate: Any) -> Any:
        return value if isinstance(value, cls) else from_entries(validate(value))

    def from_entries(value: dict[Any, Any]) -> Any:
        return _make(cls, value)

    return make.json_or_python_schema(
        json_schema=make.no_info_after_validator_function(from_entries, entries),
        python_schema=make.no_info_wrap_validator_function(
            from_python, make.lax_or_strict_schema(pairs, entries)
        ),
        serialization=make.wrap_serializer_function_ser_schema(_as_plain, schema=entries),
    )


def _as_plain(value: Any, serialise: Any) -> Any:
    """Write the map as a dict is written; something else as it is, for pydantic to warn of.

    A plain function would be faster, but pydantic hands it no ``include`` and ``exclude``.
    """
    return serialise(value.to_dict() if isinstance(value, Map) else value)


def _schema_of(type_: Any, handler: Any) -> Any:
    """Return the schema of a key or element type."""
    from pydantic_core import core_schema as make

    if type_ in _ANYTHING:
        return make.any_schema()
    if type_ is _types.float32:
        return make.no_info_after_validator_function(_rounded, make.float_schema())
    if type_ in _SIZED_INTS:
        low = -(1 << (type_.bits - 1)) if type_.signed else 0
        return make.int_schema(ge=low, le=low + (1 << type_.bits) - 1)
    return handler.generate_schema(_PLAIN.get(type_, type_))


def _rounded(number: float) -> float:
    """Return the number as a float32 holds it; an error where none does."""
    from pydantic_core import PydanticCustomError

    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError as error:
        raise PydanticCustomError("float32_range", "Input should fit in a float32") from error
    return rounded


def _as_dict(value: Any) -> Any:
    """Return a dict of pairs; what is no iterable of pairs stays for the dict's own error."""
    from pydantic_core import InitErrorDetails, ValidationError

    if isinstance(value, (Mapping, str, bytes, bytearray)) or not isinstance(value, Iterable):
        return value
    entries: dict[Any, Any] = {}
    errors: list[InitErrorDetails] = []
    for at, pair in enumerate(value):
        wrong = _put(entries, pair)
        if wrong is not None:
            errors.append(InitErrorDetails(type=wrong, loc=(at,), input=pair))
    if errors:
        raise ValidationError.from_exception_data("Map", errors)
    return entries


def _put(entries: dict[Any, Any], pair: Any) -> Any:
    """Put the pair into the dict, or return what is wrong with it."""
    from pydantic_core import PydanticCustomError

    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return PydanticCustomError("map_pair", "Input should be a pair of key and element")
    try:
        entries[pair[0]] = pair[1]
    except TypeError as error:
        return PydanticCustomError("map_key", "Key should be hashable: {why}", {"why": str(error)})
    return None


def _make(cls: type[Map[Any, Any]], entries: dict[Any, Any]) -> Any:
    """Make the map; what only the class refuses is an error of the whole."""
    from pydantic_core import PydanticCustomError

    try:
        return cls(entries)
    except (TypeError, OverflowError) as error:
        raise PydanticCustomError("map", "{why}", {"why": str(error)}) from error
