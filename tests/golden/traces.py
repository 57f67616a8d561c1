"""Reading of the trace files: families, the traces in them, their lines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parent

Header = dict[str, Any]
Line = list[Any]


class Trace(NamedTuple):
    """One trace: its header and where its lines stand in the file."""

    family: str
    header: Header
    first: int
    """Line number of the header in the file, counted from 1."""
    stop: int
    """Line number after the last one."""

    @property
    def name(self) -> str:
        """``family/name``."""
        return str(self.header["trace"])

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Number and content of each line after the header."""
        texts = _texts(self.family)
        for number in range(self.first + 1, self.stop):
            yield number, json.loads(texts[number - 1])


def families() -> list[str]:
    """Names of the families, sorted."""
    return sorted(path.name.removesuffix(".jsonl.gz") for path in FOLDER.glob("*.jsonl.gz"))


@lru_cache(maxsize=2)
def _texts(family: str) -> list[str]:
    with gzip.open(FOLDER / f"{family}.jsonl.gz", "rt", encoding="utf-8") as file:
        # Only a newline ends a line: a string key may hold any other separator.
        return file.read().rstrip("\n").split("\n")


def traces(family: str) -> list[Trace]:
    """The traces of one family, in the order of the file."""
    texts = _texts(family)
    heads = [number for number, text in enumerate(texts, 1) if text.startswith("{")]
    stops = [*heads[1:], len(texts) + 1]
    return [
        Trace(family, json.loads(texts[head - 1]), head, stop)
        for head, stop in zip(heads, stops, strict=True)
    ]


def all_traces() -> list[Trace]:
    """Every trace of every family."""
    return [trace for family in families() for trace in traces(family)]
