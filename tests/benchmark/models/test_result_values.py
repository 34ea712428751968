"""Values of a run: the shares and rates that they derive, empty runs included."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmark.histogram import Histogram
from benchmark.models import LoadProfile, OperationStats, RunResult


@pytest.mark.parametrize(
    ("requests", "failures", "share"), [(0, 0, 0.0), (4, 1, 0.25), (3, 3, 1.0)]
)
def test_failure_share(requests: int, failures: int, share: float) -> None:
    """A share of nothing is zero."""
    assert OperationStats("GET", "/a", requests, failures, Histogram()).failure_share == share


@pytest.mark.parametrize(("requests", "duration", "rps"), [(0, 0, 0), (10, 0, 0), (30, 12.0, 2.5)])
def test_requests_per_second(requests: int, duration: float, rps: float) -> None:
    """The rate is over the whole run, and zero for a run that never began."""
    result = RunResult(
        test_type="light",
        base_url="http://localhost",
        profile=LoadProfile("light", 1, 1, 10),
        wait_time=(1, 3),
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        duration=duration,
        status="completed",
        status_reason="",
        totals=OperationStats("", "Total", requests, 0, Histogram()),
        operations=(),
    )
    assert result.rps == rps
