"""What is followed from run to run: how each metric is named, written and compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.models import MetricName
from benchmark.utils.figures import milliseconds, number, percent

LEAST_CHANGE = 0.05
"""A change of latency or rate below this share is of no interest, however certain."""
LEAST_FAILURES = 0.005
"""Likewise a change of the share of failures: half a percentage point."""
_NOISE = 0.001  # no two runs of a real system agree better than to a part in a thousand


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as people read it. `is_share` tells shares of 0 to 1 from amounts above 0."""

    name: MetricName
    label: str
    is_share: bool = False
    is_latency: bool = False

    def written(self, value: float) -> str:
        """A value with its unit."""
        if self.is_share:
            return percent(value)
        return milliseconds(value) if self.is_latency else f"{number(value)}/s"

    def figure(self, value: float) -> str:
        """A value as it stands in a column whose heading has the unit."""
        if self.is_share:
            return percent(value).removesuffix(" %")
        return number(value)

    def level(self, value: float) -> float | None:
        """The value on the scale on which runs are compared; None if it has no place there.

        Amounts vary by a share of themselves, so their logarithms are compared. Of shares it is the
        arcsine of the root, which varies equally at every share (Anscombe, Biometrika 1948).
        """
        if self.is_share:
            return math.asin(math.sqrt(min(max(value, 0.0), 1.0)))
        return math.log(value) if value > 0 else None

    def value(self, level: float) -> float:
        """The value at a level."""
        return math.sin(max(level, 0.0)) ** 2 if self.is_share else math.exp(level)

    def noise(self, requests: float) -> float:
        """The least standard deviation of levels: what counting `requests` has, if they fail."""
        return 1 / (2 * math.sqrt(max(requests, 1.0))) if self.is_share else _NOISE

    def matters(self, before: float, after: float) -> bool:
        """Whether the change between two levels is of interest."""
        if self.is_share:
            return abs(self.value(after) - self.value(before)) >= LEAST_FAILURES
        return abs(after - before) >= math.log1p(LEAST_CHANGE)


BY_NAME: Mapping[MetricName, Metric] = {
    each.name: each
    for each in (
        Metric("p50", "p50", is_latency=True),
        Metric("p95", "p95", is_latency=True),
        Metric("p99", "p99", is_latency=True),
        Metric("rps", "Requests per second"),
        Metric("failures", "Failures", is_share=True),
    )
}
