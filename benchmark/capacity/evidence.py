"""Whether what was counted in some seconds shows that a limit holds, is broken, or neither.

A condition on a percentile is one on a share: p95 < 300 ms says that fewer than 5 % of the requests
took 300 ms or more. Shares can be added up over seconds and windows, and their error can be told
from how much the seconds differ, which percentiles of short windows cannot. Neighbouring seconds of
a queue resemble each other; their covariance is part of the error (Newey and West, 1987).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt
from typing import Literal

from benchmark.models import LatencyKind

CERTAIN = 1.65
"""Standard errors between a share and its limit from which on a verdict is more than chance."""

OVERWHELMING, OVERWHELMING_EXCESS, LEAST_OVERWHELMING = 5.0, 3.0, 50
"""Beyond doubt: so many standard errors and so many times above, with so many requests."""

_LAGS = 2  # seconds whose likeness counts

Weight = Literal["held", "broken", "undecided"]


@dataclass(frozen=True, slots=True)
class Sample:
    """How much counts against a condition, second by second: pairs of (so much, of so much).

    `allowed` is the share from which on the condition is broken. `is_share` says that at most
    everything can count against it; a mean in milliseconds is none. `limit` and `measured` are the
    condition's own, in its unit.
    """

    condition: str
    operation: str
    kind: LatencyKind
    allowed: float
    seconds: tuple[tuple[float, float], ...]
    limit: float = 0.0
    measured: float | None = None
    is_share: bool = True

    @property
    def over(self) -> float:
        """The share that counts against the condition; 0 without samples."""
        of = self.count
        return sum(over for over, _ in self.seconds) / of if of else 0.0

    @property
    def count(self) -> float:
        """Of how many."""
        return sum(of for _, of in self.seconds)


def distance(sample: Sample) -> float:
    """How many standard errors the share lies above its limit; below it, less than 0."""
    above = sample.over - sample.allowed
    error = _error(sample)
    return above / error if error else inf * above if above else 0.0


def is_overwhelming(sample: Sample) -> bool:
    """Whether a sample is so far above its limit, by so much of it, that no chance explains it."""
    enough = sample.count >= LEAST_OVERWHELMING and sample.kind != "iterations"
    much = sample.over >= OVERWHELMING_EXCESS * sample.allowed
    return enough and much and distance(sample) >= OVERWHELMING


def weigh(sample: Sample) -> Weight:
    """What one sample shows."""
    if not sample.count:
        return "undecided"
    if sample.is_share and not sample.over:
        # Nothing against it says something where a single case would not have broken it.
        return "held" if sample.count * sample.allowed >= 1 or not sample.allowed else "undecided"
    if not sample.allowed:
        return "broken"
    if not _error(sample):  # it was counted, not estimated
        return point_verdict(sample)
    far = distance(sample)
    if abs(far) < CERTAIN:
        return "undecided"
    return "broken" if far > 0 else "held"


def point_verdict(sample: Sample) -> Literal["held", "broken"]:
    """What is more likely; a condition without samples is broken, as every threshold is."""
    return "held" if sample.count and sample.over <= sample.allowed else "broken"


def weigh_all(samples: Sequence[Sample]) -> Weight:
    """What samples show together: all conditions must hold, and one broken one is enough."""
    weights = {weigh(sample) for sample in samples}
    if "broken" in weights:
        return "broken"
    return "undecided" if "undecided" in weights or not weights else "held"


def decide_all(samples: Sequence[Sample]) -> Literal["held", "broken"]:
    """The verdict on samples of which no more can be had."""
    verdicts = {point_verdict(sample) for sample in samples}
    return "broken" if "broken" in verdicts or not verdicts else "held"


def pooled(windows: Sequence[Sequence[Sample]]) -> tuple[Sample, ...]:
    """The samples of several windows at one rate as one for each condition and operation.

    What was measured is that of the last window.
    """
    together: dict[tuple[str, str, str], Sample] = {}
    for window in windows:
        for sample in window:
            key = (sample.condition, sample.operation, sample.kind)
            before = together[key].seconds if key in together else ()
            together[key] = replace(sample, seconds=before + sample.seconds)
    return tuple(together.values())


def _error(sample: Sample) -> float:
    """The standard error of the share: that of a ratio of sums over seconds that are alike.

    Never less than if each case were independent and the share at its limit.
    """
    of, over, seconds = sample.count, sample.over, sample.seconds
    rest = [against - over * number for against, number in seconds]
    variance = sum(each * each for each in rest)
    for lag in range(1, _LAGS + 1):
        alike = sum(one * other for one, other in zip(rest, rest[lag:], strict=False))
        variance += 2 * (1 - lag / (_LAGS + 1)) * max(0.0, alike)
    if len(seconds) > 1:
        variance *= len(seconds) / (len(seconds) - 1)
    if sample.is_share:
        variance = max(variance, of * sample.allowed * (1 - sample.allowed))
    return sqrt(variance) / of
