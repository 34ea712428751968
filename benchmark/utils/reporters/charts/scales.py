"""Scales: where a value lies on an axis, and which values of it are labelled."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from benchmark.utils.figures import milliseconds, number

_LEAST_SPAN = 0.4
_ROOM = 0.12  # beyond the outermost values, as a share of the span


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at a percentage of the width (from the left) or of the height (from the top)."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Where values lie, 0 (bottom) to 1 (top), and which of them are labelled."""

    at: Callable[[float], float]
    ticks: tuple[Tick, ...]


def linear_axis(values: Iterable[float], steps: int) -> Axis:
    """An axis from 0 to a round number above all values, in about so many steps."""
    labelled = nice_steps(max(values, default=0.0), steps)
    top = labelled[-1]
    ticks = tuple(Tick(100 - value / top * 100, number(value)) for value in labelled)
    return Axis(lambda value: value / top, ticks)


def log_axis(values: Iterable[float], label: Callable[[float], str] = milliseconds) -> Axis:
    """A logarithmic axis that holds all values; there is one at least."""
    known = list(values)
    scale = log_scale(min(known), max(known))
    return Axis(scale.at, tuple(Tick(100 - tick.at, tick.label) for tick in scale.ticks(label)))


def near_axis(
    values: Collection[float], label: Callable[[float], str], least_highest: float = 0.0
) -> Axis:
    """An axis around some values, for changes among them; from 0 only where they come near it.

    It spans at least 40 % of the highest value, so that noise looks like noise, and reaches to
    `least_highest` at least. Values outside of it lie at its ends. There is one value at least.
    """
    lowest, highest = min(values), max(*values, least_highest)
    span = max(highest - lowest, _LEAST_SPAN * highest) or 1.0
    middle = (lowest + highest) / 2
    bottom, top = middle - span * (0.5 + _ROOM), middle + span * (0.5 + _ROOM)
    if lowest <= 0 or bottom < 0.1 * highest:
        bottom, top = 0.0, (highest or 1.0) * (1 + _ROOM)
    step = _round_step((top - bottom) / 5)
    labelled = range(math.ceil(bottom / step - 1e-9), math.floor(top / step + 1e-9) + 1)

    def at(value: float) -> float:
        return min(max((value - bottom) / (top - bottom), 0.0), 1.0)

    return Axis(at, tuple(Tick(100 - at(n * step) * 100, label(n * step)) for n in labelled))


def nice_steps(highest: float, count: int = 3) -> tuple[float, ...]:
    """Round values from 0 to at least `highest`, about `count` steps of 1, 2 or 5 times 10^n."""
    if highest <= 0:
        return (0.0, 1.0)
    step = _round_step(highest / count)
    return tuple(step * n for n in range(math.ceil(highest / step * 0.999999) + 1))


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, not below `least`."""
    magnitude = 10.0 ** math.floor(math.log10(least))
    return next(magnitude * m for m in (1, 2, 5, 10) if magnitude * m >= least * 0.999999)


@dataclass(frozen=True, slots=True)
class LogScale:
    """A logarithmic scale, from `low` to `high`."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value lies, 0 to 1; values outside lie at the ends."""
        inside = min(max(value, self.low), self.high)
        return math.log(inside / self.low) / math.log(self.high / self.low)

    def ticks(self, label: Callable[[float], str] = milliseconds) -> tuple[Tick, ...]:
        """1, 2 and 5 times powers of ten; powers alone where the scale is long."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        wide = math.log10(self.high / self.low) > 2.7
        values = (m * 10.0**n for n in decades for m in ((1,) if wide else (1, 2, 5)))
        return tuple(
            Tick(self.at(value) * 100, label(value))
            for value in values
            if self.low <= value <= self.high
        )


def log_scale(lowest: float, highest: float) -> LogScale:
    """A scale that holds both values with some room, and never less than a factor of four."""
    low, high = max(lowest, 0.001), max(highest, 0.001)
    room = max(1.1, 2.0 / math.sqrt(high / low))
    return LogScale(low / room, high * room)
