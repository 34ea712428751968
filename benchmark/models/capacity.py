"""Values of a search for an API's capacity: its steps, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from benchmark.models.load import ArrivalKind
from benchmark.models.results import OperationStats

StepPurpose = Literal["double", "halve", "bisect", "confirm", "recheck"]
"""Why a rate is tried: on the way up, on the way down, in between; once more and longer, since it
held; or once more, since it broke."""

StepVerdict = Literal["held", "broken", "undecided", "distress", "generator", "users"]
"""What a step showed: the objective held or broke; it cannot be told yet; the target was in
distress; or nothing about the target, since the load generator, or its number of users, was the
limit."""

SearchEnding = Literal[
    "found", "lowest", "highest", "generator", "users", "distress", "time", "interrupted", "failed"
]
"""Why a search ended: the capacity was found; even the lowest rate broke the objective; even the
highest one held; the generator or its users were the limit; the target was in distress; time was
up; somebody stopped it; Locust failed."""

LatencyKind = Literal["service", "schedule", "iterations"]
"""What a condition was judged on: service times (and failures), latencies from schedule, or the
iterations that were dropped."""


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition of the objective in one step. `operation` is "" for all together.

    `measured` and `limit` are in the unit of the condition: milliseconds, or a share of 0 to 1;
    `measured` is None without samples.
    """

    condition: str
    operation: str
    kind: LatencyKind
    measured: float | None
    limit: float
    held: bool


@dataclass(frozen=True, slots=True)
class CapacityStep:
    """One rate that was tried, in iterations per second, for so many measured `seconds`.

    `asked`, `dropped` and `missed` count iterations. `totals` and `operations` hold the requests
    after the warm-up; `answered` is how many of them a second were answered without failure.
    """

    rate: float
    seconds: float
    users: int
    purpose: StepPurpose
    verdict: StepVerdict
    reason: str
    asked: int
    dropped: int
    missed: int
    answered: float
    totals: OperationStats
    operations: tuple[OperationStats, ...]
    conditions: tuple[ConditionResult, ...] = ()
    drained: float | None = None

    @property
    def latency_ms(self) -> tuple[float, float]:
        """p50 and p95 in milliseconds, from schedule where that was measured."""
        totals = self.totals
        latency = totals.latency_from_schedule if totals.latency_from_schedule.counts else None
        chosen = latency or totals.latency
        return chosen.percentile(50), chosen.percentile(95)


@dataclass(frozen=True, slots=True)
class FirstToBreak:
    """The operation that broke the objective first, at the lowest rate that broke it.

    `measured` and `limit` are in the unit of the condition (see `ConditionResult`), `before` is
    what was measured at the highest rate that held, None without samples. `share` is its part of
    all that counted against the condition, 0 to 1.
    """

    operation: str
    condition: str
    rate: float
    measured: float | None
    limit: float
    before: float | None
    share: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """The answer: the highest rate that met the objective, in iterations per second, or None.

    The true one is at least `at_least` and less than `below`: rates that met it, and broke it, with
    certainty (0 and None where none did). `confirmed` says that `rate` also held in a longer
    window. `objective` are the conditions as they were written; `is_default` says that nobody wrote
    any. `duration` and `step_seconds` are in seconds. `command` repeats the search.
    """

    base_url: str
    objective: tuple[str, ...]
    is_default: bool
    arrivals: ArrivalKind
    started_at: datetime
    duration: float
    step_seconds: float
    seed: int
    rate: float | None
    at_least: float
    below: float | None
    confirmed: bool
    ending: SearchEnding
    reason: str
    first_to_break: FirstToBreak | None
    steps: tuple[CapacityStep, ...]
    command: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether the target itself was the limit; else the rate is what it bears at least."""
        return self.rate is not None and self.below is not None and self.ending == "found"
