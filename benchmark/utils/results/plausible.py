"""Whether the numbers of a result fit together, so that figures made of them mean something."""

from __future__ import annotations

from benchmark.histogram import Histogram
from benchmark.utils.checked_json import MalformedError

NOTHING = Histogram()
"""The one empty histogram of everything that was not measured."""
_ROUNDING = 1e-5  # of sums and extremes, which are written with six decimal places


def require_plausible(latency: Histogram, requests: int, failures: int) -> None:
    """Raise MalformedError unless so many requests, some of them failed, have these latencies."""
    if failures > requests:
        raise MalformedError("more failures than requests")
    count = require_mean(latency)
    if count != requests:
        raise MalformedError(f"the histogram has {count:,} of {requests:,} requests")


def require_mean(latency: Histogram) -> int:
    """Raise MalformedError unless the mean lies between the extremes; how many were counted."""
    count = latency.count
    mean = latency.total / count if count else 0.0
    leeway = _ROUNDING * (1 + mean)
    if not latency.lowest - leeway <= mean <= latency.highest + leeway:
        raise MalformedError("histogram: its mean is not between its lowest and its highest")
    return count
