"""What ends a command early, in words for its user."""

from __future__ import annotations

USAGE = 2
UNAVAILABLE = 1
INTERRUPTED = 130
CLOSED_PIPE = 141


class CommandError(Exception):
    """One line that says what is wrong, and the exit status to leave with."""

    def __init__(self, message: str, status: int = USAGE) -> None:
        super().__init__(message)
        self.status = status
