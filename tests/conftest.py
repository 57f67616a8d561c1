"""Settings of the whole suite: long runs by option, Hypothesis by profile.

``pytest --slow`` runs the long forms too (the complete large traces, 2,000 examples of 50
steps of the state machines, and proofs that take hours: CONTRIBUTING.md says which).
``GOMAP_HYPOTHESIS=default|long`` chooses the Hypothesis profile alone;
``GOMAP_HYPOTHESIS_SEED=random`` draws new examples, the short form is the same in every run.
``--no-large`` leaves out the tests of large maps, for builds that check the whole map after
every change.
``--refleaks`` runs every test several times and counts references (support/refleaks.py).
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import tempfile
from typing import Any

import pytest
from hypothesis import HealthCheck, configuration, settings

from support import refleaks

# Nothing is written into the tree.
_STORAGE = tempfile.mkdtemp(prefix="gomap-hypothesis-")
atexit.register(shutil.rmtree, _STORAGE, ignore_errors=True)
configuration.set_hypothesis_home_dir(_STORAGE)

_COMMON: dict[str, Any] = {
    "database": None,
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
_FIXED = os.environ.get("GOMAP_HYPOTHESIS_SEED") != "random"
settings.register_profile(
    "default", max_examples=100, stateful_step_count=50, derandomize=_FIXED, **_COMMON
)
# Repeated by --refleaks; and the less of it, the less Hypothesis itself has to remember.
settings.register_profile(
    "few", max_examples=10, stateful_step_count=20, derandomize=True, **_COMMON
)
settings.register_profile("long", max_examples=2000, stateful_step_count=50, **_COMMON)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--slow``, ``--no-large``, ``--refleaks`` and ``--refleaks-limit``."""
    parser.addoption("--slow", action="store_true", help="run the long forms of tests too")
    parser.addoption("--no-large", action="store_true", help="leave out tests of large maps")
    parser.addoption("--refleaks", action="store_true", help="count references, many times over")
    parser.addoption(
        "--refleaks-limit", type=float, default=1e9, help="seconds of a test worth repeating"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and choose the profile."""
    config.addinivalue_line("markers", "slow: a long form, run with --slow only")
    config.addinivalue_line("markers", "large: makes large maps, left out by --no-large")
    # A shell's background jobs ignore it, and so would the processes that tests interrupt.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    default = "long" if config.getoption("--slow") else "default"
    if config.getoption("--refleaks"):
        config.pluginmanager.register(refleaks.plugin(config.getoption("--refleaks-limit")))
        default = "few"
    settings.load_profile(os.environ.get("GOMAP_HYPOTHESIS", default))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked slow unless asked for, and what is marked large if asked to."""
    skips = {}
    if not config.getoption("--slow"):
        skips["slow"] = pytest.mark.skip(reason="a long form: run with --slow")
    if config.getoption("--no-large"):
        skips["large"] = pytest.mark.skip(reason="a large map: left out by --no-large")
    for item in items:
        for marker, skip in skips.items():
            if marker in item.keywords:
                item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Take what there is now out of every later collection; tests ask for thousands of them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what would colour or resize the output for whoever runs the tests."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
