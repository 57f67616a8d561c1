"""`gomap table`: Go's load factor table, measured on this engine, beside the published one."""

from __future__ import annotations

import argparse
import json
from typing import Any

from gomap import inspect
from gomap.cli.numbers import whole_number
from gomap.display.figures import load_lines

DESCRIPTION = """\
Fill tables of 2**14 buckets to each load factor of the table at the head of
Go's runtime/map.go, without letting them grow, and print what comes out beside
what Go published: per cent of chains with an overflow bucket, overhead bytes
per entry, and the entries looked at by a lookup that finds its key and by one
that does not.
"""

EPILOG = """\
examples:
  gomap table               ten tables for each row
  gomap table --seeds 100   less chance in it, a little more time

--json prints one object: seeds, and rows, each with load_factor pct_overflow
bytes_per_entry hit_probe miss_probe and the same four under published.
"""


def add_parser(commands: Any) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "table",
        help="measure Go's load factor table on this engine",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument(
        "--seeds",
        metavar="N",
        type=whole_number(1, inspect.MOST_SEEDS),
        default=10,
        help="tables of random keys that each row is averaged over (10)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> str:
    """Measure; return what to print."""
    rows = inspect.load_factor_table(args.seeds)
    return to_json(rows, args.seeds) if args.json else to_text(rows, args.seeds)


def to_json(rows: list[inspect.LoadRow], seeds: int) -> str:
    """Return the rows as one JSON object."""
    found = [{**row._asdict(), "published": row.published._asdict()} for row in rows]
    return json.dumps({"seeds": seeds, "rows": found}, indent=2) + "\n"


def to_text(rows: list[inspect.LoadRow], seeds: int) -> str:
    """Return the rows as a table of 77 columns: measured, published, difference."""
    of = "a table" if seeds == 1 else f"{seeds} tables each"
    notes = (
        "",
        f"here: {of} of 2**14 buckets, 8-byte keys and elements",
        "Go: the head of runtime/map.go, Go 1.19",
    )
    return "\n".join([*load_lines(rows), *notes]) + "\n"
