"""Runs cells, each in a process of its own: a fork of this one, which is warm.

A crash, a hang or a broken postcondition is then the cell's, by name.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import select
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from hostile.cells import Cell, try_cell

MOST_SECONDS = float(os.environ.get("GOMAP_CELL_SECONDS", "30"))
"""Of processor time; four times as many on the clock, for a cell that waits."""


OUTCOMES = ("passed", "not fired", "broken", "crashed", "hung")


@dataclass
class Result:
    """What came of a cell: one of OUTCOMES."""

    cell: Cell
    outcome: str
    trials: int = 0
    fired: int = 0
    words: str = ""


def _child(cell: Cell, to: int, log: Any) -> None:
    """Run the cell in the forked process; never returns."""
    status = 0
    try:
        os.dup2(log.fileno(), 2)
        faulthandler.enable()
        for number in (signal.SIGALRM, signal.SIGPROF):
            faulthandler.register(number, all_threads=True, chain=True)
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, 4 * MOST_SECONDS)
        try:
            trials, fired = try_cell(cell)
            told = {"trials": trials, "fired": fired}
        except BaseException as error:
            told = {"words": f"{error}\n{''.join(traceback.format_exc()[-1500:])}"}
        os.write(to, json.dumps(told).encode()[:60_000])
    except BaseException:
        status = 3
    finally:
        os._exit(status)


def _read_all(fd: int, deadline: float) -> bytes:
    parts = []
    while select.select([fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(fd, 1 << 16)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def _judge(cell: Cell, status: int, told: bytes, noise: str) -> Result:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        hung = number in (signal.SIGALRM, signal.SIGPROF, signal.SIGKILL)
        words = f"signal {signal.Signals(number).name}\n{noise}"
        return Result(cell, "hung" if hung else "crashed", words=words)
    if os.WEXITSTATUS(status) or not told:
        return Result(cell, "crashed", words=f"exit status {os.WEXITSTATUS(status)}\n{noise}")
    answer = json.loads(told)
    if "words" in answer:
        return Result(cell, "broken", words=answer["words"])
    outcome = "passed" if answer["fired"] else "not fired"
    if "Exception ignored" in noise or "Fatal" in noise:
        outcome = outcome if is_expected(cell, noise) else "broken"
    return Result(cell, outcome, answer["trials"], answer["fired"], noise)


#: Where foreign code runs that can raise to nobody: CPython writes its errors down.
_UNHEARD = ("_del", "_weakref", "gc", "buffer")


def is_expected(cell: Cell, noise: str) -> bool:
    """Are exceptions written to stderr those of code that nobody can hear?"""
    return cell.action in ("raises", "recurse") or cell.moment.endswith(_UNHEARD)


def run_cell(cell: Cell) -> Result:
    """Fork, wait, judge."""
    with tempfile.TemporaryFile() as log:
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            _child(cell, theirs, log)
        os.close(theirs)
        told = _read_all(ours, time.monotonic() + 4 * MOST_SECONDS + 5)
        os.close(ours)
        _, status = os.waitpid(pid, 0) if told else _reap(pid)
        log.seek(0)
        return _judge(cell, status, told, log.read().decode(errors="replace")[-4000:])


def _reap(pid: int) -> tuple[int, int]:
    """Wait for a process that has said nothing, a little; then end it."""
    for _ in range(100):
        done = os.waitpid(pid, os.WNOHANG)
        if done[0]:
            return done
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)


def run_all(cells: Iterable[Cell], jobs: int, report: Any) -> Counter[str]:
    """Run the cells in as many processes at a time; `report` hears each result."""
    cells = list(cells)
    gc.collect()
    gc.freeze()
    outcomes: Counter[str] = Counter()
    for result in run_cells(cells) if jobs == 1 else _spread(cells, jobs):
        outcomes[result.outcome] += 1
        outcomes["trials"] += result.trials
        outcomes["trials fired"] += result.fired
        report(result)
    return outcomes


def run_cells(cells: Iterable[Cell]) -> Iterable[Result]:
    """One after the other."""
    return map(run_cell, cells)


def _spread(cells: list[Cell], jobs: int) -> Iterable[Result]:
    """Every job a process that runs its share; results come back as lines."""
    pipes, pids = [], []
    for job in range(jobs):
        ours, theirs = os.pipe()
        pids.append(os.fork())
        if pids[-1] == 0:
            os.close(ours)
            with os.fdopen(theirs, "w") as out:
                for result in run_cells(cells[job::jobs]):
                    out.write(json.dumps(asdict(result)) + "\n")
                    out.flush()
            os._exit(0)
        os.close(theirs)
        pipes.append(os.fdopen(ours))
    while pipes:
        for pipe in select.select(pipes, [], [])[0]:
            line = pipe.readline()
            if not line:
                pipes.remove(pipe)
                continue
            told = json.loads(line)
            yield Result(**{**told, "cell": Cell(**told["cell"])})
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]
    if any(statuses):
        raise ChildProcessError(f"a job ended before its cells did: {statuses}")
