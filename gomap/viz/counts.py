"""Entries of every chain, as a grid of bounded size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gomap import inspect

#: Cells of a grid at most: beyond that a cell is the mean of neighbouring chains.
MOST_CELLS = 8192
#: What stands for an old chain that has been evacuated.
EVACUATED = 255
#: A count that is this or more.
SATURATED = 254


@dataclass(frozen=True, slots=True)
class Grid:
    """An array's chains in rows, from its first at the top left to its last."""

    #: Entries of a cell's chains, on average; NaN where all have been evacuated.
    cells: NDArray[np.float64]
    #: Chains in the array, and in each cell.
    chains: int
    each: int
    #: Entries of the emptiest and of the fullest chain.
    least: int
    most: int
    #: Old chains that have been evacuated.
    evacuated: int


def of_map(m: Any) -> tuple[Grid | None, Grid | None]:
    """Return the grids of the present and of the old array, None where there is none.

    Old bucket i is drawn where bucket X = i of the new array is: the rows are as long.
    """
    new, old = inspect.chain_counts(m)
    if not inspect.stats(m).bytes_buckets:
        return None, None
    if old is None:
        return grid(new), None
    cells = min(len(new), MOST_CELLS)
    # Two grids, one above the other, are best when they are wide.
    present = grid(new, columns=min(1 << (cells.bit_length() + 1) // 2, len(old)))
    return present, grid(old, old=True, columns=present.cells.shape[1], each=present.each)


def grid(counts: bytes, *, old: bool = False, columns: int = 0, each: int = 0) -> Grid:
    """Return the grid of an array with these counts; they are a power of two many.

    >>> grid(bytes([3, 5, 0, 8])).cells.tolist()
    [[3.0, 5.0], [0.0, 8.0]]
    """
    numbers = np.frombuffer(counts, np.uint8)
    gone = numbers == EVACUATED if old else np.zeros(len(numbers), bool)
    left = numbers[~gone]
    each = each or max(1, len(numbers) // MOST_CELLS)
    sums = np.where(gone, 0, numbers).astype(np.float64).reshape(-1, each).sum(axis=1)
    present = (~gone).reshape(-1, each).sum(axis=1)
    means = np.full(len(sums), np.nan)
    np.divide(sums, present, out=means, where=present > 0)
    columns = columns or 1 << (len(means).bit_length() // 2)
    return Grid(
        cells=means.reshape(-1, min(columns, len(means))),
        chains=len(numbers),
        each=each,
        least=int(left.min()) if len(left) else 0,
        most=int(left.max()) if len(left) else 0,
        evacuated=int(gone.sum()),
    )
