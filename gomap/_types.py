"""Go's sized types, as markers for ``Map[K, V]``.

A map of a sized type stores bare numbers. ``int64`` and its like are classes to
name a type with; calling one checks and converts, and gives a plain Python number:

>>> from gomap import int8
>>> int8(100)
100
"""

from __future__ import annotations

import operator
import struct
from typing import Any, ClassVar, SupportsComplex, SupportsFloat, SupportsIndex

__all__ = [
    "SIZED",
    "bool_",
    "complex128",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "interface",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]


class interface:
    """Go's ``any``: keys are equal only if their types are the same and their values are equal.

    As an element type it is the same as ``object``.

    >>> from gomap import Map, interface
    >>> m = Map[interface, str]()
    >>> m[1], m[1.0], m[True] = 'int', 'float', 'bool'
    >>> len(m)
    3
    """

    def __new__(cls, value: Any = None) -> Any:
        """Return the value as it is."""
        return value


class _SizedInt:
    """An integer type of Go: `bits` wide, `signed` or not."""

    bits: ClassVar[int]
    signed: ClassVar[bool]

    def __new__(cls, value: SupportsIndex = 0) -> Any:
        """Return the value as an int; OverflowError when it does not fit."""
        number = int.__index__(operator.index(value))
        low = -(1 << (cls.bits - 1)) if cls.signed else 0
        if not low <= number < low + (1 << cls.bits):
            shown = number if number.bit_length() <= 256 else "the number"  # not all can be shown
            raise OverflowError(f"{shown} is out of range for {cls.__name__}")
        return number


class int8(_SizedInt):
    """A signed 8-bit integer: -128 to 127."""

    bits, signed = 8, True


class int16(_SizedInt):
    """A signed 16-bit integer: -32,768 to 32,767."""

    bits, signed = 16, True


class int32(_SizedInt):
    """A signed 32-bit integer: -2**31 to 2**31 - 1."""

    bits, signed = 32, True


class int64(_SizedInt):
    """A signed 64-bit integer: -2**63 to 2**63 - 1."""

    bits, signed = 64, True


class uint8(_SizedInt):
    """An unsigned 8-bit integer: 0 to 255."""

    bits, signed = 8, False


class uint16(_SizedInt):
    """An unsigned 16-bit integer: 0 to 65,535."""

    bits, signed = 16, False


class uint32(_SizedInt):
    """An unsigned 32-bit integer: 0 to 2**32 - 1."""

    bits, signed = 32, False


class uint64(_SizedInt):
    """An unsigned 64-bit integer: 0 to 2**64 - 1."""

    bits, signed = 64, False


class float32:
    """An IEEE 754 binary32 number; doubles are rounded to it."""

    def __new__(cls, value: SupportsFloat = 0.0) -> Any:
        """Return the value rounded, as a float; OverflowError when it is too large."""
        number: float = struct.unpack("<f", struct.pack("<f", float(value)))[0]
        return number


class float64:
    """An IEEE 754 binary64 number: Python's float, unboxed."""

    def __new__(cls, value: SupportsFloat = 0.0) -> Any:
        """Return the value as a float."""
        return float(value)


class complex128:
    """A pair of binary64 numbers: Python's complex, unboxed."""

    def __new__(cls, value: SupportsComplex | SupportsFloat = 0j) -> Any:
        """Return the value as a complex."""
        return complex(value)


class bool_:
    """A bool in one byte."""

    def __new__(cls, value: object = False) -> Any:
        """Return the truth of the value."""
        return bool(value)


#: The sized types in the order of the engine's type codes (src/python/state.h).
SIZED: tuple[type, ...] = (
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float32,
    float64,
    complex128,
    bool_,
)

for _marker in (interface, *SIZED):
    _marker.__module__ = "gomap"  # where users find them
