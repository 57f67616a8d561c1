"""Threads on one map.

In Go any unguarded write is a race, and the guide's SafeMap takes a lock for each Set and Get.
Each operation of a Map is atomic already, `add` and `setdefault` among them; a lock is for what
takes two. The guide's SafeMap has no way to do that: its users must Get, then Set, and lose.

    python examples/guide/safe_map.py
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from gomap import Map


class Accounts:
    """map[string]int: a deposit is one operation, a transfer is two."""

    def __init__(self) -> None:
        self._balances = Map[str, int]()
        self._lock = threading.Lock()

    def deposit(self, name: str, amount: int) -> int:
        """Add to an account, opened if need be; return its balance. One atomic step."""
        return self._balances.add(name, amount)

    def balance(self, name: str) -> int:
        """Return what is there; 0 for an account that is not."""
        return self._balances[name]

    def transfer(self, giver: str, taker: str, amount: int) -> bool:
        """Move an amount if the giver has it: look and write under the lock."""
        with self._lock:
            if not 0 < amount <= self._balances[giver]:
                return False
            self._balances.add(giver, -amount)
            self._balances.add(taker, amount)
            return True

    def total(self) -> int:
        """Return the sum, seen between two transfers."""
        with self._lock:
            return sum(self._balances.values())


def run_all(*jobs: Callable[[], None]) -> None:
    """Start a thread for each job, as `go job()` would, and wait for all."""
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Deposit from four threads, then transfer in circles."""
    accounts, names = Accounts(), ("alice", "bob", "carol", "dave")

    def deposit() -> None:
        for n in range(1000):
            accounts.deposit(names[n % 4], 1)

    def transfer(start: int) -> None:
        for n in range(start, start + 1000):
            accounts.transfer(names[n % 4], names[(n + 1) % 4], n % 7)

    run_all(*[deposit] * 4)
    print("after 4 x 1,000 deposits:", {name: accounts.balance(name) for name in names})
    run_all(*[lambda start=start: transfer(start) for start in range(4)])
    print("after 4 x 1,000 transfers the total is", accounts.total())
    print("alice gives 10,000:", accounts.transfer("alice", "bob", 10_000))
    print("eve has", accounts.balance("eve"))


if __name__ == "__main__":
    main()
