"""The percentile plot: latency by percentile, the tail stretched logarithmically.

As HdrHistogram draws it: 90, 99 and 99.9 % are equally far apart, so that the slowest requests,
which a histogram of counts hides, take up most of the width. The vertical axis is logarithmic too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmark.histogram import Histogram, bucket_value
from benchmark.utils.figures import milliseconds
from benchmark.utils.reporters.charts.lines import HEIGHT, NO_VALUE, WIDTH, Line, LineChart
from benchmark.utils.reporters.charts.scales import Axis, Tick, log_axis
from benchmark.utils.reporters.charts.values import ValueRow

_READ = (
    0, 10, 25, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99, 99.25, 99.5, 99.75, 99.9,
    99.95, 99.99, 99.999, 99.9999,
)  # fmt: skip
_LABELLED = (0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999)
_ROOM_FOR_LAST = 90.0
_LEAST_STEP = 1.5  # of the width of 1000 and the height of 100, what two points are apart


@dataclass(frozen=True, slots=True)
class PercentilePlot:
    """The plot, the labels of its percentiles, and the values to read; `rows` end with 100 %."""

    chart: LineChart
    x_ticks: tuple[Tick, ...]
    rows: tuple[ValueRow, ...]


def percentile_plot(kinds: Mapping[str, Histogram]) -> PercentilePlot | None:
    """Latencies by percentile, a curve for each kind by its name; None without any latency."""
    drawn = {name: latency for name, latency in kinds.items() if latency.counts}
    if not drawn:
        return None
    most = max(latency.count for latency in drawn.values())
    decades = max(1.0, math.log10(most))
    lowest = min(latency.lowest for latency in drawn.values())
    highest = max(latency.highest for latency in drawn.values())
    axis = log_axis((lowest, highest))
    lines = tuple(
        Line(name, f"kind-{number}", _path(latency, decades, axis), "", "")
        for number, (name, latency) in enumerate(drawn.items(), 1)
    )
    told = (
        f"{name} p50 {milliseconds(latency.percentile(50))}, p99 "
        f"{milliseconds(latency.percentile(99))}, slowest {milliseconds(latency.highest)}"
        for name, latency in drawn.items()
    )
    chart = LineChart("Latency by percentile", "logarithmic", lines, axis.ticks, "; ".join(told))
    reachable = [percent for percent in _READ if _place(percent, decades) < 1 - 1e-9]
    rows = [
        ValueRow(
            at=round(_place(percent, decades) * 100, 2),
            name=f"{percent:g} %",
            labels=tuple(_read(latency, percent) for latency in drawn.values()),
        )
        for percent in reachable
    ]
    slowest = tuple(milliseconds(latency.highest) for latency in drawn.values())
    rows.append(ValueRow(100.0, "100 %", slowest))
    ticks = [
        Tick(round(_place(percent, decades) * 100, 2), f"{percent:g} %")
        for percent in _LABELLED
        if _place(percent, decades) <= 1 + 1e-9
    ]
    if ticks[-1].at < _ROOM_FOR_LAST:
        ticks.append(Tick(100.0, "100 %"))
    return PercentilePlot(chart, tuple(ticks), tuple(rows))


def _place(percent: float, decades: float) -> float:
    """Where a percentile lies, 0 to 1; what is beyond the last request lies beyond 1."""
    return -math.log10(1 - percent / 100) / decades


def _read(latency: Histogram, percent: float) -> str:
    """The latency; nothing where there are too few requests to have this percentile."""
    if percent > 0 and latency.count * (1 - percent / 100) < 1 - 1e-9:
        return NO_VALUE
    return milliseconds(latency.percentile(percent) if percent else latency.lowest)


def _path(latency: Histogram, decades: float, axis: Axis) -> str:
    """Rising steps joined by lines, with no more points than can be seen."""
    points: list[tuple[float, float]] = []
    steps = list(_steps(latency))
    for position, (share, value) in enumerate(steps):
        x = min(-math.log10(max(1 - share, 10**-decades)) / decades, 1.0) * WIDTH
        y = HEIGHT - axis.at(value) * HEIGHT
        edge = position in (0, len(steps) - 1)
        if edge or _apart(points[-1], (x, y)):
            points.append((x, y))
    points.append((points[-1][0] + 0.1, points[-1][1]))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return other[0] - one[0] >= _LEAST_STEP or one[1] - other[1] >= _LEAST_STEP / 2


def _steps(latency: Histogram) -> Iterator[tuple[float, float]]:
    """The share of requests below each bucket, and its latency; the slowest last."""
    total, seen = latency.count, 0
    yield 0.0, latency.lowest
    for index in sorted(latency.counts):
        value = min(max(bucket_value(index), latency.lowest), latency.highest)
        yield seen / total, value
        seen += latency.counts[index]
        yield (seen / total if seen < total else 1 - 1 / total), value
    yield 1.0, latency.highest
