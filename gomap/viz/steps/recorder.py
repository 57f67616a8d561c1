"""Using a map and recording what the engine did, frame by frame.

    operation ── check ──▶ explain, inspect.record, explain ──▶ one frame an event
                                                            └─▶ or one: lookup, iterator, nothing

Nothing is computed here that the engine knows: states come from `inspect.record` and
`inspect.hmap`, paths from `inspect.explain`, iterators' places from `inspect.cursor`.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from gomap import Map, inspect
from gomap.inspect import Explanation, Hmap
from gomap.viz.steps import sentences
from gomap.viz.steps.frames import MOST_BUCKETS, Frame, Frames, key_data
from gomap.viz.steps.script import Operation, check, run
from gomap.viz.steps.shown import shown

__all__ = ["MAX_FRAMES", "Recorder"]

#: Frames that a recorder takes unless told otherwise.
MAX_FRAMES = 1000


class Recorder:
    """A map, what is done to it, and the frames of that.

    >>> r = Recorder(Map[int, int](seed=1))
    >>> r.do(("set", 1, 10))
    >>> [frame["kind"] for frame in r.frames.data()["frames"]]
    ['start', 'assign']
    """

    def __init__(self, m: Any, max_frames: int = MAX_FRAMES) -> None:
        if not isinstance(m, Map):
            raise TypeError(f"explorer needs a gomap.Map, not {type(m).__name__}")
        if isinstance(max_frames, bool) or not isinstance(max_frames, int):
            raise TypeError(f"max_frames must be an int, not {type(max_frames).__name__}")
        if max_frames < 1:
            raise ValueError(f"max_frames must be positive, not {max_frames}")
        _refuse_large(m)
        self.map = m
        self.frames = Frames(_title(m), max_frames)
        self._done = 0
        self._iterator: Any = None
        self._growths = 0
        self._produced: list[str] = []
        self._asked: Any = None
        state = inspect.hmap(m)
        self._add("start", state, sentences.why_start(state))

    def do(self, operation: Any) -> None:
        """do(operation): check one operation, do it to the map, and record it.

        Raises TypeError or ValueError for a bad one, before it runs.
        """
        self.do_all([operation])

    def do_all(self, script: Iterable[Any]) -> None:
        """do_all(script): check all operations, then do and record one after the other.

        Raises TypeError or ValueError naming the first bad one's index, before anything
        runs; what the map itself raises comes with a note that names the operation.
        """
        iterating = self._iterator is not None
        for op in check(script, self.map, first=self._done, iterating=iterating):
            try:
                self._do(op)
            except Exception as error:
                error.add_note(f"in operation {op.at}: {op}")
                raise
            self._done += 1

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """recording(): a context in which every write to the map, by whomever, is recorded.

        Each write is a snapshot of the whole map: meant for dozens, not for millions.
        """
        before, recording = inspect.hmap(self.map), inspect.record(self.map, states=True)
        events: list[Any] = []
        try:
            with recording as events:
                yield
        finally:
            _refuse_large(self.map)
            self._add_events(list(events), before)

    def ask(self, text: str) -> None:
        """ask(text): look up the key that the text says, and show the path.

        The text is the key itself for str keys, else a Python literal.  A question after
        another, nothing having happened between, replaces its frame.  Raises TypeError,
        ValueError or OverflowError for a text that is no key of this map.
        """
        key = parsed(text, self.map.key_type)
        explanation, state = inspect.explain(self.map, key), inspect.hmap(self.map)
        if self._asked is self.frames.last:
            self.frames.drop_last()
        self._add_lookup(f"m[{shown(key)}]", key, explanation, state)
        self._asked = self.frames.last

    # ---- one operation ----------------------------------------------------------------

    def _do(self, op: Operation) -> None:
        if op.name == "iterate":
            self._iterate(op)
        elif op.name == "next":
            self._next()
        elif op.name == "get":
            run(op, self.map)
            explanation = _explain(self.map, op.args[0])
            self._add_lookup(str(op), op.args[0], explanation, inspect.hmap(self.map))
        else:
            self._write(op)

    def _write(self, op: Operation) -> None:
        """Do a write, and make a frame of each of its events."""
        m, call = self.map, str(op)
        before = inspect.hmap(m)
        old_path = _explain(m, op.args[0]) if op.has_key else None
        try:
            with inspect.record(m, states=True) as events:
                run(op, m)
        finally:
            new_path = _explain(m, op.args[0]) if op.has_key else None
            write = _Write(op, before, inspect.hmap(m), old_path, new_path)
            _refuse_large(m)
            self._add_events(list(events), before, call, write)
        if not events or (op.name == "delete" and "delete" not in {e.kind for e in events}):
            why = sentences.why_nothing(op.name if op.has_key else call)
            self._add("nothing", write.after, why, call=call, key=write.final_key())

    def _add_events(
        self, events: list[Any], before: Hmap, call: str = "", write: _Write | None = None
    ) -> None:
        fallback = write.chain() if write else None
        for event in events:
            target = _target(event, events, fallback)
            self._add(
                event.kind,
                event.state,
                sentences.why_event(event, before, _called(event, call), target),
                call=_called(event, call),
                figures={name: getattr(event, name) for name in ("load_factor", "bytes_total")},
                mark=_mark(event, before),
                key=write.key_at(event, events) if write else self._hash_of(event),
                settled=event is events[-1],
            )
            before = event.state

    def _hash_of(self, event: Any) -> dict[str, Any] | None:
        """Return the hash of a recorded event's key, if the map can still tell it."""
        state = event.state
        now = inspect.hmap(self.map)
        if event.bucket is None or event.kind == "evacuate" or now.hash0 != state.hash0:
            return None
        try:
            explanation = _explain(self.map, event.key)
        except Exception:  # a stranger's __hash__ or __eq__
            return None
        if explanation is None or now.B != state.B or explanation.array == "old":
            return None
        return key_data(event.key, explanation, state, path=False)

    # ---- reads ------------------------------------------------------------------------

    def _add_lookup(self, call: str, key: Any, e: Explanation | None, state: Hmap) -> None:
        if e is None:
            why = "NaN is not equal to itself: each insert draws a random hash, no lookup finds it."
            self._add("lookup", state, why, call=call)
            return
        mark = {"array": e.array, "bucket": e.bucket, "position": None, "slot": None}
        if e.steps and e.found:
            mark |= {"position": e.steps[-1].position, "slot": e.steps[-1].slot}
        data = key_data(key, e, state, path=True)
        self._add("lookup", state, sentences.why_lookup(e, state), call=call, key=data, mark=mark)

    def _iterate(self, op: Operation) -> None:
        made = inspect.iterate(self.map, *op.args) if op.args else iter(self.map.items())
        self._iterator, self._produced, self._growths = made, [], _growths(self.map)
        cursor = inspect.cursor(made)
        why = sentences.why_iterate(cursor, bool(op.args))
        self._add("iterate", inspect.hmap(self.map), why, call=str(op))

    def _next(self) -> None:
        wrapped = inspect.cursor(self._iterator).wrapped
        entry = next(self._iterator, None)
        text = None
        if entry is not None:
            text = f"{shown(entry[0], 30)}: {shown(entry[1], 30)}"
            self._produced.append(shown(entry[0], 30))
        cursor = inspect.cursor(self._iterator)
        wraps = cursor.wrapped and not wrapped
        why = sentences.why_next(cursor, text, len(self._produced), wraps)
        mark = None
        if cursor.bucket is not None and cursor.array != "left":
            names = ("array", "bucket", "position", "slot")
            mark = {name: getattr(cursor, name) for name in names}
        state, key = inspect.hmap(self.map), None
        if entry is not None and (explanation := _explain(self.map, entry[0])):
            key = key_data(entry[0], explanation, state, path=False)
        self._add("next", state, why, call="next(it)", mark=mark, key=key)

    # ---- frames -----------------------------------------------------------------------

    def _add(self, kind: str, state: Hmap, why: str, settled: bool = True, **parts: Any) -> None:
        parts.setdefault("figures", _figures(self.map))
        self.frames.add(Frame(kind, state, why, cursor=self._cursor(settled), **parts))

    def _cursor(self, settled: bool) -> dict[str, Any] | None:
        """Return where the newest iterator stands, as data, with what it has produced.

        It was asked after the whole operation: what array it is in may not be true yet of
        an instant in the middle, which is why that is left out unless `settled`.
        """
        if self._iterator is None:
            return None
        cursor = inspect.cursor(self._iterator)
        names = ("start_bucket", "offset", "bucket", "position", "slot", "array", "wrapped", "done")
        data = {name: getattr(cursor, name) for name in names}
        data["started_in"] = self._started_in() if cursor.array in ("new", "old") else None
        if not settled:
            data |= dict.fromkeys(("bucket", "position", "slot", "array", "started_in"))
        return data | {"produced": list(self._produced)}

    def _started_in(self) -> str | None:
        """Return which array the start bucket of the iterator is in by now."""
        since = _growths(self.map) - self._growths
        if since == 1:
            return "old" if inspect.stats(self.map).growing else None
        return None if since else "new"


class _Write:
    """A write's key, and where lookups of it led before and after."""

    def __init__(
        self,
        op: Operation,
        before: Hmap,
        after: Hmap,
        old_path: Explanation | None,
        new_path: Explanation | None,
    ) -> None:
        self.op, self.before, self.after = op, before, after
        self.old_path, self.new_path = old_path, new_path

    def key_at(self, event: Any, events: list[Any]) -> dict[str, Any] | None:
        """Return the key's hash as of an event, and at the last one the path to it."""
        old, new = self.old_path, self.new_path
        if old is None or new is None:
            return None
        if event.kind == "delete":
            still = not any(e.kind in ("evacuate", "grow_done") for e in events)
            if event.hash0 != self.after.hash0 or still:
                return key_data(self.op.args[0], old, self.before, path=still)
        if event.hash0 != self.after.hash0 or event.kind == "reseed":
            return None
        last = event is events[-1] and event.kind in ("assign", "update")
        return key_data(self.op.args[0], new, event.state, path=last)

    def chain(self) -> int | None:
        """Return the chain of the present array that the key belongs to."""
        path = self.new_path
        return path.bucket if path and path.array == "new" else None

    def final_key(self) -> dict[str, Any] | None:
        """Return the key's hash and path after it all."""
        if self.new_path is None:
            return None
        return key_data(self.op.args[0], self.new_path, self.after, path=True)


def _refuse_large(m: Any) -> None:
    """Raise ValueError for a map of too many buckets, before a snapshot of it is taken."""
    buckets = inspect.stats(m).buckets
    if buckets > MOST_BUCKETS:
        raise ValueError(
            f"explorer draws every bucket at every step, {MOST_BUCKETS} at most; "
            f"this map has {buckets}: gomap.viz.heat_map(m) shows it whole"
        )


def _explain(m: Any, key: Any) -> Explanation | None:
    """Return the path of a key; None for NaN, which draws another hash each time."""
    return inspect.explain(m, key) if key == key else None


def _figures(m: Any) -> dict[str, Any]:
    s = inspect.stats(m)
    return {"load_factor": s.load_factor, "bytes_total": s.bytes_total}


def _growths(m: Any) -> int:
    s = inspect.stats(m)
    return s.doublings + s.same_size_growths


def _title(m: Any) -> str:
    text = type(m).__name__
    return text if text.startswith("Map") else f"{text}, a Map"


def _called(event: Any, call: str) -> str:
    """Return the call an event is part of, as far as the event itself can tell."""
    if call or event.key is None:
        return call
    return f"del m[{shown(event.key)}]" if event.kind == "delete" else f"m[{shown(event.key)}] = …"


def _target(event: Any, events: list[Any], fallback: int | None) -> int | None:
    """Return the chain that the operation of `event` is about: its entry's."""
    at = next(i for i, other in enumerate(events) if other is event)
    for other in events[at:]:
        if other.kind in ("assign", "update", "delete"):
            bucket: int = other.bucket
            return bucket
    return fallback


def _mark(event: Any, before: Hmap) -> dict[str, Any] | None:
    """Return what a frame points at."""
    if event.bucket is None:
        return None
    if event.kind != "evacuate":
        place = {"array": "new", "bucket": event.bucket}
        return place | {"position": event.position, "slot": event.slot}
    olds = len(before.oldbuckets or ())
    to = [event.bucket] if before.same_size_grow else [event.bucket, event.bucket + olds]
    moved = [event.moved_x, event.moved_y][: len(to)]
    mark = {"array": "old", "bucket": event.bucket, "position": None, "slot": None}
    return mark | {"to": to, "moved": moved}


def parsed(text: str, key_type: Any) -> Any:
    """parsed(text, key_type): the key that a person typed.

    >>> parsed("alice", str), parsed("7", int), parsed("(1, 'a')", object), parsed("x y", object)
    ('alice', 7, (1, 'a'), 'x y')
    """
    if key_type is str:
        return text
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        if key_type is object or getattr(key_type, "__name__", "") == "interface":
            return text
        with contextlib.suppress(ValueError):
            return float(text)
        raise ValueError(f"not a Python literal: {shown(text)}") from error
