"""Reads the CSV files of any Locust run (`--csv PREFIX`) as a result.

The files hold percentiles, not histograms: a histogram is made that has the same percentiles, the
same mean and the same extremes. Users' pauses and status codes are not in them, and nothing says
how the generator fared; the result names its source, and is judged by it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from benchmark.errors import UsageError
from benchmark.histogram import Histogram, bucket_index
from benchmark.models import Failure, LoadProfile, OperationStats, RunResult, Second
from benchmark.utils.checked_json import MalformedError
from benchmark.utils.csv_rows import as_amount, read_rows
from benchmark.utils.figures import plural
from benchmark.utils.foreign_files import refusal
from benchmark.utils.text_safety import clean_text
from benchmark.utils.timeline import MAX_SECONDS
from benchmark.utils.timeline_sums import MAX_OPERATIONS, total_of

STATISTICS = ("_stats.csv", "_requests.csv")
"""How the names of statistics end; the second until Locust 0.13."""
OTHER_ENDINGS = (
    "_stats_history.csv",
    "_failures.csv",
    "_exceptions.csv",
    "_distribution.csv",
    "_response_times.csv",
)
"""How the other files of the same run end."""
SOURCE, EXCEPTIONS = "Source", "Exceptions"
"""Members of `RunResult.environment` of what is read here."""

_OLD_NAMES: Mapping[str, str] = {  # until 0.14
    "method": "type",
    "# requests": "request count",
    "# failures": "failure count",
    "requests failed/s": "failures/s",
    "99.999": "99.999%",
    "minimum response time": "min response time",
    "maximum response time": "max response time",
}
_NEEDED = {"type", "name", "request count", "failure count", "average response time", "requests/s"}
_PERCENTILE = re.compile(r"\d{1,3}(?:\.\d{1,6})?%")
_TOTALS = ("Aggregated", "Total")  # the second until 0.9
_MAX_FAILURES = 10_000
_SAID = (
    "the CSV files of a Locust run: percentiles with two digits, no status codes, and not whether "
    "the generator kept up"
)

_Row = Mapping[str, str]


def read_locust_csv(path: Path) -> RunResult:
    """The run whose statistics these are; the other files with the same prefix add to it.

    Raises UsageError if it is no such file, and OSError.
    """
    try:
        rows = list(islice(_rows(path), MAX_OPERATIONS + 1))
    except MalformedError as error:
        raise _not_locust(path, str(error)) from error
    if not rows or not rows[0].keys() >= _NEEDED:
        raise _not_locust(path, "no statistics of a Locust run")
    prefix = _prefix(path)
    percentiles = _percentiles_elsewhere(prefix)
    try:
        read = [(row, _operation(row, percentiles)) for row in rows]
    except MalformedError as error:
        raise UsageError(f"{clean_text(path)}: {error}") from error
    total = next((item for item in read if _is_total(item[0])), None)
    operations = tuple(stats for row, stats in read if total is None or row is not total[0])
    totals = total[1] if total else total_of(operations)
    started_at, seconds = _history(_optional_rows(prefix, "_stats_history.csv"))
    users = max((second.users for second in seconds), default=0)
    return RunResult(
        test_type=clean_text(prefix.name, 100),
        base_url="unknown target",
        profile=LoadProfile("unknown", users, 0.0, 0.0),
        wait_time=None,
        started_at=started_at or datetime.fromtimestamp(path.stat().st_mtime, UTC),
        duration=_duration(totals, total[0] if total else rows[0], seconds),
        status="completed",
        status_reason="",
        totals=OperationStats(
            "", "Total", totals.requests, totals.failures, totals.latency, {}, totals.received
        ),
        operations=operations,
        failures=_failures(_optional_rows(prefix, "_failures.csv")),
        timeline=seconds,
        environment=_environment(_optional_rows(prefix, "_exceptions.csv")),
    )


def statistics_beside(path: Path) -> Path | None:
    """The statistics of the run that a file belongs to, by its name; None where there are none."""
    for ending in OTHER_ENDINGS:
        prefix = path.name.removesuffix(ending)
        if prefix != path.name:
            candidates = (path.with_name(prefix + each) for each in STATISTICS)
            return next((each for each in candidates if each.is_file()), None)
    return None


def _not_locust(path: Path, reason: str) -> UsageError:
    hint = "Locust writes its statistics with --csv PREFIX, as PREFIX_stats.csv"
    return refusal(path, reason, hint)


def _rows(path: Path) -> Iterator[_Row]:
    for row in read_rows(path):
        yield {_OLD_NAMES.get(name, name): cell for name, cell in row.items()}


def _optional_rows(prefix: Path, ending: str) -> Iterator[_Row]:
    """The rows of another file of the run; none where it cannot be read."""
    try:
        yield from _rows(prefix.with_name(prefix.name + ending))
    except (OSError, MalformedError):
        return  # the statistics alone are a result too


def _prefix(path: Path) -> Path:
    """A path without the ending of its name; `name` is what --csv was given."""
    for ending in STATISTICS:
        if path.name.endswith(ending) and path.name != ending:
            return path.with_name(path.name.removesuffix(ending))
    return path.with_suffix("")


def _is_total(row: _Row) -> bool:
    return row["name"] in _TOTALS and row["type"] in ("", "None")


def _percentiles_elsewhere(prefix: Path) -> dict[str, _Row]:
    """Until 0.13 percentiles stood in a file of their own, by method and name together."""
    rows: dict[str, _Row] = {}
    for ending in ("_response_times.csv", "_distribution.csv"):
        for row in islice(_optional_rows(prefix, ending), MAX_OPERATIONS + 1):
            rows[row.get("name", "")] = row
    return rows


def _operation(row: _Row, elsewhere: Mapping[str, _Row]) -> OperationStats:
    requests = int(_number(row, "request count"))
    return OperationStats(
        method=clean_text(row["type"].removeprefix("None"), 20),
        name=clean_text(row["name"]),
        requests=requests,
        failures=min(int(_number(row, "failure count")), requests),
        latency=_latency(row, requests, elsewhere),
        received=int(_number(row, "average content size") * requests),
    )


def _latency(row: _Row, requests: int, elsewhere: Mapping[str, _Row]) -> Histogram:
    if not requests:
        return Histogram()
    key = f"{row['type']} {row['name']}".strip()
    found = _percentiles(row) or _percentiles(elsewhere.get(key, {}))
    if not found:
        raise MalformedError(
            f"no percentiles of {clean_text(key, 80)} (Locust before 0.14 wrote them to "
            "PREFIX_distribution.csv)"
        )
    highest = _number(row, "max response time") or found[-1][1]
    counts: dict[int, int] = {}
    counted = 0
    for percent, value in (*found, (100.0, highest)):
        rank = min(math.ceil(requests * percent / 100), requests)
        if rank > counted:
            index = bucket_index(min(value, highest))
            counts[index] = counts.get(index, 0) + rank - counted
            counted = rank
    total = _number(row, "average response time") * requests
    return Histogram(counts, total, _number(row, "min response time"), highest)


def _percentiles(row: _Row) -> list[tuple[float, float]]:
    """The percentiles of a row with their values in milliseconds, both ascending."""
    found: dict[float, float] = {}
    for name, cell in row.items():
        value = as_amount(cell)
        if value is not None and _PERCENTILE.fullmatch(name):
            found[float(name[:-1])] = value
    highest = 0.0
    ordered = []
    for percent, value in sorted(found.items()):
        highest = max(highest, value)
        ordered.append((percent, highest))
    return ordered


def _failures(rows: Iterator[_Row]) -> tuple[Failure, ...]:
    failures = (
        Failure(
            method=clean_text(row.get("type", ""), 20),
            name=clean_text(row.get("name", "")),
            message=clean_text(row.get("error", "")),
            count=int(_number(row, "occurrences")),
        )
        for row in islice(rows, _MAX_FAILURES)
    )
    return tuple(sorted(failures, key=lambda each: -each.count))


def _environment(exceptions: Iterator[_Row]) -> dict[str, str]:
    """Where the numbers are from, and what the user's own code raised."""
    said = {SOURCE: _SAID}
    raised = sorted(islice(exceptions, _MAX_FAILURES), key=lambda row: -_number(row, "count"))
    if raised:
        count = int(sum(_number(row, "count") for row in raised))
        first = clean_text(raised[0].get("message", ""), 120)
        said[EXCEPTIONS] = f"{plural(count, 'exception')} in the locustfile, first: {first}"
    return said


def _history(rows: Iterator[_Row]) -> tuple[datetime | None, tuple[Second, ...]]:
    """The start and the seconds of a run; latencies of single seconds are not in the file."""
    seconds: list[Second] = []
    begin: float | None = None
    requests = failures = 0
    for row in rows:
        moment = as_amount(row.get("timestamp", ""))
        if moment is None or row.get("name") not in _TOTALS:
            continue
        begin = moment if begin is None else begin
        all_requests = max(int(_sum(row, "request count")), requests)
        all_failures = max(int(_sum(row, "failure count")), failures)
        elapsed = max(moment - begin, seconds[-1].elapsed if seconds else 0.0)
        seconds.append(
            Second(
                elapsed=elapsed,
                users=int(_number(row, "user count")),
                requests=all_requests - requests,
                failures=all_failures - failures,
            )
        )
        requests, failures = all_requests, all_failures
        if len(seconds) == MAX_SECONDS:
            break
    return _moment(begin), tuple(seconds)


def _moment(timestamp: float | None) -> datetime | None:
    try:
        return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _duration(totals: OperationStats, row: _Row, seconds: Sequence[Second]) -> float:
    """From the rate that Locust wrote, which is of the whole run; else from the history."""
    rate = _number(row, "requests/s")
    if rate > 0 and totals.requests:
        return totals.requests / rate
    return seconds[-1].elapsed if seconds else 0.0


def _sum(row: _Row, column: str) -> float:
    """A sum since the start, under its name since 1.0 or before."""
    return _number(row, f"total {column}") or _number(row, column)


def _number(row: _Row, column: str) -> float:
    return as_amount(row.get(column, "")) or 0.0
