"""What the sized types mean to a type checker: the Python types they hold.

At run time they are classes of their own (see _types.py); `Map[int64, float64]` takes
and gives plain ints and floats, so that is what a checker should see.
"""

from typing import Any, TypeAlias

interface: TypeAlias = Any
int8: TypeAlias = int
int16: TypeAlias = int
int32: TypeAlias = int
int64: TypeAlias = int
uint8: TypeAlias = int
uint16: TypeAlias = int
uint32: TypeAlias = int
uint64: TypeAlias = int
float32: TypeAlias = float
float64: TypeAlias = float
complex128: TypeAlias = complex
bool_: TypeAlias = bool

SIZED: tuple[type, ...]
