"""Documents as keys: by what they say, by which they are, by their digest.

The guide offers a pointer (which finds that one object only, never an equal one) or a uint64
hash (under which two documents that share it become one entry, unseen). A 32-byte digest is
as small, and nobody knows two documents that share one.

    python examples/guide/huge_keys.py
"""

from __future__ import annotations

import hashlib
import zlib

from gomap import Map, uint64


class Document:
    """A thousand bytes or more; as a key it is itself and no other: a Go pointer."""

    def __init__(self, data: bytes) -> None:
        self.data = data


def digest(data: bytes) -> bytes:
    """Return the SHA-256 of some data."""
    return hashlib.sha256(data).digest()


class DocumentStore:
    """map[[32]byte][]byte: equal documents are kept once."""

    def __init__(self) -> None:
        self._documents = Map[bytes, bytes]()

    def __len__(self) -> int:
        return len(self._documents)

    def put(self, data: bytes) -> bytes:
        """Store a document and return the digest it is found by."""
        key = digest(data)
        self._documents.setdefault(key, data)
        return key

    def get(self, key: bytes) -> tuple[bytes, bool]:
        """Return (document, True), or (b"", False)."""
        return self._documents.lookup(key)


def main() -> None:
    """Two documents of one checksum, as three kinds of keys."""
    first, second = b"plumless" + bytes(1000), b"buckeroo" + bytes(1000)
    store = DocumentStore()
    keys = [store.put(data) for data in (first, second, bytes(first))]
    print(f"by digest: {len(store)} documents, {len(keys[0])} bytes a key")
    print("the third is the first:", keys[2] == keys[0], store.get(keys[2]) == (first, True))
    print("never stored:", store.get(digest(b"")))

    by_checksum = Map[uint64, bytes]((zlib.crc32(data), data) for data in (first, second))
    print(f"by a hash alone: {len(by_checksum)} document, one is lost")
    document = Document(first)
    by_identity = Map[Document, str]({document: "mine"})
    print(f"by pointer: {by_identity[document]!r}, an equal one {by_identity[Document(first)]!r}")


if __name__ == "__main__":
    main()
