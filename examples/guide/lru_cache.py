"""A cache that throws away what was not used for the longest time.

A map finds the node, a doubly linked ring keeps the order of use: newest after the root,
oldest before it. The guide's GetUser fetches a user twice when two requests miss at once;
`get_or_fetch` fetches outside the lock too (see request_aggregator.py for one fetch only),
but all then get the same object.

    python examples/guide/lru_cache.py
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from gomap import Map


class _Node:
    """An entry of the ring; alone it is a ring of one."""

    __slots__ = ("after", "before", "key", "value")

    def __init__(self, key: str, value: object) -> None:
        self.key, self.value = key, value
        self.before = self.after = self

    def unlink(self) -> None:
        """Leave the ring."""
        self.before.after, self.after.before = self.after, self.before

    def link_after(self, node: _Node) -> None:
        """Enter a ring behind a node."""
        self.before, self.after = node, node.after
        node.after.before = self
        node.after = self


class LRUCache:
    """map[string]*list.Element, a list and a mutex."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1: {capacity}")
        self._capacity = capacity
        self._nodes = Map[str, _Node](hint=capacity + 1)
        self._root = _Node("", None)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._nodes)

    def get(self, key: str) -> tuple[object, bool]:
        """Return (value, True), now the newest, or (None, False)."""
        with self._lock:
            node, ok = self._nodes.lookup(key)
            if not ok:
                return None, False
            self._renew(node)
            return node.value, True

    def put(self, key: str, value: object) -> None:
        """Store a value as the newest; the oldest goes when there are too many."""
        with self._lock:
            self._store(key).value = value

    def get_or_fetch(self, key: str, fetch: Callable[[str], object]) -> object:
        """Return the value, fetched if it is absent; of two fetches the first one stays."""
        value, ok = self.get(key)
        if ok:
            return value
        value = fetch(key)
        with self._lock:
            known = key in self._nodes
            node = self._store(key)
            if not known:
                node.value = value
            return node.value

    def keys(self) -> list[str]:
        """Return the keys, newest first."""
        with self._lock:
            keys, node = [], self._root.after
            while node is not self._root:
                keys.append(node.key)
                node = node.after
            return keys

    def _renew(self, node: _Node) -> None:
        node.unlink()
        node.link_after(self._root)

    def _store(self, key: str) -> _Node:
        """Return the key's node as the newest, made if need be."""
        node = self._nodes.setdefault(key, _Node(key, None))
        self._renew(node)
        if len(self._nodes) > self._capacity:
            oldest = self._root.before
            oldest.unlink()
            del self._nodes[oldest.key]
        return node


def main() -> None:
    """Three places, four users."""
    fetched: list[str] = []

    def from_database(user_id: str) -> object:
        fetched.append(user_id)
        return {"id": user_id}

    cache = LRUCache(3)
    for user_id in ("u1", "u2", "u3", "u1", "u4", "u2"):
        cache.get_or_fetch(user_id, from_database)
        print(f"{user_id} wanted; newest first: {cache.keys()}")
    print("fetched from the database:", fetched)
    print("u3:", cache.get("u3"))
    print("u1:", cache.get("u1"))


if __name__ == "__main__":
    main()
