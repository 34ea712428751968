"""Tests of which runs stand beside each other, and of what their shifts say."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmark.models import METRICS, MetricName, RunGroup, RunSummary, Shift
from benchmark.utils.history import (
    BY_NAME,
    find_shifts,
    group_runs,
    runs_in_words,
    shift_in_words,
    trend_in_words,
)

START = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)


def a_run(day: int, **changes: Any) -> RunSummary:
    """One run, `day` days after the first."""
    metrics: dict[MetricName, float] = {
        "p50": 10.0,
        "p95": 40.0,
        "p99": 80.0,
        "rps": 120.0,
        "failures": 0.0,
    }
    metrics |= changes.pop("metrics", {})
    run = RunSummary(
        source=f"run_{day}.json",
        test_type="light",
        base_url="http://127.0.0.1:8000",
        load="5 users, 60 s",
        users=5,
        started_at=START + timedelta(days=day),
        requests=7200,
        status="completed",
        validity="valid",
        metrics=metrics,
    )
    return replace(run, **changes)


def series(metric: MetricName, *values: float) -> list[RunSummary]:
    """A run a day, with these values of a metric, one in a hundred up and down."""
    dice = random.Random(1)
    return [
        a_run(day, metrics={metric: value * dice.uniform(0.99, 1.01)})
        for day, value in enumerate(values)
    ]


def test_runs_stand_beside_each_other_by_target_test_and_load() -> None:
    """Each other one opens a group; the group with the latest run comes first."""
    runs = [
        a_run(3),
        a_run(1),
        a_run(2, test_type="heavy"),
        a_run(0, base_url="http://127.0.0.1:9000"),
        a_run(5, load="9 users, 60 s"),
    ]
    groups = group_runs(runs, METRICS)
    assert [[run.source for run in group.runs] for group in groups] == [
        ["run_5.json"],
        ["run_1.json", "run_3.json"],
        ["run_2.json"],
        ["run_0.json"],
    ]


def test_the_last_runs_of_each_group_can_be_chosen() -> None:
    """Only they are looked at."""
    runs = [*series("p95", *[40.0] * 6, *[60.0] * 6), a_run(0, test_type="heavy")]
    light, heavy = group_runs(runs, METRICS, last=6)
    assert [run.source for run in light.runs] == [f"run_{n}.json" for n in range(6, 12)]
    assert light.shifts == ()
    assert len(heavy.runs) == 1


def test_a_shift_is_described_in_words() -> None:
    """What, by how much, from which run on, and between which levels."""
    (group,) = group_runs(series("p95", *[41.0] * 8, *[48.4] * 5), METRICS)
    (shift,) = group.shifts
    assert (shift.metric, shift.position, shift.worse) == ("p95", 8, True)
    words = shift_in_words(group, shift)
    assert words.startswith("p95 rose by 1")
    assert "with the run of 2026-11-28 14:02, from 41." in words


@pytest.mark.parametrize(
    ("metric", "before", "after", "worse", "words"),
    [
        ("p50", 20.0, 10.0, False, "p50 fell by 50"),
        ("rps", 100.0, 50.0, True, "the rate of requests fell by "),
        ("rps", 100.0, 150.0, False, "the rate of requests rose by "),
        ("failures", 0.0, 0.03, True, "the share of failures rose with the run of "),
        ("failures", 0.2, 0.1, False, "the share of failures fell with the run of "),
    ],
)
def test_each_metric_has_its_worse_way(
    metric: MetricName, before: float, after: float, worse: bool, words: str
) -> None:
    """Slower, fewer requests and more failures are worse."""
    group = RunGroup("http://x", "light", "5 users", tuple(map(a_run, range(8))), ())
    shift = Shift(metric, 4, before, after)
    assert shift.worse == worse
    assert shift_in_words(group, shift).startswith(words)


def test_runs_in_doubt_do_not_count() -> None:
    """They keep their place, and the shift is that of the first run that counts."""
    runs = series("p95", 40, 40, 40, 40, 900, 60, 60, 60, 60)
    for position, change in ((4, {"validity": "invalid"}), (5, {"status": "aborted"})):
        runs[position] = replace(runs[position], **change)  # type: ignore[arg-type] # two fields
    (shift,) = find_shifts(runs, "p95")
    assert shift.position == 6
    assert shift.after == pytest.approx(60, rel=0.02)


def test_failures_shift_by_points_that_matter() -> None:
    """From none to three in a hundred is found; a few single ones are not."""
    assert [
        s.position for s in find_shifts(series("failures", *[0.0] * 6, *[0.03] * 4), "failures")
    ] == [6]
    few = series("failures", 0, 0, 0.001, 0, 0, 0.002, 0.001, 0.002, 0.001, 0.002)
    assert find_shifts(few, "failures") == ()


def test_what_was_not_measured_is_left_out() -> None:
    """A rate of zero has no logarithm, and a run without requests no metrics."""
    runs = series("rps", *[100.0] * 6)
    runs += [a_run(7, metrics={"rps": 0.0}), a_run(8, metrics={})]
    assert find_shifts(runs, "rps") == ()
    assert find_shifts([replace(a_run(0), metrics={})], "p95") == ()


def test_words_for_a_group_without_shifts() -> None:
    """Too few runs are told from none that shifted."""
    (few,) = group_runs(series("p95", 40, 41), METRICS)
    assert trend_in_words(few) == "too few runs to tell a shift from noise: 4 more runs needed"
    (calm,) = group_runs(series("p95", *[40.0] * 9), METRICS)
    assert trend_in_words(calm) == "no shift in 9 runs"
    runs = [*series("p95", *[40.0] * 3), a_run(3, status="failed")]
    (mixed,) = group_runs(runs, METRICS)
    assert runs_in_words(mixed) == "4 runs, 2026-11-20 14:02 to 2026-11-23 14:02; 1 not counted"


@pytest.mark.parametrize("name", METRICS)
def test_levels_and_values_belong_together(name: MetricName) -> None:
    """A level becomes its value again."""
    metric = BY_NAME[name]
    for value in (0.0, 0.2, 0.9, 1.0) if metric.is_share else (0.01, 3.0, 5e6):
        level = metric.level(value)
        assert level is not None
        assert metric.value(level) == pytest.approx(value)
