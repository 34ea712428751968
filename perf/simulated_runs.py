"""Results of runs that never were, with noise that is known: what a comparison is tried on.

The noise, all of it on the logarithm of latencies, so that 0.1 is about 10 %:

- every second has a deviation that all operations share, and each operation one of its own on top;
  both are autoregressive, AR(1): normal with a standard deviation, and forgotten after a time
  (correlation exp(-1/time) from a second to the next);
- a run as a whole may have a deviation too;
- requests arrive at random (Poisson), and each deviates normally by `spread` (lognormal latencies).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.histogram import FIRST, STEPS, Histogram, bucket_bounds
from benchmark.models import Block, LoadProfile, OperationStats, RunResult

BLOCK_SECONDS = 5
_MORE_THAN_BUCKETS = 1 << 17
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
    noise, seconds = what.noise, what.seconds
    shared = _noise(noise.shared, noise.seconds, (seconds, 1), random)
    own = _noise(noise.own, noise.seconds, (seconds, what.operations), random)
    deviations = shared + own + random.normal() * noise.run
    parts = [
        _operation(what, place, deviations[:, place], random) for place in range(what.operations)
    ]
    blocks = tuple(
        Block(
            float((place + 1) * BLOCK_SECONDS),
            what.profile.users,
            tuple(each[place] for each in parts),
        )
        for place in range(seconds // BLOCK_SECONDS)
    )
    sums = tuple(_sum(each) for each in parts)
    return RunResult(
        test_type=what.profile.name,
        base_url=BASE_URL,
        profile=what.profile,
        wait_time=(0.0, 0.0),
        started_at=datetime(2026, 3, 1, 14, 5, 9, tzinfo=UTC),
        duration=float(seconds),
        status="completed",
        status_reason="",
        totals=_sum(sums, "", "Total"),
        operations=sums,
        blocks=blocks,
    )


def operation_name(place: int) -> str:
    """The name of the operation of a number."""
    return f"/things/{place}"


def _noise(
    deviation: float, seconds: float, shape: tuple[int, int], random: Generator
) -> NDArray[np.float64]:
    """AR(1) along the first axis, from its stationary distribution on."""
    if not deviation:
        return np.zeros(shape)
    kept = float(np.exp(-1.0 / seconds))
    steps = random.normal(size=shape)
    steps[1:] *= np.sqrt(1 - kept**2)
    for place in range(1, shape[0]):
        steps[place] += kept * steps[place - 1]
    return deviation * steps


def _operation(
    what: Simulated, place: int, deviations: NDArray[np.float64], random: Generator
) -> list[OperationStats]:
    """One operation, block by block."""
    median = 5.0 * (place + 1) * what.factors.get(place, 1.0)
    counts = random.poisson(what.rate, size=what.seconds)
    moments = np.repeat(np.arange(what.seconds), counts)
    spread = random.normal(size=len(moments)) * what.noise.spread
    latencies = median * np.exp(deviations[moments] + spread)
    mantissas, exponents = np.frexp(latencies)
    buckets = (exponents - FIRST - 2) * STEPS + (mantissas * (2 * STEPS)).astype(np.int64)
    blocks = moments // BLOCK_SECONDS
    number = what.seconds // BLOCK_SECONDS
    in_blocks = np.bincount(blocks, minlength=number)
    failed = random.binomial(in_blocks, what.failing).tolist()
    cells, times = np.unique(blocks * _MORE_THAN_BUCKETS + buckets, return_counts=True)
    ends = np.searchsorted(cells, np.arange(1, number + 1) * _MORE_THAN_BUCKETS).tolist()
    found, counted = (cells % _MORE_THAN_BUCKETS).tolist(), times.tolist()
    sums = np.bincount(blocks, weights=latencies, minlength=number).tolist()
    stats = []
    for block, (begin, end) in enumerate(zip([0, *ends], ends, strict=False)):
        histogram = _histogram(found[begin:end], counted[begin:end], sums[block])
        requests = int(in_blocks[block])
        stats.append(
            OperationStats("GET", operation_name(place), requests, failed[block], histogram)
        )
    return stats


def _histogram(buckets: list[int], counts: list[int], total: float) -> Histogram:
    """Rising buckets with their counts; extremes are taken as the bounds of the outer buckets."""
    if not buckets:
        return Histogram()
    lowest, highest = bucket_bounds(buckets[0])[0], bucket_bounds(buckets[-1])[1]
    return Histogram(dict(zip(buckets, counts, strict=True)), total, lowest, highest)


def _sum(
    parts: list[OperationStats] | tuple[OperationStats, ...], method: str = "GET", name: str = ""
) -> OperationStats:
    counts: dict[int, int] = {}
    for part in parts:
        for bucket, count in part.latency.counts.items():
            counts[bucket] = counts.get(bucket, 0) + count
    called = [part.latency for part in parts if part.requests]
    return OperationStats(
        method,
        name or parts[0].name,
        sum(part.requests for part in parts),
        sum(part.failures for part in parts),
        Histogram(
            counts,
            sum(each.total for each in called),
            min((each.lowest for each in called), default=0.0),
            max((each.highest for each in called), default=0.0),
        ),
    )
