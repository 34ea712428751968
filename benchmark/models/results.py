"""Values of a run: the load that was asked for, what was measured, and the verdict on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from benchmark.histogram import Histogram
from benchmark.models.comparison import Comparison
from benchmark.models.load import ArrivalStats, LoadProfile
from benchmark.models.plan import Readiness
from benchmark.models.thresholds import AbortCondition, Threshold, ThresholdVerdict

# ── The run ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OperationStats:
    """What was measured of one operation, or of all together (`method` "" and `name` "Total").

    `statuses` counts answers by HTTP status ("0" where no answer came). `latency` holds failures
    too. `received` is the sum of the answers' body bytes. `latency_from_schedule` counts the
    requests with which an iteration of the open model began, from the moment when it should have
    begun; it is empty elsewhere.
    """

    method: str
    name: str
    requests: int
    failures: int
    latency: Histogram = field(repr=False)
    statuses: Mapping[str, int] = field(default_factory=dict)
    received: int = 0
    latency_from_schedule: Histogram = field(default_factory=Histogram, repr=False)

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
    """One sort of failure of one operation, and how often it came.

    `status` is that of the answers, 0 where none came, None where it is not known. `sample` is what
    the first of them said: the beginning of its body, secrets masked; "" where that is not known.
    """

    method: str
    name: str
    message: str
    count: int
    status: int | None = None
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a run: `elapsed` seconds after its start, all operations together.

    `p50` and `p95` are milliseconds, None where no request ended in that second. `unanswered` are
    the failures to which no answer came, `received` is the sum of the answers' body bytes. Of the
    open model's iterations `asked` were due in that second, `started` began, `dropped` never did.
    """

    elapsed: float
    users: int
    requests: int
    failures: int
    p50: float | None = None
    p95: float | None = None
    unanswered: int = 0
    received: int = 0
    latency: Histogram = field(default_factory=Histogram, repr=False)
    asked: int = 0
    started: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Some seconds of a run, to the one that ended `elapsed` seconds after its start.

    Long enough that percentiles say something, short enough to be compared as samples.
    """

    elapsed: float
    users: int
    operations: tuple[OperationStats, ...]


@dataclass(frozen=True, slots=True)
class ProcessHealth:
    """How well one process of the generator kept up with its own load.

    `seconds` were watched; `busy_seconds` of them took more than 90 % of a processor, and `cpu` is
    the mean share. `lag` counts how late its event loop was, `gc_pauses` how long garbage
    collection stopped it, both in milliseconds.
    """

    process: str
    seconds: int
    busy_seconds: int
    cpu: float
    lag: Histogram = field(repr=False)
    gc_pauses: Histogram = field(repr=False)


RunStatus = Literal["completed", "interrupted", "failed", "aborted"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one Locust run measured. `duration` is in seconds, from the first user to the end.

    `skipped_tasks` counts, per task, how often nothing was sent because what it needs could not be
    had. `status_reason` says why a run was interrupted, failed or was aborted by a condition of its
    own, "" for a completed one. `preparation` are the requests of set-up and clean-up, which are in
    no other number. `counters` and `times` (milliseconds) are what `engine/counters.py` lists,
    `processes` the generator's own.
    `wait_time` is the shortest and the longest pause of users in seconds, None where not known.
    `thresholds` are what it was asked to meet, `abort_on` what would have ended it early.
    `notes` are sentences about what the run was asked for and could not do.
    `command` repeats the run (secrets left out), `environment` says where the load came from.
    """

    test_type: str
    base_url: str
    profile: LoadProfile
    wait_time: tuple[float, float] | None
    started_at: datetime
    duration: float
    status: RunStatus
    status_reason: str
    totals: OperationStats
    operations: tuple[OperationStats, ...]
    failures: tuple[Failure, ...] = ()
    timeline: tuple[Second, ...] = ()
    blocks: tuple[Block, ...] = ()
    skipped_tasks: Mapping[str, int] = field(default_factory=dict)
    readiness: tuple[OperationReadiness, ...] = ()
    seed: int | None = None
    preparation: tuple[OperationStats, ...] = ()
    counters: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, Histogram] = field(default_factory=dict)
    processes: tuple[ProcessHealth, ...] = ()
    command: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    abort_on: tuple[AbortCondition, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rate_limited(self) -> dict[str, int]:
        """How often each operation was answered 429 (Too Many Requests, RFC 6585)."""
        counts = {f"{each.method} {each.name}": each.rate_limited for each in self.operations}
        return {operation: count for operation, count in counts.items() if count}

    @property
    def arrivals(self) -> ArrivalStats | None:
        """What became of the iterations of an open run; None where users went on by themselves.

        The seconds of a run that was completed are those of its schedule: the time in which the
        users were made, before it began, is not among them.
        """
        if self.profile.open_model is None:
            return None
        completed = self.status == "completed" and self.profile.run_time > 0
        seconds = self.profile.run_time if completed else self.duration
        return ArrivalStats.counted(self.counters, seconds)

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

ValidityName = Literal["valid", "suspect", "invalid"]


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether the numbers of a run can be trusted, why not, and what to do about it.

    It says nothing about the target: one that fails or is slow has been measured well all the same.
    """

    verdict: ValidityName
    reasons: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


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
    """The verdict on a run: the grade, what it rests on, and what to do next.

    `comparison` is that with its baseline, None without one; `not_compared` says why there is none
    although one was asked for.
    """

    result: RunResult
    grade: GradeName
    criteria: tuple[Criterion, ...]
    validity: Validity
    tips: tuple[str, ...] = ()
    slowest: tuple[OperationStats, ...] = ()
    most_failing: tuple[OperationStats, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    thresholds: tuple[ThresholdVerdict, ...] = ()
    comparison: Comparison | None = None
    not_compared: str = ""
