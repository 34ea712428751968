"""The end of a command that ran a load: its last lines, and its exit code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from benchmark.commands.conclusion import conclude
from benchmark.histogram import HistogramBuilder
from benchmark.models import LoadProfile, OperationStats, Report, RunResult, RunStatus
from benchmark.thresholds import parse_threshold
from benchmark.utils.analyze_results import analyze


def stats(method: str, name: str, requests: int) -> OperationStats:
    """An operation whose answers all took 10 ms."""
    latency = HistogramBuilder()
    for _ in range(requests):
        latency.add(10.0)
    return OperationStats(method, name, requests, 0, latency.histogram())


def report_of(*thresholds: str, status: RunStatus = "completed") -> Report:
    """The report of a run of ten seconds with two operations, judged by these thresholds."""
    operations = (stats("GET", "/a", 100), stats("GET", "/b", 50))
    result = RunResult(
        test_type="light",
        base_url="http://127.0.0.1:8000",
        profile=LoadProfile("light", 5, 5.0, 10.0),
        wait_time=(0.0, 0.0),
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
        duration=10.0,
        status=status,
        status_reason="",
        totals=stats("", "Total", 150),
        operations=operations,
        thresholds=tuple(parse_threshold(text) for text in thresholds),
    )
    return analyze(result)


@pytest.mark.parametrize(
    ("status", "thresholds", "code"),
    [
        ("completed", (), 0),
        ("completed", ("p95<1m", "rps>0"), 0),
        ("completed", ("p95<1m", "rps<0"), 1),
        ("completed", ("GET /nowhere: p95<1m",), 1),
        ("aborted", (), 1),
        ("aborted", ("p95<1m",), 1),
        ("failed", ("rps<0",), 5),
        ("interrupted", ("rps<0",), 130),
    ],
)
def test_the_exit_code_is_that_of_the_worst(
    status: RunStatus, thresholds: tuple[str, ...], code: int
) -> None:
    """A run that was interrupted or broke says so first, whatever its thresholds say."""
    report = report_of(*thresholds, status=status)
    assert conclude([report]) == code
    assert conclude([report_of("p95<1m"), report]) == code


def test_the_last_line_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    """Each failed threshold once, with what was measured; held ones are only counted."""
    conclude([report_of("rps<0", "failures<100%", "GET *: max<5", "GET /no: p95<1s")])
    assert capsys.readouterr() == (
        "",
        "error: 3 of 4 thresholds failed: rps<0 (15 requests/s); "
        "GET *: max<5 (10 ms of GET /a, and 1 other operation); GET /no: p95<1s (no requests)\n",
    )


def test_nothing_is_said_where_all_held(capsys: pytest.CaptureFixture[str]) -> None:
    """The report has said so already."""
    conclude([report_of("p95<1m"), report_of()])
    assert capsys.readouterr() == ("", "")


def test_each_run_of_a_suite_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """With the name of the run before what went wrong in it."""
    ill = report_of("rps<0")
    ended = replace(ill.result, test_type="heavy", status="aborted", status_reason="it was slow")
    conclude([report_of(), replace(ill, result=ended)])
    assert capsys.readouterr().err.splitlines() == [
        "error: heavy: The run was aborted: it was slow",
        "error: heavy: 1 of 1 threshold failed: rps<0 (15 requests/s)",
    ]
