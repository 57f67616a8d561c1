"""Many ask for the same at once; one fetches, all get the result.

The guide puts one result into a channel and closes it: the first waiter gets it, every other
one gets nil; and a panic leaves the key pending for ever. A Future keeps its result for all,
and its exception too. `setdefault` is atomic: whose future went in does the work; no lock.

    python examples/guide/request_aggregator.py
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from gomap import Map


class RequestAggregator:
    """map[string]chan any; `stats` counts the calls that were made and those spared."""

    def __init__(self) -> None:
        self._pending = Map[str, Future[Any]]()
        self.stats = Map[str, int]()

    def __len__(self) -> int:
        """How many keys are in flight."""
        return len(self._pending)

    def do(self, key: str, call: Callable[[], Any]) -> Any:
        """Return call()'s result, or that of the same key's call in flight; errors alike."""
        mine: Future[Any] = Future()
        first = self._pending.setdefault(key, mine)
        if first is not mine:
            self.stats.add("spared", 1)
            return first.result()
        self.stats.add("made", 1)
        try:
            result = call()
        except BaseException as error:
            del self._pending[key]
            mine.set_exception(error)
            raise
        del self._pending[key]  # before the result is out: who comes later asks anew
        mine.set_result(result)
        return result


def main() -> None:
    """A hundred requests for one product, while the database takes its time."""
    aggregator, everyone_waits = RequestAggregator(), threading.Event()

    def from_database() -> str:
        everyone_waits.wait(10)
        return "Teapot"

    def wait_for_product() -> str:
        return str(aggregator.do("p42", from_database))

    with ThreadPoolExecutor(100) as pool:
        futures = [pool.submit(wait_for_product) for _ in range(100)]
        while aggregator.stats["spared"] < 99:
            threading.Event().wait(0.001)
        print(f"waiting: {aggregator.stats['spared']}, keys in flight: {len(aggregator)}")
        everyone_waits.set()
        results = [future.result() for future in futures]
    print(f"{len(results)} answers, all of them {set(results)}")
    print(f"asked the database: {aggregator.stats['made']} time; in flight: {len(aggregator)}")


if __name__ == "__main__":
    main()
