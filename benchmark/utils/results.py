"""The result of a run: built from its timeline, written as JSON and read back.

In the JSON of a result latencies are milliseconds (`latency_ms`), times are seconds (`_s`), sizes
are bytes and shares lie between 0 and 1. A `histogram` is what `benchmark.histogram` describes;
histograms of the same operation may be merged. Keys may be added in the same `schema_version`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from benchmark.errors import UsageError
from benchmark.histogram import Histogram
from benchmark.models import (
    Failure,
    LoadProfile,
    OperationReadiness,
    OperationStats,
    Readiness,
    ReadinessStatus,
    Report,
    RunResult,
    RunStatus,
    Second,
)
from benchmark.utils.checked_json import (
    MalformedError,
    as_count,
    as_counts,
    as_flag,
    as_histogram,
    as_list,
    as_mapping,
    as_number,
    as_text,
    as_time,
)
from benchmark.utils.timeline import MAX_SECONDS, Timeline
from benchmark.utils.timeline_lines import (
    profile_from_json,
    profile_to_json,
    wait_time_from_json,
)

SCHEMA_VERSION = 1
PERCENTILES = (50, 75, 90, 95, 99, 99.9)
_MAX_ITEMS = 100_000


def build_result(
    timeline: Timeline,
    *,
    test_type: str,
    base_url: str,
    profile: LoadProfile,
    wait_time: tuple[float, float],
    seed: int | None,
    readiness: tuple[OperationReadiness, ...],
    status: RunStatus,
    status_reason: str,
) -> RunResult:
    """The result of a run: what was asked for, and what its timeline recorded."""
    return RunResult(
        test_type=test_type,
        base_url=base_url,
        profile=profile,
        wait_time=wait_time,
        started_at=timeline.start.started_at,
        duration=timeline.duration,
        status=status,
        status_reason=status_reason,
        totals=timeline.totals,
        operations=timeline.operations,
        failures=timeline.failures,
        timeline=timeline.seconds,
        skipped_tasks=timeline.skipped_tasks,
        readiness=readiness,
        seed=seed,
    )


# ── Writing ───────────────────────────────────────────────────────────────────────────────────────


def result_to_json(
    source: RunResult | Report, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A result as JSON; of a report, with grade, criteria, tips and files.

    `environment` says where the load came from: versions, operating system, processors.
    """
    result = source.result if isinstance(source, Report) else source
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "test_type": result.test_type,
        "status": result.status,
        "status_reason": result.status_reason,
        "started_at": result.started_at.isoformat(),
        "duration_s": round(result.duration, 3),
        "target": {"base_url": result.base_url},
        "profile": {
            **profile_to_json(result.profile),
            "wait_time": list(result.wait_time),
            "seed": result.seed,
        },
        "environment": dict(environment or {}),
    }
    if isinstance(source, Report):
        document |= _verdict_to_json(source)
    return document | {
        "totals": _stats_to_json(result.totals, result.duration),
        "operations": [
            {"method": each.method, "name": each.name, **_stats_to_json(each, result.duration)}
            for each in result.operations
        ],
        "failures": [
            {
                "method": each.method,
                "name": each.name,
                "message": each.message,
                "count": each.count,
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
        "timeline": [_second_to_json(each) for each in result.timeline],
    }


def _verdict_to_json(report: Report) -> dict[str, Any]:
    return {
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
    }


def _stats_to_json(stats: OperationStats, duration: float) -> dict[str, Any]:
    return {
        "requests": stats.requests,
        "failures": stats.failures,
        "failure_share": round(stats.failure_share, 6),
        "rps": round(stats.requests / duration, 3) if duration > 0 else 0.0,
        "received_bytes": stats.received,
        "statuses": dict(stats.statuses),
        "latency_ms": _latency_to_json(stats.latency),
        "histogram": stats.latency.to_json(),
    }


def _latency_to_json(latency: Histogram) -> dict[str, float]:
    return {
        "mean": round(latency.mean, 3),
        "min": round(latency.lowest, 3),
        "max": round(latency.highest, 3),
        **{f"p{percent}": round(latency.percentile(percent), 3) for percent in PERCENTILES},
    }


def _second_to_json(second: Second) -> dict[str, Any]:
    latency = second.latency
    point: dict[str, Any] = {
        "elapsed_s": round(second.elapsed, 3),
        "users": second.users,
        "requests": second.requests,
        "failures": second.failures,
    }
    if latency.counts:
        p50, p95 = latency.percentile(50), latency.percentile(95)
        point["latency_ms"] = {"p50": round(p50, 3), "p95": round(p95, 3)}
        point["histogram"] = latency.to_json()
    return point


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────


def result_from_json(document: object) -> RunResult:
    """The result in a JSON document that `result_to_json` wrote.

    Raises UsageError, naming the place, if it is anything else or of a newer version.
    """
    try:
        return _result(as_mapping(document, "the document"))
    except MalformedError as error:
        raise UsageError(f"not the result of a run: {error}") from error


def _result(document: Mapping[str, Any]) -> RunResult:
    version = as_count(document.get("schema_version"), "schema_version")
    if version > SCHEMA_VERSION:
        raise MalformedError(f"schema_version {version} is newer than this program reads")
    target = as_mapping(document.get("target"), "target")
    profile = as_mapping(document.get("profile"), "profile")
    operations = as_list(document.get("operations"), "operations", _MAX_ITEMS)
    failures = as_list(document.get("failures", []), "failures", _MAX_ITEMS)
    readiness = as_list(document.get("readiness", []), "readiness", _MAX_ITEMS)
    timeline = as_list(document.get("timeline", []), "timeline", MAX_SECONDS)
    seed = profile.get("seed")
    return RunResult(
        test_type=as_text(document.get("test_type"), "test_type", 100),
        base_url=as_text(target.get("base_url"), "target: base_url", 500),
        profile=profile_from_json(profile),
        wait_time=wait_time_from_json(profile.get("wait_time")),
        started_at=as_time(document.get("started_at"), "started_at"),
        duration=as_number(document.get("duration_s"), "duration_s"),
        status=_status(document.get("status")),
        status_reason=as_text(document.get("status_reason", ""), "status_reason"),
        totals=_stats("", "Total", as_mapping(document.get("totals"), "totals")),
        operations=tuple(_operation(as_mapping(each, "operation")) for each in operations),
        failures=tuple(_failure(as_mapping(each, "failure")) for each in failures),
        timeline=tuple(_second(as_mapping(each, "timeline")) for each in timeline),
        skipped_tasks=as_counts(document.get("skipped_tasks", {}), "skipped_tasks"),
        readiness=tuple(_readiness(as_mapping(each, "readiness")) for each in readiness),
        seed=None if seed is None else as_count(seed, "profile: seed"),
    )


def _status(value: object) -> RunStatus:
    statuses: tuple[RunStatus, ...] = get_args(RunStatus)
    for status in statuses:
        if value == status:
            return status
    raise MalformedError("status is none of " + ", ".join(statuses))


def _operation(value: Mapping[str, Any]) -> OperationStats:
    method = as_text(value.get("method"), "operation: method", 20)
    name = as_text(value.get("name"), "operation: name")
    return _stats(method, name, value)


def _stats(method: str, name: str, value: Mapping[str, Any]) -> OperationStats:
    return OperationStats(
        method=method,
        name=name,
        requests=as_count(value.get("requests"), f"{name}: requests"),
        failures=as_count(value.get("failures"), f"{name}: failures"),
        latency=as_histogram(value.get("histogram"), f"{name}: histogram"),
        statuses=as_counts(value.get("statuses", {}), f"{name}: statuses"),
        received=as_count(value.get("received_bytes", 0), f"{name}: received_bytes"),
    )


def _failure(value: Mapping[str, Any]) -> Failure:
    return Failure(
        method=as_text(value.get("method"), "failure: method", 20),
        name=as_text(value.get("name"), "failure: name"),
        message=as_text(value.get("message"), "failure: message"),
        count=as_count(value.get("count"), "failure: count"),
    )


def _second(value: Mapping[str, Any]) -> Second:
    histogram = value.get("histogram")
    return Second(
        elapsed=as_number(value.get("elapsed_s"), "timeline: elapsed_s"),
        users=as_count(value.get("users"), "timeline: users"),
        requests=as_count(value.get("requests"), "timeline: requests"),
        failures=as_count(value.get("failures"), "timeline: failures"),
        latency=Histogram() if histogram is None else as_histogram(histogram, "timeline"),
    )


def _readiness(value: Mapping[str, Any]) -> OperationReadiness:
    for status in get_args(ReadinessStatus):
        if value.get("status") == status:
            return OperationReadiness(
                operation=as_text(value.get("operation"), "readiness: operation"),
                application=as_text(value.get("application"), "readiness: application"),
                readiness=Readiness(
                    status=status,
                    enabled=as_flag(value.get("enabled"), "readiness: enabled"),
                    reason=as_text(value.get("reason", ""), "readiness: reason"),
                ),
            )
    raise MalformedError("readiness: status is none of " + ", ".join(get_args(ReadinessStatus)))
