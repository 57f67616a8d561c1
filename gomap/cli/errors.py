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


def missing(error: ImportError, module: str, message: str) -> CommandError:
    """Return what to say when it is this module that is not there; else raise the error."""
    if (error.name or "").split(".")[0] != module:
        raise error
    return CommandError(message, UNAVAILABLE)


NEEDS_RICH = "needs rich to draw: pip install 'gomap[explore]'"
NEEDS_MATPLOTLIB = "needs matplotlib for a picture: pip install 'gomap[viz]'"
