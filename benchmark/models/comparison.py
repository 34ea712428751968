"""Values of a comparison: what changed between the runs of two sides, and how certain that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Answer = Literal["regressed", "improved", "equivalent", "cannot tell"]
MOST_RUNS = 20
"""More runs than these are not asked for: sides that differ so much are not decided by runs."""

ComparedMetric = Literal["p50", "p95", "throughput", "failures"]


@dataclass(frozen=True, slots=True)
class MetricChange:
    """How one metric changed.

    Latencies are milliseconds, throughput is requests per second, failures are a share from 0 to 1.
    `ratio` is new divided by base, `low` to `high` its 95 % interval; None where there is nothing
    to divide. `limit` is the ratio beyond which a change counts (1.05: five percent). `more_runs`
    on each side would probably decide what cannot be told (0: that is not known, or would not
    help); `reason` says why it cannot.
    """

    metric: ComparedMetric
    base: float
    new: float
    answer: Answer
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float = 1.0
    more_runs: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OperationChange:
    """How one operation changed, or all together (`method` "" and `name` "Total")."""

    method: str
    name: str
    base_requests: int
    new_requests: int
    answer: Answer
    changes: tuple[MetricChange, ...] = ()
    more_runs: int = 0
    reason: str = ""

    @property
    def key(self) -> str:
        """The operation as it is shown: `GET /items/{id}`."""
        return f"{self.method} {self.name}".strip()

    def answered(self, answer: Answer) -> tuple[MetricChange, ...]:
        """The metrics of which this is the answer."""
        return tuple(change for change in self.changes if change.answer == answer)


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """The runs of one side: where they came from, and how many seconds of them were compared.

    `blocks` is how many pieces of time these are; `skipped` is how many seconds at the beginning
    of runs were left out as warm-up.
    """

    label: str
    base_url: str
    started_at: datetime
    runs: int
    seconds: float
    blocks: int
    skipped: float
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of a base in a new version. `margin` is the share that counts as no change.

    `notes` say what speaks against the numbers, or limits them.
    """

    base: ComparedSide
    new: ComparedSide
    margin: float
    answer: Answer
    total: OperationChange
    operations: tuple[OperationChange, ...]
    only_in_base: tuple[str, ...] = ()
    only_in_new: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def answered(self, answer: Answer) -> tuple[OperationChange, ...]:
        """The operations with this answer, the total among them where it was judged."""
        return tuple(each for each in (self.total, *self.operations) if each.answer == answer)
