"""Counters, times and sources of a process."""

from __future__ import annotations

import pytest

from benchmark.engine import counters


@pytest.fixture(autouse=True)
def _from_zero() -> None:
    counters.take()


def test_counts_are_given_once() -> None:
    """What was counted since the last time; what did not happen is left out."""
    counters.count("retries")
    counters.count("retries", 2)
    counters.count("dropped_iterations", 0)
    assert counters.take()[0] == {"retries": 3}
    assert counters.take() == ({}, {})


def test_times_are_counted_as_latencies() -> None:
    """Milliseconds, with their sum and extremes."""
    counters.observe("connect", 2.0)
    counters.observe("connect", 0.5)
    times = counters.take()[1]["connect"]
    assert (times.count, times.total, times.lowest, times.highest) == (2, 2.5, 0.5, 2.0)


def test_sources_are_read_as_differences() -> None:
    """Numbers kept elsewhere count from when they were named; one that began anew from zero."""
    kept = {"opened": 5.0}
    counters.add_source(lambda: kept)
    kept["opened"] = 7.0
    assert counters.take()[0] == {"opened": 2.0}
    kept["opened"] = 1.0
    assert counters.take()[0] == {"opened": 1.0}
    assert counters.take()[0] == {}
