"""The operations of a run as CSV (RFC 4180), for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from benchmark.models import OperationStats, Report
from benchmark.utils.results.writing import PERCENTILES
from benchmark.utils.text_safety import clean_text

_FORMULA = ("=", "+", "-", "@")
_LATENCIES = ("mean_ms", "min_ms", *(f"p{percent:g}_ms" for percent in PERCENTILES), "max_ms")
COLUMNS = (
    *("method", "name", "requests", "failures", "failure_share", "rps"),
    *_LATENCIES,
    *("received_bytes", "statuses"),
    *(f"p{percent:g}_from_schedule_ms" for percent in PERCENTILES),
)
"""Latencies of an operation without requests are empty, and so is what the open model alone has."""


def render_csv(report: Report) -> str:
    """A header and a line for each operation, all numbers plain."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in report.result.operations:
        writer.writerow(_cells(each, report.result.duration))
    return out.getvalue()


def _cells(stats: OperationStats, seconds: float) -> Iterator[object]:
    yield _text(stats.method)
    yield _text(stats.name)
    yield stats.requests
    yield stats.failures
    yield round(stats.failure_share, 6)
    yield round(stats.requests / seconds, 3) if seconds > 0 else ""
    latency = stats.latency
    measured = (
        latency.mean,
        latency.lowest,
        *(latency.percentile(percent) for percent in PERCENTILES),
        latency.highest,
    )
    yield from (round(value, 3) if latency.counts else "" for value in measured)
    yield stats.received
    yield _text("; ".join(f"{status}: {n}" for status, n in stats.statuses.items()))
    scheduled = stats.latency_from_schedule
    for percent in PERCENTILES:
        yield round(scheduled.percentile(percent), 3) if scheduled.counts else ""


def _text(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = clean_text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
