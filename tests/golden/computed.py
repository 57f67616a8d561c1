"""The computed traces of family ``big``: keys, hashes and operations by SplitMix64."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from typing import Any

GAMMA = 0x9E3779B97F4A7C15
MUL1 = 0xBF58476D1CE4E5B9
MUL2 = 0x94D049BB133111EB
MASK = (1 << 64) - 1


def mix(x: int) -> int:
    """One draw of SplitMix64."""
    z = (x + GAMMA) & MASK
    z = ((z ^ (z >> 30)) * MUL1) & MASK
    z = ((z ^ (z >> 27)) * MUL2) & MASK
    return z ^ (z >> 31)


def signed(x: int) -> int:
    """Read 64 bits as an int64."""
    return x - (1 << 64) if x >> 63 else x


def keys_of(n: int, seed: int) -> list[int]:
    """Keys of the kids 0 to n-1."""
    return [signed(mix((seed + kid) & MASK)) for kid in range(n)]


def mixed_hashes(keys: list[int], hash0: int) -> list[int]:
    """Hashes of hasher ``mix`` under a recorded ``hash0``."""
    return [mix(mix(key & MASK) ^ hash0) for key in keys]


def packed_hashes(text: str) -> list[int]:
    """Hashes of an ``hb`` line."""
    raw = base64.b64decode(text)
    return list(struct.unpack(f"<{len(raw) // 8}Q", raw))


class Operations:
    """The operations of one ``r`` line, run in pieces that end at a check."""

    def __init__(self, keys: list[int], seed: int, assigns: int, deletes: int, done: int) -> None:
        """``done`` operations of the trace have been run before."""
        self.keys, self.x = keys, seed
        self.assigns, self.touched = assigns, assigns + deletes
        self.done = done

    def run(self, m: Any, n: int) -> tuple[int, int]:
        """Run n operations; return the lookups that hit and the sum of their values."""
        keys, x, universe = self.keys, self.x, len(self.keys)
        assigns, touched, done = self.assigns, self.touched, self.done
        lookup: Callable[[int], tuple[int, bool]] = m.lookup
        hits = total = 0
        for number in range(done, done + n):
            # mix(x), written out: it is most of the replay's time.
            x = (x + GAMMA) & MASK
            z = ((x ^ (x >> 30)) * MUL1) & MASK
            z = ((z ^ (z >> 27)) * MUL2) & MASK
            z ^= z >> 31
            p = (z & 0xFFFFFFFF) % 100
            key = keys[((z >> 32) * universe) >> 32]
            if p < assigns:
                m[key] = number
            elif p < touched:
                del m[key]
            else:
                value, found = lookup(key)
                if found:
                    hits += 1
                    total += value
        self.x, self.done = x, done + n
        return hits, total & MASK
