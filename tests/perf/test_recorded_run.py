"""What the measurements read from a timeline, and how they judge starts and stalls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmark.histogram import Histogram, bucket_index
from perf.load.open_runs import Stall, Starts, stall_table, starts_table
from perf.load.processes import MeasurementError
from perf.load.recorded_run import read_counter, read_latencies, read_times, read_window

START = {"kind": "start", "started_at": "1970-01-01T00:16:40.000+00:00"}  # 1,000 s of the epoch


def plain(*milliseconds: float) -> dict[str, Any]:
    """A histogram as a timeline has it."""
    counts = {bucket_index(each): milliseconds.count(each) for each in milliseconds}
    return Histogram(counts, sum(milliseconds), min(milliseconds), max(milliseconds)).to_json()


def second(elapsed: float, *milliseconds: float, **more: Any) -> dict[str, Any]:
    """A second in which requests of the load took so long, one of them failed; one of set-up."""
    load = {"role": "load", "failures": 1, "latency": plain(*milliseconds)}
    setup = {"role": "setup", "failures": 0, "latency": plain(999.0)}
    return {"kind": "second", "elapsed": elapsed, "operations": [load, setup], **more}


def written(folder: Path, *seconds: dict[str, Any]) -> Path:
    """A timeline on the disk."""
    path = folder / "timeline.jsonl"
    lines = [START, *seconds, {"kind": "end"}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_window_has_the_seconds_in_the_middle(tmp_path: Path) -> None:
    """Whole seconds after the warm-up, in wall-clock time, the load alone."""
    timeline = written(
        tmp_path, second(1.0, 50.0), second(2.0, 10.0, 20.0), second(3.0, 30.0), second(4.0, 50.0)
    )
    window = read_window(timeline, 1.5, 3)
    assert (window.begin, window.end) == (1001.0, 1003.0)
    assert (window.requests, window.failures, window.rate) == (3, 2, 1.5)
    assert (window.latency.lowest, window.latency.highest) == (10.0, 30.0)


def test_a_run_that_was_too_short_has_no_window(tmp_path: Path) -> None:
    """Nothing measured is said, not counted as zero."""
    with pytest.raises(MeasurementError, match="no second between 5 and 9"):
        read_window(written(tmp_path, second(1.0, 50.0)), 5, 9)


def test_the_generators_own_times_are_read(tmp_path: Path) -> None:
    """Times and counters of all seconds together; a second may have none."""
    late = {"start_lateness": plain(1.0)}
    timeline = written(
        tmp_path,
        second(1.0, 5.0, times={"start_lateness": plain(9.0)}, counters={"dropped_iterations": 2}),
        second(2.0, 5.0, times=late, counters={"dropped_iterations": 3}),
        second(3.0, 5.0, times=late),
        second(4.0, 5.0),
    )
    assert read_times(timeline, "start_lateness", skip=1.0).counts == {bucket_index(1.0): 2}
    assert read_counter(timeline, "dropped_iterations") == 5


def test_all_latencies_of_a_kind_are_read(tmp_path: Path) -> None:
    """From the load alone; operations without that kind are left out."""
    scheduled = second(1.0, 5.0)
    scheduled["operations"][0]["latency_from_schedule"] = plain(2005.0)
    timeline = written(tmp_path, scheduled, second(2.0, 6.0))
    assert read_latencies(timeline, "latency_from_schedule").highest == 2005.0
    assert read_latencies(timeline, "latency").count == 2


def starts(p99: float) -> Starts:
    """A run whose requests started so late."""
    return Starts(20, 0, 1000.0, 999.0, 0.9, 0.2, p99, 7.0, 0, 0.4)


def test_late_starts_miss_the_bar() -> None:
    """The median of the rounds counts, by the server's log."""
    text, missed = starts_table([starts(1.4), starts(1.5), starts(9.0)])
    assert "| 20 % | 1,000 (1,000–1,000) |" in text
    assert "| 0.40" in text  # what the machine itself took
    assert not missed
    assert starts_table([starts(1.6)])[1]


def stall(reported: float) -> Stall:
    """A run whose percentiles are all 2,000 ms, and were reported as `reported`."""
    return Stall(0, 9, 9, (2000.0,) * 5, (reported,) * 5, (5.0,) * 5)


def test_percentiles_from_schedule_must_match() -> None:
    """Within 2 % up to p99, within 5 % beyond."""
    assert not stall_table([stall(2039.0)])[1]
    text, missed = stall_table([stall(2050.0)])
    assert missed
    assert "| match | MISSED | MISSED | MISSED | MISSED | holds |" in text
