"""Holding a snapshot of a map against a recorded dump."""

from __future__ import annotations

from typing import Any

from golden.canon import MIN_TOPHASH, Chain, is_evacuated

SAME_SIZE_GROW = 8


class Mismatch(AssertionError):
    """A replayed map that is not the recorded one: where, what, and both values."""

    def __init__(self, trace: str, line: int, field: str, expected: object, got: object) -> None:
        """Name the trace, the line of its file and the field."""
        self.trace, self.line, self.field = trace, line, field
        super().__init__(f"{trace}, line {line}: {field}: expected {expected!r}, got {got!r}")


class Comparison:
    """One snapshot against one dump; every difference is a ``Mismatch``."""

    def __init__(self, trace: str, line: int, values: Any, places: bool) -> None:
        """``values`` translates kids and elems (a ``Replay``)."""
        self.trace, self.line, self.values, self.places = trace, line, values, places

    def same(self, field: str, expected: object, got: object) -> None:
        """Demand equality of one field."""
        if expected != got:
            raise Mismatch(self.trace, self.line, field, expected, got)

    def dump(self, dump: dict[str, Any], hmap: Any) -> None:
        """Compare everything that FORMAT.md calls comparable."""
        self.header(dump, hmap)
        self.array("buckets", dump["buckets"], hmap.buckets)
        self.array("old", dump["old"], hmap.oldbuckets)

    def header(self, dump: dict[str, Any], hmap: Any) -> None:
        """Compare the fields of the header and those that follow from them."""
        self.same("count", dump["count"], hmap.count)
        self.same("flags", dump["flags"], hmap.flags)
        self.same("B", dump["B"], hmap.B)
        if dump["B"] < 16:
            self.same("noverflow", dump["noverflow"], hmap.noverflow)
        self.same("nevacuate", dump["nevacuate"], hmap.nevacuate)
        self.same("growing", dump["nold"] > 0, hmap.growing)
        same_size = bool(dump["flags"] & SAME_SIZE_GROW)
        self.same("same_size_grow", same_size, hmap.same_size_grow)
        if self.places:
            self.same("nextoverflow", dump["nextoverflow"], hmap.next_overflow)

    def array(self, field: str, recorded: Any, chains: Any) -> None:
        """Compare an array of chains, the old one or the present one."""
        if recorded is None or chains is None:
            self.same(field, recorded is None, chains is None)
            return
        self.same(f"number of {field}", len(recorded), len(chains))
        for index, (expected, chain) in enumerate(zip(recorded, chains, strict=True)):
            name = f"{field}[{index}]"
            self.chain(name, index, expected, chain, cut=field == "old" and is_evacuated(chain))

    def chain(self, name: str, index: int, recorded: Any, chain: Chain, cut: bool) -> None:
        """Compare one chain; of a cut one only the buckets that both sides have."""
        if not cut:
            self.same(f"length of {name}", len(recorded), len(chain))
        for place, (expected, bucket) in enumerate(zip(recorded, chain, strict=not cut)):
            where = f"{name}[{place}]"
            self.same(f"{where}.index", index, bucket.index)
            self.same(f"{where}.tophash", expected[0], bucket.tophash.hex())
            self.slots(where, expected[1], bucket)
            self.place(where, expected, bucket, first=place == 0)

    def slots(self, where: str, recorded: Any, bucket: Any) -> None:
        """Compare the entries of a bucket and that there is nothing beside them."""
        got: list[Any] = []
        for slot, top in enumerate(bucket.tophash):
            key, elem = bucket.keys[slot], bucket.elems[slot]
            if top >= MIN_TOPHASH:
                got.append(self.values.kid_of(key))
                got.append(self.values.elem_json(elem))
            else:
                self.same(f"{where} empty slot {slot}", (None, None), (key, elem))
        self.same(f"{where} entries (kid, elem, ...)", recorded, got)

    def place(self, where: str, recorded: Any, bucket: Any, first: bool) -> None:
        """Compare where an overflow bucket comes from."""
        if first:
            self.same(f"{where}.preallocated", None, bucket.preallocated)
        elif self.places:
            expected = None if recorded[2] < 0 else recorded[2]
            self.same(f"{where}.preallocated", expected, bucket.preallocated)
