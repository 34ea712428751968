"""Values of many runs beside each other: one run in a line, runs that compare, and their shifts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from benchmark.models.results import RunStatus

MetricName = Literal["p50", "p95", "p99", "rps", "failures"]
METRICS: tuple[MetricName, ...] = get_args(MetricName)
"""What is followed from run to run: latencies (ms), requests per second, share of failures."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run in a line.

    `source` is the name of its file. `load` says in words what was asked for; runs compare if it is
    the same. `mean` is milliseconds. `metrics` lacks what could not be measured. `validity` and
    `grade` are "" where nothing says them, and so is `thresholds` ("2 of 3 held") without any.
    """

    source: str
    test_type: str
    base_url: str
    load: str
    users: int
    started_at: datetime
    requests: int
    status: RunStatus
    validity: str = ""
    grade: str = ""
    thresholds: str = ""
    mean: float = 0.0
    metrics: Mapping[MetricName, float] = field(default_factory=dict)

    @property
    def doubt(self) -> str:
        """Why the run says nothing about a trend; "" if it does."""
        if self.status != "completed":
            return self.status
        if self.validity == "invalid":
            return "invalid"
        return "" if self.requests else "no requests"


@dataclass(frozen=True, slots=True)
class Shift:
    """From one run on, a metric had another level.

    `before` and `after` are the levels on both sides, in the unit of the metric. `position` is that
    of the first run of the new level, among all runs of the group.
    """

    metric: MetricName
    position: int
    before: float
    after: float

    @property
    def worse(self) -> bool:
        """Whether it was for the worse: slower, fewer requests per second, or more failures."""
        rose = self.after > self.before
        return not rose if self.metric == "rps" else rose


@dataclass(frozen=True, slots=True)
class RunGroup:
    """Runs of the same test with the same load against the same target, oldest first."""

    base_url: str
    test_type: str
    load: str
    runs: tuple[RunSummary, ...]
    shifts: tuple[Shift, ...]

    def begins(self, metric: MetricName) -> tuple[int, ...]:
        """The positions at which a metric shifted, ascending."""
        return tuple(sorted(each.position for each in self.shifts if each.metric == metric))


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that looked like a result and is none, and why, in one line."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """The runs of a folder. `metrics` are those that were asked for, in their usual order."""

    groups: tuple[RunGroup, ...]
    metrics: tuple[MetricName, ...] = METRICS
    skipped: tuple[SkippedFile, ...] = ()
