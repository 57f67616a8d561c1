"""Why each step happened, in plain English and in the engine's own numbers."""

from __future__ import annotations

from typing import Any

from gomap.inspect import Explanation, Hmap
from gomap.viz.steps.shown import shown

__all__ = ["why_event", "why_iterate", "why_lookup", "why_next", "why_nothing", "why_start"]

_SLOTS = 8
_STATES = {0: "emptyRest", 1: "emptyOne"}


def number(n: int, noun: str) -> str:
    """number(n, noun): such as "1 entry", "2 entries".

    >>> number(1, "entry"), number(2, "entry"), number(0, "key")
    ('1 entry', '2 entries', '0 keys')
    """
    if n == 1:
        return f"1 {noun}"
    return f"{n} {noun[:-1]}ies" if noun.endswith("ry") else f"{n} {noun}s"


def where(bucket: int, position: int, slot: int) -> str:
    """where(bucket, position, slot): such as "bucket 3, slot 0 of overflow bucket 2"."""
    over = f" of overflow bucket {position}" if position else ""
    return f"bucket {bucket}, slot {slot}{over}"


def why_start(state: Hmap) -> str:
    """why_start(state): what the map looked like when the explorer first saw it."""
    if state.buckets is None:
        return "An empty map is a header only: its bucket array comes with the first assign."
    if state.oldbuckets is not None:
        return (
            f"The map as it was: {number(state.count, 'entry')}, growing from "
            f"{len(state.oldbuckets)} to {number(len(state.buckets), 'bucket')}."
        )
    buckets = number(len(state.buckets), "bucket")
    return f"The map as it was: {number(state.count, 'entry')} in {buckets}."


def why_event(event: Any, before: Hmap, call: str, target: int | None) -> str:
    """why_event(event, before, call, target): why an event of `inspect.record` happened.

    `before` is the map just before it, `call` the operation as Python ("" when unknown),
    `target` the chain that the operation is about.
    """
    teller = _TELLERS.get(event.kind)
    return teller(event, before, call or "this operation", target) if teller else event.kind


def _grow(event: Any, before: Hmap, call: str, target: int | None) -> str:
    now, then = 2**event.B, 2**before.B
    more = event.count + 1
    return (
        f"count + 1 = {more} > 8, and {more} > 6.5 × 2^{before.B} = {6.5 * then:g}: "
        f"before {call} can add an entry, the map grows from {then} to {now} buckets. "
        f"Nothing moves yet: the old array stays, to be evacuated bucket by bucket."
    )


def _same_size_grow(event: Any, before: Hmap, call: str, target: int | None) -> str:
    return (
        f"{number(before.noverflow, 'overflow bucket')} for {number(2**before.B, 'bucket')} are "
        f"too many (noverflow >= 2^{before.B}), though {number(event.count, 'entry')} would fit: "
        f"before {call}, a same-size growth begins, which packs the chains without their air."
    )


def _evacuate(event: Any, before: Hmap, call: str, target: int | None) -> str:
    olds = len(before.oldbuckets or ())
    chain = event.bucket
    if target is not None and olds and target % olds == chain:
        why = (
            f"{call} is about bucket {target}, which takes its entries from old bucket {chain}: "
            f"that one is evacuated first."
        )
    elif target is not None:
        why = (
            f"Each write evacuates one more, so that growth comes to an end: old bucket {chain}, "
            f"the first not yet evacuated (nevacuate = {before.nevacuate})."
        )
    else:
        why = f"Old bucket {chain} is evacuated (nevacuate was {before.nevacuate})."
    if before.same_size_grow:
        packs = "packs" if event.moved_x == 1 else "pack"
        return f"{why} Its {number(event.moved_x, 'entry')} {packs} together in bucket {chain}."
    x, y = event.moved_x, event.moved_y
    return (
        f"{why} By the next bit of the hash, {number(x, 'entry')} {_goes(x)} to X = bucket "
        f"{chain}, {y} to Y = bucket {chain} + {olds} = {chain + olds}."
    )


def _goes(n: int) -> str:
    return "goes" if n == 1 else "go"


def _grow_done(event: Any, before: Hmap, call: str, target: int | None) -> str:
    olds = len(before.oldbuckets or ())
    done = "The old bucket is evacuated" if olds == 1 else f"All {olds} old buckets are evacuated"
    return f"{done}: growth ends, oldbuckets is nil again, and the old array is let go."


def _assign(event: Any, before: Hmap, call: str, target: int | None) -> str:
    place = where(event.bucket, event.position, event.slot)
    parts = [f"The key is not there, so the first free slot of its chain takes it: {place}."]
    if before.buckets is None:
        made = number(2**event.B, "bucket")
        parts = [f"The first assign makes the array of {made}. The entry goes to {place}."]
    elif event.noverflow > before.noverflow:
        chain = before.buckets[event.bucket]
        parts = [
            f"All {_SLOTS * len(chain)} slots of bucket {event.bucket}'s chain are taken: "
            f"it gets an overflow bucket. The entry goes to {place}."
        ]
    if event.growing:
        parts.append("While the map grows, entries go to the new array only.")
    return " ".join(parts)


def _update(event: Any, before: Hmap, call: str, target: int | None) -> str:
    place = where(event.bucket, event.position, event.slot)
    return (
        f"The key is there already, at {place}: only its element is written, "
        f"and count stays {event.count}."
    )


def _delete(event: Any, before: Hmap, call: str, target: int | None) -> str:
    place = where(event.bucket, event.position, event.slot)
    text = f"The entry at {place} is cleared."
    if event.state is None or event.state.buckets is None:
        return text
    chain = event.state.buckets[event.bucket]
    top = chain[event.position].tophash[event.slot]
    if top == 1:
        return f"{text} Its tophash becomes emptyOne (1), since an entry follows it in the chain."
    if top:
        return text
    was = before.buckets[event.bucket] if before.buckets else ()
    back = _rests(chain) - _rests(was) - 1 if len(was) == len(chain) else 0
    text += " Nothing follows it in the chain, so its tophash becomes emptyRest (0)"
    if back > 0:
        do = "does" if back == 1 else "do"
        text += f", and so {do} the {number(back, 'empty slot')} before it"
    return f"{text}: a lookup ends there."


def _rests(chain: Any) -> int:
    return sum(bucket.tophash.count(0) for bucket in chain)


def _clear(event: Any, before: Hmap, call: str, target: int | None) -> str:
    kept = number(2**event.B, "bucket")
    gone = f"{number(before.count, 'entry')} {_goes(before.count)}"
    return f"{gone} at once; the array of {kept} stays, empty."


def _reseed(event: Any, before: Hmap, call: str, target: int | None) -> str:
    return (
        f"An empty map can change its seed without moving anything: hash0 is now "
        f"{event.hash0:#018x}, so whoever has learned which keys collide starts anew."
    )


def _rebuild(event: Any, before: Hmap, call: str, target: int | None) -> str:
    return (
        f"Beyond Go: {call} copies all {number(event.count, 'entry')} at once, "
        f"from {2**before.B} into {number(2**event.B, 'bucket')}."
    )


_TELLERS = {
    "grow": _grow,
    "same_size_grow": _same_size_grow,
    "evacuate": _evacuate,
    "grow_done": _grow_done,
    "assign": _assign,
    "update": _update,
    "delete": _delete,
    "clear": _clear,
    "reseed": _reseed,
    "rebuild": _rebuild,
}


def why_lookup(e: Explanation, state: Hmap) -> str:
    """why_lookup(e, state): what the path of a lookup says."""
    if state.buckets is None:
        return "The map has no buckets yet, so the key cannot be there: no slot is looked at."
    end = f"found {shown(e.element, 30)}" if e.found else "the key is absent"
    old = ""
    if e.array == "old":
        old = " That chain is not evacuated yet, so the old array is read; a read moves nothing."
    return (
        f"The low bits of the hash say bucket {e.bucket} of the {e.array} array, the high eight "
        f"tophash {e.tophash:#04x}.{old} {number(e.slots_examined, 'slot')} looked at, "
        f"{number(e.key_comparisons, 'key')} compared: {end}."
    )


def why_nothing(name: str) -> str:
    """why_nothing(name): of an operation that left no event."""
    if name == "delete":
        return "The key is absent: nothing is removed, and that is no error."
    return f"{name} finds nothing to do."


def why_iterate(cursor: Any, given: bool) -> str:
    """why_iterate(cursor, given): how a new iterator starts."""
    if cursor.done:
        return "The map is empty, so the iterator is done before it starts."
    chosen = "as asked" if given else "drawn at random for each iteration"
    return (
        f"The iterator starts at bucket {cursor.start_bucket} and reads every bucket from slot "
        f"{cursor.offset} on, {chosen}. Its flags in the header say: keep what it may be reading."
    )


def why_next(cursor: Any, entry: str | None, count: int, wraps: bool) -> str:
    """why_next(cursor, entry, count, wraps): where the iterator went.

    `entry` None: it has ended; `wraps`: it has just come past the last bucket.
    """
    if entry is None:
        return f"Back where it started: the iterator ends, after {number(count, 'entry')}."
    text = f"Entry {count}: {entry}"
    if cursor.bucket is None:
        return f"{text}."
    place = where(cursor.bucket, cursor.position, cursor.slot)
    text += f", at {place} of the {cursor.array} array."
    if cursor.array == "old":
        text += " That chain is not evacuated yet, so it is read where it is, and not moved."
    elif cursor.array == "left":
        text = (
            f"Entry {count}: {entry}. The iterator still walks bucket {cursor.bucket} of the array "
            f"it began with, the map's no longer; what has moved is looked up where it is now."
        )
    if wraps:
        text += " The last bucket is taken up: bucket 0 comes next, and it ends where it started."
    return text
