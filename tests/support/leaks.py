"""What an action leaves behind in memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any


def steady(action: Callable[[], Any], rounds: int = 40, windows: int = 4) -> int:
    """Bytes that every round leaves behind, by tracemalloc.

    A leak shows in each window of rounds.  Python's free lists make some noise: a
    bound of 250 passes that, and is less than any map, iterator or array.
    """
    grown = []
    tracemalloc.start()
    try:
        for _ in range(windows + 1):
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(rounds):
                action()
            gc.collect()
            grown.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    return min(grown) // rounds
