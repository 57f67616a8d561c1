"""What is shuffled without being asked by name: orders that nobody has promised.

    json     the members of a JSON object: json.loads, json.load, JSONDecoder
    files    the entries of a directory: os.listdir, os.scandir, and what is built on them
             (os.walk, glob, pathlib, shutil)

Both give plain dicts and lists, shuffled once as they are made.  A replacement draws from
the running test's orders and does nothing but its old work where there are none, so one
that a module has kept (``from os import listdir`` within a test) is harmless afterwards.
"""

from __future__ import annotations

import glob
import json
import json.decoder
import json.scanner
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from .streams import active

__all__ = ["REACHES", "checked_reaches", "reaching"]


def _reaches(kind: str) -> bool:
    """Tell whether a test is running that this kind is shuffled for."""
    orders = active()
    return orders is not None and kind in orders.reached


def _drawn(items: list[Any]) -> list[Any]:
    orders = active()
    assert orders is not None
    orders.shuffle_here(items)
    return items


@contextmanager
def _replaced(holder: Any, name: str, new: Any) -> Iterator[None]:
    old = vars(holder)[name]
    setattr(holder, name, new)
    try:
        yield
    finally:
        setattr(holder, name, old)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make the dict of a JSON object; of members with one name the last one counts."""
    made = dict(pairs)
    return dict(_drawn(list(made.items()))) if _reaches("json") else made


def _shuffle_members(decoder: Any) -> None:
    """Make a decoder hand its members to us, unless its user asked for them in order."""
    if decoder.object_pairs_hook is not None:
        return
    hook = decoder.object_hook
    decoder.object_pairs_hook = _members if hook is None else lambda pairs: hook(_members(pairs))
    decoder.scan_once = json.scanner.make_scanner(decoder)  # it has copied the hooks


@contextmanager
def _json() -> Iterator[None]:
    plain = json.JSONDecoder.__init__

    @wraps(plain)
    def init(self: Any, *args: Any, **options: Any) -> None:
        plain(self, *args, **options)
        _shuffle_members(self)

    default = json.JSONDecoder()  # what json.loads uses when it is given no options
    _shuffle_members(default)
    with (
        _replaced(json.JSONDecoder, "__init__", init),
        _replaced(json, "_default_decoder", default),
    ):
        yield


class _Entries:
    """What os.scandir returns: an iterator that can be closed, here over a list."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[Any]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> _Entries:
        return self

    def __next__(self) -> Any:
        return next(self._entries)

    def close(self) -> None:
        """close(): drop the entries that are left."""
        self._entries = iter(())

    def __enter__(self) -> _Entries:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def _files() -> Iterator[None]:
    plain_list, plain_scan = os.listdir, os.scandir

    @wraps(plain_list)
    def listdir(*args: Any, **options: Any) -> list[Any]:
        names = plain_list(*args, **options)
        return _drawn(sorted(names)) if _reaches("files") else names

    @wraps(plain_scan)
    def scandir(*args: Any, **options: Any) -> Any:
        if not _reaches("files"):
            return plain_scan(*args, **options)
        with plain_scan(*args, **options) as entries:
            return _Entries(_drawn(sorted(entries, key=lambda entry: entry.name)))

    with ExitStack() as stack:
        stack.enter_context(_replaced(os, "listdir", listdir))
        stack.enter_context(_replaced(os, "scandir", scandir))
        for plain, new in ((plain_list, listdir), (plain_scan, scandir)):
            if plain in os.supports_fd:  # asked with `in`, which compares functions
                os.supports_fd.add(new)
                stack.callback(os.supports_fd.discard, new)
        globber = getattr(glob, "_StringGlobber", None)  # pathlib's from 3.13 on
        kept = vars(globber).get("scandir") if globber is not None else None
        if isinstance(kept, staticmethod) and kept.__func__ is plain_scan:
            stack.enter_context(_replaced(globber, "scandir", staticmethod(scandir)))
        yield


REACHES: dict[str, Callable[[], Any]] = {"json": _json, "files": _files}


def checked_reaches(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names without repetition; ValueError for one that is not in REACHES.

    >>> checked_reaches(["files", "json", "files"])
    ('files', 'json')
    """
    names = tuple(dict.fromkeys(names))
    for name in names:
        if name not in REACHES:
            raise ValueError(f"order can reach {' and '.join(REACHES)}, not {name!r}")
    return names


@contextmanager
def reaching(names: Iterable[str]) -> Iterator[None]:
    """Put the replacements of these kinds in place until the block ends.

    They do something for orders that have the kind among what is `reached`.

    >>> with reaching(["json"]):
    ...     json.loads('{"a": 1}')
    {'a': 1}
    """
    with ExitStack() as stack:
        for name in checked_reaches(names):
            stack.enter_context(REACHES[name]())
        yield
