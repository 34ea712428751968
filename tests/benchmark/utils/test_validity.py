"""The verdict on a measurement: each rule, just below and just above its limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from benchmark.histogram import Histogram, HistogramBuilder
from benchmark.models import LoadProfile, OperationStats, ProcessHealth, RunResult
from benchmark.utils.validity import judge_validity


def latencies(*milliseconds: float, times: int = 1) -> Histogram:
    """A histogram in which each latency comes so many times."""
    builder = HistogramBuilder()
    for each in milliseconds * times:
        builder.add(each)
    return builder.histogram()


def health(*, lag: float = 0.1, busy: int = 0, process: str = "local") -> ProcessHealth:
    """A process that was watched for 100 seconds; `lag` is its p99 in milliseconds."""
    lags = latencies(*(0.1,) * 95, *(lag,) * 5)
    return ProcessHealth(process, 100, busy, 0.5, lags, Histogram())


def run(
    *processes: ProcessHealth,
    requests: int = 1000,
    failures: int = 0,
    p95: float = 20.0,
    **counters: float,
) -> RunResult:
    """A run whose requests all took `p95` milliseconds."""
    totals = OperationStats("", "Total", requests, failures, latencies(p95, times=requests))
    return RunResult(
        test_type="light", base_url="http://x", profile=LoadProfile("light", 5, 1, 60),
        wait_time=(1, 3), started_at=datetime(2026, 1, 1, tzinfo=UTC), duration=60.0,
        status="completed", status_reason="", totals=totals, operations=(totals,),
        counters=counters, processes=processes or (health(),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("result", "verdict", "says"),
    [
        (run(), "valid", ""),
        (run(health(lag=4.9), p95=9.0), "suspect", "late by up to 4.9"),
        (run(health(lag=5.2), p95=9.0), "invalid", "late by up to 5.2"),
        (run(health(lag=5.2), p95=11.0), "suspect", "late by up to"),
        (run(health(lag=5.2), p95=60.0), "valid", ""),
        (run(health(lag=0.95), p95=5.0), "valid", ""),
        (run(health(lag=1.1), p95=10.0), "suspect", "late"),
        (run(health(lag=1.1), p95=12.0), "valid", ""),
        (run(health(), health(lag=50.0, process="worker 3")), "invalid", "in worker 3"),
        (run(health(busy=10)), "valid", ""),
        (run(health(busy=11)), "suspect", "more than 90 % of a processor in 11 %"),
        (run(asked_arrivals=1000, missed_arrivals=5), "valid", ""),
        (run(asked_arrivals=1000, missed_arrivals=6), "suspect", "missed 0.60 % of arrivals"),
        (run(missed_arrivals=1), "suspect", "missed 1 arrivals"),
        (run(lost_workers=2), "suspect", "2 workers"),
        (run(silent_workers=1), "suspect", "1 worker sent load that is not in these numbers"),
        (run(descriptors_exhausted=1), "invalid", "file descriptors (1 request refused)"),
        (run(ports_exhausted=7), "invalid", "local ports (7 requests refused)"),
        (run(requests=99), "suspect", "only 99 requests"),
        (run(requests=100), "valid", ""),
        (run(requests=0), "invalid", "no request was sent"),
        (run(failures=1000), "invalid", "no request succeeded"),
        (run(failures=999), "valid", ""),
        (run(dropped_iterations=500, asked_arrivals=1000, reconnects=900), "valid", ""),
    ],
)  # fmt: skip
def test_the_rules(result: RunResult, verdict: str, says: str) -> None:
    """Errors of the target, and drops while all users wait for it, are findings, no more."""
    validity = judge_validity(result)
    assert validity.verdict == verdict
    assert says in "; ".join(validity.reasons)
    assert bool(validity.reasons) == bool(validity.advice) == (verdict != "valid")


def test_all_reasons_are_given_the_worst_first() -> None:
    """And each piece of advice once."""
    validity = judge_validity(run(health(lag=30.0, busy=90), lost_workers=1, ports_exhausted=1))
    assert validity.verdict == "invalid"
    assert len(validity.reasons) == 4
    assert "ports" in validity.reasons[0]
    assert len(set(validity.advice)) == len(validity.advice) == 3


def test_what_was_not_watched_is_not_held_against_a_run() -> None:
    """The CSV files of plain Locust have no health of processes."""
    assert judge_validity(replace(run(), processes=())).verdict == "valid"
