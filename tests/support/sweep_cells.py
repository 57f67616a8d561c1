"""Which cells a sweep for failing allocations consists of; what its processes run.

python -c "from support.sweep_cells import main; main('long', 'int64', 'growing')"
"""

from __future__ import annotations

import gc
from collections.abc import Iterable

from support import sweep_around, sweep_map
from support.sweep import Cell, Operation, run

OPERATIONS = [*sweep_map.OPERATIONS, *sweep_around.OPERATIONS]

Where = tuple[str, str, str]
"""Kind, state and spread of hashes of a map."""
SHORT: list[Where] = [
    ("int64", "growing", "own"),
    ("str", "iterated over both arrays", "own"),
    ("object", "tombstones", "few"),
    ("float64", "NaN keys", "own"),
]
"""The maps of the short form, one for each process: every operation on one of them with a
look for leaks, on the next without."""


def cells_of(operations: Iterable[Operation], where: Iterable[Where]) -> list[Cell]:
    """The cells of these operations on these maps."""
    return [
        Cell(operation, kind, state, spread)
        for kind, state, spread in where
        for operation in operations
        if not operation.kinds or kind in operation.kinds
        if not operation.makes_functions
    ]


def _short(part: int) -> tuple[int, int]:
    mine = [op for n, op in enumerate(OPERATIONS) if n % len(SHORT) == part]
    next_to_mine = [op for n, op in enumerate(OPERATIONS) if (n + 1) % len(SHORT) == part]
    injected, swallowed = run(cells_of(mine, [SHORT[part]]), leaks=True)
    more, also = run(cells_of(next_to_mine, [SHORT[part]]), leaks=False)
    return injected + more, swallowed + also


def _long(kind: str, state: str) -> tuple[int, int]:
    spread = "number" if state == "growing to the same size" else "own"
    return run(cells_of(OPERATIONS, [(kind, state, spread)]), leaks=True)


def main(form: str, *arguments: str) -> None:
    """Sweep, and print how many failures were injected, and how many were got by without."""
    gc.disable()
    gc.freeze()  # each collection looks at what was made since
    done = _short(int(arguments[0])) if form == "short" else _long(*arguments)
    injected, swallowed = done
    print("injected", injected, "swallowed", swallowed)
