"""gomap.maps and JSON: marked lines are errors to mypy and to pyright, no other is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_type

import gomap
from gomap import Map, float64, int64, maps


class Ages(Map[str, int]):
    """A class of one's own."""


ages, prices = Ages({"a": 1}), Map[int64, float64]()
plain: Mapping[str, int] = {"a": 1}

assert_type(maps.all(ages), Iterator[tuple[str, int]])
assert_type(maps.keys(prices), Iterator[int])
assert_type(maps.values(plain), Iterator[int])
assert_type(maps.sorted_keys(ages), list[str])
assert_type(maps.sorted_keys(plain), list[str])
pairs: list[tuple[int, str]] = [(1, "a")]
assert_type(maps.collect(pairs), Map[int, str])
assert_type(maps.collect({1: "a"}), Map[int, str])
assert_type(maps.collect(zip("ab", (1, 2)), type=Ages), Ages)
assert_type(maps.collect({"a": 1}, type=Map[str, int]), Map[str, int])
assert_type(maps.clone(ages), Ages)
assert_type(maps.clone(prices), Map[int, float])
assert_type(maps.equal(ages, plain), bool)
maps.insert(ages, [("b", 2)])
maps.insert(ages, maps.all(ages))
maps.insert(ages, plain)
maps.copy(ages, plain)
maps.delete_func(ages, lambda name, age: name.startswith("a") and age > 1)
maps.equal_func(ages, Map[str, str](), lambda age, text: age.bit_length() == len(text))
assert_type(gomap.json_default(ages), dict[str, Any] | None)
assert_type(gomap.from_json(Ages, None), Ages)
assert_type(gomap.from_json(Map[str, Map[int64, float64]], {}), Map[str, Map[int, float]])

maps.insert(ages, [(1, 2)])  # type: ignore[misc]  # pyright: ignore[reportCallIssue, reportArgumentType]
maps.insert(plain, [("b", 2)])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
maps.copy(plain, ages)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
maps.copy(ages, {1: 1})  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
maps.clone(plain)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
maps.collect([1])  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
maps.collect([(1, 2)], type=dict)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
maps.delete_func(ages, lambda name: True)  # type: ignore[misc, arg-type]  # pyright: ignore[reportArgumentType]
maps.sorted_keys(Map[complex, int]())  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
gomap.from_json(dict, {})  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
