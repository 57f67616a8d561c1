"""Sessions by id, with a lifetime; each has a map of data of its own.

The guide's store keeps sessions that have expired for ever; here a reader that meets one
deletes it, and `sweep` deletes the rest, from the map it is iterating. Each operation of a
Map is atomic and an id is never used twice, so that no lock is needed.

    python examples/guide/session_store.py
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from _clock import HandClock

from gomap import Map

DAY = 24 * 60 * 60.0


class SessionNotFoundError(LookupError):
    """No session has this id."""


class SessionExpiredError(SessionNotFoundError):
    """The session of this id has just been found too old, and is gone."""


@dataclass(frozen=True)
class Session:
    """Who is there, until when, and what the application remembers of them."""

    user_id: int
    email: str
    expires_at: float
    data: Map[str, object] = field(default_factory=Map[str, object])


class SessionStore:
    """map[string]*Session; `clock` and `new_id` may be given."""

    def __init__(
        self,
        lifetime: float = DAY,
        clock: Callable[[], float] = time.monotonic,
        new_id: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._sessions = Map[str, Session]()
        self._lifetime, self._clock, self._new_id = lifetime, clock, new_id

    def __len__(self) -> int:
        return len(self._sessions)

    def create(self, user_id: int, email: str) -> str:
        """Begin a session and return its id."""
        session_id = self._new_id()
        self._sessions[session_id] = Session(user_id, email, self._clock() + self._lifetime)
        return session_id

    def get(self, session_id: str) -> Session:
        """Return a live session; SessionNotFoundError or SessionExpiredError otherwise."""
        session, ok = self._sessions.lookup(session_id)
        if not ok:
            raise SessionNotFoundError(session_id)
        if self._clock() > session.expires_at:
            del self._sessions[session_id]  # no error when another thread was faster
            raise SessionExpiredError(session_id)
        return session

    def end(self, session_id: str) -> None:
        """Log out; an id that is not there is fine."""
        del self._sessions[session_id]

    def sweep(self) -> int:
        """Delete what has expired, while iterating; return how many that were."""
        now, gone = self._clock(), 0
        for session_id, session in self._sessions.items():
            if now > session.expires_at:
                del self._sessions[session_id]
                gone += 1
        return gone


def main() -> None:
    """Log two users in, let a day pass."""
    clock = HandClock()
    store = SessionStore(clock=clock)
    alice = store.create(1, "alice@example.com")
    data = store.get(alice).data
    data["cart"] = ["tea"]
    print(f"alice's cart: {data['cart']}, her theme: {data['theme']}, entries: {len(data)}")

    clock.advance(DAY / 2)
    bob = store.create(2, "bob@example.com")
    print(f"half a day later bob is in too: {len(store)} sessions; his data: {store.get(bob).data}")

    clock.advance(DAY / 2 + 1)
    for name, session_id in [("alice", alice), ("alice", alice), ("bob", bob)]:
        try:
            print(f"{name}: {store.get(session_id).email}")
        except SessionNotFoundError as error:
            print(f"{name}: {type(error).__name__}")

    clock.advance(DAY)
    print(f"swept after another day: {store.sweep()}, left: {len(store)}")


if __name__ == "__main__":
    main()
