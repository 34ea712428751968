"""The rows of the table of operations: figures of each, and a small chart over time."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.models import OperationStats, RunResult
from benchmark.utils import figures
from benchmark.utils.reporters.charts import Sparkline, sparklines


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Latencies are milliseconds, `rps` requests per second; `spark` None without time."""

    stats: OperationStats
    rps: float
    p50: float
    p95: float
    p99: float
    highest: float
    statuses: str
    spark: Sparkline | None = None


def operation_rows(result: RunResult) -> tuple[Row, ...]:
    """The rows of all operations, the slowest (by p95) first, those without requests last."""
    charts = sparklines(result)
    rows = (
        row_of(each, result.duration, charts.get((each.method, each.name)))
        for each in result.operations
    )
    return tuple(sorted(rows, key=lambda row: (not row.stats.requests, -row.p95)))


def row_of(stats: OperationStats, duration: float, spark: Sparkline | None = None) -> Row:
    """The figures of one operation, or of all together, in a run of so many seconds."""
    latency = stats.latency
    p50, p95, p99 = (latency.percentile(percent) for percent in (50, 95, 99))
    return Row(
        stats=stats,
        rps=stats.requests / duration if duration > 0 else 0.0,
        p50=p50,
        p95=p95,
        p99=p99,
        highest=latency.highest,
        statuses=figures.statuses(stats.statuses),
        spark=spark,
    )
