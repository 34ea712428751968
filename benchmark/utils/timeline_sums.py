"""Adds the seconds of a timeline up: by operation, by block of seconds, by process."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmark.histogram import HistogramBuilder, merge_histograms
from benchmark.models import Block, Failure, OperationStats, ProcessHealth
from benchmark.utils.timeline_lines import ErrorCount, OperationSecond, ProcessSecond

MAX_OPERATIONS = 5_000
MAX_MESSAGES = 100
MAX_BLOCKS = 720
"""An hour of five seconds each; a longer run has longer blocks."""
BLOCK_SECONDS = 5.0
BUSY_CPU = 0.9
"""The share of a processor above which a second of a process counts as busy."""
OTHER_OPERATIONS = "(other operations)"
OTHER_FAILURES = "(other failures)"
_MAX_PROCESSES = 1_000


class OperationSums:
    """The sums of operations, each one by method and name."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def add(self, second: OperationSecond) -> None:
        """Add what one operation did in one second."""
        self._tally(second.method, second.name).add(second)

    def add_all(self, other: OperationSums) -> None:
        """Add what others counted."""
        for (method, name), tally in other._tallies.items():
            self._tally(method, name).add(tally)

    def stats(self) -> tuple[OperationStats, ...]:
        """The sums as values, by name."""
        stats = (tally.stats(*key) for key, tally in self._tallies.items())
        return tuple(sorted(stats, key=lambda each: (each.name, each.method)))

    def failures(self) -> tuple[Failure, ...]:
        """What failed, the most frequent first."""
        failures = [
            Failure(*key, each.message, each.count, each.status, each.sample)
            for key, tally in self._tallies.items()
            for each in tally.errors
        ]
        failures.sort(key=lambda each: (-each.count, each.name, each.message, each.status or 0))
        return tuple(failures)

    def _tally(self, method: str, name: str) -> _Tally:
        key = (method, name)
        if key not in self._tallies and len(self._tallies) >= MAX_OPERATIONS:
            key = ("", OTHER_OPERATIONS)
        return self._tallies.setdefault(key, _Tally())


@dataclass(slots=True)
class _Tally:
    """The sums of one operation while lines are being read."""

    requests: int = 0
    failures: int = 0
    received: int = 0
    latency: HistogramBuilder = field(default_factory=HistogramBuilder)
    latency_from_schedule: HistogramBuilder = field(default_factory=HistogramBuilder)
    statuses: Counter[str] = field(default_factory=Counter)
    _errors: dict[tuple[str, int | None], ErrorCount] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[ErrorCount, ...]:
        """How often each sort of failure came."""
        return tuple(self._errors.values())

    def add(self, other: OperationSecond | _Tally) -> None:
        self.requests += other.requests
        self.failures += other.failures
        self.received += other.received
        self.statuses.update(other.statuses)
        for error in other.errors:
            self._add_error(error)
        self.latency.add_histogram(other.latency)
        self.latency_from_schedule.add_histogram(other.latency_from_schedule)

    def _add_error(self, error: ErrorCount) -> None:
        sort = (error.message, error.status)
        is_full = sort not in self._errors and len(self._errors) >= MAX_MESSAGES
        if is_full or error.message == OTHER_FAILURES:  # each process had too many sorts
            sort = (OTHER_FAILURES, None)
        known = self._errors.get(sort) or ErrorCount(*sort, count=0)
        sample = known.sample or error.sample
        self._errors[sort] = ErrorCount(*sort, known.count + error.count, sample)

    def stats(self, method: str, name: str) -> OperationStats:
        return OperationStats(
            method=method,
            name=name,
            requests=self.requests,
            failures=self.failures,
            latency=self.latency.histogram(),
            statuses=dict(sorted(self.statuses.items())),
            received=self.received,
            latency_from_schedule=self.latency_from_schedule.histogram(),
        )


class BlockSums:
    """The operations of the load in blocks of five seconds, or of more in a long run."""

    def __init__(self) -> None:
        self._width = BLOCK_SECONDS
        self._blocks: list[_Block] = []

    def add(self, elapsed: float, users: int, operations: Iterable[OperationSecond]) -> None:
        """Add a second that ended `elapsed` seconds after the start; they come in order."""
        # What comes after the last full second, less than half of one, belongs to that.
        number = max(0, math.ceil((elapsed - 0.5) / self._width) - 1)
        while number >= MAX_BLOCKS:
            self._double()
            number //= 2
        while len(self._blocks) <= number:
            self._blocks.append(_Block())
        self._blocks[number].add(elapsed, users, operations)

    def blocks(self) -> tuple[Block, ...]:
        """The blocks in which anything was recorded, as values."""
        return tuple(
            Block(block.elapsed, block.users, block.operations.stats())
            for block in self._blocks
            if block.elapsed
        )

    def _double(self) -> None:
        self._width *= 2
        for even, odd in zip(self._blocks[::2], self._blocks[1::2], strict=False):
            even.merge(odd)
        self._blocks = self._blocks[::2]


@dataclass(slots=True)
class _Block:
    elapsed: float = 0.0
    users: int = 0
    operations: OperationSums = field(default_factory=OperationSums)

    def add(self, elapsed: float, users: int, operations: Iterable[OperationSecond]) -> None:
        self.elapsed = elapsed
        self.users = max(self.users, users)
        for each in operations:
            self.operations.add(each)

    def merge(self, later: _Block) -> None:
        self.elapsed = max(self.elapsed, later.elapsed)
        self.users = max(self.users, later.users)
        self.operations.add_all(later.operations)


class HealthSums:
    """How the processes of the generator fared."""

    def __init__(self) -> None:
        self._processes: dict[str, _Health] = {}

    def add(self, second: ProcessSecond) -> None:
        """Add a second of one process."""
        if second.process in self._processes or len(self._processes) < _MAX_PROCESSES:
            self._processes.setdefault(second.process, _Health()).add(second)

    def processes(self) -> tuple[ProcessHealth, ...]:
        """The sums as values, by name."""
        return tuple(
            ProcessHealth(
                process=process,
                seconds=health.seconds,
                busy_seconds=health.busy_seconds,
                cpu=health.cpu / health.seconds,
                lag=health.lag.histogram(),
                gc_pauses=health.gc_pauses.histogram(),
            )
            for process, health in sorted(self._processes.items())
        )


@dataclass(slots=True)
class _Health:
    seconds: int = 0
    busy_seconds: int = 0
    cpu: float = 0.0
    lag: HistogramBuilder = field(default_factory=HistogramBuilder)
    gc_pauses: HistogramBuilder = field(default_factory=HistogramBuilder)

    def add(self, second: ProcessSecond) -> None:
        self.seconds += 1
        self.busy_seconds += second.cpu > BUSY_CPU
        self.cpu += second.cpu
        self.lag.add_histogram(second.lag)
        self.gc_pauses.add_histogram(second.gc_pauses)


def total_of(operations: Iterable[OperationStats]) -> OperationStats:
    """All operations together, as one."""
    every = tuple(operations)
    statuses: Counter[str] = Counter()
    for operation in every:
        statuses.update(operation.statuses)
    return OperationStats(
        method="",
        name="Total",
        requests=sum(operation.requests for operation in every),
        failures=sum(operation.failures for operation in every),
        latency=merge_histograms(operation.latency for operation in every),
        statuses=dict(sorted(statuses.items())),
        received=sum(operation.received for operation in every),
        latency_from_schedule=merge_histograms(each.latency_from_schedule for each in every),
    )
