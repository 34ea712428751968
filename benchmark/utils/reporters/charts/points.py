"""A run as points over time, no more than can be told apart, and nothing left out.

Where several seconds share a point, its rates are of all of them, its percentiles come from merged
histograms, and the least and the most of its seconds are kept beside them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmark.histogram import Histogram, merge_histograms
from benchmark.models import Block, RunResult, Second

MAX_POINTS = 300
_SHORTEST = 0.5  # seconds that a second took at least
Spread = tuple[float, float] | None
"""The least and the most of the seconds in a point; None where there is one second, or none."""


@dataclass(frozen=True, slots=True)
class Point:
    """Some time of a run, to `elapsed`. Rates are per second; latencies None without requests."""

    elapsed: float
    users: int
    rate: float
    failing: float
    asked: float
    started: float
    dropped: float
    p50: float | None
    p95: float | None
    p99: float | None
    rate_spread: Spread = None
    failing_spread: Spread = None
    dropped_spread: Spread = None
    p95_spread: Spread = None


def points_of(result: RunResult) -> list[Point]:
    """A point for each second; in a long run for several together, `MAX_POINTS` at most."""
    timed = [_Timed(second, width) for second, width in _with_widths(result.timeline)]
    if len(timed) <= MAX_POINTS:
        return [_point([each], None) for each in timed]
    ends, latencies = _latencies_by_time(result.blocks)
    if not ends:
        stride = -(-len(timed) // MAX_POINTS)
        return [_point(timed[n : n + stride], None) for n in range(0, len(timed), stride)]
    groups: list[list[_Timed]] = [[] for _ in ends]
    for each in timed:
        groups[min(bisect_right(ends, each.second.elapsed - 1e-6), len(ends) - 1)].append(each)
    return [
        _point(group, latency) for group, latency in zip(groups, latencies, strict=True) if group
    ]


@dataclass(frozen=True, slots=True)
class _Timed:
    """A second, and how long it really was."""

    second: Second
    width: float

    def rate(self, count: int) -> float:
        return count / self.width


def _with_widths(seconds: Sequence[Second]) -> Iterator[tuple[Second, float]]:
    """The seconds and how long they took; those of hardly any time are part of the one before.

    Such are the rest of a run after its last full second, and any that a forged file has.
    """
    known: list[Second] = []
    for second in seconds:
        if not known or second.elapsed >= known[-1].elapsed + _SHORTEST:
            known.append(second)
        else:
            known[-1] = _joined(known[-1], second)
    before = 0.0
    for second in known:
        if second.elapsed > before:
            yield second, second.elapsed - before
            before = second.elapsed


def _joined(one: Second, rest: Second) -> Second:
    """Both as one second; its percentiles are those of the first where it has no histogram."""
    together = replace(
        one,
        elapsed=max(one.elapsed, rest.elapsed),
        users=max(one.users, rest.users),
        requests=one.requests + rest.requests,
        failures=one.failures + rest.failures,
        asked=one.asked + rest.asked,
        started=one.started + rest.started,
        dropped=one.dropped + rest.dropped,
        latency=merge_histograms((one.latency, rest.latency)),
    )
    return together if one.p50 is not None else replace(together, p50=rest.p50, p95=rest.p95)


def rising_blocks(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that took any time: in a forged file some do not."""
    rising: list[Block] = []
    for block in blocks:
        if block.elapsed > (rising[-1].elapsed if rising else 0.0):
            rising.append(block)
    return rising


def _latencies_by_time(blocks: Sequence[Block]) -> tuple[list[float], list[Histogram]]:
    """When each group of blocks ends, and its latencies."""
    rising = rising_blocks(blocks)
    stride = max(1, -(-len(rising) // MAX_POINTS))
    groups = [rising[first : first + stride] for first in range(0, len(rising), stride)]
    merged = [
        merge_histograms(each.latency for block in group for each in block.operations)
        for group in groups
    ]
    return [group[-1].elapsed for group in groups], merged


def _percentiles(
    group: Sequence[_Timed], latency: Histogram | None
) -> tuple[float | None, float | None, float | None]:
    """p50, p95, p99 of some seconds together: from `latency`, or from histograms of their own.

    Without those, one second knows two percentiles, and of several nothing is known.
    """
    own = [each.second.latency for each in group if each.second.requests]
    if latency is None and all(each.counts for each in own):
        latency = merge_histograms(own)
    if latency is not None and latency.counts:
        return latency.percentile(50), latency.percentile(95), latency.percentile(99)
    alone = group[0].second if len(group) == 1 else None
    return (alone.p50, alone.p95, None) if alone and latency is None else (None, None, None)


def _point(group: Sequence[_Timed], latency: Histogram | None) -> Point:
    width = sum(each.width for each in group)

    def rate(count: Callable[[Second], int]) -> float:
        return sum(count(each.second) for each in group) / width

    def spread(count: Callable[[Second], int]) -> Spread:
        rates = [each.rate(count(each.second)) for each in group]
        return (min(rates), max(rates)) if len(group) > 1 else None

    p50, p95, p99 = _percentiles(group, latency)
    tails = [each.second.p95 for each in group if each.second.p95 is not None]
    return Point(
        elapsed=group[-1].second.elapsed,
        users=max(each.second.users for each in group),
        rate=rate(lambda second: second.requests),
        failing=rate(lambda second: second.failures),
        asked=rate(lambda second: second.asked),
        started=rate(lambda second: second.started),
        dropped=rate(lambda second: second.dropped),
        p50=p50,
        p95=p95,
        p99=p99,
        rate_spread=spread(lambda second: second.requests),
        failing_spread=spread(lambda second: second.failures),
        dropped_spread=spread(lambda second: second.dropped),
        p95_spread=(min(tails), max(tails)) if len(group) > 1 and tails else None,
    )
