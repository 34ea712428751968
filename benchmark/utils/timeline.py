"""Reads the timeline of a run, a file of one line per second: whole, or while it still grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmark.errors import UsageError
from benchmark.histogram import Histogram, merge_histograms
from benchmark.models import Failure, OperationStats, Second
from benchmark.utils.text_safety import clean_text
from benchmark.utils.timeline_lines import (
    EndLine,
    OperationSecond,
    SecondLine,
    StartLine,
    parse_line,
)

MAX_LINE_BYTES = 16_000_000
MAX_SECONDS = 86_400  # later seconds count in the totals, but have no point in time of their own
MAX_OPERATIONS = 5_000
MAX_MESSAGES = 100
OTHER_OPERATIONS = "(other operations)"
OTHER_FAILURES = "(other failures)"
_CHUNK_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a timeline file says about a run, added up.

    `operations`, `failures`, `totals` and `seconds` hold the load alone; `preparation` holds the
    requests of set-up and clean-up. `end_reason` is "" where the file has no end: the run still
    goes on, or was killed. `duration` is in seconds, to the last one with users or requests of the
    load. `damaged_lines` counts whole lines that could not be read.
    """

    start: StartLine
    duration: float
    end_reason: str
    totals: OperationStats
    operations: tuple[OperationStats, ...]
    failures: tuple[Failure, ...]
    seconds: tuple[Second, ...]
    skipped_tasks: Mapping[str, int] = field(default_factory=dict)
    preparation: tuple[OperationStats, ...] = ()
    damaged_lines: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run is going: its length so far in seconds, users now, and requests so far.

    `rps`, `failure_share` (0 to 1) and `p95` (milliseconds) are of the last seconds only.
    """

    elapsed: float = 0.0
    users: int = 0
    requests: int = 0
    failures: int = 0
    rps: float = 0.0
    failure_share: float = 0.0
    p95: float = 0.0


def read_timeline(path: Path) -> Timeline:
    """The timeline in a file, whether or not its run came to an end.

    A last line that was cut short is left out, and so are lines that are no part of a timeline.
    Raises UsageError if the file cannot be read or holds nothing of a timeline.
    """
    reader = TimelineReader(path)
    try:
        reader.read_new()
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{clean_text(path)}: cannot be read ({reason})") from error
    reader.finish()
    if reader.is_empty:
        raise UsageError(
            f"{clean_text(path)}: is not the timeline of a run",
            "it begins with a line of the kind 'start'",
        )
    return reader.timeline(written_at=modified)


class TimelineReader:
    """Follows a growing timeline file; every line is read once and added up at once.

    `read_new()` returns the seconds that were added since the last call, `progress()` says how the
    run goes, and `timeline()` gives everything so far. A file that is not there yet is empty.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self._skipping = False
        self._start: StartLine | None = None
        self._end: EndLine | None = None
        self._elapsed = 0.0
        self._active = 0.0
        self._seconds: list[Second] = []
        self._load: dict[tuple[str, str], _Tally] = {}
        self._preparation: dict[tuple[str, str], _Tally] = {}
        self._skipped: Counter[str] = Counter()
        self._requests = 0
        self._failures = 0
        self._damaged = 0

    @property
    def is_empty(self) -> bool:
        """Whether no line of a timeline has been read yet."""
        return self._start is None and self._end is None and not self._elapsed

    @property
    def ended(self) -> bool:
        """Whether the last line of the run has been read."""
        return self._end is not None

    def read_new(self) -> tuple[Second, ...]:
        """Reads the lines that were completed since the last call. Raises OSError."""
        known = len(self._seconds)
        try:
            stream = self._path.open("rb")
        except FileNotFoundError:
            return ()
        with stream:
            stream.seek(self._offset)
            while chunk := stream.read(_CHUNK_BYTES):
                self._offset += len(chunk)
                self._take(chunk)
        return tuple(self._seconds[known:])

    def finish(self) -> None:
        """Reads what follows the last line break, if it is a whole line."""
        rest, self._rest = self._rest, b""
        try:
            self._add(rest)
        except ValueError:
            return  # cut short when the run was killed; that is not damage

    def progress(self, window: float = 10.0) -> Progress:
        """How the run goes, with rates over the last `window` seconds."""
        if not self._seconds:
            return Progress()
        last = self._seconds[-1]
        recent: list[Second] = []
        begin = 0.0
        for second in reversed(self._seconds):
            if second.elapsed <= last.elapsed - window:
                begin = second.elapsed
                break
            recent.append(second)
        requests = sum(second.requests for second in recent)
        failures = sum(second.failures for second in recent)
        width = last.elapsed - begin
        return Progress(
            elapsed=last.elapsed,
            users=last.users,
            requests=self._requests,
            failures=self._failures,
            rps=requests / width if width > 0 else 0.0,
            failure_share=failures / requests if requests else 0.0,
            p95=merge_histograms(second.latency for second in recent).percentile(95),
        )

    def timeline(self, written_at: datetime | None = None) -> Timeline:
        """Everything read so far. `written_at` dates a run whose first line is lost."""
        operations = tuple(tally.stats() for tally in self._load.values())
        return Timeline(
            start=self._start or _lost_start(written_at, self._elapsed),
            duration=min(self._active, self._end.elapsed) if self._end else self._active,
            end_reason=self._end.reason if self._end else "",
            totals=total_of(operations),
            operations=tuple(sorted(operations, key=lambda each: (each.name, each.method))),
            failures=_failures(self._load.values()),
            seconds=tuple(self._seconds),
            skipped_tasks=dict(self._skipped.most_common()),
            preparation=tuple(tally.stats() for tally in self._preparation.values()),
            damaged_lines=self._damaged,
        )

    def _take(self, chunk: bytes) -> None:
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if self._skipping:  # the end of a line that was too long
                self._skipping = False
            elif line.strip():
                self._add_or_count(line)
        if len(self._rest) > MAX_LINE_BYTES:
            self._damaged += not self._skipping
            self._rest, self._skipping = b"", True

    def _add_or_count(self, line: bytes) -> None:
        try:
            self._add(line)
        except ValueError:
            self._damaged += 1

    def _add(self, text: bytes) -> None:
        line = parse_line(text)
        if isinstance(line, StartLine):
            self._start = self._start or line
        elif isinstance(line, EndLine):
            self._end = self._end or line
        else:
            self._add_second(line)

    def _add_second(self, line: SecondLine) -> None:
        self._elapsed = max(self._elapsed, line.elapsed)  # a clock that goes back stands still
        load = [each for each in line.operations if each.role == "load"]
        for each in line.operations:
            _add_to(self._load if each.role == "load" else self._preparation, each)
        self._skipped.update(line.skipped)
        requests = sum(each.requests for each in load)
        failures = sum(each.failures for each in load)
        self._requests += requests
        self._failures += failures
        if line.users or requests:
            self._active = self._elapsed
        if len(self._seconds) < MAX_SECONDS:
            latency = merge_histograms(each.latency for each in load)
            self._seconds.append(Second(self._elapsed, line.users, requests, failures, latency))


@dataclass(slots=True)
class _Tally:
    """The sums of one operation while lines are being read."""

    method: str
    name: str
    requests: int = 0
    failures: int = 0
    received: int = 0
    total: float = 0.0
    lowest: float = 0.0
    highest: float = 0.0
    counts: dict[int, int] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, second: OperationSecond) -> None:
        """Adds what the operation did in one second."""
        self.requests += second.requests
        self.failures += second.failures
        self.received += second.received
        self.statuses.update(second.statuses)
        for message, count in second.errors.items():
            known = message in self.errors or len(self.errors) < MAX_MESSAGES
            self.errors[message if known else OTHER_FAILURES] += count
        latency = second.latency
        if latency.counts:
            self.lowest = min(self.lowest, latency.lowest) if self.counts else latency.lowest
            self.highest = max(self.highest, latency.highest)
            self.total += latency.total
            for index, count in latency.counts.items():
                self.counts[index] = self.counts.get(index, 0) + count

    def stats(self) -> OperationStats:
        """The sums as a value."""
        latency = Histogram(dict(self.counts), self.total, self.lowest, self.highest)
        statuses = dict(sorted(self.statuses.items()))
        return OperationStats(
            self.method, self.name, self.requests, self.failures, latency, statuses, self.received
        )


def _add_to(tallies: dict[tuple[str, str], _Tally], second: OperationSecond) -> None:
    key = (second.method, second.name)
    if key not in tallies and len(tallies) >= MAX_OPERATIONS:
        key = ("", OTHER_OPERATIONS)
    tallies.setdefault(key, _Tally(*key)).add(second)


def _failures(tallies: Iterable[_Tally]) -> tuple[Failure, ...]:
    failures = [
        Failure(tally.method, tally.name, message, count)
        for tally in tallies
        for message, count in tally.errors.items()
    ]
    return tuple(sorted(failures, key=lambda each: (-each.count, each.name, each.message)))


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
    )


def _lost_start(written_at: datetime | None, elapsed: float) -> StartLine:
    end = written_at or datetime.fromtimestamp(0, UTC)
    try:
        return StartLine(end - timedelta(seconds=elapsed), "", "")
    except OverflowError:
        return StartLine(end, "", "")
