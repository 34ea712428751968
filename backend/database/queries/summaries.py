"""The columns of a result that stand for its document in lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Summary:
    """What came out of a test, in a line. None is unknown; times `*_ms` are milliseconds.

    `rps` is requests per second, `seconds` from the first user to the end. `thresholds_met` is None
    where the test had none.
    """

    requests: int | None = None
    failures: int | None = None
    rps: float | None = None
    min_ms: float | None = None
    mean_ms: float | None = None
    p50_ms: float | None = None
    p75_ms: float | None = None
    p90_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    p99_9_ms: float | None = None
    max_ms: float | None = None
    seconds: float | None = None
    grade: str | None = None
    validity: str | None = None
    thresholds_met: bool | None = None


def summarise(document: Mapping[str, Any]) -> Summary:
    """The summary of a result document (docs/result.schema.json); what is missing there is None."""
    totals = _mapping(document.get("totals"))
    latency = _mapping(totals.get("latency_ms"))
    held = [_mapping(each).get("held") for each in _list(document.get("thresholds"))]
    return Summary(
        requests=_count(totals.get("requests")),
        failures=_count(totals.get("failures")),
        rps=_number(totals.get("rps")),
        min_ms=_number(latency.get("min")),
        mean_ms=_number(latency.get("mean")),
        p50_ms=_number(latency.get("p50")),
        p75_ms=_number(latency.get("p75")),
        p90_ms=_number(latency.get("p90")),
        p95_ms=_number(latency.get("p95")),
        p99_ms=_number(latency.get("p99")),
        p99_9_ms=_number(latency.get("p99.9")),
        max_ms=_number(latency.get("max")),
        seconds=_number(document.get("duration_s")),
        grade=_word(document.get("grade"), 20),
        validity=_word(_mapping(document.get("validity")).get("verdict"), 10),
        thresholds_met=all(each is True for each in held) if held else None,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value < _LARGEST else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -_LARGEST < value < _LARGEST else None


def _word(value: Any, longest: int) -> str | None:
    return value if isinstance(value, str) and len(value) <= longest else None
