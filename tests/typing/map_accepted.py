"""What `Map[K, V]` means to a type checker: mypy --strict and pyright take every line.

Nothing here is run. `.ci/typing` runs both checkers.
"""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, NamedTuple, assert_type

import gomap
from gomap import Map, float32, float64, int8, int64, interface, string, uint64


class Point(NamedTuple):
    """What Go calls a struct."""

    x: int
    y: int


@dataclass(frozen=True)
class Session:
    """A class of the user's own."""

    name: str


class Ages(Map[str, int]):
    """A map class of the user's own."""

    def oldest(self) -> str:
        """Self is what it says."""
        return max(self, key=self.__getitem__)


ages = Map[str, int]()
assert_type(ages, Map[str, int])
assert_type(Map[str, int]({"a": 1}), Map[str, int])
assert_type(Map[str, int]([("a", 1)], hint=10, seed=7), Map[str, int])
assert_type(Map({"a": 1}), Map[str, int])
pairs: list[tuple[int, str]] = [(1, "a")]
assert_type(Map(pairs), Map[int, str])
assert_type(Map[str, int].nil(), Map[str, int])
assert_type(Map[str, int].fromkeys(["a"], 1), Map[str, int])
assert_type(Map[str, int](hasher=lambda key, seed: len(key) + seed), Map[str, int])
assert_type(Map[Point, Session | None](), Map[Point, Session | None])
assert_type(Map[str, list[int] | None](zero=None), Map[str, list[int] | None])
anything: Map[object, object] = Map()

# Sized types hold Python's numbers, and that is what a checker sees.
assert_type(Map[int64, float64](), Map[int, float])
assert_type(Map[int8, uint64](), Map[int, int])
assert_type(Map[string, float32](), Map[str, float])
assert_type(Map[interface, int]()["any"], int)

# Operations.
assert_type(ages["a"], int)
assert_type(ages.lookup("a"), tuple[int, bool])
assert_type(ages.get("a"), int | None)
assert_type(ages.get("a", 0), int)
assert_type(ages.get("a", b""), int | bytes)
assert_type(ages.setdefault("a"), int)
assert_type(ages.add("a", 1), int)
assert_type(ages.pop("a"), int)
assert_type(ages.pop("a", None), int | None)
assert_type(ages.popitem(), tuple[str, int])
assert_type(ages.random_item(), tuple[str, int])
assert_type(ages.to_dict(), dict[str, int])
assert_type(ages.is_nil, bool)
assert_type(len(ages), int)
assert_type("a" in ages, bool)
assert_type(ages == {"a": 1}, bool)
ages["a"] = True
del ages["a"]
gomap.delete(ages, "a")
gomap.clear(ages)
ages.update({"a": 1})
ages.update([("a", 1)])
ages |= {"b": 2}
assert_type(ages | {"b": 2}, Map[str, int])
assert_type(ages.copy(), Map[str, int])
assert_type(Ages().copy(), Ages)
assert_type(Ages({"a": 1}).oldest(), str)
assert_type(Ages.nil() | ages, Ages)

# Iteration, views.
assert_type(iter(ages), Iterator[str])
assert_type([key for key in ages], list[str])
assert_type(list(ages.values()), list[int])
assert_type(list(ages.items()), list[tuple[str, int]])
assert_type(ages.keys() & {"a"}, set[str])
names: KeysView[str] = ages.keys()
mutable: MutableMapping[str, int] = ages
mapping: Mapping[str, object] = ages

# Batches.
assert_type(Map[int64, int64].from_arrays([1], [2]), Map[int, int])
elements, found = ages.get_many(["a"])
assert_type(ages.delete_many(["a"]), int)
assert_type(gomap.count("abc"), Map[str, int])
assert_type(gomap.count([1, 2]), Map[int, int])
assert_type(gomap.count("abc", into=Ages()), Ages)
ages.merge({"a": 1})

# Looking inside.
header = gomap.inspect.hmap(ages)
assert_type(header.B, int)
assert_type(header.growing, bool)
assert_type(gomap.inspect.validate(ages), str | None)
assert_type(gomap.inspect.stats(ages).load_factor, float)
with gomap.inspect.record(ages) as events:
    ages["c"] = 3
assert_type(events[0].count, int)


def total(m: Map[str, int]) -> int:
    """Take a map of these types, or a subclass."""
    return sum(m.values())


assert_type(total(Ages()), int)
made: Any = gomap.make(str, int, 1000)
