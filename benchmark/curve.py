"""A load over time in straight lines: its value, the area below it, and when that reaches a count.

With a rate as its value, the area is the number of arrivals: `when(k)` is the moment of arrival k.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

_NOTHING = 1e-9  # areas that differ by less, in proportion, are the same


@dataclass(frozen=True, slots=True)
class _Piece:
    """One straight line: from `low` at the second `begin` on, changing by `slope` per second."""

    begin: float
    end: float
    low: float
    slope: float
    area_before: float

    def value(self, moment: float) -> float:
        return self.low + self.slope * (moment - self.begin)

    def area(self, moment: float) -> float:
        """The area below the curve up to a moment within this piece."""
        width = moment - self.begin
        return self.area_before + width * (self.low + self.slope * width / 2)

    def when(self, area: float) -> float:
        """The moment at which the area of the whole curve reaches a value within this piece."""
        rest = area - self.area_before
        # The usual formula for the root, but for the form: this one loses no digits where the
        # slope is small, and needs no case of its own where it is 0.
        root = sqrt(max(0.0, self.low**2 + 2 * self.slope * rest))
        return min(self.begin + 2 * rest / (self.low + root), self.end) if rest else self.begin


class Curve:
    """Straight lines, one after the other, from the moment 0 on. Each is (seconds, target).

    A line of 0 seconds is a jump; the last line may be infinite where it is level.
    """

    def __init__(self, lines: Iterable[Sequence[float]]) -> None:
        self.lines = tuple((float(seconds), float(target)) for seconds, target in lines)
        pieces: list[_Piece] = []
        moment = value = area = peak = 0.0
        for seconds, target in self.lines:
            peak = max(peak, target)
            if seconds > 0:
                slope = (target - value) / seconds
                pieces.append(_Piece(moment, moment + seconds, value, slope, area))
                moment += seconds
                width = (value + target) / 2
                area += seconds * width if width else 0.0
            value = target
        self._pieces = tuple(pieces)
        self._ends = [piece.end for piece in pieces]
        self._areas = [piece.area_before for piece in pieces[1:]] + [area]
        self._last = value
        self.end = moment
        self.peak = peak
        self.total = area

    def before(self, moment: float) -> float:
        """The value just before a moment; after the end it is the last one."""
        if not self._pieces or moment > self.end:
            return self._last
        piece = self._pieces[bisect_left(self._ends, moment)]
        return piece.value(max(moment, piece.begin))

    def area(self, moment: float) -> float:
        """The area below the curve up to a moment."""
        if not self._pieces or moment >= self.end:
            return self.total
        piece = self._pieces[bisect_right(self._ends, moment)]
        return piece.area(max(moment, piece.begin))

    def when(self, area: float) -> float | None:
        """The moment from which on the area is more than a value; None where it never is."""
        if area >= self.total - _NOTHING * max(1.0, min(self.total, 1e15)):
            return None
        return self._pieces[bisect_right(self._areas, area)].when(area)


def level(value: float, seconds: float = inf) -> Curve:
    """The same value for some seconds, or for ever."""
    return Curve([(0.0, value), (seconds, value)])
