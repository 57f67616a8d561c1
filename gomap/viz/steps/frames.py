"""Recorded states of a map as frames: plain data that JSON can carry.

A frame is one instant: the header, the arrays, what had just happened, and why.  Chains
that several frames share are kept once::

    {"title": "Map[int, int]",
     "chains": [[{"top": [92, 0, ...], "keys": ["2", null, ...], "elems": [...], "pre": null}]],
     "frames": [{"kind": "assign", "why": "...", "head": {"count": 1, ...},
                 "new": [0, 1, 1, 4], "old": null, ...}]}

Every number in it was read from the engine.

>>> from gomap import Map, inspect
>>> film = Frames("a map", 10)
>>> film.add(Frame("start", inspect.hmap(Map[int, int]({1: 1})), "A map of one entry."))
>>> film.data()["frames"][0]["head"]["count"]
1
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from gomap.display.figures import flag_names
from gomap.inspect import Bucket, Explanation, Hmap
from gomap.viz.steps.shown import shown

__all__ = ["KINDS", "MOST_BUCKETS", "Frame", "Frames", "chain_data", "key_data"]

#: The kinds of frames, each with what it is called in the legend.
KINDS = {
    "start": "the map as it was",
    "assign": "assign",
    "update": "update",
    "delete": "delete",
    "lookup": "lookup",
    "iterate": "iterator made",
    "next": "iterator step",
    "grow": "growth starts",
    "same_size_grow": "same-size growth starts",
    "evacuate": "bucket evacuated",
    "grow_done": "growth ends",
    "rebuild": "rebuilt at once",
    "clear": "clear",
    "reseed": "new hash0",
    "nothing": "nothing to do",
}
#: A map of more buckets is not stepped through: each frame is a snapshot of all.
MOST_BUCKETS = 1024
_HASH_BITS = 64


@dataclasses.dataclass(slots=True)
class Frame:
    """One instant of a map, as it was read from the engine."""

    #: One of KINDS.
    kind: str
    #: The map at that instant.
    state: Hmap
    #: Why this happened, in a sentence.
    why: str
    #: The operation that it is part of, as Python; "" when there is none.
    call: str = ""
    #: Figures beside the snapshot: load_factor and bytes_total.
    figures: dict[str, Any] = dataclasses.field(default_factory=dict)
    #: What to point at: array, bucket, position, slot, and for an evacuation `to`.
    mark: dict[str, Any] | None = None
    #: The operation's key, see `key_data`.
    key: dict[str, Any] | None = None
    #: Where the newest iterator stands.
    cursor: dict[str, Any] | None = None


class Frames:
    """A growing list of frames, at most `limit` of them."""

    def __init__(self, title: str, limit: int) -> None:
        self.title = title
        self.limit = limit
        self._chains: list[Any] = []
        self._numbers: dict[str, int] = {}
        self._frames: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, frame: Frame) -> None:
        """add(frame): append it.

        Raises ValueError when there are `limit` frames already.
        """
        if len(self._frames) >= self.limit:
            raise ValueError(f"explorer: more than max_frames={self.limit} frames")
        state = frame.state
        head = _head(state) | frame.figures
        before = self._frames[-1]["head"] if self._frames else head
        data = {
            **{name: getattr(frame, name) for name in ("kind", "why", "call", "mark", "cursor")},
            "key": frame.key,
            "head": head,
            "flags": flag_names(state.flags),
            "changed": [name for name in head if head[name] != before.get(name)],
            "new": self._array(state.buckets),
            "old": self._array(state.oldbuckets),
        }
        self._frames.append(data)

    def drop_last(self) -> None:
        """drop_last(): forget the newest frame."""
        del self._frames[-1]

    @property
    def last(self) -> dict[str, Any]:
        """The newest frame's data."""
        return self._frames[-1]

    def data(self) -> dict[str, Any]:
        """data(): everything, as what JSON can carry; later frames do not change it."""
        return {
            "title": self.title,
            "kinds": KINDS,
            "chains": list(self._chains),
            "frames": list(self._frames),
        }

    def _array(self, chains: Any) -> list[int] | None:
        return None if chains is None else [self._number(chain_data(chain)) for chain in chains]

    def _number(self, chain: list[dict[str, Any]]) -> int:
        """Return the number of a chain, equal ones having the same."""
        name = json.dumps(chain)
        number = self._numbers.setdefault(name, len(self._chains))
        if number == len(self._chains):
            self._chains.append(chain)
        return number


def _head(state: Hmap) -> dict[str, Any]:
    """Return the header's fields; hash0 as text, since JavaScript's numbers are too short."""
    plain = ("count", "flags", "B", "noverflow", "nevacuate", "growing", "same_size_grow")
    return {name: getattr(state, name) for name in plain} | {
        "hash0": f"{state.hash0:#018x}",
        "next_overflow": state.next_overflow,
    }


def chain_data(chain: tuple[Bucket, ...]) -> list[dict[str, Any]]:
    """chain_data(chain): its buckets as data; None where a slot holds no entry."""
    return [
        {
            "top": list(bucket.tophash),
            "keys": _cells(bucket.tophash, bucket.keys),
            "elems": _cells(bucket.tophash, bucket.elems),
            "pre": bucket.preallocated,
        }
        for bucket in chain
    ]


#: Smaller tophash bytes are states of a slot without an entry.
_MIN_TOPHASH = 5


def _cells(tophash: bytes, values: tuple[Any, ...]) -> list[str | None]:
    return [
        shown(value) if top >= _MIN_TOPHASH else None
        for top, value in zip(tophash, values, strict=True)
    ]


def key_data(key: Any, e: Explanation, state: Hmap, *, path: bool) -> dict[str, Any]:
    """key_data(key, e, state, path=...): a key's hash, and the path of its lookup if `path`.

    `low` is how many low bits of the hash are the bucket's index in the array read.
    """
    low = state.B - (e.array == "old" and not state.same_size_grow)
    data: dict[str, Any] = {
        "key": shown(key),
        "bits": f"{e.hash:0{_HASH_BITS}b}",
        "hash": f"{e.hash:#018x}",
        "low": low,
        "bucket": e.bucket,
        "tophash": e.tophash,
        "raised": e.tophash != e.hash >> (_HASH_BITS - 8),
        "array": e.array,
        "path": None,
    }
    if path:
        names = ("found", "key_comparisons", "slots_examined")
        data |= {name: getattr(e, name) for name in names}
        data["element"] = shown(e.element)
        data["path"] = [list(step) for step in e.steps]
    return data
