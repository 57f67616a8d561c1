"""Orders grouped by customer, and summed by customer.

`orders.add(k, (order,))` is Go's `orders[k] = append(orders[k], order)`: a customer without
orders has the zero value (), to which the first is added. A tuple is copied each time (in Go
two slices may share an array, and appending to one changes the other); for large groups
`setdefault(k, []).append` does not copy. Sums of whole columns are one batch.

    python examples/guide/grouping.py
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from gomap import Map, int64

K = TypeVar("K")
V = TypeVar("V")


class Order(NamedTuple):
    """Who bought what for how many cents."""

    customer: int
    item: str
    cents: int


Book = Map[int64, tuple[Order, ...]]


def add_order(orders: Map[int, tuple[Order, ...]], order: Order) -> None:
    """Add one order to its customer's."""
    orders.add(order.customer, (order,))


def group_by(key: Callable[[V], K], values: Iterable[V]) -> Map[K, list[V]]:
    """Group by what a function says of each value, in one pass."""
    groups: Map[K, list[V]] = Map()  # map[any]any: keys of any type
    for value in values:
        groups.setdefault(key(value), []).append(value)
    return groups


def revenue(customers: array[int], cents: array[int]) -> Map[int, int]:
    """Sum a column by another; both are arrays (of array, numpy, Arrow ...)."""
    sums = Map[int64, int64]()
    sums.add_many(customers, cents)
    return sums


ORDERS = [
    Order(12345, "tea", 450),
    Order(777, "cup", 1200),
    Order(12345, "pot", 3900),
    Order(12345, "tea", 450),
]


def main() -> None:
    """Group four orders in three ways."""
    orders = Book()
    for order in ORDERS:
        add_order(orders, order)
    print("12345 bought", ", ".join(order.item for order in orders[12345]))
    print("999 bought  ", orders[999], "and is not in the map:", sorted(orders))

    by_item = group_by(lambda order: order.item, ORDERS)
    for item in sorted(by_item):
        print(f"{item}: customers {sorted({order.customer for order in by_item[item]})}")

    customers = array("q", (order.customer for order in ORDERS))
    sums = revenue(customers, array("q", (order.cents for order in ORDERS)))
    for customer in sorted(sums):
        print(f"{customer:>6} {sums[customer] / 100:>7.2f}")


if __name__ == "__main__":
    main()
