"""Seconds of a timeline, made by hand."""

from __future__ import annotations

from benchmark.histogram import Histogram, HistogramBuilder
from benchmark.models.load import ASKED, DROPPED, STARTED
from benchmark.utils.timeline_lines import ErrorCount, OperationSecond, SecondLine


def histogram(*latencies: float) -> Histogram:
    """Latencies in milliseconds, counted."""
    builder = HistogramBuilder()
    for each in latencies:
        builder.add(each)
    return builder.histogram()


def operation(
    *latencies: float,
    name: str = "/a",
    failures: int = 0,
    unanswered: int = 0,
    waited: float = 0.0,
    role: str = "load",
) -> OperationSecond:
    """What `GET name` did in a second; each iteration waited so many milliseconds for a user."""
    return OperationSecond(
        method="GET",
        name=name,
        role=role,
        requests=len(latencies),
        failures=failures,
        received=0,
        latency=histogram(*latencies),
        statuses={"0": unanswered, "200": len(latencies) - unanswered},
        errors=(ErrorCount("connection refused", 0, failures),) if failures else (),
        latency_from_schedule=histogram(*(each + waited for each in latencies)),
    )


def second(
    *operations: OperationSecond, elapsed: float = 1.0, asked: int | None = None, dropped: int = 0
) -> SecondLine:
    """A second in which as many iterations were due as requests ended, if nothing else is said."""
    due = sum(each.requests for each in operations) if asked is None else asked
    counters = {ASKED: float(due), STARTED: float(due - dropped), DROPPED: float(dropped)}
    return SecondLine(elapsed, 20, operations, counters=counters)
