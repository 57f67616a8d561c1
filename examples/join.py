"""Joins two columns of ids: which row of the customers does each order belong to?

A map from ids to row numbers is the index; `get_many` then finds the rows of all
orders at once, and a mask of those that have one.

    python examples/join.py            # ten million customers, as many orders
"""

from __future__ import annotations

from typing import Any

import numpy as np
from _steps import parser, step

from gomap import Map, int64

Array = np.ndarray[Any, np.dtype[Any]]
ODD = 0x5851_F42D_4C95_7F2D
"""Times this, modulo 2**64, distinct numbers become distinct ids that look random."""


def columns(n: int) -> tuple[Array, Array]:
    """Make ids of n customers and of n orders; one order in twenty is of a stranger."""
    rng = np.random.default_rng(1)
    everybody = rng.permutation(n + max(n // 20, 1)) * ODD
    return everybody[:n], everybody[rng.integers(0, len(everybody), n)]


def join(customers: Array, orders: Array) -> tuple[Array, Array]:
    """Return for each order the row of its customer, and whether there is one."""
    with step("from_arrays: ids -> rows", len(customers)):
        index = Map[int64, int64].from_arrays(customers, np.arange(len(customers)))
    with step("get_many: the rows of the orders", len(orders)):
        rows, found = index.get_many(orders)
    return rows, found


def join_sorted(customers: Array, orders: Array) -> tuple[Array, Array]:
    """Do the same with numpy alone: sort one column, search it for the other."""
    with step("numpy: argsort", len(customers)):
        order = np.argsort(customers)
        in_order = customers[order]
    with step("numpy: searchsorted", len(orders)):
        places = np.searchsorted(in_order, orders)
        places[places == len(order)] = 0
        found = in_order[places] == orders
        rows = np.where(found, order[places], 0)
    return rows, found


def main() -> None:
    """Join, check against numpy, print."""
    n = parser(__doc__, 10_000_000, "orders").parse_args().n
    customers, orders = columns(n)
    print(f"{len(orders):,} orders, {len(customers):,} customers")
    rows, found = join(customers, orders)
    rows_of_numpy, found_by_numpy = join_sorted(customers, orders)
    assert np.array_equal(found, found_by_numpy)
    assert np.array_equal(rows, rows_of_numpy)
    assert np.array_equal(customers[rows[found]], orders[found])
    print(f"{found.sum():,} orders have a customer, {n - found.sum():,} have none; numpy agrees")


if __name__ == "__main__":
    main()
