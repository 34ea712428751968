"""The charts of a history as numbers: a template puts them on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmark.models import MetricName, RunGroup, Shift
from benchmark.utils.history import BY_NAME
from benchmark.utils.reporters.charts import (
    HEIGHT,
    WIDTH,
    Axis,
    Curve,
    LineChart,
    Tick,
    line_chart,
    near_axis,
)

_LEAST_SHARES = 0.01
"""The axis of a share goes to 1 % at least."""
_MAX_TIMES, _MAX_DATES = 6, 4  # dates take more room, on a phone too


@dataclass(frozen=True, slots=True)
class Mark:
    """A shift: its place in percent of the width, its change, and whether it is for the worse."""

    at: float
    label: str
    worse: bool


@dataclass(frozen=True, slots=True)
class MetricChart:
    """One metric by run: a line through the runs that count, and paths for what is on it.

    `dots` are runs that count, `ignored` those that do not; `levels` are the typical values
    between shifts; `latest` is the last value that counts.
    """

    name: MetricName
    lines: LineChart
    latest: str
    dots: str
    ignored: str
    levels: str
    marks: tuple[Mark, ...]


def draw_metric(group: RunGroup, name: MetricName) -> MetricChart | None:
    """The chart of one metric; None if no run of the group has it."""
    metric = BY_NAME[name]
    count = len(group.runs)
    counted: dict[float, float] = {}
    ignored: dict[float, float] = {}
    for position, run in enumerate(group.runs):
        if (value := run.metrics.get(name)) is not None:
            (ignored if run.doubt else counted)[_place(position, count)] = value
    known = tuple((counted or ignored).values())
    if not known:
        return None
    axis = near_axis(known, metric.written, _LEAST_SHARES if metric.is_share else 0.0)
    curve = Curve(metric.label, name, tuple(counted.values()), label=metric.written)
    shifts = sorted((s for s in group.shifts if s.metric == name), key=lambda s: s.position)
    return MetricChart(
        name=name,
        lines=line_chart(metric.label, "", tuple(counted), [curve], axis),
        latest=metric.written(known[-1]),
        dots=_dots(counted.items(), axis),
        ignored=_dots(ignored.items(), axis),
        levels=_levels(shifts, axis, count),
        marks=tuple(_mark(shift, count) for shift in shifts),
    )


def run_places(count: int) -> tuple[float, ...]:
    """Where the runs lie, in percent of the width."""
    return tuple(_place(position, count) / WIDTH * 100 for position in range(count))


def date_ticks(moments: Sequence[datetime]) -> tuple[Tick, ...]:
    """When the runs were, at some of them."""
    same_day = len({moment.date() for moment in moments}) == 1
    stride = -(-len(moments) // (_MAX_TIMES if same_day else _MAX_DATES))
    form = "%H:%M" if same_day else "%Y-%m-%d"
    places = zip(run_places(len(moments)), moments, strict=True)
    return tuple(Tick(place, f"{moment:{form}}") for place, moment in places)[::stride]


def _place(position: float, count: int) -> float:
    return (position + 0.5) / count * WIDTH


def _dots(places: Iterable[tuple[float, float]], axis: Axis) -> str:
    """Lines of no length, which round ends make dots."""
    return "".join(f"M{x:.1f} {_y(value, axis):.1f}h0.01" for x, value in places)


def _levels(shifts: Sequence[Shift], axis: Axis, count: int) -> str:
    """A horizontal line for each level, from shift to shift."""
    if not shifts:
        return ""
    edges = [0.0, *(_place(shift.position - 0.5, count) for shift in shifts), WIDTH]
    heights = [shifts[0].before, *(shift.after for shift in shifts)]
    return "".join(
        f"M{edges[n]:.1f} {_y(height, axis):.1f}H{edges[n + 1]:.1f}"
        for n, height in enumerate(heights)
    )


def _y(value: float, axis: Axis) -> float:
    return HEIGHT - axis.at(value) * HEIGHT


def _mark(shift: Shift, count: int) -> Mark:
    metric = BY_NAME[shift.metric]
    if metric.is_share or not shift.before:
        label = f"{metric.written(shift.before)} → {metric.written(shift.after)}"
    else:
        change = (shift.after / shift.before - 1) * 100
        label = f"{'+' if change > 0 else '−'}{abs(change):.0f} %"
    return Mark(_place(shift.position - 0.5, count) / WIDTH * 100, label, shift.worse)
