"""Parts of a display that show a map's statistics: header, figures, histograms, memory."""

from __future__ import annotations

from gomap.display import style
from gomap.display.figures import (
    FIGURES,
    chain_bars,
    figures_of,
    flag_names,
    go_rows,
    ideal_load,
    memory_parts,
    occupancy_bars,
    size,
)
from gomap.display.text import plural
from gomap.inspect import Hmap, Stats

__all__ = ["chains", "figures", "header", "history", "memory", "occupancy", "summary", "tophash"]


def summary(s: Stats) -> str:
    """The line beside a title: how much there is, and what is under way."""
    parts = [plural(s.count, "entry", "entries")]
    if s.bytes_buckets:
        parts += [plural(s.buckets, "bucket"), f"load {s.load_factor:.2f}"]
    parts.append(size(s.bytes_total))
    found = "".join(f" <span>{part}</span>" for part in parts)
    if s.growing:
        kind = "growing at the same size" if s.flags & 8 else "growing"
        found += (
            f' <span class="gm-now">{kind}: {s.evacuated:,} of {s.old_total:,} old buckets '
            "evacuated</span>"
        )
    return found


def header(s: Stats, h: Hmap | None = None) -> str:
    """The fields of Go's hmap as a box; `h` tells the next free spare bucket."""
    names = ", ".join(flag_names(s.flags))
    estimate = " <small>an estimate from B = 16 on</small>" if s.B >= 16 else ""
    rows = (
        ("count", "int", f"{s.count:,}", ""),
        ("flags", "uint8", f"{s.flags}", f" <small>{names}</small>" if names else ""),
        ("B", "uint8", f"{s.B}", ""),
        ("noverflow", "uint16", f"{s.noverflow:,}", estimate),
        ("hash0", "uint64", f"0x{s.hash0:016x}", ""),
        ("buckets", "pointer", _array(s), ""),
        ("oldbuckets", "pointer", _old(s), ""),
        ("nevacuate", "uintptr", f"{s.nevacuate:,}", ""),
        ("extra", "*mapextra", *_extra(s, h)),
    )
    body = "".join(
        f'<tr><th>{name} <i>{kind}</i></th><td data-hmap="{name}">{value}{more}</td></tr>'
        for name, kind, value, more in rows
    )
    box = f'<table class="gm-hmap"><tbody>{body}</tbody></table>'
    return style.section("hmap", box, role="gm-head")


def _array(s: Stats) -> str:
    return f"→ {plural(s.buckets, 'bucket')}" if s.bytes_buckets else "nil"


def _old(s: Stats) -> str:
    return f"→ {plural(s.old_buckets, 'bucket')}" if s.growing else "nil"


def _extra(s: Stats, h: Hmap | None) -> tuple[str, str]:
    """What hangs from `extra`: overflow buckets in use, and spares allocated ahead."""
    found = []
    if s.overflow_buckets:
        found.append(f"overflow: {s.overflow_buckets:,}")
    if s.old_overflow_buckets:
        found.append(f"oldoverflow: {s.old_overflow_buckets:,}")
    if h is not None and h.next_overflow is not None:
        found.append(f"nextOverflow → spare {h.next_overflow}")
    elif s.bytes_spare:
        found.append(f"spare: {size(s.bytes_spare)}")
    if not found:
        return "nil", ""
    return found[0], "".join(f" <small>{part}</small>" for part in found[1:])


def figures(s: Stats) -> str:
    """Go's four figures for this map, beside the rows that Go published around its load."""
    here, go = figures_of(s), go_rows(s)
    heads = ("", "this map", *(f"Go at {row.load_factor:.2f}" for row in go))
    rows = []
    for name, title in FIGURES:
        cells = "".join(f"<td>{getattr(row, name):.2f}</td>" for row in go)
        value = f'<td class="gm-b" data-figure="{name}">{getattr(here, name):.2f}</td>'
        rows.append(f"<tr><th>{title}</th>{value}{cells}</tr>")
    note = "Probes: entries looked at per lookup. Bytes: overhead (in Go's table, slots of 8 + 8)."
    if here.load_factor < go[0].load_factor:
        note += f" Go's table begins at {go[0].load_factor:.2f}."
    if s.growing:
        note += " While the map grows: over the chains that a lookup can reach, old and new."
    return style.section("Go's four figures", style.table(heads, rows), _note(note))


def _note(text: str) -> str:
    return f'<p class="gm-note">{text}</p>'


def occupancy(s: Stats) -> str:
    """Array buckets by slots in use."""
    bars = style.histogram(
        ("slots", "buckets"), occupancy_bars(s.occupancy, ideal_load(s)), "occupancy"
    )
    note = _note("Tick, ideal: what random hashing gives.") if not s.growing else ""
    which = "first of each chain in use" if s.growing else "of the array"
    return style.section(f"Slots in use per bucket <span>{which}</span>", bars, note)


def chains(s: Stats) -> str:
    """Chains by overflow buckets."""
    bars = style.histogram(
        ("extra", "chains"), chain_bars(s.chain_lengths, ideal_load(s)), "chains"
    )
    return style.section("Overflow buckets per chain", bars)


def memory(s: Stats) -> str:
    """Where the bytes are: a stacked bar and its parts."""
    parts = [(name, n, f"gm-c{i}") for i, (name, n) in enumerate(memory_parts(s)) if n]
    stack = "".join(
        f'<div class="{color}" style="width:{100 * n / s.bytes_total:.2f}%"></div>'
        for _, n, color in parts
    )
    rows = [
        f'<tr><th><i class="gm-dot {color}"></i>{name}</th>'
        f'<td data-memory="{name}">{n:,}</td>{_per_entry(n, s)}</tr>'
        for name, n, color in parts
    ]
    rows.append(
        f'<tr><th>in all</th><td class="gm-b" data-memory="total">{s.bytes_total:,}</td>'
        f"{_per_entry(s.bytes_total, s)}</tr>"
    )
    rows.append(
        f'<tr><th>of it empty slots</th><td data-memory="empty">{s.bytes_empty_slots:,}</td>'
        f"{_per_entry(s.bytes_empty_slots, s)}</tr>"
    )
    heads = ("", "bytes", "/entry")
    return style.section(
        "Memory <span>without what keys and elements refer to</span>",
        f'<div class="gm-stack">{stack}</div>',
        style.table(heads, rows),
    )


def _per_entry(n: int, s: Stats) -> str:
    return f"<td>{n / s.count:,.1f}</td>" if s.count else "<td>-</td>"


def history(s: Stats) -> str:
    """What has happened to the map since it was made."""
    rows = (
        ("doublings", s.doublings),
        ("same-size growths", s.same_size_growths),
        ("reseeds", s.reseeds),
    )
    body = [f'<tr><th>{name}</th><td data-history="{name}">{n:,}</td></tr>' for name, n in rows]
    return style.section("So far", style.table((), body))


def tophash(s: Stats) -> str:
    """Entries by tophash byte, 251 thin bars."""
    counts = s.tophash_counts[5:]
    most = max(counts, default=0) or 1
    bars = "".join(f'<i style="height:{100 * n / most:.3g}%"></i>' for n in counts)
    note = (
        f"Bytes 5 to 255, at most {most:,} entries in one. 0 to 4 are states of a slot, so the "
        "bytes 5 to 9 stand for two values of the hash each."
        if s.count
        else "No entry yet."
    )
    return style.section(
        "Entries by tophash byte", f'<div class="gm-spark">{bars}</div>', _note(note)
    )
