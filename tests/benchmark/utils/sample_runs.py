"""Makes timelines of imaginary runs, the same every time, for the tests of results and reports."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.histogram import Histogram, bucket_index
from benchmark.models import LoadProfile, OperationReadiness, Readiness, RunResult
from benchmark.utils.results import build_result
from benchmark.utils.timeline import read_timeline


@dataclass(frozen=True)
class SampleOperation:
    """An imaginary operation: typical latency in ms, its spread, and how it fails."""

    method: str
    name: str
    median: float
    spread: float = 0.35
    rate: float = 1.0
    size: int = 400
    failing: float = 0.0
    status: int = 503
    message: str = "503 Service Unavailable: pool exhausted"


OPERATIONS = (
    SampleOperation("GET", "/", 4, rate=1.5),
    SampleOperation("GET", "/health", 2.5, rate=1.2, size=40),
    SampleOperation("GET", "/api/v1/orders", 38, 0.5, 3, 24_000),
    SampleOperation("POST", "/api/v1/orders", 55, 0.6, 1.2, failing=0.01),
    SampleOperation("GET", "/api/v1/orders/{order_id}", 12, 0.4, 4),
    SampleOperation("DELETE", "/api/v1/orders/{order_id}", 21, 0.4, 0.5),
    SampleOperation(
        "POST", "/api/v1/orders/{order_id}/attachments", 140, 0.9, 0.8, 90, failing=0.03, status=422
    ),
    SampleOperation("GET", "/api/v1/reports/monthly", 420, 0.7, 0.5, 180_000, failing=0.02),
    SampleOperation("GET", "/api/v1/customers", 27, 0.5, 2, 9_000),
)


def histogram_of(values: list[float]) -> Histogram:
    """The histogram of some latencies in milliseconds."""
    counts: dict[int, int] = {}
    for value in values:
        index = bucket_index(value)
        counts[index] = counts.get(index, 0) + 1
    return Histogram(counts, sum(values), min(values, default=0.0), max(values, default=0.0))


def start_line(**extra: Any) -> dict[str, Any]:
    """The first line of a timeline."""
    return {
        "kind": "start",
        "schema_version": 2,
        "started_at": "2026-03-01T14:05:09.250+00:00",
        "host": "http://127.0.0.1:8000",
        "locust": "2.47.0",
        **extra,
    }


def operation_second(
    *,
    method: str = "GET",
    name: str = "/items",
    latencies: tuple[float, ...] = (10.0, 20.0),
    failures: int = 0,
    role: str = "load",
    statuses: dict[str, int] | None = None,
    errors: dict[str, int] | None = None,
    received: int = 100,
) -> dict[str, Any]:
    """One operation in one second."""
    requests = len(latencies)
    return {
        "method": method,
        "name": name,
        "role": role,
        "requests": requests,
        "failures": failures,
        "received": received,
        "statuses": {"200": requests} if statuses is None else statuses,
        "latency": histogram_of(list(latencies)).to_json(),
        "errors": errors or {},
    }


def second_line(elapsed: float, users: int = 5, *operations: dict[str, Any]) -> dict[str, Any]:
    """One second."""
    return {"kind": "second", "elapsed": elapsed, "users": users, "operations": list(operations)}


def end_line(elapsed: float, reason: str = "run time reached") -> dict[str, Any]:
    """The last line."""
    return {"kind": "end", "elapsed": elapsed, "reason": reason}


def write_lines(path: Path, lines: list[dict[str, Any]]) -> Path:
    """Writes lines as a timeline file."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def sample_lines(
    *,
    seconds: int = 120,
    users: int = 20,
    rate: float = 60.0,
    operations: tuple[SampleOperation, ...] = OPERATIONS,
    seed: int = 7,
    trouble: bool = True,
) -> list[dict[str, Any]]:
    """A run that ramps up, holds, and has some bad seconds after two thirds if `trouble`."""
    dice = random.Random(seed)
    everything = sum(each.rate for each in operations)
    lines = [start_line()]
    for second in range(1, seconds + 1):
        load = min(1.0, second / (seconds / 6))
        bad = trouble and 0.62 < second / seconds < 0.72
        parts = []
        for each in operations:
            expected = rate * load * each.rate / everything * dice.uniform(0.8, 1.2)
            count = int(expected) + (dice.random() < expected % 1)
            if not count:
                continue
            slow = (1 + 0.6 * load) * (3.5 if bad else 1 + 0.1 * math.sin(second / 5))
            median = each.median * slow
            latencies = [dice.lognormvariate(math.log(median), each.spread) for _ in range(count)]
            failed = sum(dice.random() < each.failing * (6 if bad else 1) for _ in range(count))
            good = "201" if each.method == "POST" else "200"
            statuses = {good: count - failed, str(each.status): failed}
            parts.append(
                operation_second(
                    method=each.method,
                    name=each.name,
                    latencies=tuple(latencies),
                    failures=failed,
                    statuses={status: n for status, n in statuses.items() if n},
                    errors={each.message: failed} if failed else {},
                    received=each.size * count,
                )
            )
        lines.append(second_line(float(second), max(1, round(users * load)), *parts))
    lines.append(end_line(seconds + 0.2))
    return lines


def sample_result(path: Path, **changes: Any) -> RunResult:
    """The result of the sample run; `path` is where its timeline is written."""
    lines = {k: changes.pop(k) for k in list(changes) if k in sample_lines.__kwdefaults__}
    write_lines(path, sample_lines(**lines))
    profile = LoadProfile("medium", int(lines.get("users", 20)), 2.0, 120.0)
    settings: dict[str, Any] = {
        "test_type": "medium",
        "base_url": "http://127.0.0.1:8000",
        "profile": profile,
        "wait_time": (0.1, 0.5),
        "seed": 42,
        "readiness": sample_readiness(),
        "status": "completed",
        "status_reason": "",
    }
    return build_result(read_timeline(path), **settings | changes)


def sample_readiness() -> tuple[OperationReadiness, ...]:
    """Readiness of the sample operations and of two that were left out."""
    took_part = tuple(
        OperationReadiness(f"{each.method} {each.name}", "main", Readiness("verified"))
        for each in OPERATIONS
    )
    return (
        *took_part,
        OperationReadiness(
            "GET /api/v1/admin/audit",
            "admin",
            Readiness(
                "excluded", False, "Needs credentials of the scheme 'adminToken'; none were given"
            ),
        ),
        OperationReadiness(
            "POST /api/v1/orders/import",
            "main",
            Readiness("in doubt", False, "Answered 415 to every body that its document describes"),
        ),
    )
