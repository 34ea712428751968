"""Makes results of runs that never were: for the example rows, and for measurements.

A timeline is made up second by second and then read like that of any run, so that the documents are
whole, agree with their schema, and can be compared, drawn and reported like measured ones.
"""

from __future__ import annotations

import json
import math
import random
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmark.histogram import HistogramBuilder
from benchmark.models import LoadProfile, OpenModel, Report, RunStatus
from benchmark.thresholds import parse_threshold
from benchmark.utils.analyze_results import analyze
from benchmark.utils.results import build_result
from benchmark.utils.timeline import read_timeline

_RAMP_SECONDS = 5
_NO_ANSWER = "0"  # the status of a request that was never answered


@dataclass(frozen=True, slots=True)
class ExampleOperation:
    """An imaginary operation: its typical latency in milliseconds, and its share of the load.

    `spread` is the standard deviation of the latency's logarithm, `size` the bytes of an answer.
    """

    method: str
    name: str
    median: float
    weight: float = 1.0
    spread: float = 0.35
    size: int = 400
    status: int = 200

    @property
    def key(self) -> str:
        """Method and name, as reports write them."""
        return f"{self.method} {self.name}"


GATEWAY = (
    ExampleOperation("GET", "/", 4, 1.0, size=180),
    ExampleOperation("GET", "/gateway/services", 6, 1.0, size=620),
    ExampleOperation("GET", "/api/v1/documents/", 22, 3.0, 0.45, 7_800),
    ExampleOperation("GET", "/api/v1/documents/{document_id}", 11, 4.0, 0.4, 420),
    ExampleOperation("GET", "/api/v1/documents/{document_id}/chunks", 34, 2.0, 0.5, 9_600),
    ExampleOperation("POST", "/api/v1/documents/sessions", 17, 1.0, 0.4, 260, 201),
    ExampleOperation(
        "POST", "/api/v1/documents/session/{session_id}/upload", 62, 1.5, 0.6, 430, 201
    ),
    ExampleOperation("DELETE", "/api/v1/documents/{document_id}", 15, 0.5, size=0, status=204),
)
"""Operations of the demo gateway."""


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """What a made-up run is: when, against what, under which load, and what went wrong.

    `rate` are requests per second, also of a closed model. `slower` multiplies latencies and
    `failing` is the share of requests that are answered 503, both by operation ("*": all others).
    From `silent_after` seconds on the target does not answer. A run that was stopped ends after
    `stopped_after` seconds.
    """

    started_at: datetime
    base_url: str
    profile: LoadProfile
    rate: float
    seed: int
    operations: tuple[ExampleOperation, ...] = GATEWAY
    thresholds: tuple[str, ...] = ()
    slower: Mapping[str, float] = field(default_factory=dict)
    failing: Mapping[str, float] = field(default_factory=dict)
    silent_after: float | None = None
    stopped_after: float | None = None


def load_profile(
    name: str, users: int, seconds: float, request_rate: float | None = None
) -> LoadProfile:
    """A load of so many users at most; with a rate, in the open model."""
    open_model = None if request_rate is None else OpenModel(request_rate)
    return LoadProfile(name, users, float(users), seconds, open_model=open_model)


def example_report(run: ExampleRun) -> Report:
    """The report of a made-up run, the same each time."""
    with TemporaryDirectory(prefix="example-run-") as folder:
        path = Path(folder) / "example_timeline.jsonl"
        text = "".join(json.dumps(line) + "\n" for line in _lines(run))
        path.write_text(text, encoding="utf-8")
        timeline = read_timeline(path)
    status: RunStatus = "completed" if run.stopped_after is None else "interrupted"
    result = build_result(
        timeline,
        test_type=run.profile.name,
        base_url=run.base_url,
        profile=run.profile,
        wait_time=(0.0, 0.0),
        seed=run.seed,
        readiness=(),
        status=status,
        status_reason="" if run.stopped_after is None else "stopped by a request to the service",
        thresholds=tuple(parse_threshold(text) for text in run.thresholds),
    )
    return analyze(result)


def _lines(run: ExampleRun) -> Iterator[dict[str, Any]]:
    dice = random.Random(run.seed)
    seconds = round(run.stopped_after or run.profile.run_time)
    yield {
        "kind": "start",
        "schema_version": 3,
        "started_at": run.started_at.isoformat(),
        "host": run.base_url,
        "locust": "example",
        "test_type": run.profile.name,
        "environment": {"example": "made up, not measured"},
    }
    for second in range(1, seconds + 1):
        yield _second(run, second, dice)
    stopped = run.stopped_after is not None
    reason = "stopped by a request to the service" if stopped else "run time reached"
    yield {"kind": "end", "elapsed": float(seconds), "reason": reason}


def _second(run: ExampleRun, second: int, dice: random.Random) -> dict[str, Any]:
    is_open = run.profile.open_model is not None
    load = 1.0 if is_open else min(1.0, second / _RAMP_SECONDS)
    total = round(run.rate * load * (1.0 if is_open else dice.uniform(0.93, 1.07)))
    places = range(len(run.operations))
    drawn = dice.choices(places, [each.weight for each in run.operations], k=total)
    counted = ((run.operations[place], drawn.count(place)) for place in places)
    parts = [_operation(run, each, count, second, dice) for each, count in counted if count]
    line: dict[str, Any] = {
        "kind": "second",
        "elapsed": float(second),
        "users": max(1, round(run.profile.users * min(1.0, second / _RAMP_SECONDS))),
        "operations": parts,
        "processes": [
            {
                "process": "main",
                "cpu": round(dice.uniform(0.04, 0.12), 3),
                "lag": _counted([dice.uniform(0.01, 0.3) for _ in range(20)]),
                "gc_pauses": _counted([]),
            }
        ],
    }
    if is_open:
        line["counters"] = {"asked_arrivals": total, "started_iterations": total}
        line["times"] = {"start_lateness": _counted([dice.uniform(0.05, 0.6) for _ in drawn])}
    return line


def _operation(
    run: ExampleRun, operation: ExampleOperation, count: int, second: int, dice: random.Random
) -> dict[str, Any]:
    """One operation in one second; every request of an open run begins an iteration."""
    if run.silent_after is not None and second > run.silent_after:
        latencies = [dice.uniform(0.2, 0.9) for _ in range(count)]
        statuses, failed, message = {_NO_ANSWER: count}, count, "ConnectionRefusedError"
    else:
        warmth = 1 + 0.05 * math.sin(second / 4)
        median = operation.median * warmth * _of(run.slower, operation, 1.0)
        latencies = [dice.lognormvariate(math.log(median), operation.spread) for _ in range(count)]
        share = _of(run.failing, operation, 0.0)
        failed = sum(dice.random() < share for _ in range(count))
        statuses = {str(operation.status): count - failed, "503": failed}
        message = "HTTP 503"
    part: dict[str, Any] = {
        "method": operation.method,
        "name": operation.name,
        "role": "load",
        "requests": count,
        "failures": failed,
        "received": operation.size * (count - failed),
        "statuses": {status: number for status, number in statuses.items() if number},
        "latency": _counted(latencies),
        "errors": [_error(message, failed)] if failed else [],
    }
    if run.profile.open_model is not None:
        part["latency_from_schedule"] = _counted(
            [latency + dice.uniform(0.05, 0.6) for latency in latencies]
        )
    return part


def _error(message: str, count: int) -> dict[str, Any]:
    answered = message.startswith("HTTP")
    sample = '{"detail": "connection pool exhausted"}' if answered else ""
    return {
        "message": message,
        "status": 503 if answered else 0,
        "count": count,
        "sample": sample,
    }


def _of(by_operation: Mapping[str, float], operation: ExampleOperation, default: float) -> float:
    return by_operation.get(operation.key, by_operation.get("*", default))


def _counted(latencies: list[float]) -> dict[str, object]:
    builder = HistogramBuilder()
    builder.add_all(array("d", latencies))
    return builder.histogram().to_json()
