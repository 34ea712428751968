"""Charts as numbers: from results to SVG paths and labels, which a template puts on the page.

Every drawing is 1000 wide and 100 high and is stretched to its place; labels are percentages of
width and height, and stay text of the page, so that they are legible at any width.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.histogram import Histogram, bucket_value, merge_histograms
from benchmark.models import RunResult, Second
from benchmark.utils.figures import milliseconds, number, percent

WIDTH, HEIGHT = 1000.0, 100.0
_MAX_POINTS = 240
_BARS = 60
_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at a percentage of the width (from the left) or of the height (from the top)."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, the class that colours it, its paths, and its values as labels."""

    name: str
    style: str
    path: str
    area: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimeChart:
    """Curves over the time of the run, on one scale."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class TimeCharts:
    """Charts that share one time axis. `labels` names the time of each of their points."""

    charts: tuple[TimeChart, ...]
    x_ticks: tuple[Tick, ...]
    positions: tuple[float, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the distribution, in the units of the drawing, with what it says."""

    x: float
    width: float
    y: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A percentile in the distribution; `row` keeps the labels of neighbours apart."""

    at: float
    label: str
    row: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many requests took how long, on a logarithmic scale of latency."""

    bars: tuple[Bar, ...]
    markers: tuple[Marker, ...]
    x_ticks: tuple[Tick, ...]
    summary: str


# ── Over time ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Point:
    """Neighbouring seconds together. Rates are per second; latencies None without requests."""

    elapsed: float
    users: int
    rps: float
    failing: float
    p50: float | None
    p95: float | None


def time_charts(result: RunResult) -> TimeCharts | None:
    """Requests, latency and users over time; None for a run of fewer than two seconds."""
    points = _points(result)
    if len(points) < 2:
        return None
    end = points[-1].elapsed
    xs = tuple(point.elapsed / end * WIDTH for point in points)
    rates = (
        _Curve("requests", "rps", [point.rps for point in points]),
        _Curve("failures", "failing", [point.failing for point in points]),
    )
    users = (_Curve("users", "users", [point.users for point in points]),)
    charts = [
        _chart(
            "Requests and failures", "per second", xs, rates, _linear_axis(rates, 3), filled=True
        ),
        _chart("Users", "", xs, users, _linear_axis(users, 2), filled=True),
    ]
    if any(point.p50 is not None for point in points):
        latencies = (
            _Curve("p95", "p95", [point.p95 for point in points], milliseconds),
            _Curve("p50", "p50", [point.p50 for point in points], milliseconds),
        )
        axis = _log_axis(latencies)
        charts.insert(1, _chart("Latency", "logarithmic", xs, latencies, axis, filled=False))
    return TimeCharts(
        charts=tuple(charts),
        x_ticks=_time_ticks(end),
        positions=tuple(round(x / WIDTH * 100, 2) for x in xs),
        labels=tuple(_clock(point.elapsed) for point in points),
    )


def _points(result: RunResult) -> list[_Point]:
    """A point for each second; in a long run for some blocks together, and nothing is left out."""
    if len(result.timeline) <= _MAX_POINTS or not result.blocks:
        return _points_of_seconds(result.timeline)
    points: list[_Point] = []
    stride = max(1, -(-len(result.blocks) // _MAX_POINTS))
    before = 0.0
    for first in range(0, len(result.blocks), stride):
        group = result.blocks[first : first + stride]
        operations = [operation for block in group for operation in block.operations]
        width = group[-1].elapsed - before
        before = group[-1].elapsed
        latency = merge_histograms(operation.latency for operation in operations)
        measured = bool(latency.counts)
        points.append(
            _Point(
                elapsed=before,
                users=max(block.users for block in group),
                rps=sum(operation.requests for operation in operations) / width,
                failing=sum(operation.failures for operation in operations) / width,
                p50=latency.percentile(50) if measured else None,
                p95=latency.percentile(95) if measured else None,
            )
        )
    return points


def _points_of_seconds(seconds: Sequence[Second]) -> list[_Point]:
    points: list[_Point] = []
    stride = max(1, -(-len(seconds) // _MAX_POINTS))
    before = 0.0
    for first in range(0, len(seconds), stride):
        group = seconds[first : first + stride]
        width = group[-1].elapsed - before
        if width <= 0:
            continue
        before = group[-1].elapsed
        alone = group[0] if len(group) == 1 else None  # percentiles cannot be put together
        points.append(
            _Point(
                elapsed=before,
                users=max(second.users for second in group),
                rps=sum(second.requests for second in group) / width,
                failing=sum(second.failures for second in group) / width,
                p50=alone.p50 if alone else None,
                p95=alone.p95 if alone else None,
            )
        )
    return points


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where values lie, 0 (bottom) to 1 (top), and which of them are labelled."""

    at: Callable[[float], float]
    ticks: tuple[Tick, ...]


def _linear_axis(curves: Sequence[_Curve], steps: int) -> _Axis:
    values = nice_steps(max((v or 0.0 for each in curves for v in each.values), default=0.0), steps)
    top = values[-1]
    ticks = tuple(Tick(100 - value / top * 100, number(value)) for value in values)
    return _Axis(lambda value: value / top, ticks)


def _log_axis(curves: Sequence[_Curve]) -> _Axis:
    known = [value for each in curves for value in each.values if value is not None]
    scale = log_scale(min(known), max(known))
    return _Axis(scale.at, tuple(Tick(100 - tick.at, tick.label) for tick in scale.ticks()))


@dataclass(frozen=True, slots=True)
class _Curve:
    name: str
    style: str
    values: Sequence[float | None]
    label: Callable[[float], str] = number


def _chart(
    title: str,
    unit: str,
    xs: Sequence[float],
    curves: Sequence[_Curve],
    axis: _Axis,
    *,
    filled: bool,
) -> TimeChart:
    lines = tuple(
        Line(
            name=each.name,
            style=each.style,
            path=_path(xs, each.values, axis, filled=False),
            area=_path(xs, each.values, axis, filled=True) if filled else "",
            labels=tuple("–" if value is None else each.label(value) for value in each.values),
        )
        for each in curves
    )
    peaks = (f"{c.name} up to {c.label(max(v or 0.0 for v in c.values))}" for c in curves)
    return TimeChart(title, unit, lines, axis.ticks, f"{title} over time: {', '.join(peaks)}")


def _path(xs: Sequence[float], values: Sequence[float | None], axis: _Axis, *, filled: bool) -> str:
    """An SVG path through the values, broken where there are none; `filled` closes it below."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, HEIGHT - axis.at(value) * HEIGHT))
    parts: list[str] = []
    for run in runs:
        if not run:
            continue
        line = "L".join(f"{x:.1f} {y:.2f}" for x, y in run)
        if filled:
            parts.append(f"M{run[0][0]:.1f} {HEIGHT:.0f}L{line}L{run[-1][0]:.1f} {HEIGHT:.0f}Z")
        else:
            parts.append(f"M{line}" if len(run) > 1 else f"M{line}h0.1")
    return "".join(parts)


def nice_steps(highest: float, count: int = 3) -> tuple[float, ...]:
    """Round values from 0 to at least `highest`, about `count` steps of 1, 2 or 5 times 10^n."""
    if highest <= 0:
        return (0.0, 1.0)
    raw = highest / count
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(magnitude * m for m in (1, 2, 5, 10) if magnitude * m >= raw * 0.999999)
    return tuple(step * n for n in range(math.ceil(highest / step * 0.999999) + 1))


def _time_ticks(end: float) -> tuple[Tick, ...]:
    step = next((step for step in _TIME_STEPS if end / step <= 6), 86_400)
    return tuple(Tick(n * step / end * 100, _clock(n * step)) for n in range(int(end // step) + 1))


def _clock(elapsed: float) -> str:
    whole = round(elapsed)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


# ── Distribution ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LogScale:
    """A logarithmic scale of latency in milliseconds, from `low` to `high`."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value lies, 0 to 1; values outside lie at the ends."""
        inside = min(max(value, self.low), self.high)
        return math.log(inside / self.low) / math.log(self.high / self.low)

    def ticks(self) -> tuple[Tick, ...]:
        """1, 2 and 5 times powers of ten; powers alone where the scale is long."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        wide = math.log10(self.high / self.low) > 2.2
        values = (m * 10.0**n for n in decades for m in ((1,) if wide else (1, 2, 5)))
        return tuple(
            Tick(self.at(value) * 100, milliseconds(value))
            for value in values
            if self.low <= value <= self.high
        )


def log_scale(lowest: float, highest: float) -> LogScale:
    """A scale that holds both values with some room, and never less than a factor of four."""
    low, high = max(lowest, 0.001), max(highest, 0.001)
    room = max(1.1, 2.0 / math.sqrt(high / low))
    return LogScale(low / room, high * room)


def distribution(latency: Histogram) -> Distribution | None:
    """The distribution of latencies; None without any."""
    if not latency.counts:
        return None
    scale = log_scale(latency.lowest, latency.highest)
    counts = [0] * _BARS
    for index, count in latency.counts.items():
        counts[min(int(scale.at(bucket_value(index)) * _BARS), _BARS - 1)] += count
    tallest, total = max(counts), latency.count
    width = WIDTH / _BARS
    bars = tuple(
        Bar(
            x=round(position * width, 2),
            width=round(width * 0.88, 2),
            y=round(HEIGHT - count / tallest * HEIGHT, 2),
            height=round(count / tallest * HEIGHT, 2),
            label=f"{_range(scale, position)}: {count:,} requests, {percent(count / total)}",
        )
        for position, count in enumerate(counts)
        if count
    )
    values = [(f"p{p}", latency.percentile(p)) for p in (50, 95, 99)]
    markers = tuple(
        Marker(scale.at(value) * 100, f"{name} {milliseconds(value)}", row)
        for row, (name, value) in enumerate(values)
    )
    summary = ", ".join(f"{name} {milliseconds(value)}" for name, value in values)
    return Distribution(bars, markers, scale.ticks(), f"Distribution of latencies: {summary}")


def _range(scale: LogScale, position: int) -> str:
    def edge(number_of_bars: int) -> str:
        ratio = scale.high / scale.low
        return milliseconds(float(scale.low * ratio ** (number_of_bars / _BARS)))

    return f"{edge(position)} to {edge(position + 1)}"
