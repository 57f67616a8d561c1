"""The bucket array of a small map as HTML: every bucket, slot by slot, as in memory.

A bucket is three rows of eight cells: its tophash bytes, its keys, its elements, in the
order in which a bmap keeps them.  Overflow buckets follow the bucket they hang from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gomap.display.figures import STATES
from gomap.display.text import markup, middle_cut, shown
from gomap.inspect import Bucket, Hmap

__all__ = ["MOST_BUCKETS", "arrays", "bucket_total"]

#: Buckets, overflow and old ones included, that are shown one by one.
MOST_BUCKETS = 64
#: Bytes for the keys and elements of one display, shared among its slots.
TEXT_BYTES = 90_000
#: Characters of a key or element in its cell; its tooltip says more.
IN_CELL = 11
FIRST_ENTRY = 5
MOVED = {2: "→ X", 3: "→ Y"}
EVACUATED = (2, 3, 4)
MOVED_FIRST = 2

Chain = Sequence[Bucket]


def bucket_total(h: Hmap) -> int:
    """bucket_total(h): buckets of a snapshot, overflow and old ones included.  O(chains).

    >>> from gomap import Map, inspect
    >>> bucket_total(inspect.hmap(Map[int, int](hint=20)))
    4
    """
    return sum(len(chain) for array in (h.buckets, h.oldbuckets) for chain in array or ())


def arrays(h: Hmap, *, nil: bool = False) -> str:
    """arrays(h, *, nil=False): the new array, beside the old one while the map grows.

    Of a snapshot that has only the first and the last chains, a line says what is left out.
    At most some 150 KB for `MOST_BUCKETS` buckets, whatever their keys.  O(buckets).

    >>> from gomap import Map, inspect
    >>> "&#x27;alice&#x27;" in arrays(inspect.hmap(Map[str, int]({"alice": 30})))
    True
    """
    if h.buckets is None:
        return _unborn(nil)
    room = min(400, TEXT_BYTES // (16 * max(bucket_total(h), 1)))
    parts = []
    if h.oldbuckets is not None:
        moved = {chain[0].index: "moved" for chain in h.oldbuckets if _is_evacuated(chain)}
        parts.append(_array("old", _old_title(h), h.oldbuckets, room, moved))
    parts.append(_array("new", _title(h), h.buckets, room, _waiting(h)))
    return f'<div class="gm-arrays">{"".join(parts)}{_legend(h)}</div>'


def _unborn(nil: bool) -> str:
    what = (
        "A nil map: it reads as empty, and a write raises NilMapError."
        if nil
        else "No bucket array yet: the first assign allocates one bucket."
    )
    return f'<div class="gm-arrays"><p class="gm-note">{what}</p></div>'


def _title(h: Hmap) -> str:
    chains = h.buckets or ()
    extra = sum(len(chain) - 1 for chain in chains) if len(chains) == 1 << h.B else 0
    overflow = f", {extra} overflow" if extra else ""
    return f"buckets <span>{1 << h.B:,} = 2<sup>{h.B}</sup>{overflow}</span>"


def _old_title(h: Hmap) -> str:
    old = h.oldbuckets or ()
    if len(old) < _old_size(h):
        return f"oldbuckets <span>{_old_size(h):,}</span>"
    gone = sum(_is_evacuated(chain) for chain in old)
    return f"oldbuckets <span>{gone} of {len(old)} evacuated</span>"


def _old_size(h: Hmap) -> int:
    return 1 << h.B if h.same_size_grow else 1 << h.B >> 1


def _is_evacuated(chain: Chain) -> bool:
    return chain[0].tophash[0] in EVACUATED


def _waiting(h: Hmap) -> dict[int, str]:
    """New chains that are empty as yet because their entries are in the old array."""
    old = {chain[0].index for chain in h.oldbuckets or () if not _is_evacuated(chain)}
    mask = _old_size(h) - 1
    return {chain[0].index: "waits" for chain in h.buckets or () if chain[0].index & mask in old}


def _array(
    name: str, title: str, chains: Sequence[Chain], room: int, said: Mapping[int, str]
) -> str:
    """One array; `said` has a word about some of its chains."""
    slots = "".join(f"<th>{slot}</th>" for slot in range(8))
    parts = []
    following = 0
    for chain in chains:
        parts.append(_gap(chain[0].index - following))
        following = chain[0].index + 1
        word = said.get(chain[0].index, "")
        parts += [_bucket(b, place, len(chain) - 1, room, word) for place, b in enumerate(chain)]
    return (
        f'<div class="gm-array" data-array="{name}"><div class="gm-h">{title}</div>'
        f'<div class="gm-scroll"><table class="gm-cells"><thead><tr><th></th>{slots}</tr></thead>'
        f"{''.join(parts)}</table></div></div>"
    )


def _gap(left_out: int) -> str:
    """Stand for the chains between the first and the last of a large array."""
    if not left_out:
        return ""
    return f'<tbody><tr><th></th><th colspan="8">{left_out:,} more</th></tr></tbody>'


def _bucket(bucket: Bucket, position: int, last: int, room: int, said: str) -> str:
    """One bucket: a table body of three rows, or of its tophash bytes where all is empty."""
    tops, keys, elems = [], [], []
    for slot, top in enumerate(bucket.tophash):
        is_entry = top >= FIRST_ENTRY
        state = "" if is_entry else f' class="gm-s{top}"'
        tip = "" if is_entry else f' title="{STATES[top]}"'
        tops.append(f"<td{state}{tip}>{top:02x}</td>")
        keys.append(_cell(bucket.keys[slot], room) if is_entry else _blank(state, top))
        elems.append(_cell(bucket.elems[slot], room) if is_entry else f"<td{state}></td>")
    more = ' class="gm-more"' if position < last else ""
    rows = [tops] if max(bucket.tophash) < MOVED_FIRST else [tops, keys, elems]
    long = ' class="gm-long"' if bucket.index >= 100_000 else ""
    head = f'<th{long} rowspan="{len(rows)}">{_label(bucket, position, said)}</th>'
    lines = "</tr><tr>".join("".join(row) for row in rows)
    return (
        f'<tbody{more} data-bucket="{bucket.index}" data-position="{position}">'
        f"<tr>{head}{lines}</tr></tbody>"
    )


def _label(bucket: Bucket, position: int, said: str) -> str:
    if not position:
        return f"{bucket.index} <small>{said}</small>" if said else f"{bucket.index}"
    if bucket.preallocated is None:
        return f"↳ +{position} <small>overflow</small>"
    return f"↳ +{position} <small>spare {bucket.preallocated}</small>"


def _blank(state: str, top: int) -> str:
    return f"<td{state}>{MOVED.get(top, '')}</td>"


def _cell(value: Any, room: int) -> str:
    """A key or element; more of it as a tooltip where the cell does not take all."""
    text = shown(value, min(room, 160))
    if len(text) <= IN_CELL:
        return f"<td>{markup(text, room)}</td>"
    visible = markup(middle_cut(text, IN_CELL), min(room, 60))
    tip = markup(text, max(room - len(visible.encode()), 8))
    return f'<td title="{tip}">{visible}</td>'


def _legend(h: Hmap) -> str:
    """What the bytes below 5 mean, as far as they occur."""
    chains = [*(h.buckets or ()), *(h.oldbuckets or ())]
    seen = {top for chain in chains for bucket in chain for top in bucket.tophash}
    meaning = (
        "nothing in this slot or after it",
        "nothing in this slot",
        "moved to the bucket of the same number",
        "moved to that bucket + old buckets",
        "was empty when its bucket moved",
    )
    items = [
        f'<span><code class="gm-s{top}">{top:02x}</code> {name}: {meaning[top]}</span>'
        for top, name in enumerate(STATES)
        if top in seen
    ]
    head = "<span>Each bucket: tophash bytes, keys, elements, eight of each, as in memory.</span>"
    if h.oldbuckets is not None:
        items.append("<span>waits: its entries are still in the old array.</span>")
    return f'<div class="gm-legend">{" ".join([head, *items])}</div>'
