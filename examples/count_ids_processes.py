"""Counts ids in many processes; the partial maps travel without being copied into a pickle.

Under pickle protocol 5 a map of unboxed keys and elements gives its contents out of
band: `pickle.dumps(m, protocol=5, buffer_callback=...)` returns a head of a few hundred
bytes, and the buffers behind it go through the pipe as they are. The same head and
buffers could go through shared memory, a socket or a file.

    python examples/count_ids_processes.py     # ten million ids
"""

from __future__ import annotations

import os
import pickle
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from _steps import parser, step

import gomap
from gomap import Map, int64

Array = np.ndarray[Any, np.dtype[Any]]


def share(number: int, n: int) -> Array:
    """Return n ids: the part of the data that only process `number` has."""
    rng = np.random.default_rng([4, number])
    return rng.integers(0, max(n // 4, 1), n) * 0x9E37_79B9 + 1


def send(pipe: Connection, m: Map[int, int]) -> None:
    """Send a map: the head, with the number of buffers, then each buffer as it is."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(m, protocol=5, buffer_callback=buffers.append)
    pipe.send((head, len(buffers)))
    for buffer in buffers:
        pipe.send_bytes(buffer.raw())


def receive(pipe: Connection) -> tuple[Map[int, int], int, int]:
    """Receive a map; return it with the bytes of its head and of its buffers."""
    head, number = pipe.recv()
    buffers = [pipe.recv_bytes() for _ in range(number)]
    return pickle.loads(head, buffers=buffers), len(head), sum(map(len, buffers))  # noqa: S301


def work(pipe: Connection, number: int, n: int) -> None:
    """Count this process's share and send the counts."""
    send(pipe, gomap.count(share(number, n)))


def count_in_processes(processes: int, n: int) -> Map[int, int]:
    """Start the processes, merge what they send, end them."""
    pipes, workers = [], []
    for number in range(processes):
        ours, theirs = Pipe()
        workers.append(Process(target=work, args=(theirs, number, n)))
        workers[-1].start()
        theirs.close()
        pipes.append(ours)
    total = Map[int64, int64]()
    for number, pipe in enumerate(pipes):
        part, head, behind = receive(pipe)
        print(f"  from process {number}: {len(part):,} ids, head {head:,} bytes, then {behind:,}")
        total.merge(part, add=True)
    for worker in workers:
        worker.join()
    return total


def main() -> None:
    """Count, check against numpy, print."""
    arguments = parser(__doc__, 10_000_000, "ids")
    arguments.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    args = arguments.parse_args()
    n = max(args.n // args.processes, 1)
    print(f"{n * args.processes:,} ids, {args.processes} processes")
    with step("make and count in processes, merge", n * args.processes):
        total = count_in_processes(args.processes, n)
    everything = np.concatenate([share(number, n) for number in range(args.processes)])
    with step("numpy: unique(return_counts), one process", len(everything)):
        ids, right = np.unique(everything, return_counts=True)
    counts, found = total.get_many(ids)
    assert len(total) == len(ids)
    assert found.all()
    assert np.array_equal(counts, right)
    print(f"{len(total):,} distinct ids, the most frequent {np.max(right)} times; numpy agrees")


if __name__ == "__main__":
    main()
