"""Reads the JSON of a result, which may have been damaged or forged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, get_args

from benchmark.errors import UsageError
from benchmark.histogram import Histogram
from benchmark.models import (
    Failure,
    OperationReadiness,
    OperationStats,
    ProcessHealth,
    Readiness,
    ReadinessStatus,
    RunResult,
    RunStatus,
    Second,
    Threshold,
)
from benchmark.setting_values import MAX_CONDITIONS
from benchmark.thresholds import MAX_LENGTH
from benchmark.utils.checked_json import (
    MalformedError,
    as_count,
    as_counts,
    as_flag,
    as_histogram,
    as_list,
    as_mapping,
    as_number,
    as_numbers,
    as_text,
    as_texts,
    as_time,
)
from benchmark.utils.own_documents import other_document
from benchmark.utils.results.block_columns import blocks_from_json
from benchmark.utils.results.older import MAX_ITEMS, present_form
from benchmark.utils.results.plausible import NOTHING, require_mean, require_plausible
from benchmark.utils.text_safety import clean_text
from benchmark.utils.timeline import MAX_SECONDS
from benchmark.utils.timeline_lines import (
    MAX_COMMAND,
    abort_conditions_from_json,
    profile_from_json,
    thresholds_from_json,
    wait_time_from_json,
)

_MAX_VERDICTS = 1_000_000  # as many as there may be


def result_from_json(document: object) -> RunResult:
    """The result in a JSON document that `result_to_json` wrote, now or in an older version.

    Raises UsageError, naming the place, if it is anything else, contradicts itself, or is of a
    newer version.
    """
    try:
        return _result(present_form(_of_a_run(as_mapping(document, "the document"))))
    except MalformedError as error:
        raise UsageError(f"not the result of a run: {error}") from error


def _of_a_run(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if what := other_document(document):
        raise MalformedError(f"it is {what}")
    return document


def _result(document: Mapping[str, Any]) -> RunResult:
    target = as_mapping(document.get("target"), "target")
    profile = as_mapping(document.get("profile"), "profile")
    generator = as_mapping(document.get("generator", {}), "generator")
    processes = as_list(generator.get("processes", []), "processes", MAX_ITEMS)
    times = as_mapping(generator.get("times", {}), "times")
    failures = as_list(document.get("failures", []), "failures", MAX_ITEMS)
    readiness = as_list(document.get("readiness", []), "readiness", MAX_ITEMS)
    timeline = as_list(document.get("timeline", []), "timeline", MAX_SECONDS)
    seed = profile.get("seed")
    totals = _stats("", "Total", as_mapping(document.get("totals"), "totals"))
    operations = _operations(document.get("operations"))
    if totals.requests != sum(each.requests for each in operations):
        raise MalformedError("totals are not the sum of the operations")
    return RunResult(
        test_type=as_text(document.get("test_type"), "test_type", 100),
        base_url=as_text(target.get("base_url"), "target: base_url", 500),
        profile=profile_from_json(profile),
        wait_time=wait_time_from_json(profile.get("wait_time")),
        started_at=as_time(document.get("started_at"), "started_at"),
        duration=as_number(document.get("duration_s"), "duration_s"),
        status=_status(document.get("status")),
        status_reason=as_text(document.get("status_reason", ""), "status_reason"),
        totals=totals,
        operations=operations,
        failures=tuple(_failure(as_mapping(each, "failure")) for each in failures),
        timeline=_timeline(timeline),
        blocks=blocks_from_json(document),
        skipped_tasks=as_counts(document.get("skipped_tasks", {}), "skipped_tasks"),
        readiness=tuple(_readiness(as_mapping(each, "readiness")) for each in readiness),
        seed=None if seed is None else as_count(seed, "profile: seed"),
        preparation=_operations(document.get("preparation", [])),
        counters=as_numbers(generator.get("counters", {}), "counters"),
        times={clean_text(name): _times(value) for name, value in times.items()},
        processes=tuple(_process(as_mapping(each, "process")) for each in processes),
        command=as_text(document.get("command", ""), "command", MAX_COMMAND),
        environment=as_texts(document.get("environment", {}), "environment"),
        thresholds=_thresholds(document.get("thresholds", []), len(operations)),
        abort_on=abort_conditions_from_json(document.get("abort_on", [])),
        notes=tuple(
            as_text(note, "note", 2 * MAX_LENGTH)
            for note in as_list(document.get("notes", []), "notes", MAX_CONDITIONS)
        ),
    )


def _thresholds(value: object, operations: int) -> tuple[Threshold, ...]:
    """What was asked for; one that speaks of several operations has a verdict for each of them."""
    verdicts = as_list(value, "thresholds", MAX_ITEMS)
    texts = (as_mapping(each, "threshold").get("threshold") for each in verdicts)
    known = dict.fromkeys(as_text(text, "threshold", MAX_LENGTH) for text in texts)
    if len(known) * operations > _MAX_VERDICTS:
        raise MalformedError("thresholds: too many for so many operations")
    return thresholds_from_json(list(known))


def _status(value: object) -> RunStatus:
    statuses: tuple[RunStatus, ...] = get_args(RunStatus)
    for status in statuses:
        if value == status:
            return status
    raise MalformedError("status is none of " + ", ".join(statuses))


def _operations(value: object) -> tuple[OperationStats, ...]:
    stats = []
    for each in as_list(value, "operations", MAX_ITEMS):
        operation = as_mapping(each, "operation")
        method = as_text(operation.get("method"), "operation: method", 20)
        stats.append(_stats(method, as_text(operation.get("name"), "operation: name"), operation))
    return tuple(stats)


def _stats(method: str, name: str, value: Mapping[str, Any]) -> OperationStats:
    scheduled = value.get("histogram_from_schedule")
    try:
        stats = OperationStats(
            method=method,
            name=name,
            requests=as_count(value.get("requests"), "requests"),
            failures=as_count(value.get("failures"), "failures"),
            latency=as_histogram(value.get("histogram"), "histogram"),
            statuses=as_counts(value.get("statuses", {}), "statuses"),
            received=as_count(value.get("received_bytes", 0), "received_bytes"),
            latency_from_schedule=NOTHING if scheduled is None else _latency(scheduled),
        )
        require_plausible(stats.latency, stats.requests, stats.failures)
    except MalformedError as error:
        raise MalformedError(f"{f'{method} {name}'.strip()}: {error}") from error
    return stats


def _latency(value: object) -> Histogram:
    histogram = as_histogram(value, "histogram")
    require_mean(histogram)
    return histogram


def _failure(value: Mapping[str, Any]) -> Failure:
    status = value.get("status")
    return Failure(
        method=as_text(value.get("method"), "failure: method", 20),
        name=as_text(value.get("name"), "failure: name"),
        message=as_text(value.get("message"), "failure: message"),
        count=as_count(value.get("count"), "failure: count"),
        status=None if status is None else as_count(status, "failure: status"),
        sample=as_text(value.get("sample", ""), "failure: sample"),
    )


def _timeline(values: Sequence[object]) -> tuple[Second, ...]:
    seconds = tuple(_second(as_mapping(each, "timeline")) for each in values)
    for earlier, later in pairwise(seconds):
        if later.elapsed < earlier.elapsed:
            raise MalformedError(f"timeline: its clock goes back at {earlier.elapsed:g} s")
    return seconds


def _second(value: Mapping[str, Any]) -> Second:
    percentiles, histogram = value.get("latency_ms"), value.get("histogram")
    p50 = p95 = None
    if percentiles is not None:
        latency = as_mapping(percentiles, "timeline: latency_ms")
        p50, p95 = (as_number(latency.get(name), name) for name in ("p50", "p95"))
        if p50 > p95:
            raise MalformedError("timeline: p50 is above p95")
    arrivals = as_mapping(value.get("arrivals", {}), "timeline: arrivals")
    return Second(
        elapsed=as_number(value.get("elapsed_s"), "timeline: elapsed_s"),
        users=as_count(value.get("users"), "timeline: users"),
        requests=as_count(value.get("requests"), "timeline: requests"),
        failures=as_count(value.get("failures"), "timeline: failures"),
        p50=p50,
        p95=p95,
        unanswered=as_count(value.get("unanswered", 0), "timeline: unanswered"),
        received=as_count(value.get("received_bytes", 0), "timeline: received_bytes"),
        latency=NOTHING if histogram is None else _latency(histogram),
        asked=as_count(arrivals.get("asked", 0), "timeline: asked"),
        started=as_count(arrivals.get("started", 0), "timeline: started"),
        dropped=as_count(arrivals.get("dropped", 0), "timeline: dropped"),
    )


def _times(value: object) -> Histogram:
    return as_histogram(as_mapping(value, "times").get("histogram"), "times: histogram")


def _process(value: Mapping[str, Any]) -> ProcessHealth:
    return ProcessHealth(
        process=as_text(value.get("process"), "process", 50),
        seconds=as_count(value.get("seconds"), "process: seconds"),
        busy_seconds=as_count(value.get("busy_seconds"), "process: busy_seconds"),
        cpu=as_number(value.get("cpu"), "process: cpu"),
        lag=_times(value.get("lag_ms")),
        gc_pauses=_times(value.get("gc_pauses_ms")),
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
