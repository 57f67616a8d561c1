"""sync.Map: marked lines are errors to mypy and to pyright, no other is."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import assert_type

from gomap import float64, int64, sync

hits = sync.Map[str, int]({"/index": 1}, hint=10, seed=7)
value, ok = hits.load("/index")
assert_type(value, int)
assert_type(ok, bool)
assert_type(hits, sync.Map[str, int])
assert_type(hits.load_or_store("a", 1), tuple[int, bool])
assert_type(hits.compare_and_swap("a", 1, 2), bool)
assert_type(hits.get("a"), int | None)
assert_type(hits.pop("a", None), int | None)
assert_type(hits.copy(), sync.Map[str, int])
assert_type(hits["a"], int)
assert_type([key for key in hits], list[str])
hits.range(lambda key, value: key.upper() != "A" and value > 0)
mapping: MutableMapping[str, int] = hits
numbers: sync.Map[int64, float64] = sync.Map[int64, float64]()
numbers.store(1, 2.5)


class Sessions(sync.Map[str, bytes]):
    def expire(self, key: str) -> bytes:
        return self.load_and_delete(key)[0]


assert_type(Sessions().expire("a"), bytes)

m = sync.Map[str, int]()
m.store(1, 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
m.store("a", "b")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
m.compare_and_swap("a", "1", 2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
m.range(lambda key: None)  # type: ignore[misc, arg-type]  # pyright: ignore[reportArgumentType]
m.load("a")[0].upper()  # type: ignore[attr-defined]  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]
sync.Map[str, int](size=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
