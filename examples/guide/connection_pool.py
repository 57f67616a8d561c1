"""A pool of database connections: idle ones in one map, lent ones in another.

The guide goes through the map for an available connection each time, and releasing an id that
it never lent adds an entry without a connection. Here `popitem` takes a random idle one, and
only what was lent can be given back, once.

    python examples/guide/connection_pool.py
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gomap import Map

Connections = Map[str, sqlite3.Connection]


class PoolExhaustedError(RuntimeError):
    """All connections are lent."""


def open_in_memory() -> sqlite3.Connection:
    """Open a database that any thread may use, one at a time, as a pool makes sure of."""
    return sqlite3.connect(":memory:", check_same_thread=False)


class ConnectionPool:
    """Two map[string]*sql.DB and a mutex: a connection is always in exactly one of them."""

    def __init__(self, size: int, opener: Callable[[], sqlite3.Connection] = open_in_memory):
        if size < 1:
            raise ValueError(f"size must be at least 1: {size}")
        self._idle = Connections({f"conn-{n}": opener() for n in range(1, size + 1)})
        self._lent = Connections()
        self._lock = threading.Lock()

    def acquire(self) -> tuple[str, sqlite3.Connection]:
        """Lend a connection; PoolExhaustedError when none is idle."""
        with self._lock:
            if not self._idle:
                raise PoolExhaustedError(f"all {len(self._lent)} connections are lent")
            name, connection = self._idle.popitem()
            self._lent[name] = connection
            return name, connection

    def release(self, name: str) -> None:
        """Take a connection back; KeyError when it is not lent."""
        with self._lock:
            self._idle[name] = self._lent.pop(name)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for a `with` block."""
        name, connection = self.acquire()
        try:
            yield connection
        finally:
            self.release(name)

    def state(self) -> tuple[int, int]:
        """Return how many are idle and how many are lent."""
        with self._lock:
            return len(self._idle), len(self._lent)

    def close(self) -> None:
        """Close the idle connections; RuntimeError while some are lent."""
        with self._lock:
            if self._lent:
                raise RuntimeError(f"still lent: {', '.join(sorted(self._lent))}")
            for name, connection in self._idle.items():
                connection.close()
                del self._idle[name]


def main() -> None:
    """Lend, run out, give back, give back twice."""
    pool = ConnectionPool(2)
    with pool.connection() as first, pool.connection() as second:
        print(f"1 + 1 = {first.execute('select 1 + 1').fetchone()[0]}")
        print(f"2 * 3 = {second.execute('select 2 * 3').fetchone()[0]}")
        try:
            pool.acquire()
        except PoolExhaustedError as error:
            print(f"a third: {error}")
    print("idle, lent:", pool.state())

    name, _ = pool.acquire()
    pool.release(name)
    try:
        pool.release(name)
    except KeyError:
        print("given back twice: KeyError; idle, lent:", pool.state())
    pool.close()
    print("closed; idle, lent:", pool.state())


if __name__ == "__main__":
    main()
