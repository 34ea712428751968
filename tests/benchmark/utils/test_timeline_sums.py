"""What a timeline says besides requests, and its blocks: added up, written and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sample_runs import (
    end_line,
    histogram_of,
    operation_second,
    sample_result,
    second_line,
    start_line,
    write_lines,
)

from benchmark.histogram import merge_histograms
from benchmark.models import LoadProfile, RunResult
from benchmark.utils import timeline_sums
from benchmark.utils.results import build_result, result_from_json, result_to_json
from benchmark.utils.timeline import Timeline, read_timeline


def health(process: str, cpu: float, *lags: float) -> dict[str, Any]:
    """How one process fared in one second."""
    pauses = histogram_of([2.5])
    lag = histogram_of(list(lags))
    return {"process": process, "cpu": cpu, "lag": lag.to_json(), "gc_pauses": pauses.to_json()}


def full_timeline(path: Path) -> Timeline:
    """Two seconds of two workers in which everything happens."""
    scheduled = operation_second(latencies=(10.0, 30.0))
    scheduled["latency_from_schedule"] = histogram_of([50.0]).to_json()
    signing_in = operation_second(name="/login", role="setup")
    first = {
        **second_line(1.0, 4, scheduled, signing_in),
        "counters": {"reconnects": 2, "asked_arrivals": 7},
        "times": {"start_lateness": histogram_of([0.5, 1.5]).to_json()},
        "processes": [health("worker 0", 0.95, 1.0), health("worker 1", 0.25, 4.0, 5.0)],
    }
    second = {
        **second_line(2.0, 4, operation_second()),
        "counters": {"reconnects": 1, "lost_workers": 1},
        "times": {"start_lateness": histogram_of([8.0]).to_json()},
        "processes": [health("worker 0", 0.55, 2.0)],
    }
    return read_timeline(write_lines(path, [start_line(), first, second, end_line(2.0)]))


def result_of(timeline: Timeline) -> RunResult:
    """The result of a run."""
    return build_result(
        timeline, test_type="light", base_url="http://x", profile=LoadProfile("light", 4, 1, 2),
        wait_time=(1, 3), seed=1, readiness=(), status="completed", status_reason="",
    )  # fmt: skip


def test_what_is_no_request_is_added_up(tmp_path: Path) -> None:
    """Counters and times are sums; each process has its own seconds, lag and pauses."""
    result = result_of(full_timeline(tmp_path / "t.jsonl"))
    assert result.counters == {"asked_arrivals": 7, "lost_workers": 1, "reconnects": 3}
    assert result.times["start_lateness"] == histogram_of([0.5, 1.5, 8.0])
    first, second = result.processes
    assert (first.process, first.seconds, first.busy_seconds) == ("worker 0", 2, 1)
    assert first.cpu == pytest.approx(0.75)
    assert (first.lag, first.gc_pauses) == (histogram_of([1.0, 2.0]), histogram_of([2.5, 2.5]))
    assert (second.process, second.seconds, second.lag) == ("worker 1", 1, histogram_of([4, 5]))


def test_preparation_and_schedule_are_in_the_result(tmp_path: Path) -> None:
    """Signing in is no load, but it is not forgotten; both latencies are there."""
    result = result_of(full_timeline(tmp_path / "t.jsonl"))
    assert [(each.name, each.requests) for each in result.preparation] == [("/login", 2)]
    assert result.totals.requests == 4
    assert result.totals.latency_from_schedule == histogram_of([50.0])


def test_everything_is_written_and_read_back(tmp_path: Path) -> None:
    """The JSON of a result holds all of it."""
    result = result_of(full_timeline(tmp_path / "t.jsonl"))
    document = json.loads(json.dumps(result_to_json(result)))
    assert document["totals"]["latency_from_schedule_ms"]["p50"] == 50.0
    again = result_from_json(document)
    assert result_to_json(again) == document
    assert again.counters == result.counters
    assert again.times == result.times
    assert again.processes == result.processes
    assert again.preparation == result.preparation
    assert [second.p95 for second in again.timeline] == [30.0, 20.0]
    assert [block.elapsed for block in again.blocks] == [2.0]


def test_blocks_are_five_seconds_and_hold_everything(tmp_path: Path) -> None:
    """What comes after the last full second, as a run ends, makes no block of its own."""
    result = sample_result(tmp_path / "t.jsonl", seconds=30)
    assert [block.elapsed for block in result.blocks] == [5, 10, 15, 20, 25, 30]
    in_blocks = [each for block in result.blocks for each in block.operations]
    assert sum(each.requests for each in in_blocks) == result.totals.requests
    merged = merge_histograms(each.latency for each in in_blocks)
    assert merged.counts == result.totals.latency.counts
    lines = [second_line(float(n), 1, operation_second()) for n in range(1, 11)]
    rest = second_line(10.02, 1, operation_second())
    timeline = read_timeline(write_lines(tmp_path / "r.jsonl", [start_line(), *lines, rest]))
    assert [block.elapsed for block in timeline.blocks] == [5.0, 10.02]


def test_a_long_run_has_longer_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory and files are bounded: blocks are put together, and nothing is lost."""
    monkeypatch.setattr(timeline_sums, "MAX_BLOCKS", 4)
    lines = [second_line(float(n), n, operation_second()) for n in range(1, 76)]
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", [start_line(), *lines]))
    assert [block.elapsed for block in timeline.blocks] == [20.0, 40.0, 60.0, 75.0]
    assert [block.users for block in timeline.blocks] == [20, 40, 60, 75]
    assert [block.operations[0].requests for block in timeline.blocks] == [40, 40, 40, 30]


@pytest.mark.parametrize(
    "damage",
    [
        {"counters": {"reconnects": "3"}},
        {"counters": {"reconnects": -1}},
        {"counters": [1]},
        {"times": {"connect": 3}},
        {"times": {"connect": {"counts": {"70000": 1}, "total": 1, "lowest": 1, "highest": 1}}},
        {"processes": [None]},
        {"processes": {}},
        {"processes": [{"process": 3, "cpu": 0.5}]},
        {"processes": [{**health("a", 0.5), "lag": None}]},
        {"processes": [health("a", 0.5)] * 2000},
        {"operations": [{**operation_second(), "latency_from_schedule": 5}]},
    ],
)
def test_damaged_lines_are_counted_and_passed_over(damage: dict[str, Any], tmp_path: Path) -> None:
    """A line whose telemetry is nonsense does not end the reading of a result."""
    lines = [start_line(), second_line(1.0, 1, operation_second())]
    lines.append({**second_line(2.0, 1, operation_second()), **damage})
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", lines))
    assert (timeline.damaged_lines, timeline.totals.requests) == (1, 2)


def test_processes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forged file with ever new names does not fill the memory."""
    monkeypatch.setattr(timeline_sums, "_MAX_PROCESSES", 3)
    lines = [
        {**second_line(float(n), 1), "processes": [health(f"worker {n}", 0.1)]} for n in range(1, 9)
    ]
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", [start_line(), *lines]))
    assert len(timeline.processes) == 3
