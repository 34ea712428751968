"""Finds where a short, noisy series changed its level.

The series is divided where two levels explain it best, and each part again (divisive segmentation,
as in E-divisive of Matteson and James, 2014); a division stays if Student's t-test says so, as in
Hunter (Fleming et al., ICPE 2023, doi 10.1145/3578244.3583719): a permutation test has little power
in ten values, and needs a seed to be the same twice. Because the division was chosen as the best of
many, its probability is multiplied by their number (Bonferroni; Worsley, JASA 1979). A level that
comes and goes is looked for as an arc (circular segmentation: Olshen et al., Biostatistics 2004).
Single outliers are drawn in before (Hampel's filter); two of them in a row are no change either.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

LEAST_LENGTH = 3
"""A level has at least so many values: fewer cannot be told from outliers."""
FALSE_ALARM_OF_SHIFT, FALSE_ALARM_OF_ARC = 0.004, 0.001
"""Chance that normal noise looks like a shift, like an arc. There are five metrics to be right."""
_LONGEST_ARC = 30  # what lasts longer is found as two shifts, and there are many arcs
_WINDOW = 5
_HAMPEL = 3.0  # standard deviations from the running median
_MAD_TO_DEVIATION = 1.4826  # of normally distributed values


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The first value of a new level; `before` and `after` are the medians of both levels."""

    position: int
    before: float
    after: float


def find_change_points(
    values: Sequence[float],
    *,
    noise: float,
    matters: Callable[[float, float], bool],
) -> tuple[ChangePoint, ...]:
    """Where the level of a series changed, in order.

    `noise` is the least standard deviation that measuring has: what differs less is equal, however
    quiet the series. `matters` says of two levels whether a change between them is of interest.
    """
    if len(values) < 2 * LEAST_LENGTH:
        return ()
    series = _Series(draw_in_outliers(values), noise)
    positions = sorted(series.divide(0, len(values)))
    while positions:
        bounds = (0, *positions, len(values))
        points = [
            ChangePoint(cut, median(values[begin:cut]), median(values[cut:end]))
            for begin, cut, end in zip(bounds, positions, bounds[2:], strict=False)
        ]
        doubtful = [
            (abs(point.after - point.before), point.position)
            for n, point in enumerate(points)
            if not (matters(point.before, point.after) and series.holds(*bounds[n : n + 3]))
        ]
        if not doubtful:
            return tuple(points)
        positions.remove(min(doubtful)[1])  # its neighbours are then judged anew
    return ()


def draw_in_outliers(values: Sequence[float]) -> list[float]:
    """The values, those far from the median of their five neighbours drawn in to three deviations.

    At the ends the neighbours are the first and the last five. Needs at least five values.
    """
    last = len(values) - _WINDOW
    middles = [
        median(values[begin : begin + _WINDOW])
        for begin in (min(max(n - _WINDOW // 2, 0), last) for n in range(len(values)))
    ]
    distances = [abs(value - middle) for value, middle in zip(values, middles, strict=True)]
    limit = _HAMPEL * _MAD_TO_DEVIATION * median(distances)
    return [
        min(max(value, middle - limit), middle + limit)
        for value, middle in zip(values, middles, strict=True)
    ]


class _Series:
    """Sums of any part of a series, each in one step."""

    def __init__(self, values: Sequence[float], noise: float) -> None:
        middle = median(values)
        self._sums = [0.0, *accumulate(value - middle for value in values)]
        self._squares = [0.0, *accumulate((value - middle) ** 2 for value in values)]
        self._least_variance = max(noise, 1e-9) ** 2

    def divide(self, begin: int, end: int) -> list[int]:
        """The positions at which the values from `begin` to `end` should be divided."""
        cuts = self._best_shift(begin, end) or self._best_arc(begin, end)
        if not cuts:
            return []
        parts = pairwise((begin, *cuts, end))
        return [*cuts, *(cut for part in parts for cut in self.divide(*part))]

    def holds(self, begin: int, cut: int, end: int) -> bool:
        """Whether the two parts differ by more than the best division of noise would."""
        divisions = end - begin - 2 * LEAST_LENGTH + 1
        chance = _chance(self._t(begin, end, cut, end), end - begin - 2)
        return chance * divisions <= FALSE_ALARM_OF_SHIFT

    def _best_shift(self, begin: int, end: int) -> tuple[int, ...]:
        cuts = range(begin + LEAST_LENGTH, end - LEAST_LENGTH + 1)
        if not cuts:
            return ()
        t, cut = max((self._t(begin, end, cut, end), cut) for cut in cuts)
        holds = _chance(t, end - begin - 2) * len(cuts) <= FALSE_ALARM_OF_SHIFT
        return (cut,) if holds else ()

    def _best_arc(self, begin: int, end: int) -> tuple[int, ...]:
        arcs = [
            (first, after)
            for first in range(begin + LEAST_LENGTH, end - 2 * LEAST_LENGTH + 1)
            for after in range(
                first + LEAST_LENGTH, min(end - LEAST_LENGTH, first + _LONGEST_ARC) + 1
            )
        ]
        if not arcs:
            return ()
        t, arc = max((self._t(begin, end, *arc), arc) for arc in arcs)
        holds = _chance(t, end - begin - 2) * len(arcs) <= FALSE_ALARM_OF_ARC
        return arc if holds else ()

    def _t(self, begin: int, end: int, first: int, after: int) -> float:
        """Student's t, variances pooled: the values from `first` to `after` against the others."""
        inside, count = after - first, end - begin
        outside = count - inside
        total = self._sums[end] - self._sums[begin]
        part = self._sums[after] - self._sums[first]
        squares = self._squares[end] - self._squares[begin]
        within = squares - part**2 / inside - (total - part) ** 2 / outside
        variance = max(within / (count - 2), self._least_variance)
        difference = abs(part / inside - (total - part) / outside)
        return difference / math.sqrt(variance * (1 / inside + 1 / outside))


def _chance(t: float, freedom: int) -> float:
    """How often |t| or more comes by chance, for whole degrees of freedom.

    The finite sums of Abramowitz and Stegun, 26.7.3 and 26.7.4.
    """
    angle = math.atan(t / math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for n in range(3 if odd else 2, freedom, 2):
        term *= cosine**2 * (n - 1) / n
        total += term
    inner = math.sin(angle) * total
    return max(0.0, 1.0 - (2 / math.pi * (angle + inner) if odd else inner))
