"""Results of runs that never were, with noise that is known: what a comparison is tried on.

The noise, all of it on the logarithm of latencies, so that 0.1 is about 10 %:

- every second has a deviation that all operations share, and each operation one of its own on top;
  both are autoregressive, AR(1): normal with a standard deviation, and forgotten after a time
  (correlation exp(-1/time) from a second to the next);
- a run as a whole may have a deviation too;
- requests arrive at random (Poisson), and each deviates normally by `spread` (lognormal latencies).
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.histogram import (
    FIRST,
    STEPS,
    Histogram,
    PackedCounts,
    bucket_bounds,
    merge_histograms,
)
from benchmark.models import Block, LoadProfile, OperationStats, RunResult

BLOCK_SECONDS = 5
_MORE_THAN_BUCKETS = 1 << 17

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

BASE_URL = "http://127.0.0.1:8000"
PROFILE = LoadProfile("simulated", 10, 10.0, 300.0)


@dataclass(frozen=True, slots=True)
class Noise:
    """How much latencies deviate, and for how many seconds a deviation lasts."""

    shared: float = 0.0
    seconds: float = 5.0
    own: float = 0.0
    run: float = 0.0
    spread: float = 0.3


@dataclass(frozen=True, slots=True)
class Simulated:
    """What is simulated: `rate` requests per second of each operation, for `seconds`.

    `factors` multiply the latencies of single operations, by number; `failing` is the share of
    requests that fail.
    """

    noise: Noise = Noise()
    seconds: int = 300
    operations: int = 5
    rate: float = 8.0
    factors: Mapping[int, float] = field(default_factory=dict)
    failing: float = 0.0
    profile: LoadProfile = PROFILE


def simulated_run(what: Simulated, random: Generator) -> RunResult:
    """The result of a run, with blocks of five seconds."""
    noise = what.noise
    seconds = what.seconds - what.seconds % BLOCK_SECONDS
    shared = _noise(noise.shared, noise.seconds, (seconds, 1), random)
    own = _noise(noise.own, noise.seconds, (seconds, what.operations), random)
    deviations = shared + own + random.normal() * noise.run
    parts = [
        _operation(what, place, deviations[:, place], random) for place in range(what.operations)
    ]
    blocks = tuple(
        Block(float((place + 1) * BLOCK_SECONDS), what.profile.users, operations)
        for place, operations in enumerate(zip(*(blocks for _, blocks in parts), strict=True))
    )
    sums = tuple(whole for whole, _ in parts)
    return RunResult(
        test_type=what.profile.name,
        base_url=BASE_URL,
        profile=what.profile,
        wait_time=(0.0, 0.0),
        started_at=datetime(2026, 3, 1, 14, 5, 9, tzinfo=UTC),
        duration=float(seconds),
        status="completed",
        status_reason="",
        totals=_total(sums),
        operations=sums,
        blocks=blocks,
    )


def operation_name(place: int) -> str:
    """The name of the operation of a number."""
    return f"/things/{place}"


def _noise(deviation: float, seconds: float, shape: tuple[int, int], random: Generator) -> Floats:
    """AR(1) along the first axis, from its stationary distribution on."""
    if not deviation:
        return np.zeros(shape)
    kept = float(np.exp(-1.0 / seconds))
    steps = random.normal(size=shape)
    steps[1:] *= np.sqrt(1 - kept**2)
    columns = [
        list(accumulate(column, lambda before, step: step + kept * before))
        for column in steps.T.tolist()
    ]
    return deviation * np.array(columns).T


def _operation(
    what: Simulated, place: int, deviations: Floats, random: Generator
) -> tuple[OperationStats, list[OperationStats]]:
    """One operation as a whole, and block by block."""
    median = 5.0 * (place + 1) * what.factors.get(place, 1.0)
    counts = random.poisson(what.rate, size=len(deviations))
    moments = np.repeat(np.arange(len(deviations)), counts)
    spread = random.normal(size=len(moments)) * what.noise.spread
    latencies = median * np.exp(deviations[moments] + spread)
    mantissas, exponents = np.frexp(latencies)
    buckets = (exponents - FIRST - 2) * STEPS + (mantissas * (2 * STEPS)).astype(np.int64)
    blocks = moments // BLOCK_SECONDS
    number = len(deviations) // BLOCK_SECONDS
    requests = np.bincount(blocks, minlength=number)
    failures = random.binomial(requests, what.failing)
    sums = np.bincount(blocks, weights=latencies, minlength=number)
    histograms = _histograms(blocks * _MORE_THAN_BUCKETS + buckets, sums.tolist())
    (latency,) = _histograms(buckets, [float(sums.sum())])
    whole = _stats(place, len(moments), int(failures.sum()), latency)
    return whole, list(
        map(partial(_stats, place), requests.tolist(), failures.tolist(), histograms)
    )


def _stats(place: int, requests: int, failures: int, latency: Histogram) -> OperationStats:
    return OperationStats("GET", operation_name(place), requests, failures, latency)


def _histograms(cells: Whole, sums: list[float]) -> list[Histogram]:
    """One for each sum; `cells` are their buckets, those of number n `_MORE_THAN_BUCKETS` * n on.

    Extremes are taken as the bounds of the outer buckets.
    """
    found, times = np.unique(cells, return_counts=True)
    ends = np.searchsorted(found, np.arange(1, len(sums) + 1) * _MORE_THAN_BUCKETS).tolist()
    buckets = array("Q", (found % _MORE_THAN_BUCKETS).tobytes())
    counts = array("Q", times.tobytes())
    histograms = []
    for begin, end, total in zip([0, *ends], ends, sums, strict=False):
        if begin == end:
            histograms.append(Histogram())
            continue
        packed = PackedCounts(buckets, counts, begin, end)
        lowest, highest = bucket_bounds(buckets[begin])[0], bucket_bounds(buckets[end - 1])[1]
        histograms.append(Histogram(packed, total, lowest, highest))
    return histograms


def _total(operations: Sequence[OperationStats]) -> OperationStats:
    """All operations together."""
    return OperationStats(
        "",
        "Total",
        sum(each.requests for each in operations),
        sum(each.failures for each in operations),
        merge_histograms(each.latency for each in operations),
    )
