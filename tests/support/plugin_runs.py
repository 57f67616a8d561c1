"""Running pytest within pytest, with gomap's plugin and no other that is installed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import pytest

import gomap.pytest_plugin as plugin

__all__ = ["LOOKS", "Run", "commands", "errors", "orders", "runner"]

Run = Callable[..., pytest.RunResult]
#: Prints six orders and fails, so that two runs can be compared.
LOOKS = """
    import json
    import gomap

    TEXT = '{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}'

    def look(source):
        print("ORDERS", *("".join(source()) for _ in range(6)))
        assert 0
"""


def runner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs pytest on arguments: in this process, or `apart`; warnings are errors."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONHASHSEED"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini("[pytest]\n")

    def run(*args: str, apart: bool = False) -> pytest.RunResult:
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start("-p", plugin.__name__, "-p", "no:cacheprovider", "-W", "error", *args)

    return run


def commands(result: pytest.RunResult) -> list[list[str]]:
    """The arguments of each command that a run says replays a failure."""
    found = re.findall(r"^ +pytest (.*)$", result.stdout.str(), re.MULTILINE)
    words = [shlex.split(line) for line in found]
    for line in words:
        assert line[:2] == ["-p", plugin.__name__]
    return [line[2:] for line in words]


def orders(result: pytest.RunResult) -> list[str]:
    """What each test that looks has printed."""
    return re.findall(r"^ORDERS .*$", result.stdout.str(), re.MULTILINE)


def errors(result: pytest.RunResult) -> list[str]:
    """What the failures say, without addresses."""
    lines = re.findall(r"^E  .*$", result.stdout.str(), re.MULTILINE)
    return [re.sub(r"0x[0-9a-f]+", "0x", line) for line in lines]
