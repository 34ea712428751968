"""A capacity that was found, for the tests of its reports."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmark.histogram import Histogram, HistogramBuilder
from benchmark.models import (
    Capacity,
    CapacityStep,
    ConditionResult,
    FirstToBreak,
    OperationStats,
    StepPurpose,
    StepVerdict,
)

HOSTILE = "GET /<script>alert(1)</script>\x1b[31m"


def histogram(milliseconds: float, count: int = 100) -> Histogram:
    """So many equal latencies."""
    builder = HistogramBuilder()
    for _ in range(count):
        builder.add(milliseconds)
    return builder.histogram()


def step(
    rate: float, verdict: StepVerdict, p95: float, purpose: StepPurpose = "double"
) -> CapacityStep:
    """A step in which every request took as long."""
    method, _, name = HOSTILE.partition(" ")
    stats = OperationStats(method, name, 100, 0, histogram(p95), {"200": 100})
    held = verdict == "held"
    condition = ConditionResult("p95<300ms", "", "service", p95, 300.0, held)
    return CapacityStep(
        rate, 30.0 if purpose == "confirm" else 10.0, 20, purpose, verdict, "", 100, 0, 0,
        min(rate, 200.0), stats, (stats,), (condition,), 0.1,
    )  # fmt: skip


FOUND = Capacity(
    base_url="http://localhost:8000",
    objective=("p95<300ms", "failures<1%"),
    is_default=False,
    arrivals="constant",
    started_at=datetime(2026, 3, 1, 14, 5, tzinfo=UTC),
    duration=200.0,
    step_seconds=10.0,
    seed=42,
    rate=195.0,
    at_least=195.0,
    below=203.0,
    confirmed=True,
    ending="found",
    reason="",
    first_to_break=FirstToBreak(HOSTILE, "p95<300ms", 203.0, 812.0, 300.0, 25.0, 0.75),
    steps=(
        step(100, "held", 21.0),
        step(200, "broken", 900.0),
        step(195, "held", 25.0, "confirm"),
        step(203, "broken", 812.0),
    ),
)
