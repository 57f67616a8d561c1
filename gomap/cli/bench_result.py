"""What `gomap bench` found, as data: the table, the picture and --json all show this."""

from __future__ import annotations

from dataclasses import dataclass

from gomap.cli.bench_measure import OPERATIONS, Operation, Result, Subject

SHOWN = tuple(operation for operation in OPERATIONS if operation.keys != "equal")


@dataclass(frozen=True)
class Cell:
    """One operation on one map at one size."""

    subject: Subject
    operation: Operation
    n: int
    rounds: int
    result: Result


@dataclass(frozen=True)
class Bench:
    """What was measured, and where."""

    processor: str
    python: str
    gomap: str
    seed: int
    cells: list[Cell]

    def cell(self, subject: Subject, operation: Operation, n: int) -> Cell:
        """Return the one cell of these."""
        wanted = (subject, operation, n)
        return next(c for c in self.cells if (c.subject, c.operation, c.n) == wanted)

    @property
    def subjects(self) -> list[Subject]:
        """The maps measured, in order."""
        return list(dict.fromkeys(cell.subject for cell in self.cells))

    @property
    def sizes(self) -> list[int]:
        """The sizes measured, in order."""
        return list(dict.fromkeys(cell.n for cell in self.cells))
