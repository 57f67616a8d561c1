"""Canonical bytes of values and of whole snapshots (FORMAT.md, "Digest")."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

EVACUATED = range(2, 5)
MIN_TOPHASH = 5
CUT = b"\xff\xff\xff\xff"
"""Stands for the rest of an evacuated chain, which is not comparable."""


class Pair(NamedTuple):
    """What the traces call ``pair``: Go's struct of two int32."""

    a: int
    b: int


class BucketLike(Protocol):
    """What a snapshot's bucket must show."""

    @property
    def index(self) -> int: ...
    @property
    def tophash(self) -> bytes: ...
    @property
    def keys(self) -> tuple[Any, ...]: ...
    @property
    def elems(self) -> tuple[Any, ...]: ...
    @property
    def preallocated(self) -> int | None: ...


Chain = tuple[BucketLike, ...]


class Canon(NamedTuple):
    """How values of one recorded type are read and encoded."""

    read: Callable[[Any], Any]
    """From JSON to the Python value."""
    encode: Callable[[Any], bytes]
    """From the Python value to its canonical bytes."""


def _packer(form: str) -> Callable[[Any], bytes]:
    return struct.Struct(form).pack


def _encode_str(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<I", len(raw)) + raw


def _as_is(value: Any) -> Any:
    return value


def _read_float(value: str) -> Any:
    return struct.unpack(">d", bytes.fromhex(value))[0]


_pack_pair = struct.Struct("<ii").pack

CANON: dict[str, Canon] = {
    "int64": Canon(_as_is, _packer("<q")),
    "int32": Canon(_as_is, _packer("<i")),
    "uint64": Canon(_as_is, _packer("<Q")),
    "int8": Canon(_as_is, _packer("<b")),
    "float64": Canon(_read_float, _packer("<d")),
    "string": Canon(_as_is, _encode_str),
    "pair": Canon(lambda value: Pair(*value), lambda value: _pack_pair(*value)),
}


def is_evacuated(chain: Chain) -> bool:
    """Whether a chain of old buckets has been moved already."""
    return chain[0].tophash[0] in EVACUATED


class Digest:
    """The sha256 of a snapshot, for one pair of types."""

    def __init__(self, key: str, elem: str) -> None:
        """Take the recorded names of the two types."""
        self._key = CANON[key].encode
        self._elem = CANON[elem].encode
        # Two 8-byte integers are by far the most frequent: one pack for both.
        self._both = struct.Struct("<qq").pack if (key, elem) == ("int64", "int64") else None

    def of(self, hmap: Any) -> str:
        """Digest of a snapshot as ``gomap.inspect.hmap`` gives it."""
        old = hmap.oldbuckets
        noverflow = hmap.noverflow if hmap.B < 16 else 0xFFFF
        out = hashlib.sha256(b"gomap1\n")
        out.update(
            struct.pack(
                "<QBBHQQ",
                hmap.count,
                hmap.flags,
                hmap.B,
                noverflow,
                hmap.nevacuate,
                len(old) if old is not None else 0,
            )
        )
        if hmap.buckets is None:
            out.update(b"\0")
        else:
            out.update(b"\1")
            self._chains(out, hmap.buckets)
        for chain in old if old is not None else ():
            if is_evacuated(chain):
                out.update(CUT + bytes(chain[0].tophash))
            else:
                self._chains(out, (chain,))
        return out.hexdigest()

    def entries(self, items: list[tuple[Any, Any]]) -> str:
        """Digest of one whole iteration."""
        both, key, elem = self._both, self._key, self._elem
        if both is not None:
            return hashlib.sha256(b"".join([both(k, v) for k, v in items])).hexdigest()
        return hashlib.sha256(b"".join([key(k) + elem(v) for k, v in items])).hexdigest()

    def _chains(self, out: Any, chains: Any) -> None:
        both, key, elem = self._both, self._key, self._elem
        count = struct.Struct("<I").pack
        parts: list[bytes] = []
        for chain in chains:
            parts.append(count(len(chain)))
            for bucket in chain:
                tops = bucket.tophash
                parts.append(tops)
                for top, k, v in zip(tops, bucket.keys, bucket.elems, strict=True):
                    if top >= MIN_TOPHASH:
                        parts.append(both(k, v) if both is not None else key(k) + elem(v))
        out.update(b"".join(parts))
