"""Threads that all run at once, and what they raise."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def switching(interval: float) -> Iterator[None]:
    """Another switch interval for a while."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(interval)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def hammer(*jobs: Callable[[], None], interval: float = 1e-5) -> None:
    """Run all jobs at once and pass on what they raise."""
    errors: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    with switching(interval):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a deadlock"
    if errors:
        raise errors[0]


def until(stop: threading.Event, action: Callable[[], None]) -> Callable[[], None]:
    """A job that repeats the action until told to stop, once at least."""

    def job() -> None:
        action()
        while not stop.is_set():
            action()

    return job


def beside(work: Callable[[], None], *actions: Callable[[], None]) -> None:
    """Do the work while other threads repeat their actions."""
    stop = threading.Event()

    def main() -> None:
        try:
            work()
        finally:
            stop.set()

    hammer(main, *[until(stop, action) for action in actions])
