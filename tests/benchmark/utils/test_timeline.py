"""Tests of reading timelines: whole, cut, damaged, forged, and while they grow."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sample_runs import (
    end_line,
    operation_second,
    sample_lines,
    second_line,
    start_line,
    write_lines,
)

from benchmark.errors import UsageError
from benchmark.utils import timeline as timeline_module
from benchmark.utils import timeline_sums
from benchmark.utils.result_files import read_result
from benchmark.utils.timeline import TimelineReader, read_timeline
from benchmark.utils.timeline_sums import OTHER_FAILURES, OTHER_OPERATIONS


def test_a_whole_timeline_is_added_up(tmp_path: Path) -> None:
    """Totals, operations, failures and seconds are the sums of the lines."""
    failing = operation_second(
        latencies=(30.0,), failures=1, statuses={"503": 1}, errors={"503 Busy": 1}
    )
    lines = [
        start_line(),
        second_line(1.0, 2, operation_second(), operation_second(method="POST")),
        {**second_line(2.0, 5, failing), "skipped": {"create: needs a session": 2}},
        end_line(2.1),
    ]
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", lines))
    assert timeline.start.started_at == datetime(2026, 3, 1, 14, 5, 9, 250_000, UTC)
    assert timeline.totals.requests == 5
    assert timeline.totals.failures == 1
    assert timeline.totals.statuses == {"200": 4, "503": 1}
    assert timeline.totals.latency.highest == 30.0
    assert [(each.method, each.requests) for each in timeline.operations] == [
        ("GET", 3),
        ("POST", 2),
    ]
    assert [(each.message, each.count) for each in timeline.failures] == [("503 Busy", 1)]
    assert [(each.elapsed, each.users, each.requests) for each in timeline.seconds] == [
        (1.0, 2, 4),
        (2.0, 5, 1),
    ]
    assert timeline.skipped_tasks == {"create: needs a session": 2}
    assert (timeline.duration, timeline.end_reason) == (2.0, "run time reached")


def test_setup_and_clean_up_stay_outside(tmp_path: Path) -> None:
    """Requests of set-up and clean-up are in no total, and their time is not the run's."""
    lines = [
        start_line(),
        second_line(1.0, 3, operation_second(), operation_second(role="setup", name="/login")),
        second_line(2.0, 0, operation_second(role="clean-up", method="DELETE")),
        end_line(2.5),
    ]
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", lines))
    assert timeline.totals.requests == 2
    assert [each.name for each in timeline.operations] == ["/items"]
    assert {each.method for each in timeline.preparation} == {"GET", "DELETE"}
    assert timeline.seconds[1].requests == 0
    assert timeline.duration == 1.0


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.999])
def test_a_killed_run_is_read_up_to_its_last_whole_line(tmp_path: Path, kept: float) -> None:
    """A file that was cut anywhere gives the whole seconds before, and no error."""
    whole = write_lines(tmp_path / "whole.jsonl", sample_lines(seconds=10)).read_bytes()
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(whole[: int(len(whole) * kept)])
    timeline = read_timeline(cut)
    assert timeline.damaged_lines == 0
    assert len(timeline.seconds) == sum(
        _is_whole_second(line) for line in cut.read_bytes().split(b"\n")
    )
    assert timeline.end_reason == ""


def _is_whole_second(line: bytes) -> bool:
    try:
        return bool(json.loads(line)["kind"] == "second")
    except ValueError:
        return False


HUGE = 10**400
EMPTY = {"total": 0.0, "lowest": 0.0, "highest": 0.0}
FORGED: list[Any] = [
    [],
    None,
    "text",
    {"kind": "other"},
    {"kind": "second"},
    {"kind": "second", "elapsed": "1", "users": 1, "operations": []},
    {"kind": "second", "elapsed": 1, "users": True, "operations": []},
    {"kind": "second", "elapsed": 1, "users": -1, "operations": []},
    {"kind": "second", "elapsed": HUGE, "users": 1, "operations": []},
    {"kind": "second", "elapsed": 1, "users": 1, "operations": {}},
    {"kind": "second", "elapsed": 1, "users": 1, "operations": [1]},
    second_line(1, 1, {**operation_second(), "requests": HUGE}),
    second_line(1, 1, {**operation_second(), "latency": {**EMPTY, "counts": {"99999": 1}}}),
    second_line(1, 1, {**operation_second(), "latency": {**EMPTY, "counts": {"-3": 1}}}),
    second_line(1, 1, {**operation_second(), "latency": 3}),
    second_line(1, 1, {**operation_second(), "statuses": {"200": "many"}}),
    {**second_line(1, 1), "skipped": [1]},
    {"kind": "start", "schema_version": 99},
    {"kind": "start", "schema_version": 2, "started_at": "yesterday"},
    {"kind": "end", "elapsed": None},
]


def test_garbage_lines_are_counted_and_left_out(tmp_path: Path) -> None:
    """Lines of wrong types, sizes and syntax change nothing but the count of damaged lines."""
    path = write_lines(tmp_path / "t.jsonl", [start_line(), *FORGED])
    raw = [b"\xff\xfe\x00", b"{", b"[" * 100_000, b'{"kind":"end","elapsed":NaN}', b"9" * 10_000]
    path.write_bytes(path.read_bytes() + b"\n".join(raw) + b"\n")
    write_more(path, second_line(1.0, 4, operation_second()), end_line(1.0))
    timeline = read_timeline(path)
    assert timeline.damaged_lines == len(FORGED) + len(raw)
    assert timeline.totals.requests == 2
    assert timeline.end_reason == "run time reached"


def write_more(path: Path, *lines: dict[str, Any]) -> None:
    """Appends whole lines to a timeline file."""
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(line) + "\n" for line in lines)


def test_a_line_without_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line larger than the limit is one damaged line, and what follows it is read."""
    monkeypatch.setattr(timeline_module, "MAX_LINE_BYTES", 100_000)
    monkeypatch.setattr(timeline_module, "_CHUNK_BYTES", 10_000)
    path = write_lines(tmp_path / "t.jsonl", [start_line()])
    path.write_bytes(path.read_bytes() + b"x" * 450_000 + b"\n")
    write_more(path, second_line(1.0, 4, operation_second()))
    timeline = read_timeline(path)
    assert (timeline.damaged_lines, timeline.totals.requests) == (1, 2)


def test_kinds_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limits operations and messages are counted together, and none is lost."""
    monkeypatch.setattr(timeline_sums, "MAX_OPERATIONS", 3)
    monkeypatch.setattr(timeline_sums, "MAX_MESSAGES", 2)
    many = [operation_second(name=f"/{n}") for n in range(6)]
    errors = operation_second(name="/0", failures=4, errors={f"error {n}": 1 for n in range(4)})
    lines = [start_line(), second_line(1.0, 1, *many, errors)]
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", lines))
    assert timeline.totals.requests == 14
    assert {each.name for each in timeline.operations} == {"/0", "/1", "/2", OTHER_OPERATIONS}
    assert {each.message: each.count for each in timeline.failures}[OTHER_FAILURES] == 2


def test_a_clock_that_goes_back_stands_still(tmp_path: Path) -> None:
    """The seconds of a timeline never go back."""
    seconds = [second_line(elapsed, 1) for elapsed in (1.0, 2.0, 0.5, 3.0)]
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", [start_line(), *seconds]))
    assert [each.elapsed for each in timeline.seconds] == [1.0, 2.0, 2.0, 3.0]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello", b'{"totals": 1}\n'])
def test_what_is_no_timeline_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file without a single line of a timeline is a usage error, not an empty run."""
    path = tmp_path / "t.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not the timeline"):
        read_timeline(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is named in the message."""
    with pytest.raises(UsageError, match=r"none\.jsonl"):
        read_timeline(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="cannot be read"):
        read_timeline(tmp_path)


def test_a_growing_file_is_followed(tmp_path: Path) -> None:
    """Each whole line is given exactly once, however the writer's flushes cut the lines."""
    lines = sample_lines(seconds=8)
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    path = tmp_path / "t.jsonl"
    reader = TimelineReader(path)
    assert reader.read_new() == ()
    seen = []
    for end in range(0, len(content) + 700, 700):
        with path.open("ab") as stream:
            stream.write(content[end : end + 700])
        seen.extend(second.elapsed for second in reader.read_new())
    assert seen == [float(n) for n in range(1, 9)]
    assert reader.ended
    assert reader.timeline() == read_timeline(path)


def test_progress_is_of_the_last_seconds(tmp_path: Path) -> None:
    """Counts are of the whole run; rates, failures and p95 of the last ten seconds alone."""
    slow = [
        second_line(float(n), 2, operation_second(latencies=(900.0,), failures=1))
        for n in range(1, 11)
    ]
    quick = [
        second_line(float(n), 7, operation_second(latencies=(5.0,) * 4)) for n in range(11, 21)
    ]
    path = write_lines(tmp_path / "t.jsonl", [start_line(), *slow])
    reader = TimelineReader(path)
    assert reader.progress().requests == 0
    reader.read_new()
    assert reader.progress().failure_share == 1.0
    write_more(path, *quick)
    reader.read_new()
    progress = reader.progress()
    assert (progress.elapsed, progress.users) == (20.0, 7)
    assert (progress.requests, progress.failures) == (50, 10)
    assert progress.rps == pytest.approx(4.0)
    assert progress.failure_share == 0.0
    assert progress.p95 == pytest.approx(5.0, rel=0.01)


def test_the_load_may_stand_in_the_start_line(tmp_path: Path) -> None:
    """A start line that says what was asked for makes a killed run as readable as a whole one."""
    profile = {"name": "light", "users": 5, "spawn_rate": 1.0, "run_time": 60, "shape": "hold"}
    start = start_line(profile=profile, wait_time=[3, 1], seed=7, test_type="light")
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", [start, second_line(1.0)]))
    assert timeline.start.profile is not None
    assert timeline.start.profile.users == 5
    assert timeline.start.wait_time == (1.0, 3.0)
    assert (timeline.start.seed, timeline.start.test_type) == (7, "light")


def test_an_aborted_run_says_why(tmp_path: Path) -> None:
    """As soon as it stops, and also where it was killed before its end."""
    abort = {"kind": "abort", "elapsed": 1.0, "reason": "p95<1s for 1s did not hold: 2 s"}
    path = tmp_path / "t.jsonl"
    write_lines(path, [start_line(), second_line(1.0, 2, operation_second())])
    reader = TimelineReader(path)
    reader.read_new()
    assert reader.abort_reason == ""
    write_more(path, abort)
    reader.read_new()
    assert reader.abort_reason == abort["reason"]
    assert read_timeline(path).abort_reason == abort["reason"]
    result = read_result(path)
    assert (result.status, result.status_reason) == ("aborted", abort["reason"])


def test_conditions_stand_in_the_start_line(tmp_path: Path) -> None:
    """So a killed run can still be judged; what is no threshold is no start line."""
    start = start_line(thresholds=["p95<1s", "rps>1"], abort_on=["failures<5% for 30s"])
    lines = [start, second_line(1.0, 2, operation_second())]
    result = read_result(write_lines(tmp_path / "t.jsonl", lines))
    assert [each.text for each in result.abort_on] == ["failures<5% for 30s"]
    assert [each.text for each in result.thresholds] == ["p95<1s", "rps>1"]
    for forged in (start_line(thresholds=["p95"]), start_line(abort_on=["p95<1s"])):
        path = write_lines(tmp_path / "f.jsonl", [forged, *lines[1:]])
        assert read_timeline(path).damaged_lines == 1
