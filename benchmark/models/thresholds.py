"""Values of a condition on what a run measured, and of its verdict."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Statistic = Literal[
    "percentile", "mean", "lowest", "highest", "failures", "failure share", "rate", "requests"
]

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """One condition. `operation` is "" for all requests together, else a name or a pattern.

    `percent` is that of a percentile (0 to 100). `limit` is in the unit of the statistic:
    milliseconds, requests, requests per second, or a share from 0 to 1. `text` is what was written.
    """

    text: str
    operation: str
    statistic: Statistic
    percent: float
    comparison: str
    limit: float

    def holds_for(self, measured: float) -> bool:
        """Whether a measured value, in the unit of the statistic, meets the condition."""
        return _COMPARISONS[self.comparison](measured, self.limit)


@dataclass(frozen=True, slots=True)
class ThresholdVerdict:
    """Whether a threshold held for one operation ("" for all requests together).

    `measured` is in the unit of the statistic; None where there was nothing to measure, and the
    threshold has then failed.
    """

    threshold: Threshold
    operation: str
    measured: float | None
    held: bool
