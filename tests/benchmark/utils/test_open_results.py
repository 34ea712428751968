"""What an open run asked for and achieved: in progress, results, reports and the grade."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_runs import end_line, sample_result, second_line, start_line, write_lines

from benchmark.histogram import Histogram, bucket_index
from benchmark.models import ArrivalStats, LoadProfile, OpenModel, RunResult
from benchmark.utils.analyze_results import analyze
from benchmark.utils.grading import THROUGHPUT, arrivals_in_words
from benchmark.utils.reporters.html import render_html
from benchmark.utils.reporters.text import write_text
from benchmark.utils.results import result_from_json, result_to_json
from benchmark.utils.timeline import TimelineReader, read_timeline

COUNTED = {"asked_arrivals": 12_000.0, "started_iterations": 11_800.0, "dropped_iterations": 150.0}


def open_result(path: Path, rate: float = 100.0, **changes: Any) -> RunResult:
    """The sample run as an open one of two minutes."""
    profile = LoadProfile("medium", 200, 200.0, 120.0, open_model=OpenModel(rate))
    made = sample_result(path / "t.jsonl", profile=profile)
    return replace(made, counters=changes.pop("counters", COUNTED), **changes)


def test_rates_are_those_of_the_schedule() -> None:
    """What neither started nor was dropped, the generator missed."""
    stats = ArrivalStats.counted(COUNTED, 120.0)
    assert stats == ArrivalStats(12_000, 11_800, 150, 120.0)
    assert (stats.missed, stats.asked_rate) == (50, 100.0)
    assert stats.achieved_rate == pytest.approx(98.33, abs=0.01)
    nothing = ArrivalStats.counted({}, 0.0)
    assert (nothing.missed, nothing.asked_rate, nothing.achieved_rate) == (0, 0.0, 0.0)
    assert ArrivalStats(5, 7, 0, 1.0).missed == 0  # what a lost worker started was counted twice


def test_seconds_are_those_of_the_schedule_where_it_came_to_its_end(tmp_path: Path) -> None:
    """Else those of the run."""
    result = open_result(tmp_path)
    assert result.arrivals is not None
    assert result.arrivals.seconds == 120.0
    stopped = open_result(tmp_path, status="interrupted", duration=60.0)
    assert stopped.arrivals is not None
    assert stopped.arrivals.asked_rate == 200.0
    assert sample_result(tmp_path / "t.jsonl").arrivals is None


def test_progress_has_the_rates_of_the_last_seconds(tmp_path: Path) -> None:
    """Asked and started, for the live line."""
    lines = [start_line()]
    for n in range(1, 31):
        started = 5 if n <= 20 else 9
        counters = {"asked_arrivals": 10, "started_iterations": started}
        lines.append(second_line(float(n)) | {"counters": counters})
    reader = TimelineReader(write_lines(tmp_path / "t.jsonl", [*lines, end_line(30.0)]))
    reader.read_new()
    arrivals = reader.progress().arrivals
    assert (arrivals.asked_rate, arrivals.achieved_rate) == (10.0, 9.0)


def test_the_result_file_says_what_was_asked_and_achieved(tmp_path: Path) -> None:
    """And it is the same when it is read back."""
    result = open_result(tmp_path)
    document = json.loads(json.dumps(result_to_json(result)))
    assert document["arrivals"] == {
        "asked": 12_000, "started": 11_800, "dropped_iterations": 150, "missed_arrivals": 50,
        "asked_rate": 100.0, "achieved_rate": 98.333,
    }  # fmt: skip
    assert result_from_json(document).arrivals == result.arrivals
    assert "arrivals" not in result_to_json(sample_result(tmp_path / "t.jsonl"))


def test_seconds_keep_their_arrivals(tmp_path: Path) -> None:
    """From the timeline to the result file and back; the closed model has none to write."""
    counters = {"asked_arrivals": 10, "started_iterations": 7, "dropped_iterations": 2}
    lines = [start_line(), second_line(1.0) | {"counters": counters}, second_line(2.0)]
    timeline = read_timeline(write_lines(tmp_path / "t.jsonl", [*lines, end_line(2.0)]))
    first, second = timeline.seconds
    assert (first.asked, first.started, first.dropped) == (10, 7, 2)
    result = replace(open_result(tmp_path), timeline=timeline.seconds)
    document = json.loads(json.dumps(result_to_json(result)))
    assert document["timeline"][0]["arrivals"] == {"asked": 10, "started": 7, "dropped": 2}
    assert "arrivals" not in document["timeline"][1]
    assert result_from_json(document).timeline == (first, second)


def test_reports_say_it_in_a_sentence(tmp_path: Path) -> None:
    """On the terminal and in HTML; with the latency from schedule where there is one."""
    result = open_result(tmp_path)
    words = "98.3 of 100 iterations per second started (constant arrivals), 150 dropped, 50 missed"
    assert arrivals_in_words(result) == words
    out = io.StringIO()
    write_text(analyze(result, {}), out)
    assert words in " ".join(out.getvalue().split())
    page = render_html(analyze(result, {}))
    assert words in page
    assert "parked until their first iteration" in page
    felt = Histogram({bucket_index(0.1): 1}, 0.1, 0.1, 0.1)
    late = replace(result, totals=replace(result.totals, latency_from_schedule=felt))
    assert arrivals_in_words(late).startswith(f"{words}; from schedule p50 ")
    assert arrivals_in_words(sample_result(tmp_path / "t.jsonl")) == ""


@pytest.mark.parametrize("shape", ["hold", "stress", "spike", "stages"])
def test_every_shape_has_a_name_in_the_report(shape: Any, tmp_path: Path) -> None:
    """Open and closed."""
    result = open_result(tmp_path)
    for profile in (result.profile, replace(result.profile, open_model=None)):
        page = render_html(analyze(replace(result, profile=replace(profile, shape=shape)), {}))
        assert "<dt>Shape</dt>" in page


def test_throughput_is_judged_by_what_was_asked_for(tmp_path: Path) -> None:
    """A rate that was not asked for cannot be held against the target; one that was, can."""
    little = open_result(tmp_path, counters={"asked_arrivals": 4800.0})
    (criterion,) = [one for one in analyze(little, {}).criteria if one.name == THROUGHPUT]
    assert criterion.verdict == "Not judged"
    assert criterion.explanation == "No more than 40 iterations per second were asked for"
    assert any("--request-rate" in tip for tip in analyze(little, {}).tips)
    much = open_result(tmp_path, counters={"asked_arrivals": 120_000.0})
    (criterion,) = [one for one in analyze(much, {}).criteria if one.name == THROUGHPUT]
    assert criterion.verdict not in {"Not judged", "Good"}
