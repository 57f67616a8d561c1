"""What a type checker says of mistakes: each marked line is an error to mypy and to pyright.

A mark whose error does not come is an error itself, in both.
"""

from __future__ import annotations

import gomap
from gomap import Map, float64, int64

ages = Map[str, int]()
prices = Map[int64, float64]()

ages[1] = 1  # type: ignore[index]  # pyright: ignore[reportArgumentType]
ages["a"] = "b"  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]
ages["a"].upper()  # type: ignore[attr-defined]  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]
del ages[1]  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
ages.lookup(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
ages.add("a", "b")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
ages.get("a").bit_length()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
ages.update({1: 1})  # type: ignore[dict-item]  # pyright: ignore[reportCallIssue, reportArgumentType]
gomap.delete(ages, 1)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
Map[str, int]({1: 1})  # type: ignore[dict-item]  # pyright: ignore[reportCallIssue, reportArgumentType]
Map[str, int](a=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Map[str, int](zero="")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
Map[str]()  # type: ignore[misc]  # pyright: ignore[reportInvalidTypeArguments]
prices["a"] = 1.0  # type: ignore[index]  # pyright: ignore[reportArgumentType]
other: Map[str, str] = ages  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
