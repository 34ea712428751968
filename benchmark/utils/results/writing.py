"""Writes a result as JSON."""

from __future__ import annotations

from typing import Any

from benchmark.histogram import Histogram
from benchmark.models import (
    ArrivalStats,
    OperationStats,
    ProcessHealth,
    Report,
    RunResult,
    Second,
    ThresholdVerdict,
)
from benchmark.utils.comparison_document import comparison_to_json
from benchmark.utils.results.block_columns import blocks_to_json
from benchmark.utils.timeline_lines import profile_to_json
from benchmark.utils.verdict import give_verdict

SCHEMA_VERSION = 3
SCHEMA_NAME = "result.schema.json"
"""The JSON Schema of the document, in `docs/`; named in it as a file beside it."""
PERCENTILES = (50, 75, 90, 95, 99, 99.9)


def result_to_json(source: RunResult | Report) -> dict[str, Any]:
    """A result as JSON; of a report, with its verdicts, tips and files."""
    result = source.result if isinstance(source, Report) else source
    document: dict[str, Any] = {
        "$schema": SCHEMA_NAME,
        "schema_version": SCHEMA_VERSION,
        "test_type": result.test_type,
        "status": result.status,
        "status_reason": result.status_reason,
        "started_at": result.started_at.isoformat(),
        "duration_s": round(result.duration, 3),
        "target": {"base_url": result.base_url},
        "profile": {
            **profile_to_json(result.profile),
            "wait_time": None if result.wait_time is None else list(result.wait_time),
            "seed": result.seed,
            "processes": max(len(result.processes), 1),
        },
        "command": result.command,
        "environment": dict(result.environment),
        "thresholds": [{"threshold": each.text} for each in result.thresholds],
        "abort_on": [each.text for each in result.abort_on],
        "notes": list(result.notes),
    }
    if isinstance(source, Report):
        document |= _verdict_to_json(source)
    return document | {
        "totals": _stats_to_json(result.totals, result.duration),
        "operations": _operations_to_json(result.operations, result.duration),
        "preparation": _operations_to_json(result.preparation, result.duration),
        "failures": [
            {
                "method": each.method,
                "name": each.name,
                "message": each.message,
                "status": each.status,
                "count": each.count,
                "sample": each.sample,
            }
            for each in result.failures
        ],
        "skipped_tasks": dict(result.skipped_tasks),
        "rate_limited": result.rate_limited,
        "readiness": [
            {
                "operation": each.operation,
                "application": each.application,
                "status": each.readiness.status,
                "enabled": each.readiness.enabled,
                "reason": each.readiness.reason,
            }
            for each in result.readiness
        ],
        "generator": {
            "counters": {name: _whole(number) for name, number in result.counters.items()},
            "times": {name: _times_to_json(times) for name, times in result.times.items()},
            "processes": [_process_to_json(each) for each in result.processes],
        },
        **_arrivals_to_json(result.arrivals),
        "timeline": [_second_to_json(each) for each in result.timeline],
        **blocks_to_json(result.blocks),
    }


def _arrivals_to_json(arrivals: ArrivalStats | None) -> dict[str, Any]:
    """Of an open run; reading it back, the generator's counters say the same."""
    if arrivals is None:
        return {}
    counts = {
        "asked": arrivals.asked,
        "started": arrivals.started,
        "dropped_iterations": arrivals.dropped,
        "missed_arrivals": arrivals.missed,
        "asked_rate": round(arrivals.asked_rate, 3),
        "achieved_rate": round(arrivals.achieved_rate, 3),
    }
    return {"arrivals": counts}


def _verdict_to_json(report: Report) -> dict[str, Any]:
    verdict = give_verdict(report)
    return {
        "verdict": {
            "tone": verdict.tone,
            "word": verdict.word,
            "sentence": verdict.sentence,
            "places": [
                {"method": each.operation.method, "name": each.operation.name, "why": each.why}
                for each in verdict.places
            ],
        },
        "validity": {
            "verdict": report.validity.verdict,
            "reasons": list(report.validity.reasons),
            "advice": list(report.validity.advice),
        },
        "thresholds": [_threshold_to_json(each) for each in report.thresholds],
        "grade": report.grade,
        "criteria": [
            {
                "name": each.name,
                "measured": round(each.measured, 3),
                "unit": each.unit,
                "verdict": each.verdict,
                "explanation": each.explanation,
            }
            for each in report.criteria
        ],
        "tips": list(report.tips),
        "files": dict(report.files),
        **({"comparison": comparison_to_json(report.comparison)} if report.comparison else {}),
    }


def _threshold_to_json(verdict: ThresholdVerdict) -> dict[str, Any]:
    """`measured` and `limit` are in milliseconds, requests, requests per second, or a share."""
    threshold, measured = verdict.threshold, verdict.measured
    of_percent = threshold.statistic == "percentile"
    return {
        "threshold": threshold.text,
        "operation": verdict.operation,
        "statistic": threshold.statistic,
        **({"percent": threshold.percent} if of_percent else {}),
        "comparison": threshold.comparison,
        "limit": threshold.limit,
        "measured": None if measured is None else _ms(measured),
        "held": verdict.held,
    }


def _operations_to_json(
    operations: tuple[OperationStats, ...], duration: float
) -> list[dict[str, Any]]:
    return [
        {"method": each.method, "name": each.name, **_stats_to_json(each, duration)}
        for each in operations
    ]


def _stats_to_json(stats: OperationStats, duration: float) -> dict[str, Any]:
    document = {
        "requests": stats.requests,
        "failures": stats.failures,
        "failure_share": round(stats.failure_share, 6),
        "rps": round(stats.requests / duration, 3) if duration > 0 else 0.0,
        "received_bytes": stats.received,
        "statuses": dict(stats.statuses),
        "latency_ms": _latency_to_json(stats.latency),
        "histogram": stats.latency.columns(),
    }
    if stats.latency_from_schedule.counts:
        document["latency_from_schedule_ms"] = _latency_to_json(stats.latency_from_schedule)
        document["histogram_from_schedule"] = stats.latency_from_schedule.columns()
    return document


def _latency_to_json(latency: Histogram) -> dict[str, float]:
    return {
        "mean": _ms(latency.mean),
        "min": _ms(latency.lowest),
        "max": _ms(latency.highest),
        **{f"p{percent}": _ms(latency.percentile(percent)) for percent in PERCENTILES},
    }


def _times_to_json(times: Histogram) -> dict[str, Any]:
    return {"count": times.count, **_latency_to_json(times), "histogram": times.columns()}


def _process_to_json(health: ProcessHealth) -> dict[str, Any]:
    return {
        "process": health.process,
        "seconds": health.seconds,
        "busy_seconds": health.busy_seconds,
        "cpu": round(health.cpu, 4),
        "lag_ms": _times_to_json(health.lag),
        "gc_pauses_ms": _times_to_json(health.gc_pauses),
    }


def _second_to_json(second: Second) -> dict[str, Any]:
    point: dict[str, Any] = {
        "elapsed_s": round(second.elapsed, 3),
        "users": second.users,
        "requests": second.requests,
        "failures": second.failures,
        "unanswered": second.unanswered,
        "received_bytes": second.received,
    }
    if second.p50 is not None and second.p95 is not None:
        point["latency_ms"] = {"p50": _ms(second.p50), "p95": _ms(second.p95)}
    if second.latency.counts:
        point["histogram"] = second.latency.columns()
    arrivals = {"asked": second.asked, "started": second.started, "dropped": second.dropped}
    if any(arrivals.values()):
        point["arrivals"] = arrivals
    return point


def _ms(value: float) -> float:
    """Milliseconds as they are written: to the nanosecond at most, as a histogram keeps them."""
    return round(value, 6)


def _whole(number: float) -> float:
    return int(number) if number == int(number) else round(number, 6)
