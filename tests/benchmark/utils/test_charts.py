"""Tests of the charts as numbers: scales, points over time, phases, percentiles, small charts."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sample_reports import good_report, open_report
from sample_runs import histogram_of

from benchmark.abort_conditions import parse_abort_condition
from benchmark.histogram import Histogram
from benchmark.models import Block, LoadProfile, OpenModel, RunResult, Second, Stage
from benchmark.thresholds import parse_threshold
from benchmark.utils.reporters.charts import (
    clock,
    log_scale,
    nice_steps,
    percentile_plot,
    phases,
    sparklines,
    time_charts,
    time_ticks,
)
from benchmark.utils.reporters.charts.phases import phases_in_words
from benchmark.utils.reporters.charts.points import MAX_POINTS, points_of


@pytest.fixture
def result(tmp_path: Path) -> RunResult:
    """The sample run."""
    return good_report(tmp_path).result


def test_time_is_joined_and_never_dropped(result: RunResult) -> None:
    """However long the run, charts have few points, and their rates are per second."""
    long = tuple(Second(float(n), 5, 7, 1, 2.0, 3.0) for n in range(1, 5001))
    block = Block(0.0, 5, tuple(replace(each, requests=5) for each in result.operations[:7]))
    blocks = tuple(replace(block, elapsed=5.0 * n) for n in range(1, 1001))
    for given in (blocks, ()):
        charts = time_charts(replace(result, timeline=long, blocks=given))
        assert charts is not None
        assert charts.joined
        assert len(charts.rows) <= MAX_POINTS
        assert charts.rows[-1].at == 100.0
        assert {row.labels[0] for row in charts.rows} == {"7"}
    assert time_charts(replace(result, timeline=long[:1])) is None


def test_a_spike_of_one_second_stays_visible(result: RunResult) -> None:
    """In the band of its point, whose line says what all its seconds had together."""
    calm = [Second(float(n), 5, 100, 0, 2.0, 3.0) for n in range(1, 3001)]
    calm[1499] = replace(calm[1499], requests=5000, failures=40, p95=900.0)
    long = replace(result, timeline=tuple(calm), blocks=())
    (spiked,) = [point for point in points_of(long) if point.rate > 101]
    assert spiked.rate_spread == (100, 5000)
    assert spiked.failing_spread == (0, 40)
    assert spiked.p95_spread == (3.0, 900.0)
    assert spiked.rate == pytest.approx(590)


def test_percentiles_of_joined_time_come_from_merged_histograms(result: RunResult) -> None:
    """Never from an average of percentiles; without histograms there is none."""
    (first, *_) = result.operations
    sets = [[1.0] * 99 + [500.0], [1.0] * 99 + [700.0]]
    parts = [replace(first, latency=histogram_of(values)) for values in sets]
    blocks = tuple(Block(5.0 * n, 5, (parts[n % 2],)) for n in range(1, 701))
    long = tuple(Second(float(n), 5, 20, 0, 1.0, 1.0) for n in range(1, 3501))
    points = points_of(replace(result, timeline=long, blocks=blocks))
    assert {round(point.p50 or 0) for point in points} == {1}
    merged = {point.p99 for point in points if point.p99 is not None}
    assert merged <= {histogram_of(sets[0] + sets[1]).percentile(99), 1.0}
    assert all(point.p99 is None for point in points_of(replace(result, timeline=long, blocks=())))


def test_seconds_and_blocks_that_go_backwards_do_no_harm(result: RunResult) -> None:
    """A clock was set, or the file is forged: such seconds take no time and have no point."""
    timeline = tuple(Second(each, 1, 1, 0) for each in (1.0, 2.0, 2.0, 1.0, 3.0, 0.0))
    blocks = tuple(replace(result.blocks[0], elapsed=each) for each in (5.0, 3.0, 0.0, 9.0))
    strange = replace(result, timeline=timeline, blocks=blocks)
    assert [point.elapsed for point in points_of(strange)] == [1.0, 2.0, 3.0]
    assert [point.rate for point in points_of(strange)] == [1.0, 3.0, 2.0]
    assert all("nan" not in spark.path for spark in sparklines(strange).values())


def test_the_rest_after_the_last_second_is_no_point_of_its_own(result: RunResult) -> None:
    """A rate over 20 ms would be a cliff, or a spike, that nobody saw."""
    timeline = (Second(1.0, 5, 10, 0, 1.0, 2.0), Second(2.0, 5, 10, 0), Second(2.02, 0, 0, 0))
    points = points_of(replace(result, timeline=timeline))
    assert [point.elapsed for point in points] == [1.0, 2.02]
    assert points[-1].rate == pytest.approx(10, rel=0.05)
    assert points[-1].users == 5


def test_arrivals_are_shown_where_there_are_any(tmp_path: Path, result: RunResult) -> None:
    """Only the open model asks for iterations."""
    charts = time_charts(open_report(tmp_path).result)
    assert charts is not None
    assert [chart.title for chart in charts.charts] == [
        "Throughput", "Arrivals", "Latency", "Users",
    ]  # fmt: skip
    asked = charts.rows[20].labels[2:5]
    assert asked == ("40", "36", "4")
    closed = time_charts(result)
    assert closed is not None
    assert [chart.title for chart in closed.charts] == ["Throughput", "Latency", "Users"]


def test_limits_of_latency_are_lines_of_its_chart(result: RunResult) -> None:
    """Upper limits of percentiles of all requests, as written, on the side where they belong."""
    p95 = result.totals.latency.percentile(95)
    near = [f"p95<{p95:.0f}ms", f"p(99) <= {2 * p95:.0f}"]
    others = ("p95<1ms", "p95<60s", "p50>30ms", "avg<40ms", "rps>1", "GET *: p95<40ms", "*: p95<41")
    conditions = tuple(parse_threshold(text) for text in (*others, *near))
    abort_on = (parse_abort_condition(f"p95<{1.5 * p95:.0f}ms for 10s"),)
    charts = time_charts(replace(result, thresholds=conditions, abort_on=abort_on))
    assert charts is not None
    throughput, latency, users = charts.charts
    assert [each.label for each in latency.limits] == [near[0], abort_on[0].text, near[1]]
    places = [each.at for each in latency.limits]
    assert all(0 < place < 100 for place in places)
    assert places == sorted(places, reverse=True)
    assert f"limit {near[0]}" in latency.summary
    assert throughput.limits == users.limits == ()


def test_few_limits_are_drawn(result: RunResult) -> None:
    """As many as have room; one that is a threshold and ends the run early is drawn once."""
    conditions = tuple(parse_threshold(f"p95<{limit}ms") for limit in range(50, 90, 10))
    abort_on = (parse_abort_condition("p95<50ms for 10s"),)
    charts = time_charts(replace(result, thresholds=conditions, abort_on=abort_on))
    assert charts is not None
    labels = [each.label for each in charts.charts[1].limits]
    assert labels == ["p95<50ms", "p95<60ms", "p95<70ms"]


@pytest.mark.parametrize("end", [0.5, 1.0, 7.3, 60, 3600, 86_400, 1e15])
def test_the_time_axis_has_few_labels(end: float) -> None:
    """From the start to the end of a run of any length."""
    ticks = time_ticks(end)
    assert 1 <= len(ticks) <= 9
    assert ticks[0].at == 0
    assert all(0 <= tick.at <= 100.001 for tick in ticks)
    assert clock(3725) == "1:02:05"
    assert clock(65) == "1:05"


def test_phases_are_those_that_the_run_came_to() -> None:
    """Ramps and levels of stages, presets and plain runs; none where the load never changed."""
    stages = (Stage(30, 50), Stage(60, 50), Stage(0, 10), Stage(30, 10))
    staged = LoadProfile("s", 50, 1, 120, "stages", stages)
    told = [(each.kind, each.label, round(each.width)) for each in phases(staged, 100)]
    assert told == [
        ("ramp", "to 50 users", 30),
        ("level", "50 users", 60),
        ("level", "10 users", 10),
    ]
    assert next(iter(phases_in_words(staged))) == "ramp to 50 users in 30 s"
    hold = LoadProfile("h", 20, 2, 60)
    assert [each.label for each in phases(hold, 60)] == ["to 20 users", "20 users"]
    assert len(phases(replace(hold, shape="stress"), 60)) == 5
    assert len(phases(replace(hold, shape="spike"), 60)) == 3
    assert phases(replace(hold, open_model=OpenModel(40)), 60) == ()
    assert phases(replace(hold, users=0, spawn_rate=0, shape="stress"), 60) == ()


def test_the_percentile_plot_stretches_the_tail() -> None:
    """90, 99 and 99.9 % are equally far apart, and what has too few requests is not said."""
    assert percentile_plot({"latency": Histogram()}) is None
    plot = percentile_plot({"latency": histogram_of([float(n) for n in range(1, 1001)])})
    assert plot is not None
    places = {tick.label: tick.at for tick in plot.x_ticks}
    assert places["90 %"] == pytest.approx(33.33, abs=0.01)
    assert places["99 %"] == pytest.approx(66.67, abs=0.01)
    assert places["99.9 %"] == pytest.approx(100)
    assert "99.99 %" not in places
    read = {row.name: row.labels[0] for row in plot.rows}
    assert read["0 %"] == "1 ms"
    assert read["50 %"] == "500 ms"
    assert read["100 %"] == "1 s"
    assert "99.99 %" not in read


def test_the_percentile_curve_rises_to_the_slowest_request() -> None:
    """With few points however many buckets there are; it never goes back or down."""
    plot = percentile_plot({"latency": histogram_of([1.001**n for n in range(9000)])})
    assert plot is not None
    places = [tuple(map(float, pair.split())) for pair in plot.chart.lines[0].path[1:].split("L")]
    assert len(places) < 900
    assert all(a[0] <= b[0] and a[1] >= b[1] for a, b in pairwise(places))
    assert places[0][0] == 0
    assert places[-2][0] == pytest.approx(1000)
    one = percentile_plot({"latency": histogram_of([5.0])})
    assert one is not None
    assert "nan" not in one.chart.lines[0].path


def test_two_kinds_of_latency_share_a_plot() -> None:
    """The one with fewer requests says nothing of percentiles that it does not have."""
    many, few = histogram_of([1.0] * 1000), histogram_of([9.0] * 10)
    plot = percentile_plot({"from sending": many, "from schedule": few, "none": Histogram()})
    assert plot is not None
    assert [line.name for line in plot.chart.lines] == ["from sending", "from schedule"]
    assert {row.name: row.labels for row in plot.rows}["99 %"] == ("1 ms", "–")


def test_small_charts_show_latency_and_failures(result: RunResult) -> None:
    """One for each operation, with bars where it failed; gaps where it was not called."""
    first, second = result.operations[:2]
    fails = replace(first, failures=first.requests)
    blocks = (
        Block(5.0, 1, (first, second)), Block(10.0, 1, (fails,)), Block(15.0, 1, (first, second)),
    )  # fmt: skip
    charts = sparklines(replace(result, blocks=blocks))
    failing, gaps = (charts[each.method, each.name] for each in (first, second))
    assert failing.failing == "M333 100v-45H667V100z"
    assert "failures in 1 part of 3, over 0:15" in failing.summary
    assert gaps.failing == ""
    assert gaps.path.count("M") == 2
    assert sparklines(replace(result, blocks=blocks[:1])) == {}
    many = tuple(replace(blocks[0], elapsed=float(n)) for n in range(1, 721))
    path = sparklines(replace(result, blocks=many))[first.method, first.name].path
    assert len(re.findall("[ML]", path)) <= 60


@pytest.mark.parametrize("highest", [0.0, 0.003, 1, 7, 99.9, 100, 101, 1e9])
def test_steps_of_an_axis_hold_the_highest_value(highest: float) -> None:
    """An axis begins at 0, reaches the highest value and has few round steps."""
    steps = nice_steps(highest)
    assert steps[0] == 0
    assert steps[-1] >= highest * 0.999
    assert 2 <= len(steps) <= 5


def test_a_logarithmic_scale_has_labels_and_room() -> None:
    """Values outside lie at its ends."""
    assert log_scale(1, 1000).at(0.0001) == 0.0
    assert 2 <= len(log_scale(5, 5).ticks()) <= 4
    assert [tick.label for tick in log_scale(0.5, 5000).ticks()] == [
        "1 ms", "10 ms", "100 ms", "1 s",
    ]  # fmt: skip
