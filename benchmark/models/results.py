"""Values of a run: the load that was asked for, what was measured, and the verdict on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from benchmark.histogram import Histogram
from benchmark.models.plan import Readiness

# ── The run ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """How much load: users, users started per second, seconds, and the shape of the ramp.

    `shape` is "hold" (ramp up, then hold), "stress" (in steps) or "spike" (a sudden peak).
    """

    name: str
    users: int
    spawn_rate: float
    run_time: float
    shape: Literal["hold", "stress", "spike"] = "hold"


@dataclass(frozen=True, slots=True)
class OperationStats:
    """What was measured of one operation, or of all together (`method` "" and `name` "Total").

    `statuses` counts answers by HTTP status ("0" where no answer came). `latency` holds failures
    too. `received` is the sum of the answers' body bytes.
    """

    method: str
    name: str
    requests: int
    failures: int
    latency: Histogram = field(repr=False)
    statuses: Mapping[str, int] = field(default_factory=dict)
    received: int = 0

    @property
    def failure_share(self) -> float:
        """Failures divided by requests, 0 to 1; 0 without requests."""
        return self.failures / self.requests if self.requests else 0.0

    @property
    def rate_limited(self) -> int:
        """How many answers had the status 429 (Too Many Requests, RFC 6585)."""
        return self.statuses.get("429", 0)


@dataclass(frozen=True, slots=True)
class Failure:
    """One sort of failure of one operation, and how often it came."""

    method: str
    name: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a run: `elapsed` seconds after its start, all operations together."""

    elapsed: float
    users: int
    requests: int
    failures: int
    latency: Histogram = field(repr=False)


RunStatus = Literal["completed", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one Locust run measured. `duration` is in seconds, from the first user to the end.

    `skipped_tasks` counts, per task, how often nothing was sent because what it needs could not be
    had. `status_reason` says why a run was interrupted or failed, "" for a completed one.
    """

    test_type: str
    base_url: str
    profile: LoadProfile
    wait_time: tuple[float, float]
    started_at: datetime
    duration: float
    status: RunStatus
    status_reason: str
    totals: OperationStats
    operations: tuple[OperationStats, ...]
    failures: tuple[Failure, ...] = ()
    timeline: tuple[Second, ...] = ()
    skipped_tasks: Mapping[str, int] = field(default_factory=dict)
    readiness: tuple[OperationReadiness, ...] = ()
    seed: int | None = None

    @property
    def rate_limited(self) -> dict[str, int]:
        """How often each operation was answered 429 (Too Many Requests, RFC 6585)."""
        counts = {f"{each.method} {each.name}": each.rate_limited for each in self.operations}
        return {operation: count for operation, count in counts.items() if count}

    @property
    def rps(self) -> float:
        """Requests per second over the whole run, ramp included; 0 for an empty run."""
        return self.totals.requests / self.duration if self.duration > 0 else 0.0


@dataclass(frozen=True, slots=True)
class OperationReadiness:
    """One documented operation and whether it took part in the run."""

    operation: str
    application: str
    readiness: Readiness


# ── The report ────────────────────────────────────────────────────────────────────────────────────

GradeName = Literal["Good", "Acceptable", "Below acceptable", "Poor", "Not judged"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the grade: what was judged, what was measured, and how it came out.

    `verdict` is "Not judged" where judging would be unfair; `explanation` then says why.
    """

    name: str
    measured: float
    unit: str
    verdict: GradeName
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a run: the grade, what it rests on, and what to do next."""

    result: RunResult
    grade: GradeName
    criteria: tuple[Criterion, ...]
    tips: tuple[str, ...] = ()
    slowest: tuple[OperationStats, ...] = ()
    most_failing: tuple[OperationStats, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
