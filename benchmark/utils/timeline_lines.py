"""One line of a timeline file: from text to a checked value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, get_args

from benchmark.abort_conditions import parse_abort_condition
from benchmark.errors import UsageError
from benchmark.histogram import Histogram
from benchmark.models import (
    AbortCondition,
    ArrivalKind,
    LoadProfile,
    OpenModel,
    ShapeName,
    Stage,
    Threshold,
)
from benchmark.setting_values import MAX_CONDITIONS
from benchmark.stages import Stages, parse_stages
from benchmark.thresholds import MAX_LENGTH, parse_threshold
from benchmark.utils.checked_json import (
    MalformedError,
    UnreadableVersionError,
    as_count,
    as_counts,
    as_histogram,
    as_histograms,
    as_list,
    as_mapping,
    as_number,
    as_numbers,
    as_text,
    as_texts,
    as_time,
    parse_json,
)

SCHEMA_VERSION = 3
READABLE_VERSIONS = (2, 3)
"""In version 2 errors were counted by their message alone."""
_MAX_OPERATIONS_PER_SECOND = 10_000
_MAX_PROCESSES = 1_000
_MAX_ERRORS = 10_000  # of one operation in one second
_STATUS = re.compile(r"HTTP ([1-5]\d\d)")
MAX_COMMAND = 4_000

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, slots=True)
class StartLine:
    """The first line: when and against what. The load is None where the line does not say it."""

    started_at: datetime
    host: str
    locust: str
    test_type: str = ""
    profile: LoadProfile | None = None
    wait_time: tuple[float, float] | None = None
    seed: int | None = None
    thresholds: tuple[Threshold, ...] = ()
    abort_on: tuple[AbortCondition, ...] = ()
    command: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """How often one sort of failure came; `status` and `sample` are those of `Failure`."""

    message: str
    status: int | None
    count: int
    sample: str = ""


@dataclass(frozen=True, slots=True)
class OperationSecond:
    """What one operation did in one second. `role` is "load", "setup" or "clean-up"."""

    method: str
    name: str
    role: str
    requests: int
    failures: int
    received: int
    latency: Histogram
    statuses: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[ErrorCount, ...] = ()
    latency_from_schedule: Histogram = field(default_factory=Histogram)


@dataclass(frozen=True, slots=True)
class ProcessSecond:
    """How one process of the generator fared in one second: see `ProcessHealth`."""

    process: str
    cpu: float
    lag: Histogram
    gc_pauses: Histogram


@dataclass(frozen=True, slots=True)
class SecondLine:
    """What happened in the second that ended `elapsed` seconds after the start."""

    elapsed: float
    users: int
    operations: tuple[OperationSecond, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)
    counters: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, Histogram] = field(default_factory=dict)
    processes: tuple[ProcessSecond, ...] = ()


@dataclass(frozen=True, slots=True)
class EndLine:
    """The last line of a run that ended in order: its length in seconds and why it ended.

    `notes` are sentences about what the run was asked for and could not do.
    """

    elapsed: float
    reason: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AbortLine:
    """The run ends early, because a condition no longer held: which one, and what was measured."""

    reason: str


TimelineLine = StartLine | SecondLine | AbortLine | EndLine


def parse_line(text: bytes) -> TimelineLine:
    """The value of one line. Raises MalformedError for anything but a timeline's."""
    line = as_mapping(parse_json(text), "line")
    match line.get("kind"):
        case "start":
            return _start(line)
        case "second":
            return _second(line)
        case "abort":
            return AbortLine(as_text(line.get("reason"), "reason"))
        case "end":
            reason = as_text(line.get("reason", ""), "reason")
            notes = as_list(line.get("notes", []), "notes", MAX_CONDITIONS)
            texts = tuple(as_text(note, "note", 2 * MAX_LENGTH) for note in notes)
            return EndLine(as_number(line.get("elapsed"), "elapsed"), reason, texts)
        case _:
            raise MalformedError("line of an unknown kind")


def _start(line: Mapping[str, Any]) -> StartLine:
    version = as_count(line.get("schema_version"), "schema_version")
    if version not in READABLE_VERSIONS:
        raise UnreadableVersionError(version, READABLE_VERSIONS)
    profile, seed = line.get("profile"), line.get("seed")
    return StartLine(
        started_at=as_time(line.get("started_at"), "started_at"),
        host=as_text(line.get("host", ""), "host", 500),
        locust=as_text(line.get("locust", ""), "locust", 50),
        test_type=as_text(line.get("test_type", ""), "test_type", 100),
        profile=None if profile is None else profile_from_json(profile),
        wait_time=wait_time_from_json(line.get("wait_time")),
        seed=None if seed is None else as_count(seed, "seed"),
        thresholds=thresholds_from_json(line.get("thresholds", [])),
        abort_on=abort_conditions_from_json(line.get("abort_on", [])),
        command=as_text(line.get("command", ""), "command", MAX_COMMAND),
        environment=as_texts(line.get("environment", {}), "environment"),
    )


def thresholds_from_json(value: object) -> tuple[Threshold, ...]:
    """Thresholds from their texts. Raises MalformedError."""
    texts = as_list(value, "thresholds", MAX_CONDITIONS)
    try:
        return tuple(parse_threshold(as_text(text, "threshold", MAX_LENGTH)) for text in texts)
    except UsageError as error:
        raise MalformedError(f"thresholds: {error.message}") from error


def abort_conditions_from_json(value: object) -> tuple[AbortCondition, ...]:
    """Abort conditions from their texts. Raises MalformedError."""
    texts = as_list(value, "abort_on", MAX_CONDITIONS)
    try:
        return tuple(
            parse_abort_condition(as_text(text, "abort_on", 2 * MAX_LENGTH)) for text in texts
        )
    except UsageError as error:
        raise MalformedError(f"abort_on: {error.message}") from error


def _second(line: Mapping[str, Any]) -> SecondLine:
    operations = as_list(line.get("operations"), "operations", _MAX_OPERATIONS_PER_SECOND)
    processes = as_list(line.get("processes", []), "processes", _MAX_PROCESSES)
    return SecondLine(
        elapsed=as_number(line.get("elapsed"), "elapsed"),
        users=as_count(line.get("users"), "users"),
        operations=tuple(_operation(as_mapping(each, "operation")) for each in operations),
        skipped=as_counts(line.get("skipped", {}), "skipped"),
        counters=as_numbers(line.get("counters", {}), "counters"),
        times=as_histograms(line.get("times", {}), "times"),
        processes=tuple(_process(as_mapping(each, "process")) for each in processes),
    )


def _process(value: Mapping[str, Any]) -> ProcessSecond:
    return ProcessSecond(
        process=as_text(value.get("process"), "process", 50),
        cpu=as_number(value.get("cpu"), "cpu"),
        lag=as_histogram(value.get("lag"), "lag"),
        gc_pauses=as_histogram(value.get("gc_pauses"), "gc_pauses"),
    )


def _operation(value: Mapping[str, Any]) -> OperationSecond:
    scheduled = value.get("latency_from_schedule")
    return OperationSecond(
        method=as_text(value.get("method"), "method", 20),
        name=as_text(value.get("name"), "name"),
        role=as_text(value.get("role", "load"), "role", 20),
        requests=as_count(value.get("requests"), "requests"),
        failures=as_count(value.get("failures"), "failures"),
        received=as_count(value.get("received", 0), "received"),
        latency=as_histogram(value.get("latency"), "latency"),
        statuses=as_counts(value.get("statuses", {}), "statuses"),
        errors=_errors(value.get("errors", [])),
        latency_from_schedule=(
            Histogram() if scheduled is None else as_histogram(scheduled, "latency_from_schedule")
        ),
    )


def _errors(value: object) -> tuple[ErrorCount, ...]:
    if isinstance(value, dict):  # version 2
        counts = as_counts(value, "errors")
        return tuple(
            ErrorCount(message, status_in(message), count) for message, count in counts.items()
        )
    errors = as_list(value, "errors", _MAX_ERRORS)
    return tuple(_error(as_mapping(each, "error")) for each in errors)


def _error(value: Mapping[str, Any]) -> ErrorCount:
    return ErrorCount(
        message=as_text(value.get("message"), "error: message"),
        status=as_count(value.get("status"), "error: status"),
        count=as_count(value.get("count"), "error: count"),
        sample=as_text(value.get("sample", ""), "error: sample"),
    )


def status_in(message: str) -> int | None:
    """The status in a message such as "HTTP 503", which is all that older records kept."""
    match = _STATUS.fullmatch(message)
    return int(match[1]) if match else None


def profile_from_json(value: object) -> LoadProfile:
    """A load profile as `profile_to_json` writes it. Raises MalformedError."""
    parts = as_mapping(value, "profile")
    return LoadProfile(
        name=as_text(parts.get("name"), "profile: name", 100),
        users=as_count(parts.get("users"), "profile: users"),
        spawn_rate=as_number(parts.get("spawn_rate"), "profile: spawn_rate"),
        run_time=as_number(parts.get("run_time"), "profile: run_time"),
        shape=_one_of(get_args(ShapeName), parts.get("shape", "hold"), "profile: shape"),
        stages=_stages(parts.get("stages", "")),
        open_model=_open_model(parts.get("open_model")),
    )


def _open_model(value: object) -> OpenModel | None:
    if value is None:
        return None
    parts = as_mapping(value, "profile: open_model")
    return OpenModel(
        rate=as_number(parts.get("rate"), "open_model: rate"),
        arrivals=_one_of(get_args(ArrivalKind), parts.get("arrivals"), "open_model: arrivals"),
        max_start_delay=as_number(parts.get("max_start_delay"), "open_model: max_start_delay"),
    )


def _stages(value: object) -> tuple[Stage, ...]:
    text = as_text(value, "profile: stages", 20_000)
    try:
        return parse_stages(text).stages if text else ()
    except UsageError as error:
        raise MalformedError(f"profile: stages: {error.message}") from error


def _one_of(known: tuple[Word, ...], value: object, what: str) -> Word:
    for word in known:
        if value == word:
            return word
    raise MalformedError(f"{what} is none of " + ", ".join(known))


def profile_to_json(profile: LoadProfile) -> dict[str, object]:
    """A load profile as it stands in the start line and in results; times are in seconds.

    `stages` are written as on the command line; `open_model` stands there in an open run only, its
    rate in iterations per second.
    """
    document: dict[str, object] = {
        "name": profile.name,
        "users": profile.users,
        "spawn_rate": profile.spawn_rate,
        "run_time": profile.run_time,
        "shape": profile.shape,
    }
    open_model = profile.open_model
    if profile.stages:
        document["stages"] = str(Stages(profile.stages, per_second=open_model is not None))
    if open_model is not None:
        document["open_model"] = {
            "rate": open_model.rate,
            "arrivals": open_model.arrivals,
            "max_start_delay": open_model.max_start_delay,
        }
    return document


def wait_time_from_json(value: object) -> tuple[float, float] | None:
    """The shortest and the longest pause in seconds, in this order; None where it is not known.

    Raises MalformedError.
    """
    if value is None:
        return None
    pauses = as_list(value, "wait_time", 2)
    if len(pauses) != 2:
        raise MalformedError("wait_time is not two numbers")
    shortest, longest = (as_number(pause, "wait_time") for pause in pauses)
    return min(shortest, longest), max(shortest, longest)
