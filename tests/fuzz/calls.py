"""Any callable of gomap with any arguments: what comes is a result or an honest exception."""

from __future__ import annotations

import copy
import operator
import pickle
from decimal import InvalidOperation
from typing import Any

import gomap
import gomap.sync
from fuzz.source import Source
from fuzz.zoo import SIZES, HostileError, Zoo, integer
from gomap import _gomap, inspect, maps

ALLOWED = (
    *(TypeError, ValueError, OverflowError, KeyError, MemoryError, BufferError, RuntimeError),
    *(StopIteration, HostileError, IndexError, InvalidOperation),  # foreign: the last a Decimal's
)
"""SystemError is not among them: it says that C code broke its word."""
MOST = 24
"""Objects in the pool."""
FUEL = 300
"""Calls an input may make, nested ones too."""

METHODS = sorted(name for name in dir(gomap.Map) if callable(getattr(gomap.Map, name)))
LEFT_OUT = {
    *("__class__", "__init_subclass__", "__subclasshook__", "__new__", "__getattribute__"),
    *("__delattr__", "__setattr__", "__getattr__", "__dir__"),
    "__get_pydantic_core_schema__",  # needs pydantic, and is Python
    "_repr_pretty_",  # Python: a printer that is none is an AttributeError
}
METHODS = [name for name in METHODS if name not in LEFT_OUT]
SYNC = sorted(name for name in dir(gomap.sync.Map) if name not in LEFT_OUT)
FUNCTIONS: list[Any] = [
    *(gomap.delete, gomap.clear, gomap.count, gomap.make, gomap.from_json, gomap.json_default),
    *(maps.all, maps.keys, maps.values, maps.collect, maps.clone, maps.insert, maps.copy),
    *(maps.delete_func, maps.equal, maps.equal_func, maps.sorted_keys),
    *(inspect.hmap, inspect.stats, inspect.explain, inspect.cursor, inspect.iterate),
    *(inspect.validate, inspect.record),
    *(_gomap.hmap, _gomap.numbers, _gomap.chain_counts, _gomap.cursor, _gomap.explain),
    *(_gomap.record_start, _gomap.record_stop, _gomap.iterate, _gomap.validate),
    *(_gomap._rebuild, _gomap._rebuild_blocks, _gomap.Bucket, _gomap.Hmap, _gomap.Event),
    *(gomap.sync.Map, gomap.Map, gomap.int8, gomap.uint64, gomap.float32, gomap.bool_),
]
VIEW = [
    *("__and__", "__or__", "__sub__", "__xor__", "__rand__", "__ror__", "__rsub__", "__rxor__"),
    *("__contains__", "__iter__", "__len__", "__eq__", "__le__", "__lt__", "__repr__"),
    *("isdisjoint", "__reversed__", "__reduce__", "__hash__", "__copy__", "mapping"),
]
BINARY: list[Any] = [
    *(operator.eq, operator.ne, operator.or_, operator.ior, operator.and_, operator.sub),
    *(operator.xor, operator.lt, operator.getitem, operator.delitem, operator.contains),
]
UNARY: list[Any] = [
    *(len, repr, list, iter, next, bool, hash, dict, set, tuple, copy.copy, copy.deepcopy, sorted),
]
NAMES = ["hint", "seed", "hasher", "zero", "out", "add", "keys", "elems", "deltas", "progress"]
SIZE_TAKING = {"reserve", "hint", "_rebuild", "make", "fromkeys"}


def is_ours(cls: type) -> bool:
    """Whether it is a class of gomap's."""
    return cls.__module__.partition(".")[0] == "gomap"


class Calls:
    """A pool of objects, and calls on them."""

    def __init__(self, source: Source) -> None:
        """Some maps to begin with."""
        self.source = source
        self.pool: list[Any] = []
        self.fuel, self.depth = FUEL, 0
        self.zoo = Zoo(source, self.act, self.pool)
        for _ in range(1 + source.below(3)):
            self.attempt(self.make)

    def act(self) -> None:
        """Do what a hostile object does in the middle of something else."""
        if self.depth >= 3 or not self.source:
            return
        which = self.source.below(16)
        if which >= 12:
            return
        if which == 11:
            raise HostileError
        self.depth += 1
        try:
            for _ in range(which % 3):
                self.step()
        finally:
            self.depth -= 1

    def keep(self, thing: Any) -> None:
        """Put a result into the pool, in another's place when it is full."""
        if len(self.pool) < MOST:
            self.pool.append(thing)
        else:
            self.pool[self.source.below(MOST)] = thing

    def make(self) -> None:
        """Make another map, with or without options."""
        cls, how = self.zoo.map_class(), self.source.below(16)
        options: dict[str, Any] = {}
        if how & 1:
            options["seed"] = self.zoo.key()
        if how & 2:
            options["hasher"] = self.source.choose(
                [lambda key, seed: 42, lambda key, seed: seed, self.zoo.hostile(2), None, 5]
            )
        if how & 4:
            options["zero"] = self.zoo.value(2)
        if how & 8:
            options["hint"] = self.source.choose(SIZES)
        contents = [self.zoo.value(2)] if self.source.below(3) == 0 else []
        self.keep(cls(*contents, **options))

    def attempt(self, call: Any, *args: Any, **options: Any) -> None:
        """Call it; what it raises must be on the list."""
        self.fuel -= 1
        if self.fuel < 0:
            return
        try:
            result = call(*args, **options)
        except ALLOWED:
            return
        if result is not None and result is not NotImplemented:
            self.keep(result)

    def arguments(self, name: str) -> tuple[list[Any], dict[str, Any]]:
        """Arguments, most of them plausible."""
        source = self.source
        shape = source.below(64)
        args = [self.zoo.value() if shape & 32 else self.zoo.key() for _ in range(shape % 4)]
        options = {}
        if shape & 24 == 24:
            options = {source.choose(NAMES): self.zoo.value()}
        if name in SIZE_TAKING:
            args = [self.sized(arg) for arg in args]
        if "hint" in options:
            options["hint"] = self.sized(options["hint"])
        return args, options

    def sized(self, arg: Any) -> Any:
        """No number that takes minutes and gigabytes."""
        return arg if not isinstance(arg, int) or not 1 << 17 < arg < 1 << 60 else arg % 1000

    def one(self) -> Any:
        """Return one of gomap's objects in the pool."""
        thing = self.source.choose(self.pool) if self.pool else None
        return thing if any(is_ours(cls) for cls in type(thing).__mro__) else None

    def step(self) -> None:
        """One call."""
        match self.source.below(16):
            case 0:
                self.attempt(self.make)
            case 1 | 2 | 3 | 4 | 5:
                self.call_method(METHODS)
            case 6:
                self.call_method(VIEW)
            case 7:
                self.call_method(SYNC)
            case 8 | 9:
                call = self.source.choose(FUNCTIONS)
                args, options = self.arguments(call.__name__)
                self.attempt(
                    call, *([self.one()] if self.source.below(3) else []), *args, **options
                )
            case 10:
                self.attempt(self.source.choose(BINARY), self.one(), self.zoo.key())
            case 11:
                self.attempt(self.source.choose(UNARY), self.one())
            case 12:
                self.fill()
            case 13:
                self.attempt(self.rebuild)
            case 14:
                self.attempt(self.set_attribute)
            case _:
                self.drop()

    def call_method(self, names: list[str]) -> None:
        """A method of an object of the pool, if it has it."""
        thing, name = self.one(), self.source.choose(names)
        try:
            method = getattr(thing, name)
        except AttributeError:
            return
        if callable(method):
            args, options = self.arguments(name)
            self.attempt(method, *args, **options)

    def fill(self) -> None:
        """Many plain entries at once: chains, growth."""
        m, start, n = self.one(), self.source.below(200), self.source.below(100)
        if isinstance(m, gomap.Map):
            self.attempt(m.update, [(i, i) for i in range(start, start + n)])
            self.attempt(m.update, [(str(i), i) for i in range(start, start + n)])

    def rebuild(self) -> None:
        """A pickle, damaged on the way: other arguments to what it calls."""
        m = self.one()
        try:
            call, args, *rest = m.__reduce_ex__(self.source.below(6))
        except AttributeError:
            return
        args = list(args)
        for _ in range(self.source.below(3)):
            if args:
                args[self.source.below(len(args))] = self.sized(self.zoo.value())
        made = call(*args)
        self.keep(made)
        if isinstance(made, gomap.Map) and self.source.below(2):
            state = rest[0] if rest and self.source.below(2) else self.zoo.value()
            if hasattr(made, "__setstate__"):
                made.__setstate__(state)
            made.update(rest[2] if len(rest) > 2 else self.zoo.value())

    def set_attribute(self) -> None:
        """An attribute of a map, its class above all."""
        m, value = self.one(), self.zoo.value()
        if isinstance(m, gomap.Map):
            name = self.source.choose(["__class__", "__dict__", "key_type", "x", "__gomap_spec__"])
            try:
                setattr(m, name, value)
            except AttributeError:
                return

    def drop(self) -> None:
        """One object less, or a pickle there and back."""
        if not self.pool:
            return
        at = self.source.below(len(self.pool))
        if self.source.below(2):
            del self.pool[at]
        elif isinstance(self.pool[at], gomap.Map):
            try:
                made = pickle.loads(pickle.dumps(self.pool[at], self.source.below(6)))
            except (*ALLOWED, pickle.PicklingError, AttributeError):
                return
            self.keep(made)

    def check(self) -> None:
        """Every map is whole."""
        for thing in list(self.pool):
            if isinstance(thing, gomap.Map):
                broken = _gomap.validate(thing)
                assert broken is None, broken

    def finish(self) -> None:
        """Everything goes, what is left acts no more."""
        self.source.at = len(self.source.data)
        self.check()
        self.pool.clear()


def run(source: Source) -> None:
    """Calls until the input is at its end."""
    calls = Calls(source)
    while source and calls.fuel > 0:
        try:
            calls.step()
        except ALLOWED:  # by an argument while it was made
            continue
    calls.finish()


__all__ = ["Calls", "integer", "run"]
