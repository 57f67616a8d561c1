"""gomap: Go's classic runtime map, living, inspectable, and faster.

>>> from gomap import Map
>>> ages = Map[str, int]({"alice": 30})     # make(map[string]int), filled
>>> ages["bob"]                             # the zero value; nothing is inserted
0
>>> ages.lookup("bob")                      # comma-ok
(0, False)

Maps may be changed while they are iterated, start each iteration at random, grow
without long pauses, and show their buckets: see `gomap.inspect`.

PYTEST_DONT_REWRITE: pytest loads the package for its plugin, and finds no asserts to rewrite.
"""

from __future__ import annotations

import collections.abc as _abc
from typing import TYPE_CHECKING, Any

try:
    from . import _gomap as _gomap
except ImportError:
    # This is a source tree without the extension, as `python -m gomap` meets in a clone
    # after `pip install .`: the installed package further on the path has it.
    from pkgutil import extend_path

    __path__ = extend_path(__path__, __name__)
    try:
        from . import _gomap as _gomap
    except ImportError as error:
        raise ImportError(
            "gomap's extension is not built: install it with `pip install .`, "
            "or `pip install -e .` to work in its source tree"
        ) from error

from . import inspect, maps
from ._go import make
from ._gomap import ConcurrentMapError, Map, NilMapError, clear, count, delete
from ._json import from_json, json_default
from ._types import (
    bool_,
    complex128,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    interface,
    uint8,
    uint16,
    uint32,
    uint64,
)
from ._version import __version__

if TYPE_CHECKING:
    from . import sync as sync
    from .testing import shuffled as shuffled

string = str

__all__ = [
    "ConcurrentMapError",
    "Map",
    "NilMapError",
    "__version__",
    "bool_",
    "clear",
    "complex128",
    "count",
    "delete",
    "float32",
    "float64",
    "from_json",
    "inspect",
    "int8",
    "int16",
    "int32",
    "int64",
    "interface",
    "json_default",
    "make",
    "maps",
    "shuffled",
    "string",
    "sync",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]

_abc.MutableMapping.register(Map)
_abc.KeysView.register(type(Map().keys()))
_abc.ValuesView.register(type(Map().values()))
_abc.ItemsView.register(type(Map().items()))
_abc.Iterator.register(type(iter(Map())))


_MODULES = frozenset({"display", "sync", "viz"})


def __getattr__(name: str) -> Any:
    """Import what is seldom needed at its first use; find parametrised classes for pickle."""
    if name in _MODULES:
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    if name == "shuffled":
        from .testing import shuffled

        return shuffled
    from ._go import class_named

    return class_named(name)
