"""``pytest --refleaks``: every test several times over, on a debug interpreter that counts.

``sys.gettotalrefcount()`` is the sum of all reference counts, and blocks of memory are
counted by ``sys.getallocatedblocks()``. A test runs some times to warm up, so that what it
imports, interns and caches is there, and then some times to be counted. One that leaves more
behind after every single repetition leaks; because caches, too, may grow a few times in a
row, it is then repeated further before it is said so.

What a test does in another process is not seen: those that start one are listed.
"""

from __future__ import annotations

import gc
import linecache
import re
import subprocess
import sys
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

WARM, COUNTED, FURTHER = 2, 3, 6
MEASURES = ("references", "blocks")


class Sibling:
    """A test beside `item`, for pytest to tear down what only `item` needs."""

    def __init__(self, item: pytest.Item) -> None:
        self.item = item

    def listchain(self) -> list[Any]:
        return [*self.item.listchain()[:-1], self]


def settle() -> tuple[int, int]:
    """Empty what fills by itself, then count."""
    for cleanup in typing._cleanups:  # type: ignore[attr-defined]
        cleanup()
    re.purge()
    linecache.clearcache()
    sys._clear_type_cache()
    while gc.collect() > 0:
        pass
    return sys.gettotalrefcount(), sys.getallocatedblocks()  # type: ignore[attr-defined]


@contextmanager
def all_before_left_alone() -> Iterator[None]:
    """The collector passes over what is there now, or most of the time would go into that."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def run(item: Any) -> list[pytest.TestReport]:
    """The test with its setup and teardown, as if it were the only one of its module."""
    item._initrequest()
    reports: list[pytest.TestReport] = runtestprotocol(item, log=False, nextitem=Sibling(item))
    item._report_sections.clear()
    return reports


def has_passed(reports: list[pytest.TestReport]) -> bool:
    return all(report.passed for report in reports) and len(reports) == 3


class Refleaks:
    """The plugin: one protocol for every test instead of pytest's own."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.counted = self.runs = 0
        self.leaks: list[str] = []
        self.long: list[str] = []
        self.children: set[str] = set()

    def grown(self, item: Any, times: int, reports: list[Any]) -> list[list[int]]:
        """What each of `times` runs left behind, for each measure; `reports`: of the last."""
        grown = [[0] * times for _ in MEASURES]
        before = settle()
        for i in range(times):
            reports[:] = run(item)
            after = settle()
            for deltas, was, now in zip(grown, before, after, strict=True):
                deltas[i] = now - was
            before = after
            self.runs += 1
            if not has_passed(reports):
                return [[0] for _ in MEASURES]
        return grown

    def verdict(self, item: Any, reports: list[Any]) -> str:
        """What the test leaks, in words, or nothing."""
        self.grown(item, WARM - 1, reports)
        found = []
        with all_before_left_alone():
            grown = self.grown(item, COUNTED, reports)
            if any(min(deltas) > 0 for deltas in grown):
                grown = self.grown(item, FURTHER, reports)
        for name, deltas in zip(MEASURES, grown, strict=True):
            if min(deltas) > 0:
                found.append(f"{name} {deltas}")
        return ", ".join(found)

    def measure(self, item: Any) -> list[pytest.TestReport]:
        reports = run(item)
        self.runs += 1
        if not has_passed(reports):
            return reports
        if sum(report.duration for report in reports) > self.limit:
            self.long.append(item.nodeid)
            return reports
        leak = self.verdict(item, reports)
        self.counted += 1
        if leak:
            self.leaks.append(f"{item.nodeid}: {leak}")
            reports[1].outcome = "failed"
            reports[1].longrepr = f"leaks: {leak}"
        return reports

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: pytest.Item | None) -> bool:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        with noticed_children(self.children, item.nodeid):
            reports = self.measure(item)
        item.session._setupstate.teardown_exact(nextitem)
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        write = terminalreporter.write_line
        terminalreporter.section("reference leaks")
        for name in sorted(self.children):
            write(f"not seen in its other processes: {name}")
        for name in self.long:
            write(f"not counted, longer than {self.limit} s: {name}")
        for leak in self.leaks:
            write(f"LEAKS {leak}")
        write(
            f"{self.counted} tests counted in {self.runs} runs, {len(self.leaks)} leak, "
            f"{len(self.long)} too long, {len(self.children)} with other processes"
        )


@contextmanager
def noticed_children(names: set[str], name: str) -> Iterator[None]:
    """Enter the name of a test that starts a process."""
    start = subprocess.Popen.__init__

    def noticing(self: Any, *args: Any, **options: Any) -> None:
        names.add(name)
        start(self, *args, **options)

    subprocess.Popen.__init__ = noticing  # type: ignore[method-assign]
    try:
        yield
    finally:
        subprocess.Popen.__init__ = start  # type: ignore[method-assign]


def plugin(limit: float) -> Refleaks:
    """The plugin; without a debug interpreter there is nothing to count."""
    if not hasattr(sys, "gettotalrefcount"):
        raise pytest.UsageError("--refleaks needs a debug interpreter: see .ci/refleak")
    return Refleaks(limit)
