"""What `gomap explore` found, as data: the tables and --json both show this.

Field names are the names of the JSON output, so they stay as they are.
"""

from __future__ import annotations

import dataclasses
import heapq
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gomap import Map, inspect
from gomap._gotable import GoLoad, published_around
from gomap._version import __version__
from gomap.cli.counting import Count, GrowthStep
from gomap.display.figures import flag_names


@dataclass(frozen=True)
class Input:
    """What was read."""

    title: str
    files: list[str]
    kind: str
    column: str | None
    bytes: int
    keys: int
    distinct: int
    seconds: float


@dataclass(frozen=True)
class Header:
    """The fields of Go's hmap."""

    type: str
    count: int
    flags: int
    flag_names: list[str]
    B: int
    noverflow: int
    hash0: str
    buckets: int
    oldbuckets: int
    nevacuate: int
    growing: bool
    evacuated: int


@dataclass(frozen=True)
class Memory:
    """Bytes of both containers by sys.getsizeof; keys and values are not counted."""

    map: int
    map_buckets: int
    map_overflow: int
    map_old: int
    map_spare: int
    map_header: int
    map_empty_slots: int
    map_per_entry: float
    dict: int
    dict_per_entry: float


@dataclass(frozen=True)
class Frequent:
    """A key and how often it was read."""

    key: str | int
    count: int


@dataclass(frozen=True)
class Report:
    """Everything there is to show."""

    gomap: str
    python: str
    input: Input
    hmap: Header
    figures: GoLoad
    go: list[GoLoad]
    occupancy: list[int]
    chain_lengths: list[int]
    growth: list[GrowthStep]
    doublings: int
    same_size_growths: int
    memory: Memory
    top: list[Frequent]


def make_report(read: Input, count: Count, top: int) -> Report:
    """Look at the counted map from every side."""
    m = count.map
    now = inspect.stats(m)
    counted = m.to_dict()  # to be walked: iterating over the map would leave flags in it
    figures = GoLoad(
        now.load_factor, now.pct_overflow, now.bytes_per_entry, now.hit_probe, now.miss_probe
    )
    return Report(
        gomap=__version__,
        python=platform.python_version(),
        input=read,
        hmap=header_of(m, now),
        figures=figures,
        go=list(published_around(now.load_factor)),
        occupancy=list(now.occupancy),
        chain_lengths=trimmed(now.chain_lengths),
        growth=count.growth,
        doublings=now.doublings,
        same_size_growths=now.same_size_growths,
        memory=memory_of(m, now, counted),
        top=most_frequent(counted, top),
    )


def trimmed(counts: Sequence[int]) -> list[int]:
    """Return the counts without the zeros after the last other one."""
    used = max((index for index, count in enumerate(counts) if count), default=0)
    return list(counts[: used + 1])


def header_of(m: Map[Any, int], now: inspect.Stats) -> Header:
    """Take the header's fields from the map's statistics.

    Not from `inspect.hmap`, which copies every slot of the map.
    """
    return Header(
        type=type(m).__name__,
        count=now.count,
        flags=now.flags,
        flag_names=flag_names(now.flags),
        B=now.B,
        noverflow=now.noverflow,
        hash0=f"{now.hash0:016x}",
        buckets=now.buckets,
        oldbuckets=now.old_buckets,
        nevacuate=now.nevacuate,
        growing=now.growing,
        evacuated=now.evacuated,
    )


def memory_of(m: Map[Any, int], now: inspect.Stats, counted: dict[Any, int]) -> Memory:
    """Measure the map, and a dict that was filled with the same entries one by one."""
    twin = dict.fromkeys(iter(counted), 0)
    return Memory(
        map=sys.getsizeof(m),
        map_buckets=now.bytes_buckets,
        map_overflow=now.bytes_overflow,
        map_old=now.bytes_old,
        map_spare=now.bytes_spare,
        map_header=now.bytes_header,
        map_empty_slots=now.bytes_empty_slots,
        map_per_entry=sys.getsizeof(m) / len(m),
        dict=sys.getsizeof(twin),
        dict_per_entry=sys.getsizeof(twin) / len(m),
    )


def most_frequent(counted: dict[Any, int], n: int) -> list[Frequent]:
    """Return the n entries with the largest counts, equal ones in key order.

    The order of the entries differs from run to run; this one must not.
    """
    least = heapq.nlargest(n, counted.values())[-1:]
    found = [item for item in counted.items() if item[1] >= least[0]] if least else []
    found = heapq.nsmallest(n, found, key=lambda item: (-item[1], item[0]))
    return [Frequent(key, count) for key, count in found]


def to_json(report: Report) -> str:
    """Write the report for machines: one object, ASCII."""
    return json.dumps(plain(report), indent=2)


def plain(value: Any) -> Any:
    """Turn dataclasses and named tuples into dicts, all the way down."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
