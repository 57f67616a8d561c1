"""The guide's programs, loaded, and maps that let other threads in."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from typing import Any

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "examples" / "guide"
if not GUIDE.is_dir():
    pytest.skip("no examples beside these tests", allow_module_level=True)


def load(name: str) -> Any:
    """Import a program of the guide, as scripts beside it would."""
    sys.path.insert(0, str(GUIDE))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(GUIDE))


READS = ("__getitem__", "__contains__", "lookup", "setdefault", "load_or_store")


def yielding(m: Any, **options: Any) -> Any:
    """A copy of a map after each read of which other threads run: what is unguarded shows."""
    cls: Any = type(m)

    def then_yield(name: str) -> Any:
        def read(self: Any, *arguments: Any) -> Any:
            found = getattr(cls, name)(self, *arguments)
            time.sleep(0)
            return found

        return read

    reads = {name: then_yield(name) for name in READS if hasattr(cls, name)}
    reads["__bool__"] = lambda self: bool(then_yield("__len__")(self))
    return type("Yielding", (cls,), reads)(m, **options)
