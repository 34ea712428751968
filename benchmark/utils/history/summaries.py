"""Puts a run in a line: from the beginning of its result, or from all of what else it left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from benchmark.errors import UsageError
from benchmark.models import (
    GradeName,
    LoadProfile,
    MetricName,
    OperationStats,
    RunResult,
    RunStatus,
    RunSummary,
    SkippedFile,
    ValidityName,
)
from benchmark.stages import Stages
from benchmark.thresholds import count_held, judge_thresholds
from benchmark.utils.checked_json import (
    MalformedError,
    as_count,
    as_list,
    as_mapping,
    as_number,
    as_text,
    as_time,
)
from benchmark.utils.document_members import read_members
from benchmark.utils.figures import plural
from benchmark.utils.foreign_files import refusal
from benchmark.utils.grading import judge, overall_grade
from benchmark.utils.locust_csv import SOURCE
from benchmark.utils.result_files import JSON_SUFFIX, read_result
from benchmark.utils.results import SCHEMA_VERSION
from benchmark.utils.text_safety import clean_text
from benchmark.utils.timeline_lines import profile_from_json, wait_time_from_json
from benchmark.utils.validity import judge_validity

_NEEDED = {
    "schema_version",
    "test_type",
    "status",
    "started_at",
    "duration_s",
    "target",
    "profile",
    "totals",
}
"""What stands after them is not read; validity and grade stand before the totals."""
_MAX_THRESHOLDS = 100_000
LOCUST_TYPE = "Locust CSV"
"""The test type of files that plain Locust wrote: they say nothing of their test."""


def read_summaries(paths: Iterable[Path]) -> Iterator[RunSummary | SkippedFile]:
    """Each run in a line, in the order of the files; what is no result, with the reason."""
    for path in paths:
        try:
            yield read_summary(path)
        except UsageError as error:
            reason = error.message.removeprefix(f"{clean_text(path)}: ")
            yield SkippedFile(clean_text(path.name), reason)


def read_summary(path: Path) -> RunSummary:
    """The run in one file, in a line. Raises UsageError if it is none."""
    if not path.name.endswith(JSON_SUFFIX):
        return summarise(read_result(path), path.name)
    try:
        return _of_document(path, read_members(path, _NEEDED))
    except MalformedError as error:
        raise refusal(path, f"not the result of a run: {error}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{clean_text(path)}: cannot be read ({reason})") from error


def _of_document(path: Path, document: Mapping[str, Any]) -> RunSummary:
    version = as_count(document["schema_version"], "schema_version")
    if not 1 <= version <= SCHEMA_VERSION:
        raise MalformedError(f"schema_version {version} is unknown to this program")
    target = as_mapping(document["target"], "target")
    written = as_mapping(document["profile"], "profile")
    profile, wait_time = profile_from_json(written), wait_time_from_json(written.get("wait_time"))
    processes = as_count(written.get("processes", 1), "profile: processes")
    totals = as_mapping(document["totals"], "totals")
    requests = as_count(totals.get("requests"), "totals: requests")
    validity = as_mapping(document.get("validity", {}), "validity")
    metrics: dict[MetricName, float] = {}
    mean = 0.0
    if requests:
        latency = as_mapping(totals.get("latency_ms"), "totals: latency_ms")
        mean = as_number(latency.get("mean"), "totals: mean")
        duration = as_number(document["duration_s"], "duration_s")
        metrics = {
            "p50": as_number(latency.get("p50"), "totals: p50"),
            "p95": as_number(latency.get("p95"), "totals: p95"),
            "p99": as_number(latency.get("p99"), "totals: p99"),
            "rps": requests / duration if duration > 0 else 0.0,
            "failures": min(as_count(totals.get("failures"), "totals: failures") / requests, 1.0),
        }
    return RunSummary(
        source=clean_text(path.name),
        test_type=as_text(document["test_type"], "test_type", 100),
        base_url=as_text(target.get("base_url"), "target: base_url", 500),
        load=load_in_words(profile, wait_time, processes),
        users=profile.users,
        started_at=as_time(document["started_at"], "started_at"),
        requests=requests,
        status=_status(document["status"]),
        validity=_known(validity.get("verdict"), get_args(ValidityName)),
        grade=_known(document.get("grade"), get_args(GradeName)),
        thresholds=_thresholds(document.get("thresholds", [])),
        mean=mean,
        metrics=metrics,
    )


def summarise(result: RunResult, source: str) -> RunSummary:
    """A result in a line; `source` is the name of its file."""
    plain = SOURCE in result.environment
    users = result.profile.users or max((each.users for each in result.timeline), default=0)
    processes = max(len(result.processes), 1)
    held, every = count_held(
        judge_thresholds(result.thresholds, result.totals, result.operations, result.duration)
    )
    return RunSummary(
        source=clean_text(source),
        test_type=LOCUST_TYPE if plain else result.test_type,
        base_url=result.base_url,
        load=plural(users, "user")
        if plain
        else load_in_words(result.profile, result.wait_time, processes),
        users=users,
        started_at=result.started_at,
        requests=result.totals.requests,
        status=result.status,
        validity=judge_validity(result).verdict,
        grade=overall_grade(judge(result)),
        thresholds=_held(held, every),
        mean=result.totals.latency.mean,
        metrics=_metrics(result, result.totals),
    )


def _metrics(result: RunResult, totals: OperationStats) -> dict[MetricName, float]:
    if not totals.requests:
        return {}
    p50, p95, p99 = (totals.latency.percentile(percent) for percent in (50, 95, 99))
    share = totals.failure_share
    return {"p50": p50, "p95": p95, "p99": p99, "rps": result.rps, "failures": share}


def _thresholds(value: object) -> str:
    """How many of the thresholds that a document lists held, each for all its operations."""
    held: dict[str, bool] = {}
    for each in as_list(value, "thresholds", _MAX_THRESHOLDS):
        verdict = as_mapping(each, "threshold")
        text = as_text(verdict.get("threshold"), "threshold", 500)
        held[text] = held.get(text, True) and verdict.get("held") is True
    return _held(sum(held.values()), len(held))


def _held(held: int, every: int) -> str:
    return f"{held} of {every} held" if every else ""


def load_in_words(
    profile: LoadProfile, wait_time: tuple[float, float] | None, processes: int
) -> str:
    """What was asked for: equal for runs whose numbers compare."""
    open_model = profile.open_model
    users = plural(profile.users, "user")
    if profile.stages:
        stages = Stages(profile.stages, per_second=open_model is not None)
        parts = [f"stages {stages}", *([f"at most {users}"] if open_model else [])]
    elif open_model is not None:
        parts = [f"{open_model.rate:g} iterations per second", f"at most {users}"]
    else:
        parts = [users, f"{profile.spawn_rate:g} started per second"]
    if open_model is not None:
        parts.append(f"{open_model.arrivals} arrivals")
    if profile.shape in ("stress", "spike"):
        parts.append(f"shape {profile.shape}")
    parts.append(f"{profile.run_time:g} s")
    if open_model is None:
        parts.append(_pauses(wait_time))
    if processes > 1:
        parts.append(plural(processes, "process", "processes"))
    return ", ".join(parts)


def _pauses(wait_time: tuple[float, float] | None) -> str:
    if wait_time is None:
        return "pauses not known"
    shortest, longest = wait_time
    return f"pauses {shortest:g} to {longest:g} s" if longest else "no pauses"


def _status(value: object) -> RunStatus:
    statuses: tuple[RunStatus, ...] = get_args(RunStatus)
    for status in statuses:
        if value == status:
            return status
    raise MalformedError("status is none of " + ", ".join(statuses))


def _known(value: object, words: tuple[str, ...]) -> str:
    return next((word for word in words if value == word), "")
