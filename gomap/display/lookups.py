"""The path of one lookup as HTML: the hash taken apart, the slots in the order looked at."""

from __future__ import annotations

from itertools import groupby

from gomap.display import style
from gomap.display.figures import STATES
from gomap.display.text import markup, plural, shown
from gomap.inspect import Explanation, Step

__all__ = ["explanation_html"]

#: Buckets of a chain drawn at its head and at its end.
HEAD, END = 8, 2
SAID = {
    "empty": "empty",
    "rest": "rest: stop",
    "other tophash": "other",
    "other key": "other key",
    "found": "found",
}
MEANING = (
    ("", "other", "another tophash byte: the key is not even looked at"),
    (' class="gm-s3"', "other key", "the same byte, compared in full, a different key"),
    (' class="gm-hit"', "found", "the same byte and the same key"),
    (' class="gm-s1"', "empty", "a free slot; entries may follow"),
    (' class="gm-s0"', "rest", "free, and nothing follows: the search ends here"),
)
COLORS = {"empty": "gm-s1", "rest": "gm-s0", "other key": "gm-s3", "found": "gm-hit"}


def explanation_html(e: Explanation, /) -> str:
    """explanation_html(e, /): the path of one lookup as HTML.

    The hash's high byte is marked, which gives the tophash; its low bits give the bucket.
    Below 200 KB, however long the chain.  O(slots examined).

    >>> from gomap import Map, display, inspect
    >>> "found" in display.explanation_html(inspect.explain(Map[str, int]({"a": 1}), "a"))
    True
    """
    title = f"<b>lookup</b> <span>{_outcome(e)}</span> <span>{_cost(e)}</span>"
    chain = [list(steps) for _, steps in groupby(e.steps, key=lambda step: step.position)]
    return style.frame(title, _hash(e), _chain(e, chain), _legend(e))


def _outcome(e: Explanation) -> str:
    if e.found:
        return f"found: {markup(shown(e.element), 400)}"
    return f"absent, so the zero value: {markup(shown(e.element), 400)}"


def _cost(e: Explanation) -> str:
    return ", ".join(
        (
            plural(e.slots_examined, "slot"),
            plural(e.key_comparisons, "key comparison"),
            plural(e.cache_lines, "cache line"),
        )
    )


def _hash(e: Explanation) -> str:
    digits = f"{e.hash:016x}"
    high = e.hash >> 56
    moved = f" (0x{high:02x} + 5: 0 to 4 are states)" if high != e.tophash else ""
    return (
        f'<div class="gm-hash">0x<b>{digits[:2]}</b>{digits[2:]}'
        f'<br><span>high byte: tophash <code data-explain="tophash">0x{e.tophash:02x}</code>'
        f'{moved}; low bits: bucket <code data-explain="bucket">{e.bucket:,}</code> of the '
        f"{e.array} array</span></div>"
    )


def _chain(e: Explanation, chain: list[list[Step]]) -> str:
    if not chain:
        return '<p class="gm-note">The map has no bucket array yet: nothing to look at.</p>'
    slots = "".join(f"<th>{slot}</th>" for slot in range(8))
    drawn, left = chain, 0
    if len(chain) > HEAD + END:
        drawn, left = chain[:HEAD] + chain[-END:], len(chain) - HEAD - END
    bodies = []
    for n, steps in enumerate(drawn):
        if left and n == HEAD:
            bodies.append(
                f'<tbody><tr><th></th><th colspan="8">{left:,} more overflow buckets, all eight '
                "slots of each looked at</th></tr></tbody>"
            )
        bodies.append(_bucket(e, steps))
    return (
        f'<div class="gm-scroll"><table class="gm-cells gm-path"><thead><tr><th></th>{slots}</tr>'
        f"</thead>{''.join(bodies)}</table></div>"
    )


def _bucket(e: Explanation, steps: list[Step]) -> str:
    position = steps[0].position
    label = f"↳ +{position} <small>overflow</small>" if position else f"{e.bucket}"
    by_slot = {step.slot: step for step in steps}
    tops, verdicts = [], []
    for slot in range(8):
        step = by_slot.get(slot)
        if step is None:
            tops.append('<td class="gm-s0 gm-far"></td>')
            verdicts.append('<td class="gm-s0 gm-far"></td>')
            continue
        color = f' class="{COLORS[step.verdict]}"' if step.verdict in COLORS else ""
        tip = f' title="{STATES[step.tophash]}"' if step.tophash < len(STATES) else ""
        tops.append(f"<td{color}{tip}>{step.tophash:02x}</td>")
        verdicts.append(f"<td{color}>{SAID[step.verdict]}</td>")
    return (
        f'<tbody data-position="{position}"><tr><th rowspan="2">{label}</th>{"".join(tops)}</tr>'
        f"<tr>{''.join(verdicts)}</tr></tbody>"
    )


def _legend(e: Explanation) -> str:
    seen = {SAID[step.verdict].split(":")[0] for step in e.steps}
    items = " ".join(
        f"<span><code{color}>{name}</code> {meaning}</span>"
        for color, name, meaning in MEANING
        if name in seen
    )
    return f'<div class="gm-legend">{items}</div>'
