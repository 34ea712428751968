"""What a side says of one operation: a value, how uncertain it is, and how much runs differ.

One run shows how its blocks differ, not how runs do. Where a side has several, what they differ by
counts too. A few runs say little of that for one operation; so what all operations show is mixed in
(as G. Smyth does for genes, "Linear models and empirical Bayes methods", 2004).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

RUN_DEVIATION = 0.005
"""By how much (half a percent) runs of one program differ for no reason: addresses, caches.

It counts where no side has a second run that would show it.
"""
RUNS_AS_UNITS = 6
"""From this many runs a side on, a run is the unit, and blocks are not asked."""
LEAST_OPERATIONS = 8
"""With fewer operations, what the others did says nothing of one."""
_MEDIAN_OF_NORMAL = 0.6745  # of the absolute value, in standard deviations
_PRIOR_FREEDOM = 4
"""What all operations show counts as much as so many more runs."""


@dataclass(frozen=True, slots=True)
class Variance:
    """A variance, and on how many degrees of freedom it rests; 0 where nothing shows it."""

    value: float
    freedom: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """One metric of one operation on one side, as logarithms.

    `log` is that of all runs together, `logs` those of the single runs. `cautious` is the variance
    of their mean by their own blocks, whatever noise lies over a run; `plain` is the same as the
    blocks of this metric alone show it.
    """

    log: float
    logs: tuple[float, ...]
    cautious: Variance
    plain: Variance


@dataclass(frozen=True, slots=True)
class Difference:
    """New less base, as logarithms, with the variance of that: see `Estimate`."""

    log: float
    cautious: Variance
    plain: Variance

    @property
    def error(self) -> float:
        """The standard error."""
        return math.sqrt(self.cautious.value)

    @property
    def freedom(self) -> float:
        """Its degrees of freedom."""
        return self.cautious.freedom


def between_runs(pairs: Sequence[tuple[Estimate, Estimate]]) -> Variance:
    """By how much the runs of a side differ in a metric, by all operations."""
    own = [each.value for pair in pairs if (each := _own(pair)).freedom > 0]
    if not own:
        return Variance(RUN_DEVIATION**2, 0)
    return Variance(max(median(own), RUN_DEVIATION**2), _PRIOR_FREEDOM)


def difference(base: Estimate, new: Estimate, between: Variance) -> Difference:
    """How a value changed; `between` is by how much runs differ."""
    own = _own((base, new))
    freedom = own.freedom + between.freedom
    mixed = own.value * own.freedom + between.value * between.freedom
    runs = Variance(mixed / freedom if freedom else between.value, freedom)
    sides = (base, new)
    return Difference(
        log=new.log - base.log,
        cautious=_sum([_of_side(side, side.cautious, runs) for side in sides]),
        plain=_sum([_of_side(side, side.plain, runs) for side in sides]),
    )


def among_others(differences: Sequence[Difference]) -> list[Difference]:
    """The differences of all operations, none less certain than the others let it be.

    Noise over a run falls on all of its operations. How far most of them moved, measured in their
    own uncertainty, shows how much of it there was (the empirical null of B. Efron, "Large-scale
    simultaneous hypothesis testing", 2004); where that is less than was assumed, it counts.
    """
    known = [each for each in differences if 0 < each.plain.value < math.inf]
    if len(known) < LEAST_OPERATIONS:
        return list(differences)
    moved = median(each.log**2 / each.plain.value for each in known)
    scale = max(1.0, moved / _MEDIAN_OF_NORMAL**2)
    others = len(known) - 1
    certain = []
    for each in differences:
        value = scale * each.plain.value
        if not 0 < value < each.cautious.value:
            certain.append(each)
            continue
        freedom = 1 / (1 / others + 1 / max(each.plain.freedom, 1.0))
        certain.append(replace(each, cautious=Variance(value, freedom)))
    return certain


def _own(pair: tuple[Estimate, Estimate]) -> Variance:
    """What the runs of one operation show, around the mean of their side."""
    freedom = sum(len(side.logs) - 1 for side in pair)
    squares = sum(float(np.var(side.logs)) * len(side.logs) for side in pair)
    return Variance(squares / freedom if freedom else 0.0, freedom)


def _of_side(side: Estimate, within: Variance, between: Variance) -> Variance:
    """The variance of a side's value. What differs between runs holds what differs within them."""
    count = len(side.logs)
    among = Variance(between.value / count, between.freedom)
    if count >= RUNS_AS_UNITS or not within.freedom:
        return among if between.freedom else Variance(math.inf, 1.0)
    if between.freedom:
        return max(within, among, key=lambda each: each.value)
    return Variance(within.value + among.value, within.freedom)


def _sum(parts: Sequence[Variance]) -> Variance:
    """The variance of a difference. Degrees of freedom after Welch and Satterthwaite."""
    value = sum(part.value for part in parts)
    squares = sum(part.value**2 / part.freedom for part in parts)
    if 0 < squares < math.inf:
        return Variance(value, value**2 / squares)
    return Variance(value, sum(part.freedom for part in parts))
