"""The same three entries in mappings of many kinds."""

from __future__ import annotations

from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict
from collections.abc import Callable
from typing import Any

from gomap import Map

ABC = {"a": 1, "b": 2, "c": 3}
WRITABLE_MAPPINGS: dict[str, Callable[[], Any]] = {
    "dict": lambda: dict(ABC),
    "OrderedDict": lambda: OrderedDict(ABC),
    "defaultdict": lambda: defaultdict(list, ABC),
    "Counter": lambda: Counter(ABC),
    "Map": lambda: Map[str, int](ABC),
    "ChainMap": lambda: ChainMap(dict(ABC), {}),
    "UserDict": lambda: UserDict(ABC),
}
DICTS = ["dict", "OrderedDict", "defaultdict", "Counter"]
