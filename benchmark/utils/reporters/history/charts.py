"""The charts of a history as numbers: a template puts them on the page.

A drawing is 1000 wide and 100 high and is stretched to its place; labels are percentages of both,
and stay text of the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmark.models import MetricName, RunGroup, Shift
from benchmark.utils.history import BY_NAME, short_moment, state

WIDTH, HEIGHT = 1000.0, 100.0
_LEAST_SPAN = 0.4
"""An axis spans at least this share of its highest value: noise looks like noise."""
_LEAST_SHARES = 0.01
"""The axis of a share goes to 1 % at least."""
_ROOM = 0.12
_MAX_TIMES, _MAX_DATES = 6, 4  # dates take more room, on a phone too


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at a percentage of the width (from the left) or of the height (from the top)."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One run: its place, what it says when pointed at, and whether it counts."""

    x: float
    y: float
    label: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A shift: its place in percent of the width, its change, and whether it is for the worse."""

    at: float
    label: str
    worse: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One metric by run. `levels` is the path of the typical values between shifts."""

    name: MetricName
    label: str
    latest: str
    line: str
    levels: str
    dots: tuple[Dot, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]


def draw_metric(group: RunGroup, name: MetricName) -> Chart | None:
    """The chart of one metric; None if no run of the group has it."""
    metric = BY_NAME[name]
    values = [run.metrics.get(name) for run in group.runs]
    counted = [
        value
        for run, value in zip(group.runs, values, strict=True)
        if value is not None and not run.doubt
    ]
    known = counted or [value for value in values if value is not None]
    if not known:
        return None
    axis = _axis(known, least=_LEAST_SHARES if metric.is_share else 0.0)
    dots = tuple(
        Dot(
            x=_place(position, len(values)),
            y=axis.y(value),
            label=f"{short_moment(run.started_at)}: {metric.written(value)}, {state(run)}",
            counted=not run.doubt,
        )
        for position, (run, value) in enumerate(zip(group.runs, values, strict=True))
        if value is not None
    )
    shifts = sorted((s for s in group.shifts if s.metric == name), key=lambda s: s.position)
    return Chart(
        name=name,
        label=metric.label,
        latest=metric.written(known[-1]),
        line=_path([dot for dot in dots if dot.counted]),
        levels=_levels(shifts, axis, len(values)),
        dots=dots,
        marks=tuple(_mark(shift, len(values)) for shift in shifts),
        ticks=tuple(
            Tick(axis.y(value), metric.written(value)) for value in _steps(axis.bottom, axis.top)
        ),
    )


def date_ticks(moments: Sequence[datetime]) -> tuple[Tick, ...]:
    """When the runs were, at some of them."""
    count = len(moments)
    same_day = len({moment.date() for moment in moments}) == 1
    stride = -(-count // (_MAX_TIMES if same_day else _MAX_DATES))
    form = "%H:%M" if same_day else "%Y-%m-%d"
    return tuple(
        Tick(_place(position, count) / WIDTH * 100, f"{moments[position]:{form}}")
        for position in range(0, count, stride)
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    bottom: float
    top: float

    def y(self, value: float) -> float:
        """From the top; what lies outside is drawn at the edge."""
        share = (value - self.bottom) / (self.top - self.bottom)
        return round(HEIGHT - min(max(share, 0.0), 1.0) * HEIGHT, 2)


def _axis(known: Sequence[float], least: float) -> _Axis:
    lowest, highest = min(known), max(*known, least)
    span = max(highest - lowest, _LEAST_SPAN * highest) or 1.0
    middle = (lowest + highest) / 2
    bottom = middle - span * (0.5 + _ROOM)
    if lowest <= 0 or bottom < 0.1 * highest:
        return _Axis(0.0, (highest or 1.0) * (1 + _ROOM))
    return _Axis(bottom, middle + span * (0.5 + _ROOM))


def _steps(bottom: float, top: float) -> list[float]:
    """Two to five round values: 1, 2 or 5 times a power of ten apart."""
    raw = (top - bottom) / 5
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(magnitude * m for m in (1, 2, 5, 10) if magnitude * m >= raw * 0.999)
    first = math.ceil(bottom / step - 1e-9)
    return [n * step for n in range(first, math.floor(top / step + 1e-9) + 1)]


def _place(position: float, count: int) -> float:
    return round((position + 0.5) / count * WIDTH, 2)


def _path(dots: Sequence[Dot]) -> str:
    return "M" + "L".join(f"{dot.x:g} {dot.y:g}" for dot in dots) if dots else ""


def _levels(shifts: Sequence[Shift], axis: _Axis, count: int) -> str:
    """A horizontal line for each level, from shift to shift."""
    if not shifts:
        return ""
    edges = [0.0, *(_place(shift.position - 0.5, count) for shift in shifts), WIDTH]
    heights = [shifts[0].before, *(shift.after for shift in shifts)]
    return "".join(
        f"M{edges[n]:g} {axis.y(height):g}H{edges[n + 1]:g}" for n, height in enumerate(heights)
    )


def _mark(shift: Shift, count: int) -> Mark:
    metric = BY_NAME[shift.metric]
    if metric.is_share or not shift.before:
        label = f"{metric.written(shift.before)} → {metric.written(shift.after)}"
    else:
        change = (shift.after / shift.before - 1) * 100
        label = f"{'+' if change > 0 else '−'}{abs(change):.0f} %"
    return Mark(_place(shift.position - 0.5, count) / WIDTH * 100, label, shift.worse)
