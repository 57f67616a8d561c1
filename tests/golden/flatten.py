"""Traces as lines of numbers, for the C program that replays them (failures.c).

    python tests/golden/flatten.py [FAMILY ...] | build/golden-failures

Every number is an unsigned 64-bit integer. Keys are kids (float keys their bits), elements
that are no integers are numbered. The computed traces (family ``big``) are left out.

    T hint keysize elemsize float name   a trace begins
    k bits hash                          the next kid
    e n hash ...                         hashes of kids 0 to n-1 under a new seed
    a kid v   d kid   g kid found v   c   i it start offset kid v   n it kid v   w start offset n
    s count B noverflow nevacuate growing
    p sum                                the whole state, see `dump_sum`
    E steps
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from golden.canon import EVACUATED
from golden.traces import Trace, families, traces

MASK = (1 << 64) - 1
NONE = MASK
PRIME = 0x100000001B3


class Sum:
    """A checksum over 64-bit words, FNV-1a's step for each."""

    def __init__(self) -> None:
        self.value = 0xCBF29CE484222325

    def add(self, *words: int) -> None:
        """Take in words."""
        for word in words:
            self.value = ((self.value ^ (word & MASK)) * PRIME) & MASK


class Flat:
    """One trace's lines, as they come."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.floats = trace.header["key"] == "float64"
        self.names: dict[str, int] = {}
        self.bits: list[int] = []

    def elem(self, value: Any) -> int:
        """A number for an element."""
        if value is None:
            return NONE
        if isinstance(value, int):
            return value & MASK
        return self.names.setdefault(repr(value), len(self.names))

    def kid(self, kid: int | None) -> int:
        """A key, or none."""
        return NONE if kid is None else kid

    def lines(self) -> Iterator[str]:
        """All lines of the trace."""
        header = self.trace.header
        sizes = header["hint"] or 0, header["keysize"], header["elemsize"], int(self.floats)
        yield " ".join(map(str, ("T", *sizes, header["trace"])))
        for _, (kind, *rest) in self.trace.lines():
            numbers = getattr(self, f"of_{kind}")(*rest)
            if numbers is not None:
                yield " ".join(map(str, numbers))

    def of_k(self, key: Any, hashed: str) -> Any:
        self.bits.append(int(key, 16) if self.floats else len(self.bits))
        return "k", self.bits[-1], int(hashed, 16)

    def of_e(self, _hash0: int, hashes: list[str]) -> Any:
        return "e", len(hashes), *(int(hashed, 16) for hashed in hashes)

    def of_a(self, kid: int, elem: Any) -> Any:
        return "a", kid, self.elem(elem)

    def of_d(self, kid: int) -> Any:
        return "d", kid

    def of_g(self, kid: int, found: int, elem: Any) -> Any:
        return "g", kid, found, self.elem(elem)

    def of_c(self) -> Any:
        return ("c",)

    def of_is(self, it: int, start: Any, offset: Any, kid: Any, elem: Any) -> Any:
        where = (NONE, NONE) if start is None else (start, offset)
        return "i", it, *where, self.kid(kid), self.elem(elem)

    def of_in(self, it: int, kid: Any, elem: Any) -> Any:
        return "n", it, self.kid(kid), self.elem(elem)

    def of_it(self, start: int, offset: int, n: int, _sha: str) -> Any:
        return "w", start, offset, n

    def of_s(self, *numbers: int) -> Any:
        return "s", *numbers

    def of_cp(self, dump: dict[str, Any]) -> Any:
        return "p", self.dump_sum(dump)

    def of_dg(self, _sha: str) -> None:
        return None

    def of_end(self, steps: int, _sha: str) -> Any:
        return "E", steps

    def dump_sum(self, dump: dict[str, Any]) -> int:
        """The header, then old chains, then new ones: of evacuated ones the first bucket's
        tophash bytes, of others every bucket with its entries and where it comes from."""
        made = Sum()
        flags, b = dump["flags"], dump["B"]
        made.add(dump["count"], flags, b, dump["noverflow"], dump["nevacuate"], dump["nold"])
        made.add(self.kid(dump["nextoverflow"]))
        for old, chains in ((1, dump["old"]), (0, dump["buckets"])):
            for index, chain in enumerate(chains or ()):
                evacuated = old and int(chain[0][0][:2], 16) in EVACUATED
                for position, bucket in enumerate(chain[:1] if evacuated else chain):
                    made.add(old, index, position, int(bucket[0], 16))
                    if not evacuated:
                        self._add_entries(made, bucket)
        return made.value

    def _add_entries(self, made: Sum, bucket: Any) -> None:
        pairs = bucket[1]
        for kid, elem in zip(pairs[::2], pairs[1::2], strict=True):
            made.add(self.bits[kid], self.elem(elem))
        made.add(bucket[2] if len(bucket) > 2 else -1)


def main() -> None:
    """Print the traces of the families named, or of all but ``big``."""
    for family in sys.argv[1:] or [name for name in families() if name != "big"]:
        for trace in traces(family):
            sys.stdout.writelines(f"{line}\n" for line in Flat(trace).lines())


if __name__ == "__main__":
    main()
