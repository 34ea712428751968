"""Line charts: curves with a unit on one vertical axis, as SVG paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmark.utils.figures import number
from benchmark.utils.reporters.charts.scales import Axis, Tick

WIDTH, HEIGHT = 1000.0, 100.0
NO_VALUE = "–"


@dataclass(frozen=True, slots=True)
class Curve:
    """Values to be drawn, None where there is none: a name, and the class that colours it.

    `lows` and `highs` are the least and the most within each point where several seconds are
    together; they are drawn as a band, so that no spike is lost. `label` writes one value.
    """

    name: str
    style: str
    values: Sequence[float | None]
    lows: Sequence[float | None] = ()
    highs: Sequence[float | None] = ()
    label: Callable[[float], str] = number
    filled: bool = False

    def known(self) -> Iterable[float]:
        """Every value that the axis must hold."""
        for values in (self.values, self.lows, self.highs):
            yield from (value for value in values if value is not None)

    def text(self, position: int) -> str:
        """What stands at a point: the value, and the range of its seconds where that is wide."""
        value = self.values[position]
        said = NO_VALUE if value is None else self.label(value)
        if not self.highs:
            return said
        low, high = self.lows[position], self.highs[position]
        if low is None or high is None or self.label(low) == self.label(high):
            return said
        return f"{said} ({self.label(low)} to {self.label(high)})"


@dataclass(frozen=True, slots=True)
class Line:
    """One curve as it is drawn: `band` and `area` are paths below it, "" without."""

    name: str
    style: str
    path: str
    area: str
    band: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """Curves on one scale. `summary` says in words what the drawing shows.

    `limits` are conditions, drawn as labelled lines at percentages of the height.
    """

    title: str
    unit: str
    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    summary: str
    limits: tuple[Tick, ...] = ()


def line_chart(
    title: str,
    unit: str,
    xs: Sequence[float],
    curves: Sequence[Curve],
    axis: Axis,
    limits: Sequence[Tick] = (),
) -> LineChart:
    """The curves over the same places `xs` (0 to `WIDTH`)."""
    lines = tuple(
        Line(
            name=each.name,
            style=each.style,
            path=_path(xs, each.values, axis),
            area=_between(xs, [0.0] * len(xs), each.values, axis) if each.filled else "",
            band=_between(xs, each.lows, each.highs, axis) if each.highs else "",
        )
        for each in curves
    )
    peaks = (f"{each.name} up to {each.label(max(each.known(), default=0.0))}" for each in curves)
    said = [*peaks, *(f"limit {limit.label}" for limit in limits)]
    return LineChart(title, unit, lines, axis.ticks, ", ".join(said), tuple(limits))


def _path(xs: Sequence[float], values: Sequence[float | None], axis: Axis) -> str:
    """A path through the values, broken where there are none; a lone value is a dot."""
    parts: list[str] = []
    for run in _runs(xs, values):
        points = "L".join(f"{x:.1f} {_y(value, axis):.1f}" for x, value in run)
        parts.append(f"M{points}" if len(run) > 1 else f"M{points}h0.1")
    return "".join(parts)


def _between(
    xs: Sequence[float],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
    axis: Axis,
) -> str:
    """The area between two curves, broken where the upper one has no value."""
    floor = {x: low for x, low in zip(xs, lows, strict=True) if low is not None}
    parts: list[str] = []
    for run in _runs(xs, highs):
        if len(run) < 2:
            continue
        top = "L".join(f"{x:.1f} {_y(value, axis):.1f}" for x, value in run)
        bottom = [(x, floor.get(x, value)) for x, value in reversed(run)]
        if not any(low for _, low in bottom):  # flat: two corners are enough
            bottom = [bottom[0], bottom[-1]]
        parts.append(f"M{top}L{'L'.join(f'{x:.1f} {_y(low, axis):.1f}' for x, low in bottom)}Z")
    return "".join(parts)


def _runs(
    xs: Sequence[float], values: Sequence[float | None]
) -> Iterable[list[tuple[float, float]]]:
    """Neighbouring places that have values."""
    run: list[tuple[float, float]] = []
    for x, value in zip(xs, values, strict=True):
        if value is not None:
            run.append((x, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _y(value: float, axis: Axis) -> float:
    return HEIGHT - axis.at(value) * HEIGHT
