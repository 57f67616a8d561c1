"""CPython's own mapping tests, run on Map; what differs is listed by name, with its reason.

They run twice.  Once on Map itself, without the tests in ``DIFFERENCES``; a test
below holds that each of those really fails, so that the list stays honest.  And
once, nearly whole, on a subclass that takes those differences back: what is left
of a test when its one objection is met must pass too.
"""

from __future__ import annotations

import reprlib
import unittest
from typing import Any

import pytest

from gomap import Map

mapping_tests = pytest.importorskip(
    "test.mapping_tests", reason="this Python came without its test package"
)

MISSING = "a missing key reads as the zero value: no KeyError"
KEYWORDS = "keyword arguments of the constructor are options, never entries"
RANDOM = "popitem takes a random entry, so two equal maps need not pop alike"
MUTABLE = "a map may change while it is iterated: no RuntimeError"
REPR = "repr names the class: Map({1: 2}), not {1: 2}"

DIFFERENCES = {
    "test_read": MISSING,
    "test_write": MISSING,
    "test_getitem": MISSING,
    "test_constructor": KEYWORDS,
    "test_popitem": RANDOM,
    "test_mutatingiteration": MUTABLE,
    "test_repr": REPR,
}


def original() -> Any:
    """CPython's test class; not a global, where pytest would collect it."""
    return mapping_tests.TestHashMappingProtocol


class DictLike(Map[object, object]):
    """Map with what it left out of dict: for the tests that object to that only."""

    def __init__(self, *args: Any, **entries: Any) -> None:
        super().__init__(*args, seed=0)
        super().update(entries)

    def __getitem__(self, key: Any) -> Any:
        elem, found = self.lookup(key)
        if not found:
            raise KeyError(key)
        return elem

    def update(self, *args: Any, **entries: Any) -> None:
        super().update(*args)
        super().update(entries)

    @reprlib.recursive_repr("{...}")
    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key!r}: {elem!r}" for key, elem in self.items()) + "}"


class TestMapItself(original()):  # type: ignore[misc, valid-type]
    """What dict and Map have in common."""

    type2test = Map


for _name in DIFFERENCES:
    setattr(TestMapItself, _name, None)


class TestDictLikeMap(original()):  # type: ignore[misc, valid-type]
    """The same, and what the differences hide."""

    type2test = DictLike
    test_mutatingiteration = None  # MUTABLE cannot be taken back


def run_original(name: str, cls: type) -> unittest.TestResult:
    """One of CPython's tests on a class, outside of pytest."""
    case = type("Case", (original(),), {"type2test": cls})(name)
    result = unittest.TestResult()
    case.run(result)
    return result


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_listed_difference_is_one(name: str) -> None:
    """Not at every time: what a random order decides may go dict's way once."""
    results = [run_original(name, Map) for _ in range(30)]
    assert not all(r.wasSuccessful() for r in results), f"{name} passes: take it off the list"


def test_the_list_names_tests_that_exist() -> None:
    for name in DIFFERENCES:
        assert callable(getattr(original(), name)), name


def test_dict_passes_the_originals() -> None:
    """The harness itself works."""
    for name in ("test_read", "test_update", "test_fromkeys"):
        assert run_original(name, dict).wasSuccessful()
