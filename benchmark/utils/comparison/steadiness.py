"""Which blocks of a run count: the load at its height, what was warming up left out.

MSER-5 (K. P. White, "An effective truncation heuristic for bias reduction in simulation output",
1997): leave out as many blocks from the beginning as make the mean of the others most certain, that
is, their variance divided by their number smallest. Where that would leave out more than half, the
run did not come to rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from benchmark.models import LoadProfile
from benchmark.utils.comparison.series import Floats, RunSeries, Whole, middles

MIN_BLOCKS = 8
"""Fewer blocks at full load do not show how blocks differ."""
MAX_GROUPS = 60
"""More blocks than these are put together, some neighbours each."""
UNSETTLED = 0.99
"""The memory of a run without a steady state."""
_GAIN = 0.4
"""Blocks are left out only where that makes the variance of the mean smaller than this share of
it: of a dozen blocks that merely differ, some always look like a warm-up."""
_HALF_GAIN = 0.2
"""The same for leaving out more than half."""
_NOMINAL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Steady:
    """The blocks of a run that count, put together in groups of the same length.

    `group_of[b]` is the group of block b, -1 where it is left out. `seconds` is the length of a
    group, `skipped` how many seconds at the beginning are left out. `memory` is how much of what
    one group deviates the next one does too (0 to 1). `problem` says why there is no steady state,
    "" where there is one; where `whole` is set, only the run as a whole can be compared.
    """

    group_of: Whole
    groups: int
    seconds: float
    skipped: float
    memory: float
    problem: str = ""
    whole: bool = False


def steady_blocks(series: RunSeries, profile: LoadProfile) -> Steady:
    """What counts of a run."""
    if profile.shape != "hold":
        return _whole(series, 0, series.blocks, f"the load of {profile.name} is not held")
    if series.blocks == 1 and series.width >= MIN_BLOCKS * _NOMINAL_SECONDS:
        return _whole(series, 0, 1, "how it went over time is not known")
    first, last = _at_full_load(series, profile)
    count = last - first
    if count < MIN_BLOCKS:
        needed = MIN_BLOCKS * (series.width if series.blocks > 1 else _NOMINAL_SECONDS)
        length = f"{count * series.width:.0f} s at full load are too short: {needed:.0f} s say how"
        return _whole(series, first, last, f"{length} certain they are")
    settled = [
        _warm_up(values[first:last]) for values in (relative_latency(series), _requests(series))
    ]
    if max(settled) > count // 2:
        return _grouped(series, first, last, "it did not come to rest: no steady state")
    return _grouped(series, first + max(settled), last)


def relative_latency(series: RunSeries) -> Floats:
    """How slow each block was, as a logarithm, whatever was called in it.

    It is the mean logarithm of its latencies, each less the mean of its operation.
    """
    sums, weights = np.zeros(series.blocks), np.zeros(series.blocks)
    for each in series.operations.values():
        if not each.counts.sum():
            continue
        values = middles(each.buckets)
        deviations = values - np.average(values, weights=each.counts)
        sums += np.bincount(each.count_blocks, deviations * each.counts, series.blocks)
        weights += np.bincount(each.count_blocks, each.counts, series.blocks)
    return np.divide(sums, weights, out=np.zeros(series.blocks), where=weights > 0)


def _requests(series: RunSeries) -> Floats:
    sums = np.zeros(series.blocks)
    for each in series.operations.values():
        sums += np.bincount(each.blocks, each.requests, series.blocks)
    return sums


def _at_full_load(series: RunSeries, profile: LoadProfile) -> tuple[int, int]:
    """The first block with all users from its beginning on, and the one after the last of them.

    The last block of a run is often cut short, and does not count then.
    """
    if not series.blocks:
        return 0, 0
    full = np.flatnonzero(series.users >= series.users.max())
    begins = np.concatenate([[0.0], series.elapsed[:-1]])
    ramp = 0.0
    if profile.open_model is None and profile.spawn_rate > 0:
        ramp = int(series.users.max()) / profile.spawn_rate
    # The first user starts at once: n of them, one per second, are there after n - 1 seconds.
    first = max(int(full[0]), int(np.searchsorted(begins, ramp - 1.0)))
    last = int(full[-1]) + 1
    if series.elapsed[last - 1] - begins[last - 1] < 0.8 * series.width:
        last -= 1
    return min(first, last), last


def _warm_up(values: Floats) -> int:
    """How many values at the beginning are left out; more than half of them: no steady state."""
    count = len(values)
    spread = [float(values[d:].var()) / (count - d) for d in range(count // 2 + 2)]
    best = int(np.argmin(spread))
    gain = _GAIN if best <= count // 2 else _HALF_GAIN
    return best if spread[best] < gain * spread[0] else 0


def _whole(series: RunSeries, first: int, last: int, problem: str) -> Steady:
    group_of = np.full(series.blocks, -1, dtype=np.int64)
    group_of[first:last] = 0
    seconds = float(series.elapsed[last - 1]) - first * series.width if last > first else 0.0
    skipped = first * series.width
    groups = int(last > first)
    return Steady(group_of, groups, seconds, skipped, 0.0, problem, whole=True)


def _grouped(series: RunSeries, first: int, last: int, problem: str = "") -> Steady:
    size = math.ceil((last - first) / MAX_GROUPS)
    groups = (last - first) // size
    first = last - groups * size  # what is over goes from the beginning, the least steady part
    group_of = np.full(series.blocks, -1, dtype=np.int64)
    group_of[first:last] = np.arange(last - first) // size
    slow = relative_latency(series)[first:last].reshape(groups, size).mean(axis=1)
    return Steady(
        group_of=group_of,
        groups=groups,
        seconds=size * series.width,
        skipped=first * series.width,
        memory=UNSETTLED if problem else memory_of(slow),
        problem=problem,
    )


def memory_of(values: Floats) -> float:
    """The correlation of neighbours (0 to 1), freed of the bias that it has in short series.

    M. Kendall, "Note on bias in the estimation of autocorrelation", 1954.
    """
    count = len(values)
    deviations = values - values.mean()
    square = float((deviations**2).sum())
    if count <= 4 or square <= 0:
        return 0.0
    seen = float((deviations[1:] * deviations[:-1]).sum()) / square
    return min(UNSETTLED, max(0.0, (seen + 1 / count) / (1 - 4 / count)))
