"""Counts the words of text files on a Dask cluster, and merges what each worker has found.

The cluster is one of this machine, on loopback; with a scheduler's address the same
program runs on many machines that see the same files. Needs `pip install gomap[dask]`.

    python examples/count_words_dask.py
    python examples/count_words_dask.py --scheduler tcp://10.0.0.1:8786 /shared/*.txt
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from heapq import nlargest
from operator import itemgetter
from pathlib import Path

from _steps import parser, step
from distributed import Client, LocalCluster, as_completed

import gomap
from gomap import Map, int64


def words_of(path: Path) -> list[str]:
    """Return the words of a file, in small letters."""
    return re.findall(r"\w+", path.read_text(encoding="utf-8", errors="replace").lower())


def count_files(paths: Iterable[Path]) -> Map[str, int]:
    """Count the words of some files: a task of a worker."""
    counts = Map[str, int64]()
    for path in paths:
        gomap.count(words_of(path), into=counts)
    return counts


def count_on(client: Client, paths: list[Path], tasks: int) -> Map[str, int]:
    """Share the files out, merge the partial maps as they arrive."""
    shares = [paths[start::tasks] for start in range(tasks)]
    total = Map[str, int64]()
    futures = client.map(count_files, shares, pure=False)
    for _, part in as_completed(futures, with_results=True):
        total.merge(part, add=True)
    return total


def library() -> list[Path]:
    """Return the sources of the standard library."""
    root = Path(os.__file__).parent
    return sorted(path for path in root.rglob("*.py") if "site-packages" not in path.parts)


def loopback(workers: int) -> LocalCluster:
    """Return a cluster of processes on this machine, reachable from nowhere else."""
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True,
        host="127.0.0.1", dashboard_address=None,
    )  # fmt: skip


def main() -> None:
    """Count, check against a Counter, print."""
    arguments = parser(__doc__, 1_000_000, "files at most")
    arguments.add_argument("--scheduler", default="", help="the address of a running cluster")
    arguments.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--top", type=int, default=5, help="how many words to show")
    arguments.add_argument("files", nargs="*", type=Path)
    args = arguments.parse_args()
    paths = (args.files or library())[: args.n]
    with ExitStack() as stack:
        with step("connect"):
            cluster = args.scheduler or stack.enter_context(loopback(args.workers))
            client = stack.enter_context(Client(cluster))
        workers = len(client.scheduler_info()["workers"])
        print(f"{len(paths):,} files, {workers} workers")
        with step("count on the workers, merge"):
            counts = count_on(client, paths, workers * 4)
    with step("Counter, one process"):
        right = Counter(word for path in paths for word in words_of(path))
    assert counts == right
    print(f"{sum(counts.values()):,} words, {len(counts):,} distinct; Counter agrees")
    for word, number in nlargest(args.top, counts.items(), key=itemgetter(1)):
        print(f"  {word:<20} {number:>10,}")


if __name__ == "__main__":
    main()
