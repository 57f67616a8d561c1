"""A clock that is moved by hand: what stories and tests give instead of time.monotonic."""

from __future__ import annotations


class HandClock:
    """Shows the time it was moved to; calling it reads it."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass; it never goes back."""
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds}")
        self.now += seconds
