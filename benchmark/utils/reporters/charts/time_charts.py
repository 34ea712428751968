"""The charts over time: throughput, arrivals, latency and users, on one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.models import RunResult
from benchmark.utils.figures import milliseconds
from benchmark.utils.reporters.charts.limits import latency_limits
from benchmark.utils.reporters.charts.lines import WIDTH, Curve, LineChart, line_chart
from benchmark.utils.reporters.charts.phases import Phase, phases
from benchmark.utils.reporters.charts.points import Point, Spread, points_of
from benchmark.utils.reporters.charts.scales import Tick, linear_axis, log_axis
from benchmark.utils.reporters.charts.time_axis import clock, time_ticks
from benchmark.utils.reporters.charts.values import ValueRow


@dataclass(frozen=True, slots=True)
class TimeCharts:
    """Charts that share one time axis of `end` seconds.

    `rows` are their values, a column for each line of each chart, in order. `joined` says that a
    point stands for several seconds, whose range is then drawn as a band.
    """

    charts: tuple[LineChart, ...]
    x_ticks: tuple[Tick, ...]
    phases: tuple[Phase, ...]
    rows: tuple[ValueRow, ...]
    joined: bool


def time_charts(result: RunResult) -> TimeCharts | None:
    """The charts of a run; None of one with fewer than two seconds."""
    points = points_of(result)
    if len(points) < 2:
        return None
    end = points[-1].elapsed
    xs = tuple(point.elapsed / end * WIDTH for point in points)
    joined = any(point.rate_spread for point in points)
    drawn: list[LineChart] = []
    columns: list[Curve] = []

    def draw(title: str, unit: str, curves: Sequence[Curve], steps: int = 3) -> None:
        axis = linear_axis((value for each in curves for value in each.known()), steps)
        drawn.append(line_chart(title, unit, xs, curves, axis))
        columns.extend(curves)

    draw("Throughput", "requests per second", _throughput(points))
    if any(point.asked or point.dropped for point in points):
        draw("Arrivals", "iterations per second", _arrivals(points))
    latencies = _latencies(points)
    if any(True for each in latencies for _ in each.known()):
        measured = [value for each in latencies for value in each.known()]
        limits = latency_limits(result, measured)
        axis = log_axis([*measured, *(limit for limit, _ in limits)])
        marks = [Tick(100 - axis.at(limit) * 100, label) for limit, label in limits]
        drawn.append(line_chart("Latency", "logarithmic", xs, latencies, axis, marks))
        columns.extend(latencies)
    draw("Users", "at work", [Curve("users", "users", [p.users for p in points], filled=True)], 2)
    rows = tuple(
        ValueRow(
            at=round(x / WIDTH * 100, 2),
            name=clock(point.elapsed),
            labels=tuple(column.text(position) for column in columns),
        )
        for position, (x, point) in enumerate(zip(xs, points, strict=True))
    )
    return TimeCharts(tuple(drawn), time_ticks(end), phases(result.profile, end), rows, joined)


def _throughput(points: Sequence[Point]) -> Sequence[Curve]:
    lows, highs = _band([point.rate_spread for point in points])
    least, most = _band([point.failing_spread for point in points])
    rates = [point.rate for point in points]
    failing = [point.failing for point in points]
    return (
        Curve("requests", "requests", rates, lows, highs, filled=True),
        Curve("failures", "failures", failing, least, most, filled=True),
    )


def _arrivals(points: Sequence[Point]) -> Sequence[Curve]:
    lows, highs = _band([point.dropped_spread for point in points])
    return (
        Curve("asked", "asked", [point.asked for point in points]),
        Curve("started", "requests", [point.started for point in points]),
        Curve("dropped", "failures", [point.dropped for point in points], lows, highs, filled=True),
    )


def _latencies(points: Sequence[Point]) -> Sequence[Curve]:
    lows, highs = _band([point.p95_spread for point in points])
    p99 = Curve("p99", "p99", [point.p99 for point in points], label=milliseconds)
    p95 = Curve("p95", "p95", [point.p95 for point in points], lows, highs, milliseconds)
    p50 = Curve("p50", "p50", [point.p50 for point in points], label=milliseconds)
    return (p50, p95, p99) if any(p99.known()) else (p50, p95)


def _band(spreads: Sequence[Spread]) -> tuple[Sequence[float | None], Sequence[float | None]]:
    """The lower and the upper edge; neither where every point is one second."""
    if not any(spreads):
        return (), ()
    lows = [each[0] if each else None for each in spreads]
    highs = [each[1] if each else None for each in spreads]
    return lows, highs
