"""The charts of a capacity as numbers: throughput and latency against load.

A drawing is 1000 wide and 100 high and is stretched to its place; points and labels are
percentages of it, so that neither is stretched.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.models import Capacity, CapacityStep
from benchmark.thresholds import parse_threshold
from benchmark.utils.figures import milliseconds, number
from benchmark.utils.reporters.capacity.words import rate_text

WIDTH, HEIGHT = 1000.0, 100.0
_ROOM = 1.15  # beyond the outermost values, as a factor
_JUDGED = ("held", "broken")


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at a percentage of the width or of the height."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    """What one step measured, at percentages from the left and from the top."""

    x: float
    y: float
    verdict: str
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """One curve: its name, the class that colours it, its path and its points."""

    name: str
    style: str
    path: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves against the load. `limit` is where a condition stands, in percent from the top."""

    title: str
    unit: str
    series: tuple[Series, ...]
    y_ticks: tuple[Tick, ...]
    summary: str
    limit: Tick | None = None


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts with one axis of load; `band` is the interval of the answer, left and width."""

    charts: tuple[Chart, ...]
    x_ticks: tuple[Tick, ...]
    answer: float | None
    band: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic scale."""

    low: float
    high: float

    def at(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return math.log(inside / self.low) / math.log(self.high / self.low)

    def round_values(self) -> list[float]:
        """1, 2 and 5 times powers of ten; powers alone where the scale is long."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        long = math.log10(self.high / self.low) > 2.5
        values = [m * 10.0**n for n in decades for m in ((1,) if long else (1, 2, 5))]
        return [value for value in values if self.low <= value <= self.high]


def capacity_charts(capacity: Capacity) -> Charts | None:
    """Throughput and latency against load; None where no step measured anything."""
    steps = [step for step in capacity.steps if step.totals.requests and step.answered > 0]
    if not steps:
        return None
    load = _scale([step.rate for step in steps])
    answer = capacity.rate
    low, high = capacity.at_least, capacity.below
    band = None
    if answer is not None and low > 0 and high is not None:
        left = load.at(low) * 100
        band = (left, load.at(high) * 100 - left)
    return Charts(
        charts=(_throughput(steps, load), _latency(capacity, steps, load)),
        x_ticks=tuple(Tick(load.at(each) * 100, rate_text(each)) for each in load.round_values()),
        answer=None if answer is None else load.at(answer) * 100,
        band=band,
    )


def _scale(values: Sequence[float]) -> _Scale:
    return _Scale(min(values) / _ROOM, max(values) * _ROOM)


def _throughput(steps: Sequence[CapacityStep], load: _Scale) -> Chart:
    scale = _scale([step.answered for step in steps])
    series = _series("answers", "answers", steps, load, scale, lambda step: step.answered, number)
    ticks = tuple(_tick(scale, each, number(each)) for each in scale.round_values())
    most = max(step.answered for step in steps)
    summary = f"Answers per second against load, up to {number(most)}"
    return Chart("Throughput", "answers per second, without failures", (series,), ticks, summary)


def _latency(capacity: Capacity, steps: Sequence[CapacityStep], load: _Scale) -> Chart:
    limit = _limit(capacity)
    values = [each for step in steps for each in step.latency_ms] + ([limit] if limit else [])
    scale = _scale([max(value, 0.001) for value in values])
    series = (
        _series("p95", "p95", steps, load, scale, lambda step: step.latency_ms[1], milliseconds),
        _series("p50", "p50", steps, load, scale, lambda step: step.latency_ms[0], milliseconds),
    )
    ticks = tuple(_tick(scale, each, milliseconds(each)) for each in scale.round_values())
    slowest = max(step.latency_ms[1] for step in steps)
    summary = f"Latency against load, p95 up to {milliseconds(slowest)}"
    mark = _tick(scale, limit, f"limit {milliseconds(limit)}") if limit else None
    return Chart("Latency", "from schedule", series, ticks, summary, mark)


def _limit(capacity: Capacity) -> float | None:
    """The limit of the first condition on the latency of all requests."""
    for text in capacity.objective:
        threshold = parse_threshold(text)
        if not threshold.operation and threshold.statistic != "failure share":
            return threshold.limit or None
    return None


def _series(
    name: str,
    style: str,
    steps: Sequence[CapacityStep],
    load: _Scale,
    scale: _Scale,
    value: Callable[[CapacityStep], float],
    label: Callable[[float], str],
) -> Series:
    """Every step is a point; the curve goes through the last one of each rate that was judged."""
    ordered = sorted(steps, key=lambda step: step.rate)
    last = {step.rate: step for step in ordered if step.verdict in _JUDGED}
    points = tuple(
        Point(
            x=load.at(step.rate) * 100,
            y=(1 - scale.at(value(step))) * 100,
            verdict=step.verdict,
            label=f"{rate_text(step.rate)}/s {step.verdict}: {name} {label(value(step))}",
        )
        for step in ordered
    )
    line = "L".join(
        f"{load.at(step.rate) * WIDTH:.1f} {(1 - scale.at(value(step))) * HEIGHT:.2f}"
        for step in last.values()
    )
    return Series(name, style, f"M{line}" if line else "", points)


def _tick(scale: _Scale, value: float, label: str) -> Tick:
    return Tick((1 - scale.at(value)) * 100, label)
