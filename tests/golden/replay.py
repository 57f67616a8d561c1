"""Replaying one trace on one class of map.

The recorded hashes come in through ``hasher=``.  Which ones are valid is known
from the ``e`` lines alone: they follow the step that drew a new seed, and the
``hash0`` that the hasher is given must change there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gomap.inspect
from golden import computed
from golden.canon import CANON, Digest
from golden.compare import Comparison, Mismatch
from golden.subjects import Subject
from golden.traces import Trace

DATA_LINES = {"k", "e", "hb"}
CHECKS = {"s", "cp", "dg", "S", "end"}


class Replay:
    """The state of a replay: the map, its iterators, what is known of its keys."""

    def __init__(self, trace: Trace, subject: Subject, engine: Any = gomap.inspect) -> None:
        """Make the map; ``engine`` has ``hmap`` and ``iterate``."""
        header = trace.header
        self.trace, self.subject, self.engine = trace, subject, engine
        # The numbers without the contents, where the engine has them apart.
        self.summary = getattr(engine, "stats", engine.hmap)
        self.places = subject.has_go_places(header)
        self.read_key = CANON[header["key"]].read
        self.encode_key = CANON[header["key"]].encode
        self.read_elem = CANON[header["elem"]].read
        self.digest = Digest(header["key"], header["elem"])
        self.line = trace.first
        self.steps = 0
        self.keys: list[Any] = []
        self.kids: dict[bytes, int] = {}
        self.hashes: dict[Any, int] = {}
        self.seed: int | None = None
        self.old_seeds: set[int] = set()
        self.iterators: dict[int, Iterator[tuple[Any, Any]]] = {}
        self.operations: computed.Operations | None = None
        self.done = 0
        self.mixes = header["hasher"] == "mix"
        self.m = subject.make(header["hint"], self.hasher)

    # Values

    def hasher(self, key: Any, seed: int) -> int:
        """The recorded hash of a key under the present epoch."""
        if seed != self.seed:
            self._first_sight_of(seed)
        return self.hashes[key]

    def _first_sight_of(self, seed: int) -> None:
        if self.seed is not None or seed in self.old_seeds:
            raise Mismatch(self.trace.name, self.line, "hash0", self.seed or "a new one", seed)
        self.seed = seed

    def kid_of(self, key: Any) -> int:
        """The kid of a key that the map shows; -0.0 is not 0.0."""
        return self.kids.get(self.encode_key(self.subject.undress(key)), -1)

    def elem_json(self, elem: Any) -> Any:
        """The recorded form of an element that the map shows."""
        return elem

    def _define(self, key: Any, hashed: int) -> None:
        dressed = self.subject.dress(key)
        self.kids[self.encode_key(key)] = len(self.keys)
        self.keys.append(dressed)
        self.hashes[dressed] = hashed

    # Running

    def run(self, lines: int | None = None) -> int:
        """Replay the trace, or only its first lines; return the number of steps."""
        handlers = {name[3:]: getattr(self, name) for name in dir(self) if name[:3] == "do_"}
        for done, (number, line) in enumerate(self.trace.lines()):
            if lines is not None and done >= lines:
                break
            self.line = number
            handlers[line[0]](*line[1:])
            if line[0] not in DATA_LINES and line[0] not in CHECKS:
                self.steps += 1
        return self.steps

    @property
    def check(self) -> Comparison:
        """A comparison that names the present line."""
        return Comparison(self.trace.name, self.line, self, self.places)

    # Data lines

    def do_k(self, key: Any, hashed: str) -> None:
        """A new key."""
        self._define(self.read_key(key), int(hashed, 16))

    def do_e(self, hash0: int, hashes: list[str]) -> None:
        """A new seed, and the hashes under it."""
        if self.seed is not None:
            self.old_seeds.add(self.seed)
        self.seed = None
        if self.mixes:
            self._rehash(computed.mixed_hashes(self.keys, hash0))
        for kid, hashed in enumerate(hashes):
            self.hashes[self.keys[kid]] = int(hashed, 16)
        self.hash0 = hash0

    def do_u(self, n: int, seed: str) -> None:
        """Define the keys of a computed trace."""
        self.keys = computed.keys_of(n, int(seed, 16))
        self.kids = {self.encode_key(key): kid for kid, key in enumerate(self.keys)}
        if self.mixes:
            self._rehash(computed.mixed_hashes(self.keys, self.hash0))

    def do_hb(self, _hash0: int, text: str) -> None:
        """All hashes of a computed trace under the present seed."""
        self._rehash(computed.packed_hashes(text))

    def _rehash(self, hashes: list[int]) -> None:
        self.hashes = dict(zip(self.keys, hashes, strict=True))

    # Steps

    def do_a(self, kid: int, elem: Any) -> None:
        """Assign."""
        self.m[self.keys[kid]] = elem

    def do_d(self, kid: int) -> None:
        """Delete."""
        del self.m[self.keys[kid]]

    def do_g(self, kid: int, found: int, elem: Any) -> None:
        """Look up."""
        got, ok = self.m.lookup(self.keys[kid])
        self.check.same("found", bool(found), ok)
        if found:
            self.check.same("element", elem, got)

    def do_c(self) -> None:
        """Clear."""
        self.m.clear()

    def do_is(self, it: int, start: Any, offset: Any, kid: Any, elem: Any) -> None:
        """Start an iterator and take its first entry."""
        if start is None:
            self.check.same("entries of an empty map", [], list(self.m.items()))
            return
        self.iterators[it] = self.engine.iterate(self.m, start, offset)
        self.do_in(it, kid, elem)

    def do_in(self, it: int, kid: Any, elem: Any) -> None:
        """Take the next entry."""
        entry = next(self.iterators[it], None)
        got = (None, None) if entry is None else (self.kid_of(entry[0]), entry[1])
        self.check.same(f"entry (kid, elem) of iterator {it}", (kid, elem), got)
        if kid is None:
            del self.iterators[it]

    def do_it(self, start: int, offset: int, n: int, sha: str) -> None:
        """Iterate over everything."""
        undress = self.subject.undress
        items = [(undress(key), elem) for key, elem in self.engine.iterate(self.m, start, offset)]
        self.check.same("number of entries iterated", n, len(items))
        self.check.same("digest of the iteration", sha, self.digest.entries(items))

    def do_r(self, n: int, seed: str, assigns: int, deletes: int, every: int) -> None:
        """Begin a run of computed operations; the checks after it run the pieces."""
        self.every = every
        self.operations = computed.Operations(self.keys, int(seed, 16), assigns, deletes, self.done)

    # Checks

    def do_S(self, ops: int, *expected: Any) -> None:
        """Run the operations up to this check, then compare."""
        assert self.operations is not None
        hits, total = self.operations.run(self.m, self.every)
        self.done = self.operations.done
        self.check.same("operations", ops, self.done)
        self.do_s(*expected[:5])
        self.check.same("hits", expected[5], hits)
        self.check.same("sum of values", expected[6], total)

    def do_s(self, count: int, b: int, noverflow: int, nevacuate: int, growing: int) -> None:
        """Compare the summary."""
        summary, check = self.summary(self.m), self.check
        check.same("count", count, summary.count)
        check.same("len()", count, len(self.m))
        check.same("B", b, summary.B)
        if b < 16:
            check.same("noverflow", noverflow, summary.noverflow)
        check.same("nevacuate", nevacuate, summary.nevacuate)
        check.same("growing", bool(growing), summary.growing)

    def do_cp(self, dump: dict[str, Any]) -> None:
        """Compare everything, and the validator's opinion."""
        self.check.dump(dump, self.engine.hmap(self.m))
        self.check.same("validate()", None, self.engine.validate(self.m))

    def do_dg(self, sha: str) -> None:
        """Compare the digest."""
        self.check.same("digest", sha, self.state_digest())

    def do_end(self, steps: int, sha: str) -> None:
        """Compare the number of steps and the final state."""
        self.check.same("steps", steps, self.steps)
        self.check.same("final digest", sha, self.state_digest())
        self.check.same("validate()", None, self.engine.validate(self.m))

    def state_digest(self) -> str:
        """Digest of the map as it stands."""
        undress = self.subject.undress
        hmap = self.engine.hmap(self.m)
        if undress is not self.subject.dress:
            hmap = _Undressed(hmap, undress)
        return self.digest.of(hmap)


class _Undressed:
    """A snapshot with its keys as they were recorded."""

    def __init__(self, hmap: Any, undress: Any) -> None:
        self._hmap, self._undress = hmap, undress
        self.buckets = self._chains(hmap.buckets)
        self.oldbuckets = self._chains(hmap.oldbuckets)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hmap, name)

    def _chains(self, chains: Any) -> Any:
        if chains is None:
            return None
        return [[_UndressedBucket(bucket, self._undress) for bucket in chain] for chain in chains]


class _UndressedBucket:
    def __init__(self, bucket: Any, undress: Any) -> None:
        self.tophash, self.elems = bucket.tophash, bucket.elems
        self.keys = [key if key is None else undress(key) for key in bucket.keys]
