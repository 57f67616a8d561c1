"""At most so many requests of a client within a sliding window of time.

The zero value of a tuple is (), so that a client never seen needs no special case. The
guide's limiter keeps a list for every address it has ever met; here clients that have gone
quiet are deleted once a window, while the map is iterated.

    python examples/guide/rate_limiter.py
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from _clock import HandClock

from gomap import Map


class RateLimiter:
    """map[string][]time.Time behind a mutex: look, decide and write are one step."""

    def __init__(
        self, limit: int, window: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if limit < 1 or window <= 0:
            raise ValueError(f"limit must be at least 1, window above 0: {limit}, {window}")
        self._limit, self._window, self._clock = limit, window, clock
        self._requests = Map[str, tuple[float, ...]]()
        self._lock = threading.Lock()
        self._next_sweep = clock() + window

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._requests)

    def allow(self, client: str) -> bool:
        """Say whether the client may go on, and count the request if so."""
        with self._lock:
            now = self._clock()
            if now >= self._next_sweep:
                self._forget_the_quiet(now)
            recent = tuple(t for t in self._requests[client] if t > now - self._window)
            if len(recent) >= self._limit:
                return False
            self._requests[client] = (*recent, now)
            return True

    def _forget_the_quiet(self, now: float) -> None:
        """Delete clients whose last request has left the window."""
        self._next_sweep = now + self._window
        for client, times in self._requests.items():
            if times[-1] <= now - self._window:
                del self._requests[client]


def main() -> None:
    """Three requests in ten seconds, for each."""
    clock = HandClock()
    limiter = RateLimiter(limit=3, window=10, clock=clock)
    for second in (0, 4, 5, 6, 10, 11):
        clock.advance(second - clock.now)
        verdict = "allowed" if limiter.allow("10.0.0.1") else "denied"
        print(f"{second:3} s  10.0.0.1  {verdict}")
    print(f" 11 s  10.0.0.2  {'allowed' if limiter.allow('10.0.0.2') else 'denied'}")

    for n in range(1000):
        limiter.allow(f"10.1.{n // 250}.{n % 250}")
    print(f"remembered: {len(limiter)} clients")
    clock.advance(20)
    limiter.allow("10.0.0.1")
    print(f"20 seconds later: {len(limiter)}")


if __name__ == "__main__":
    main()
