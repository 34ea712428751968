"""Values of a condition on what a run measured or measures, and of its verdict."""

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

    @property
    def condition(self) -> str:
        """What was written behind the operation."""
        return self.text.rpartition(":")[2].strip()

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


@dataclass(frozen=True, slots=True)
class AbortCondition:
    """A condition that must hold over each `seconds` of a run, or the run is stopped."""

    threshold: Threshold
    seconds: int

    @property
    def text(self) -> str:
        """As people write it: `p95<500ms for 10s`."""
        return f"{self.threshold.text} for {self.seconds}s"


@dataclass(frozen=True, slots=True)
class Breach:
    """A condition that no longer held in the seconds up to `second` of a run, which counts from 1.

    `operation` is "" for all requests together; `measured` is in the unit of the statistic.
    """

    condition: AbortCondition
    operation: str
    measured: float
    second: int
