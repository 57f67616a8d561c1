"""Results of database queries, kept by query.

A NamedTuple is a key as a Go struct is, so that a query is the text and its arguments, never
a string pasted together. Comma-ok tells a cached None from no entry. The guide's cache grows
for ever and keeps what a write has made stale; here `popitem` makes room at random, and an
invalidation deletes while iterating, and outdates the queries that are still under way.

    python examples/guide/query_cache.py
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import NamedTuple

from gomap import Map


class Query(NamedTuple):
    """The key: which table, what is asked of it, with which arguments."""

    table: str
    sql: str
    arguments: tuple[object, ...] = ()


class QueryCache:
    """map[Query]any; a hit takes no lock, for one operation of a Map is atomic."""

    def __init__(self, run: Callable[[Query], object], limit: int = 1000) -> None:
        if limit < 1:
            raise ValueError(f"limit must be at least 1: {limit}")
        self._run, self._limit = run, limit
        self._results = Map[Query, object]()
        self._writes = Map[str, int]()  # of each table
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._results)

    def fetch(self, query: Query) -> object:
        """Return the result, from the cache or else by running the query."""
        result, ok = self._results.lookup(query)
        if ok:
            return result
        writes = self._writes[query.table]
        result = self._run(query)
        with self._lock:
            if writes == self._writes[query.table]:  # else it may be stale already
                if len(self._results) >= self._limit and query not in self._results:
                    self._results.popitem()
                self._results[query] = result
        return result

    def invalidate(self, table: str) -> int:
        """Forget what was read from a table; return how many results that were."""
        with self._lock:
            self._writes.add(table, 1)
            before = len(self._results)
            for query in self._results:
                if query.table == table:
                    del self._results[query]
            return before - len(self._results)


def main() -> None:
    """Ask, ask again, write, ask again."""
    database = sqlite3.connect(":memory:")
    database.execute("create table users (name text, age int)")
    database.execute("insert into users values ('alice', 30), ('bob', null)")
    ran = Map[Query, int]()

    def run(query: Query) -> object:
        ran.add(query, 1)
        row = database.execute(query.sql, query.arguments).fetchone()
        return row[0] if row else None

    cache = QueryCache(run)
    age_of = {
        name: Query("users", "select age from users where name = ?", (name,))
        for name in ("alice", "bob")
    }
    for name in ("alice", "bob", "alice", "bob"):
        print(f"{name}: {cache.fetch(age_of[name])}, asked the database {ran[age_of[name]]} time")
    database.execute("update users set age = 31 where name = 'alice'")
    print(f"a birthday: {cache.invalidate('users')} results forgotten")
    print(f"alice: {cache.fetch(age_of['alice'])}; cached: {len(cache)}")
    database.close()


if __name__ == "__main__":
    main()
