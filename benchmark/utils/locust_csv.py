"""Reads the CSV files of any Locust run (`--csv PREFIX`) as a result.

The files hold percentiles, not histograms: a histogram is made that has the same percentiles, the
same mean and the same extremes. Users' pauses and status codes are not in them.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import UsageError
from benchmark.histogram import Histogram, bucket_index
from benchmark.models import Failure, LoadProfile, OperationStats, RunResult, Second
from benchmark.utils.checked_json import MAX_NUMBER
from benchmark.utils.text_safety import clean_text
from benchmark.utils.timeline import MAX_SECONDS
from benchmark.utils.timeline_sums import MAX_OPERATIONS, total_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_PERCENTILES = (50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 100)
_NEEDED = {"Type", "Name", "Request Count", "Failure Count", "Average Response Time", "Requests/s"}
_MAX_BYTES = 300_000_000


def read_locust_csv(path: Path) -> RunResult:
    """The run whose `_stats.csv` this is; `_failures.csv` and `_stats_history.csv` add to it.

    Raises UsageError if it is no such file, and OSError.
    """
    rows = _rows(path)
    if not rows or not set(rows[0]) >= _NEEDED:
        raise UsageError(
            f"{clean_text(path)}: not the statistics of a Locust run",
            "Locust writes them with --csv PREFIX, as PREFIX_stats.csv",
        )
    prefix = path.name.removesuffix("_stats.csv")
    total = next((row for row in rows if row["Name"] == "Aggregated" and not row["Type"]), None)
    operations = tuple(_operation(row) for row in rows[:MAX_OPERATIONS] if row is not total)
    totals = _operation(total) if total else total_of(operations)
    history = _optional_rows(path.with_name(prefix + "_stats_history.csv"))
    started_at, seconds = _history(history)
    return RunResult(
        test_type=clean_text(prefix, 100),
        base_url="unknown target",
        profile=LoadProfile("unknown", 0, 0.0, 0.0),
        wait_time=(0.0, 0.0),
        started_at=started_at or datetime.fromtimestamp(path.stat().st_mtime, UTC),
        duration=_duration(totals, total or rows[0], seconds),
        status="completed",
        status_reason="",
        totals=OperationStats(
            "", "Total", totals.requests, totals.failures, totals.latency, {}, totals.received
        ),
        operations=operations,
        failures=_failures(_optional_rows(path.with_name(prefix + "_failures.csv"))),
        timeline=seconds,
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    import pandas as pd  # noqa: PLC0415  # heavy, and most commands read no CSV

    if path.stat().st_size > _MAX_BYTES:
        raise UsageError(f"{clean_text(path)}: larger than {_MAX_BYTES:,} bytes")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding_errors="replace")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise UsageError(f"{clean_text(path)}: not a CSV file ({clean_text(error, 80)})") from error
    return [
        {str(key): str(value) for key, value in row.items()} for row in table.to_dict("records")
    ]


def _optional_rows(path: Path) -> list[dict[str, Any]]:
    try:
        return _rows(path)
    except (OSError, UsageError):
        return []  # the statistics alone are a result too


def _operation(row: dict[str, Any]) -> OperationStats:
    requests = int(_number(row, "Request Count"))
    return OperationStats(
        method=clean_text(row["Type"], 20),
        name=clean_text(row["Name"]),
        requests=requests,
        failures=min(int(_number(row, "Failure Count")), requests),
        latency=_latency(row, requests),
        received=int(_number(row, "Average Content Size") * requests),
    )


def _latency(row: dict[str, Any], requests: int) -> Histogram:
    counts: dict[int, int] = {}
    counted = 0
    highest = _number(row, "Max Response Time")
    for percent in _PERCENTILES:
        rank = min(math.ceil(requests * percent / 100), requests)
        if rank > counted:
            index = bucket_index(min(_number(row, f"{percent:g}%"), highest))
            counts[index] = counts.get(index, 0) + rank - counted
            counted = rank
    total = _number(row, "Average Response Time") * requests
    return Histogram(counts, total, _number(row, "Min Response Time"), highest)


def _failures(rows: Iterable[dict[str, Any]]) -> tuple[Failure, ...]:
    failures = (
        Failure(
            method=clean_text(row.get("Method", ""), 20),
            name=clean_text(row.get("Name", "")),
            message=clean_text(row.get("Error", "")),
            count=int(_number(row, "Occurrences")),
        )
        for row in rows
    )
    return tuple(sorted(failures, key=lambda each: -each.count))


def _history(rows: list[dict[str, Any]]) -> tuple[datetime | None, tuple[Second, ...]]:
    """The start and the seconds of a run; latencies of single seconds are not in the file."""
    points = [row for row in rows if row.get("Name") == "Aggregated" and row.get("Timestamp")]
    if not points:
        return None, ()
    begin = _number(points[0], "Timestamp")
    seconds: list[Second] = []
    requests = failures = 0
    for row in points[:MAX_SECONDS]:
        all_requests = max(int(_number(row, "Total Request Count")), requests)
        all_failures = max(int(_number(row, "Total Failure Count")), failures)
        elapsed = max(_number(row, "Timestamp") - begin, seconds[-1].elapsed if seconds else 0.0)
        seconds.append(
            Second(
                elapsed=elapsed,
                users=int(_number(row, "User Count")),
                requests=all_requests - requests,
                failures=all_failures - failures,
            )
        )
        requests, failures = all_requests, all_failures
    try:
        return datetime.fromtimestamp(begin, UTC), tuple(seconds)
    except (OverflowError, ValueError, OSError):
        return None, tuple(seconds)


def _duration(totals: OperationStats, row: dict[str, Any], seconds: tuple[Second, ...]) -> float:
    """From the rate that Locust wrote, which is of the whole run; else from the history."""
    rate = _number(row, "Requests/s")
    if rate > 0 and totals.requests:
        return totals.requests / rate
    return seconds[-1].elapsed if seconds else 0.0


def _number(row: dict[str, Any], column: str) -> float:
    """A number from 0 to `MAX_NUMBER`; 0 for a cell that is empty or holds anything else."""
    try:
        value = float(row.get(column, ""))
    except ValueError:
        return 0.0
    return value if 0 <= value <= MAX_NUMBER else 0.0
