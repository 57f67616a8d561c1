"""Calls to services that fail are stopped for a while, service by service.

A healthy service has no entry: `zero=` says what an absent one reads as, and a success deletes
it. In the guide failures add up over months of successes, a panic leaves a circuit half open
for ever, and an old slow call's success closes a circuit that it knows nothing of.

    python examples/guide/circuit_breaker.py
"""

from __future__ import annotations

import enum
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from _clock import HandClock

from gomap import Map

T = TypeVar("T")


class State(enum.Enum):
    """What a circuit lets through: everything, nothing, one trial."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitOpenError(RuntimeError):
    """The service failed too often and is left alone for now."""


class Circuit(NamedTuple):
    """A value, never changed in place: the zero value is shared by all healthy services."""

    state: State = State.CLOSED
    failures: int = 0
    retry_at: float = 0.0


class CircuitBreaker:
    """map[string]Circuit; the lock is held around calls' ends and beginnings only."""

    def __init__(
        self, limit: int = 5, pause: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if limit < 1 or pause <= 0:
            raise ValueError(f"limit must be at least 1, pause above 0: {limit}, {pause}")
        self._limit, self._pause, self._clock = limit, pause, clock
        self._circuits = Map[str, Circuit](zero=Circuit())
        self._lock = threading.Lock()

    def state(self, service: str) -> State:
        """Return a service's state; one never heard of is closed."""
        return self._circuits[service].state

    def unhealthy(self) -> list[str]:
        """Return the services that have failed since they last succeeded."""
        return sorted(self._circuits)

    def call(self, service: str, function: Callable[[], T]) -> T:
        """Return function(), or pass on what it raises; CircuitOpenError without calling it."""
        state = self._admit(service)
        try:
            result = function()
        except BaseException:
            self._failed(service, state)
            raise
        self._succeeded(service, state)
        return result

    def _admit(self, service: str) -> State:
        """Return the state a call begins in. A trial that never returns delays the next one."""
        with self._lock:
            circuit, now = self._circuits[service], self._clock()
            if circuit.state is State.CLOSED:
                return State.CLOSED
            if now < circuit.retry_at:
                raise CircuitOpenError(f"{service}: {circuit.state.value}")
            self._circuits[service] = Circuit(State.HALF_OPEN, circuit.failures, now + self._pause)
            return State.HALF_OPEN

    def _failed(self, service: str, began: State) -> None:
        with self._lock:
            circuit = self._circuits[service]
            if circuit.state is not began:
                return
            failures = circuit.failures + 1
            state = State.OPEN if failures >= self._limit else State.CLOSED
            self._circuits[service] = Circuit(state, failures, self._clock() + self._pause)

    def _succeeded(self, service: str, began: State) -> None:
        with self._lock:
            if self._circuits[service].state is began:
                del self._circuits[service]


def main() -> None:
    """A payment service goes down and comes back; mail never notices."""
    clock = HandClock()
    breaker = CircuitBreaker(limit=3, pause=30, clock=clock)
    up = Map[str, bool]({"mail": True})
    called = Map[str, int]()

    def ask(service: str) -> None:
        def answer() -> str:
            called.add(service, 1)
            if not up[service]:
                raise ConnectionError("no answer")
            return "ok"

        try:
            outcome = breaker.call(service, answer)
        except (ConnectionError, CircuitOpenError) as error:
            outcome = str(error)
        state = breaker.state(service).value
        print(f"{clock.now:>3.0f} s  {service}: {outcome:15} now {state}, called {called[service]}")

    for _ in range(4):
        ask("payment")
    ask("mail")
    clock.advance(30)
    ask("payment")
    ask("payment")
    clock.advance(30)
    up["payment"] = True
    ask("payment")
    ask("payment")
    print("unhealthy:", breaker.unhealthy())


if __name__ == "__main__":
    main()
