"""Counters, gauges and histograms of a service, counted by many threads without a lock.

`add` is `m[k] += delta` in one atomic step, from zero when the name is new. int64 counters
raise OverflowError where Go's wrap around in silence. The guide's histograms keep every sample
for ever; here they count samples per bin, and an array of samples goes in as one batch.

    python examples/guide/metrics_collector.py
"""

from __future__ import annotations

import math
import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterable

from gomap import Map, float64, int64

BOUNDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, math.inf)
Bins = Map[float64, int64]


def bin_of(value: float) -> float:
    """Return the upper bound of the bin a value falls into; ValueError for NaN."""
    if math.isnan(value):
        raise ValueError("NaN is in no bin")
    return BOUNDS[bisect_left(BOUNDS, value)]


class MetricsCollector:
    """map[string]int64, map[string]float64 and a map of maps, all atomic by themselves."""

    def __init__(self) -> None:
        self.counters = Map[str, int64]()
        self.gauges = Map[str, float64]()
        self.histograms = Map[str, Bins](zero=Bins.nil())

    def increment(self, name: str, by: int = 1) -> int:
        """Add to a counter and return what it is now."""
        return self.counters.add(name, by)

    def set_gauge(self, name: str, value: float) -> None:
        """Note the present value of something."""
        self.gauges[name] = value

    def observe(self, name: str, values: Iterable[float]) -> None:
        """Count samples into a histogram, all or (NaN among them) none."""
        bounds = array("d", map(bin_of, values))
        self.histograms.setdefault(name, Bins()).add_many(bounds, 1)

    def quantile(self, name: str, q: float) -> float:
        """Return the bound under which a share q of the samples lies; NaN without samples."""
        if not 0 <= q <= 1:
            raise ValueError(f"q must be between 0 and 1: {q}")
        bins = self.histograms[name].copy()  # a nil map when there is no such histogram
        left = q * sum(bins.values())
        for bound in sorted(bins):
            left -= bins[bound]
            if left <= 0:
                return bound
        return math.nan


def main() -> None:
    """Count in four threads; note a gauge; look at latencies."""
    metrics = MetricsCollector()

    def serve() -> None:
        for n in range(1000):
            metrics.increment("api.requests.total")
            if n % 100 == 0:
                metrics.increment("api.errors.total")

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics.set_gauge("db.connections.active", 15)
    metrics.observe("api.latency.ms", [3.0] * 950 + [80.0] * 49)
    metrics.observe("api.latency.ms", [700.0])

    for name in sorted(metrics.counters):
        print(f"{name:22} {metrics.counters[name]:>6}")
    print(f"{'db.connections.active':22} {metrics.gauges['db.connections.active']:>6.0f}")
    for q in (0.5, 0.99, 1.0):
        print(f"api.latency.ms, {q:>4.0%}  <= {metrics.quantile('api.latency.ms', q):>5}")
    print(f"a name with a typo: {metrics.counters['api.request.total']}, not inserted:", end=" ")
    print(f"{len(metrics.counters)} counters")
    metrics.counters["bytes"] = 2**63 - 1
    try:
        metrics.increment("bytes")
    except OverflowError as error:
        print(f"OverflowError: {error}")


if __name__ == "__main__":
    main()
