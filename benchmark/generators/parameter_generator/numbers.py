"""Draws numbers within bounds, multiples included."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

from benchmark.generators.parameter_generator.checks import exact
from benchmark.generators.parameter_generator.rules import Rules

FORMAT_BOUNDS: dict[str, tuple[int, int]] = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
    "unixtime": (0, 2**31 - 1),
}

COMFORTABLE = (1, 100)
"""Where a number lies if nothing else is known: neither zero, nor negative, nor large."""


def draw_number(
    random: Random, rules: Rules, integer: bool, wanted: tuple[float, float] | None = None
) -> int | float:
    """A number that the rules allow, within `wanted` where they leave room for that.

    Where no number satisfies them, the nearest attempt.
    """
    low, high = _allowed(rules, integer)
    step = _step(rules, integer, low, high)
    first = None if low is None else math.ceil(low / step)
    last = None if high is None else math.floor(high / step)
    if first is not None and rules.above is not None and first * step <= exact(rules.above):
        first += 1
    if last is not None and rules.below is not None and last * step >= exact(rules.below):
        last -= 1
    start, end = wanted or COMFORTABLE
    chosen = _preferred(math.ceil(exact(start) / step), math.floor(exact(end) / step), first, last)
    return _as_number(random.randint(*chosen) * step, integer)


def _allowed(rules: Rules, integer: bool) -> tuple[Fraction | None, Fraction | None]:
    lows = [rules.minimum, rules.above]
    highs = [rules.maximum, rules.below]
    if integer and rules.format in FORMAT_BOUNDS:
        lows.append(FORMAT_BOUNDS[rules.format][0])
        highs.append(FORMAT_BOUNDS[rules.format][1])
    return (
        max((exact(value) for value in lows if value is not None), default=None),
        min((exact(value) for value in highs if value is not None), default=None),
    )


def _step(rules: Rules, integer: bool, low: Fraction | None, high: Fraction | None) -> Fraction:
    """What every result is a multiple of."""
    step = Fraction(1) if integer else None
    for multiple in rules.multiples:
        one = exact(multiple)
        step = one if step is None else _common_multiple(step, one)
    if step is not None:
        return step
    step = Fraction(1, 100)
    if low is not None and high is not None and low < high:
        while (high - low) / step < 8:
            step /= 10
    if low is not None and low == high:
        return abs(low) or step
    return step


def _common_multiple(first: Fraction, second: Fraction) -> Fraction:
    return Fraction(
        math.lcm(first.numerator * second.denominator, second.numerator * first.denominator),
        first.denominator * second.denominator,
    )


def _preferred(start: int, end: int, first: int | None, last: int | None) -> tuple[int, int]:
    """A range within first and last (None: open): the part of start to end, else the nearest."""
    width = max(end - start, 0)
    if first is not None and last is not None and first > last:
        return first, first
    low = start if first is None else max(start, first)
    high = end if last is None else min(end, last)
    if low <= high:
        return low, high
    if first is not None and first > end:
        return first, first + width if last is None else min(last, first + width)
    if last is not None and last < start:
        return (last - width if first is None else max(first, last - width)), last
    # No multiple lies within start and end: the nearest one that is allowed.
    nearest = start if first is None else max(start, first)
    return nearest, nearest


def _as_number(value: Fraction, integer: bool) -> int | float:
    if integer or (value.denominator == 1 and abs(value.numerator) > 2**53):
        return int(value)
    return float(value)
