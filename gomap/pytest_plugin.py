"""The pytest plugin: tests see mappings in an order that is drawn anew for each iteration.

    --gomap-shuffle          shuffle in every test what can be reached without its doing
    --gomap-seed N           replay the orders of an earlier run
    --gomap-reach LIST       what that is: json, files, both (the default) or none
    --gomap-dicts MODULE     also each dict that this module makes or holds; may be repeated
    @pytest.mark.gomap_order(seed=N, reach=..., dicts=...)     the same for one test
    gomap_order              fixture: an Order, to shuffle things by name

Off unless asked for.  Loaded by the entry point ``gomap``; ``-p no:gomap`` leaves it out.
A test's orders come from the seed and the test's own name, so that it replays alone, under
``-k``, in another order or in a worker of pytest-xdist.  See docs/shuffled_order.md.

PYTEST_DONT_REWRITE: nothing here is asserted.
"""

from __future__ import annotations

import os
import pkgutil
import shlex
import sys
from argparse import ArgumentTypeError
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from .testing.order import Order
from .testing.reach import REACHES, checked_reaches, reaching
from .testing.streams import LARGEST_SEED, Orders, active, fresh_seed, new_session, using

__all__: list[str] = []


@dataclass
class Settings:
    """What the command line asks for, and the seed of this run."""

    seed: int
    seed_given: bool
    shuffle: bool
    reach: tuple[str, ...]
    dicts: tuple[str, ...]
    shared: Orders | None = None
    """Of the fixture that was set up last and that several tests share."""


@dataclass
class Shuffle:
    """What is on for one test."""

    order: Order
    on: bool
    reach: tuple[str, ...]
    dicts: tuple[str, ...]


_SETTINGS = pytest.StashKey[Settings]()
_SHUFFLE = pytest.StashKey[Shuffle]()


# What the command line says


def _seed(text: str) -> int:
    try:
        seed = int(text, 10)
    except ValueError:
        seed = -1
    if not 0 <= seed <= LARGEST_SEED:
        raise ArgumentTypeError(f"must be a whole number from 0 to 2**64-1, not {text!r}")
    return seed


def _reach(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",")]
    if names == ["none"]:
        return ()
    try:
        return checked_reaches(names)
    except ValueError:
        known = ", ".join(REACHES)
        raise ArgumentTypeError(f"takes {known} or none, with commas, not {text!r}") from None


def _module(text: str) -> str:
    name = text.removesuffix(".*")
    if not all(part.isidentifier() for part in name.split(".")):
        raise ArgumentTypeError(f"takes a module's name, or package.*, not {text!r}")
    return text


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the four options."""
    group = parser.getgroup("gomap", "shuffled order (gomap)")
    group.addoption(
        "--gomap-shuffle",
        action="store_true",
        help="shuffle what nobody promised an order for, in every test",
    )
    group.addoption(
        "--gomap-seed", type=_seed, metavar="N", help="replay the orders of the run with this seed"
    )
    group.addoption(
        "--gomap-reach",
        type=_reach,
        default=tuple(REACHES),
        metavar="LIST",
        help=f"what --gomap-shuffle and the marker reach: {','.join(REACHES)} (default) or none",
    )
    group.addoption(
        "--gomap-dicts",
        type=_module,
        action="append",
        default=[],
        metavar="MODULE",
        help="there shuffle also the dicts that this module makes by name or holds, package.* "
        "for all modules of a package; may be repeated",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Draw the run's seed, or take the one that xdist's controller has drawn."""
    config.addinivalue_line(
        "markers",
        "gomap_order(seed=None, reach=None, dicts=()): run this test with shuffled orders",
    )
    outside = ExitStack()  # a session within a test of another, as pytester's, is none of it
    outside.enter_context(new_session())
    config.add_cleanup(outside.close)
    given = config.getoption("gomap_seed")
    drawn = getattr(config, "workerinput", {}).get("gomap_seed")
    seed = next((seed for seed in (given, drawn) if seed is not None), None)
    config.stash[_SETTINGS] = Settings(
        seed=fresh_seed() if seed is None else seed,
        seed_given=given is not None,
        shuffle=config.getoption("gomap_shuffle"),
        reach=config.getoption("gomap_reach"),
        dicts=tuple(config.getoption("gomap_dicts")),
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the seed to a worker of pytest-xdist."""
    node.workerinput["gomap_seed"] = node.config.stash[_SETTINGS].seed


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say that orders are shuffled, and with which seed."""
    settings = config.stash[_SETTINGS]
    if settings.shuffle:
        what = ", ".join([*settings.reach, *(f"dicts of {name}" for name in settings.dicts)])
        return f"gomap: shuffled orders ({what or 'by name only'}), --gomap-seed={settings.seed}"
    if settings.seed_given:
        return (
            f"gomap: --gomap-seed={settings.seed}, for tests with the marker or fixture "
            "gomap_order only (all others need --gomap-shuffle)"
        )
    return None


# Which modules' dicts


def _named_modules(names: tuple[str, ...]) -> Iterator[Any]:
    """Import the modules that --gomap-dicts names; ImportError when one cannot be."""
    for name in names:
        base = import_module(name.removesuffix(".*"))
        yield base
        if name.endswith(".*"):
            found = pkgutil.walk_packages(getattr(base, "__path__", ()), base.__name__ + ".")
            for module in found:
                if not module.name.endswith(".__main__"):
                    yield import_module(module.name)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Import what --gomap-dicts names before the first test, so that all tests see the same."""
    settings = session.config.stash[_SETTINGS]
    if not settings.shuffle and not any(map(_is_marked, session.items)):
        return
    try:
        list(_named_modules(settings.dicts))
    except ImportError as error:
        raise pytest.UsageError(f"--gomap-dicts: {error}") from error


# One test


def _is_marked(item: pytest.Item) -> bool:
    return item.get_closest_marker("gomap_order") is not None


def _marked(item: pytest.Item) -> dict[str, Any] | None:
    """Return the marker's options, None without a marker; TypeError or ValueError for bad ones."""
    mark = item.get_closest_marker("gomap_order")
    return None if mark is None else _mark_options(*mark.args, **mark.kwargs)


def _mark_options(*, seed: Any = None, reach: Any = None, dicts: Any = ()) -> dict[str, Any]:
    if seed is not None and (type(seed) is not int or not 0 <= seed <= LARGEST_SEED):
        raise ValueError(f"seed must be a whole number from 0 to 2**64-1, not {seed!r}")
    names = None if reach is None else _names("reach", reach)
    return {
        "seed": seed,
        "reach": None if names is None else checked_reaches(names),
        "dicts": _names("dicts", dicts),
    }


def _names(option: str, value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, (tuple, list)) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"{option} must be a name or a list of names, not {value!r}")
    return tuple(names)


def _stable_name(nodeid: str) -> str:
    """Name a test without its directory, which depends on where pytest was started."""
    path, sep, rest = nodeid.partition("::")
    return path.rpartition("/")[2] + sep + rest


def _shuffle_of(item: pytest.Item, marked: dict[str, Any] | None) -> Shuffle:
    """Make what is on for a test, from the command line and its marker."""
    settings = item.config.stash[_SETTINGS]
    on = settings.shuffle or marked is not None
    options = marked or {"seed": None, "reach": None, "dicts": ()}
    seed = settings.seed if options["seed"] is None else options["seed"]
    reach = settings.reach if options["reach"] is None else options["reach"]
    return Shuffle(
        order=Order(seed, name=_stable_name(item.nodeid), reached=reach if on else ()),
        on=on,
        reach=reach,
        dicts=(*settings.dicts, *options["dicts"]),
    )


@contextmanager
def _phase(item: pytest.Item) -> Iterator[None]:
    """Shuffle during one phase of a test, and put everything back after it."""
    shuffle = item.stash[_SHUFFLE]
    _tell_hypothesis()
    with ExitStack() as stack:
        stack.enter_context(using(shuffle.order._orders))
        if shuffle.on:
            stack.enter_context(reaching(shuffle.reach))
            held = Order(shuffle.order.seed)
            stack.callback(held.undo)
            for module in _named_modules(shuffle.dicts):
                held.patch(module)
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Begin a test's orders."""
    try:
        marked, refusal = _marked(item), None
    except (TypeError, ValueError) as error:
        marked, refusal = None, error
    item.stash[_SHUFFLE] = _shuffle_of(item, marked)
    with _phase(item):
        result = yield
        if refusal is not None:  # not before the other plugins have set up what they tear down
            pytest.fail(f"@pytest.mark.gomap_order: {refusal}", pytrace=False)
        return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Go on with them."""
    with _phase(item):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """End them."""
    with ExitStack() as stack:
        stack.callback(item.stash[_SHUFFLE].order.undo)
        stack.enter_context(_phase(item))
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Iterator[None]:
    """Give a fixture that several tests share orders of its own, whichever test comes first."""
    if fixturedef.scope == "function":
        return (yield)
    settings = request.config.stash[_SETTINGS]
    which = getattr(request, "param_index", 0)
    name = f"{fixturedef.scope} fixture {fixturedef.argname} {which}"
    settings.shared = Orders(settings.seed, name, settings.reach if settings.shuffle else ())
    with using(settings.shared):
        return (yield)


@pytest.fixture
def gomap_order(request: pytest.FixtureRequest) -> Iterator[Order]:
    """An Order, to shuffle by name: seed, shuffled(), shuffle(), patch(), reach(), dict."""
    order = request.node.stash[_SHUFFLE].order
    yield order
    order.undo()


class _Restart:
    """What Hypothesis takes for a generator: seeding it begins the orders anew.

    An example is run several times, and must go the same way each time.
    """

    def seed(self, *_: object) -> None:
        orders = active()
        if orders is not None:
            orders.restart()

    def getstate(self) -> None:
        """Keep nothing: a stream's state matters within one example only."""

    def setstate(self, state: None) -> None:
        """Restore nothing."""


@cache
def _register(hypothesis: Any) -> list[_Restart]:
    # Hypothesis holds it weakly and looks for who else does, which would not see
    # what a suite has taken from the collector by gc.freeze() before its first test.
    held = [_Restart()]
    hypothesis.register_random(held[0])
    return held


def _tell_hypothesis() -> None:
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is not None and hasattr(hypothesis, "register_random"):
        _register(hypothesis)


# What is said of a failure


def _command(item: pytest.Item, shuffle: Shuffle) -> str:
    """Write the command that runs this one test with the same orders."""
    config = item.config
    settings = config.stash[_SETTINGS]
    words = ["pytest", f"--gomap-seed={shuffle.order.seed}"]
    if config.pluginmanager.get_name(sys.modules[__name__]) == __name__:  # no entry point
        words[1:1] = ["-p", __name__]
    if settings.shuffle:
        words.append("--gomap-shuffle")
    words += [f"--gomap-dicts={name}" for name in settings.dicts]
    if settings.reach != tuple(REACHES):
        words.append(f"--gomap-reach={','.join(settings.reach) or 'none'}")
    path, sep, rest = item.nodeid.partition("::")
    words.append(os.path.relpath(config.rootpath / path, config.invocation_params.dir) + sep + rest)
    hashes = os.environ.get("PYTHONHASHSEED", "random")
    return ("" if hashes == "random" else f"PYTHONHASHSEED={hashes} ") + shlex.join(words)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Add the seed and the command to the report of a failure."""
    report = yield
    shuffle = item.stash.get(_SHUFFLE, None)
    if report.failed and shuffle is not None and (shuffle.on or shuffle.order.drawn):
        command = _command(item, shuffle)
        shared = item.config.stash[_SETTINGS].shared
        text = f"seed {shuffle.order.seed}; the same orders again:\n    {command}"
        if not shuffle.order.drawn and (shared is None or not shared.drawn):
            text += "\nbut nothing was shuffled yet when it failed: this is no matter of order"
        report.sections.append(("gomap order", text))
        report.gomap_replay = command  # an attribute of a report travels from xdist's workers
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the commands where the options leave out the sections of reports."""
    if config.option.tbstyle not in ("line", "no") and config.option.showcapture == "all":
        return
    stats = terminalreporter.stats
    reports = [*stats.get("failed", ()), *stats.get("error", ())]
    commands = [report.gomap_replay for report in reports if hasattr(report, "gomap_replay")]
    if commands:
        terminalreporter.write_sep("=", "gomap order: the same orders again")
        for command in commands:
            terminalreporter.write_line(command)
