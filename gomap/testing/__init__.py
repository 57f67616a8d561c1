"""Shuffled order for tests: find the code that leans on the order of a mapping.

`shuffled(d)` is a live view of a mapping or set in an order that is drawn anew for
every iteration.  The pytest plugin (`gomap.pytest_plugin`) gives each test streams of
orders that its seed replays; an `Order` is what the fixture ``gomap_order`` hands out.

    streams     seeds, and the streams of orders drawn from them
    walks       what all views of mappings share: reading, iterating, copying
    views       the views of mappings: ShuffledDict for dicts, two more for the rest
    sets        the views of sets
    making      shuffled(): which view for what
    stand_ins   classes to stand where a module under test says ``dict``
    reach       what is shuffled without being asked by name: json, directories
    order       Order: the fixture's object

Arrows point upwards only, and nothing here imports pytest.

>>> from gomap import shuffled
>>> stock = {"apples": 3, "pears": 5, "plums": 8}
>>> view = shuffled(stock, seed=1)
>>> len({tuple(view) for _ in range(100)})      # every order of three keys
6
>>> view["figs"] = 1                            # writes reach the mapping itself
>>> stock["figs"], sorted(view) == sorted(stock)
(1, True)
"""

from __future__ import annotations

from .making import shuffled
from .order import Order
from .sets import ShuffledMutableSet, ShuffledSet
from .views import ShuffledDict, ShuffledMapping, ShuffledMutableMapping

__all__ = [
    "Order",
    "ShuffledDict",
    "ShuffledMapping",
    "ShuffledMutableMapping",
    "ShuffledMutableSet",
    "ShuffledSet",
    "shuffled",
]
