"""The charts of a capacity as numbers: throughput and latency against load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.models import Capacity, CapacityStep, Threshold
from benchmark.thresholds import parse_threshold
from benchmark.utils.figures import milliseconds, number
from benchmark.utils.reporters.capacity.words import rate_text
from benchmark.utils.reporters.charts import (
    WIDTH,
    Axis,
    Curve,
    LineChart,
    LogScale,
    Tick,
    ValueRow,
    line_chart,
    log_axis,
    log_scale,
)

_JUDGED = ("held", "broken")


@dataclass(frozen=True, slots=True)
class Point:
    """What one step measured, at percentages from the left and from the top."""

    x: float
    y: float
    style: str
    verdict: str
    label: str


@dataclass(frozen=True, slots=True)
class LoadChart:
    """Curves against the load, and a point for each step."""

    lines: LineChart
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class LoadCharts:
    """Charts with one axis of load; `interval` is that of the answer, left and width.

    `rows` are the values of the curves, a column for each line of each chart, in order.
    """

    charts: tuple[LoadChart, ...]
    x_ticks: tuple[Tick, ...]
    answer: float | None
    interval: tuple[float, float] | None
    rows: tuple[ValueRow, ...]


@dataclass(frozen=True, slots=True)
class _Series:
    """What is drawn of each step: a name, the class that colours it, the value and its writing."""

    name: str
    style: str
    value: Callable[[CapacityStep], float]
    label: Callable[[float], str]


_ANSWERS = _Series("answers", "requests", lambda step: step.answered, number)
_P50 = _Series("p50", "p50", lambda step: step.latency_ms[0], milliseconds)
_P95 = _Series("p95", "p95", lambda step: step.latency_ms[1], milliseconds)


def capacity_charts(capacity: Capacity) -> LoadCharts | None:
    """Throughput and latency against load; None where no step measured anything."""
    steps = sorted(
        (step for step in capacity.steps if step.totals.requests and step.answered > 0),
        key=lambda step: step.rate,
    )
    if not steps:
        return None
    load = log_scale(steps[0].rate, steps[-1].rate)
    limit = _limit(capacity)
    throughput = log_axis((step.answered for step in steps), number)
    latency = log_axis(
        [each for step in steps for each in step.latency_ms] + ([limit.limit] if limit else [])
    )
    marks = [Tick(100 - latency.at(limit.limit) * 100, limit.text)] if limit else []
    per_second = "answers per second, without failures, logarithmic"
    tail = "from schedule, logarithmic"
    return LoadCharts(
        charts=(
            _chart("Throughput", per_second, (_ANSWERS,), steps, load, throughput),
            _chart("Latency", tail, (_P95, _P50), steps, load, latency, marks),
        ),
        x_ticks=load.ticks(rate_text),
        answer=None if capacity.rate is None else load.at(capacity.rate) * 100,
        interval=_interval(capacity, load),
        rows=tuple(
            ValueRow(
                at=round(load.at(step.rate) * 100, 2),
                name=f"{rate_text(step.rate)}/s",
                labels=tuple(each.label(each.value(step)) for each in (_ANSWERS, _P95, _P50)),
            )
            for step in _judged(steps)
        ),
    )


def _interval(capacity: Capacity, load: LogScale) -> tuple[float, float] | None:
    low, high = capacity.at_least, capacity.below
    if capacity.rate is None or low <= 0 or high is None:
        return None
    return load.at(low) * 100, (load.at(high) - load.at(low)) * 100


def _limit(capacity: Capacity) -> Threshold | None:
    """The first condition on the latency of all requests."""
    for text in capacity.objective:
        threshold = parse_threshold(text)
        if not threshold.operation and threshold.statistic != "failure share":
            return threshold if threshold.limit else None
    return None


def _judged(steps: Sequence[CapacityStep]) -> Sequence[CapacityStep]:
    """The last step of each rate that was judged: curves go through those."""
    return list({step.rate: step for step in steps if step.verdict in _JUDGED}.values())


def _chart(
    title: str,
    unit: str,
    series: Sequence[_Series],
    steps: Sequence[CapacityStep],
    load: LogScale,
    axis: Axis,
    limits: Sequence[Tick] = (),
) -> LoadChart:
    """Curves through the steps that were judged, and a point for each step."""
    judged = _judged(steps)
    xs = [load.at(step.rate) * WIDTH for step in judged]
    curves = [
        Curve(each.name, each.style, [each.value(step) for step in judged], label=each.label)
        for each in series
    ]
    points = tuple(
        Point(
            x=load.at(step.rate) * 100,
            y=(1 - axis.at(each.value(step))) * 100,
            style=each.style,
            verdict=step.verdict,
            label=f"{rate_text(step.rate)}/s {step.verdict}: "
            f"{each.name} {each.label(each.value(step))}",
        )
        for each in series
        for step in steps
    )
    return LoadChart(line_chart(title, unit, xs, curves, axis, limits), points)
