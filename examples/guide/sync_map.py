"""Leases on jobs, held by workers for a while: sync.Map's compound operations.

The guide shows Store, Load, Delete and LoadOrStore. What makes a sync.Map worth having is the
other half: look and decide as one step. A lease is claimed by load_or_store, an expired one is
taken over by compare_and_swap, and compare_and_delete gives back only what is still one's own.

    python examples/guide/sync_map.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from _clock import HandClock

from gomap import sync


class Lease(NamedTuple):
    """Who works on a job, and until when nobody else will."""

    worker: str
    until: float


class Leases:
    """var leases sync.Map, with types; there is no lock to forget."""

    def __init__(self, duration: float, clock: Callable[[], float] = time.monotonic) -> None:
        if duration <= 0:
            raise ValueError(f"duration must be above 0: {duration}")
        self._leases = sync.Map[str, Lease]()
        self._duration, self._clock = duration, clock

    def claim(self, job: str, worker: str) -> bool:
        """Say whether the job is the worker's now: it was free, or its lease had expired."""
        now = self._clock()
        mine = Lease(worker, now + self._duration)
        lease, loaded = self._leases.load_or_store(job, mine)
        if not loaded:
            return True
        return now >= lease.until and self._leases.compare_and_swap(job, lease, mine)

    def finish(self, job: str, worker: str) -> bool:
        """Give a job back; False when it has been taken over, which is then left alone."""
        lease, ok = self._leases.load(job)
        return ok and lease.worker == worker and self._leases.compare_and_delete(job, lease)

    def jobs_of(self, worker: str) -> list[str]:
        """Return the jobs a worker holds, or held when nobody else has taken them."""
        return sorted(job for job, lease in self._leases.items() if lease.worker == worker)

    def any_expired(self) -> bool:
        """Say whether some lease has expired; the range ends at the first one."""
        now, found = self._clock(), []

        def look(job: str, lease: Lease) -> bool:
            if now >= lease.until:
                found.append(job)
            return not found

        self._leases.range(look)
        return bool(found)


def main() -> None:
    """Two workers, two jobs; the first worker takes too long."""
    clock = HandClock()
    leases = Leases(duration=60, clock=clock)
    print("ann claims backup:", leases.claim("backup", "ann"))
    print("bob claims backup:", leases.claim("backup", "bob"))
    print("bob claims report:", leases.claim("report", "bob"))
    clock.advance(30)
    print("bob finishes report:", leases.finish("report", "bob"))
    clock.advance(30)
    print("a minute later, some expired:", leases.any_expired())
    print("bob claims backup:", leases.claim("backup", "bob"))
    print("ann finishes backup:", leases.finish("backup", "ann"))
    print("ann has", leases.jobs_of("ann"), "- bob has", leases.jobs_of("bob"))


if __name__ == "__main__":
    main()
