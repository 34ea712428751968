"""Reads the timeline of a run, a file of one line per second: whole, or while it still grows."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmark.errors import UsageError
from benchmark.histogram import Histogram, HistogramBuilder, merge_histograms
from benchmark.models import ArrivalStats, Block, Failure, OperationStats, ProcessHealth, Second
from benchmark.utils.checked_json import UnreadableVersionError
from benchmark.utils.text_safety import clean_text
from benchmark.utils.timeline_lines import (
    AbortLine,
    EndLine,
    OperationSecond,
    SecondLine,
    StartLine,
    parse_line,
)
from benchmark.utils.timeline_sums import BlockSums, HealthSums, OperationSums, total_of

MAX_LINE_BYTES = 16_000_000
MAX_SECONDS = 86_400  # later seconds count in the totals, but have no point in time of their own
MAX_SECONDS_IN_DETAIL = 3_600  # later ones have no histogram of their own: see the blocks
_MAX_NAMES = 1_000  # of counters and of times
_RECENT = 60  # seconds of which `progress` may speak
_CHUNK_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a timeline file says about a run, added up.

    `operations`, `failures`, `totals`, `seconds` and `blocks` hold the load alone; `preparation`
    holds the requests of set-up and clean-up. `counters`, `times` and `processes` are those of
    `RunResult`. `end_reason` is "" where the file has no end: the run still
    goes on, or was killed. `abort_reason` is "" unless a condition of the run's own ended it.
    `notes` are what the run could not do of what it was asked for.
    `duration` is in seconds, to the last one with users or requests of the
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
    blocks: tuple[Block, ...] = ()
    counters: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, Histogram] = field(default_factory=dict)
    processes: tuple[ProcessHealth, ...] = ()
    abort_reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run is going: its length so far in seconds, users now, and requests so far.

    `rps`, `failure_share` (0 to 1), `p95` (milliseconds) and `arrivals` are of the last seconds
    only; without a schedule, nothing was asked in `arrivals`. `sent_rate` is as `rps`, but of all
    requests, those of set-up and clean-up too.
    """

    elapsed: float = 0.0
    users: int = 0
    requests: int = 0
    failures: int = 0
    rps: float = 0.0
    failure_share: float = 0.0
    p95: float = 0.0
    arrivals: ArrivalStats = field(default_factory=lambda: ArrivalStats(0, 0, 0, 0.0))
    sent_rate: float = 0.0


def read_timeline(path: Path) -> Timeline:
    """The timeline in a file, whether or not its run came to an end.

    A last line that was cut short is left out, and so are lines that are no part of a timeline.
    Raises UsageError if the file cannot be read, is of a version that this program does not know,
    or holds nothing of a timeline.
    """
    reader = TimelineReader(path)
    try:
        reader.read_new()
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{clean_text(path)}: cannot be read ({reason})") from error
    reader.finish()
    if reader.unreadable:
        raise UsageError(f"{clean_text(path)}: {reader.unreadable}")
    if reader.is_empty:
        raise UsageError(
            f"{clean_text(path)}: is not the timeline of a run",
            "it begins with a line of the kind 'start'",
        )
    return reader.timeline(written_at=modified)


class _Recent(NamedTuple):
    """What is kept of a second until it is no longer recent."""

    second: Second
    latency: Histogram
    counters: Mapping[str, float]
    sent: int


class TimelineReader:
    """Follows a growing timeline file; every line is read once and added up at once.

    `unreadable` says why, if the file is of a version that is not known.
    `read_new()` returns the seconds that were added since the last call, `progress()` says how the
    run goes, and `timeline()` gives everything so far. A file that is not there yet is empty.
    """

    def __init__(self, path: Path) -> None:
        self.unreadable = ""
        self._path = path
        self._offset = 0
        self._rest = b""
        self._skipping = False
        self._start: StartLine | None = None
        self._end: EndLine | None = None
        self.abort_reason = ""
        self._elapsed = 0.0
        self._active = 0.0
        self._seconds: list[Second] = []
        self._recent: deque[_Recent] = deque(maxlen=_RECENT)
        self._load = OperationSums()
        self._preparation = OperationSums()
        self._blocks = BlockSums()
        self._health = HealthSums()
        self._counters: defaultdict[str, float] = defaultdict(float)
        self._times: dict[str, HistogramBuilder] = {}
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

    @property
    def notes(self) -> tuple[str, ...]:
        """What the last line of the run says of what it could not do."""
        return self._end.notes if self._end else ()

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
        """How the run goes, with rates over the last `window` seconds, a minute at most."""
        if not self._recent:
            return Progress()
        last = self._recent[-1].second
        recent: list[_Recent] = []
        begin = 0.0
        for each in reversed(self._recent):
            if each.second.elapsed <= last.elapsed - window:
                begin = each.second.elapsed
                break
            recent.append(each)
        requests = sum(each.second.requests for each in recent)
        failures = sum(each.second.failures for each in recent)
        counters: Counter[str] = Counter()
        for each in recent:
            counters.update(each.counters)
        width = last.elapsed - begin
        return Progress(
            elapsed=last.elapsed,
            users=last.users,
            requests=self._requests,
            failures=self._failures,
            rps=requests / width if width > 0 else 0.0,
            failure_share=failures / requests if requests else 0.0,
            p95=merge_histograms(each.latency for each in recent).percentile(95),
            arrivals=ArrivalStats.counted(counters, width),
            sent_rate=sum(each.sent for each in recent) / width if width > 0 else 0.0,
        )

    def operations(self) -> tuple[OperationStats, ...]:
        """The sums of the load's operations so far."""
        return self._load.stats()

    def failures(self) -> tuple[Failure, ...]:
        """What failed of the load so far, the most frequent first."""
        return self._load.failures()

    def timeline(self, written_at: datetime | None = None) -> Timeline:
        """Everything read so far. `written_at` dates a run whose first line is lost."""
        operations = self._load.stats()
        return Timeline(
            start=self._start or _lost_start(written_at, self._elapsed),
            duration=min(self._active, self._end.elapsed) if self._end else self._active,
            end_reason=self._end.reason if self._end else "",
            totals=total_of(operations),
            operations=operations,
            failures=self._load.failures(),
            seconds=tuple(self._seconds),
            skipped_tasks=dict(self._skipped.most_common()),
            preparation=self._preparation.stats(),
            damaged_lines=self._damaged,
            blocks=self._blocks.blocks(),
            counters=dict(sorted(self._counters.items())),
            times={name: each.histogram() for name, each in sorted(self._times.items())},
            processes=self._health.processes(),
            abort_reason=self.abort_reason,
            notes=self.notes,
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
        except ValueError as error:
            if isinstance(error, UnreadableVersionError) and self._start is None:
                self.unreadable = self.unreadable or str(error)
            self._damaged += 1

    def _add(self, text: bytes) -> None:
        line = parse_line(text)
        if isinstance(line, StartLine):
            self._start = self._start or line
        elif isinstance(line, EndLine):
            self._end = self._end or line
        elif isinstance(line, AbortLine):
            self.abort_reason = self.abort_reason or line.reason
        else:
            self._add_second(line)

    def _add_second(self, line: SecondLine) -> None:
        self._elapsed = max(self._elapsed, line.elapsed)  # a clock that goes back stands still
        load = [each for each in line.operations if each.role == "load"]
        for each in line.operations:
            (self._load if each.role == "load" else self._preparation).add(each)
        self._blocks.add(self._elapsed, line.users, load)
        self._add_others(line)
        requests = sum(each.requests for each in load)
        failures = sum(each.failures for each in load)
        self._requests += requests
        self._failures += failures
        if line.users or requests:
            self._active = self._elapsed
        latency = merge_histograms(each.latency for each in load)
        p50, p95 = (latency.percentile(p) if latency.counts else None for p in (50, 95))
        arrivals = ArrivalStats.counted(line.counters, 1.0)
        second = Second(
            elapsed=self._elapsed,
            users=line.users,
            requests=requests,
            failures=failures,
            p50=p50,
            p95=p95,
            unanswered=sum(_unanswered(each) for each in load),
            received=sum(each.received for each in load),
            latency=latency if len(self._seconds) < MAX_SECONDS_IN_DETAIL else Histogram(),
            asked=arrivals.asked,
            started=arrivals.started,
            dropped=arrivals.dropped,
        )
        sent = sum(each.requests for each in line.operations)
        self._recent.append(_Recent(second, latency, line.counters, sent))
        if len(self._seconds) < MAX_SECONDS:
            self._seconds.append(second)

    def _add_others(self, line: SecondLine) -> None:
        """Adds what is no request."""
        self._skipped.update(line.skipped)
        for name, number in line.counters.items():
            if name in self._counters or len(self._counters) < _MAX_NAMES:
                self._counters[name] += number
        for name, times in line.times.items():
            if name in self._times or len(self._times) < _MAX_NAMES:
                self._times.setdefault(name, HistogramBuilder()).add_histogram(times)
        for process in line.processes:
            self._health.add(process)


def _unanswered(operation: OperationSecond) -> int:
    return min(operation.failures, operation.statuses.get("0", 0))


def _lost_start(written_at: datetime | None, elapsed: float) -> StartLine:
    end = written_at or datetime.fromtimestamp(0, UTC)
    try:
        return StartLine(end - timedelta(seconds=elapsed), "", "")
    except OverflowError:
        return StartLine(end, "", "")
