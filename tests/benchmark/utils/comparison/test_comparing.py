"""What is judged of two sides, what is not, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmark.errors import UsageError
from benchmark.histogram import Histogram, bucket_index, bucket_value
from benchmark.models import (
    Comparison,
    LoadProfile,
    OpenModel,
    OperationChange,
    OperationStats,
    ProcessHealth,
    RunResult,
)
from benchmark.utils.comparison import Side, compare, measured_run
from perf.simulated_runs import Noise, Simulated, operation_name, simulated_run

QUIET = Noise(shared=0.01, spread=0.2)
OPEN = LoadProfile("simulated", 10, 10.0, 300.0, open_model=OpenModel(40.0))


def made(seed: int = 1, **what: Any) -> RunResult:
    """A simulated run of two minutes with little noise."""
    settings: dict[str, Any] = {"noise": QUIET, "seconds": 120, "operations": 4} | what
    return simulated_run(Simulated(**settings), np.random.default_rng(seed))


def side(*results: RunResult, label: str = "a side") -> Side:
    """A side of some results."""
    return Side(label, tuple(measured_run(result) for result in results))


def compared(base: RunResult, new: RunResult, margin: float = 0.05) -> Comparison:
    """Two runs, compared."""
    return compare(side(base, label="base"), side(new, label="new"), margin)


def of(comparison: Comparison, place: int) -> OperationChange:
    """What became of an operation."""
    name = operation_name(place)
    return next(each for each in comparison.operations if each.name == name)


def answers(comparison: Comparison) -> dict[str, str]:
    """The verdict on every operation, by name."""
    return {each.name: each.answer for each in (comparison.total, *comparison.operations)}


def lagging(result: RunResult, milliseconds: float) -> RunResult:
    """The same run by a generator that was late by so much."""
    lag = Histogram(
        {bucket_index(milliseconds): 100}, milliseconds * 100, milliseconds, milliseconds
    )
    return replace(result, processes=(ProcessHealth("local", 100, 0, 0.1, lag, Histogram()),))


def slower(latency: Histogram, factor: float) -> Histogram:
    """The same latencies, each taking so many times as long."""
    counts: dict[int, int] = {}
    for bucket, count in latency.counts.items():
        later = bucket_index(bucket_value(bucket) * factor)
        counts[later] = counts.get(later, 0) + count
    return replace(latency, counts=dict(sorted(counts.items())))


# ── what is judged ────────────────────────────────────────────────────────────────────────────


def test_closed_runs_compare_throughput_in_total_only() -> None:
    """Where one slow route slows all users, no other operation is blamed for its fewer requests."""
    comparison = compared(made(1), made(2, rate=5.0, factors={1: 3.0}))
    named = {name for name, answer in answers(comparison).items() if answer == "regressed"}
    assert named == {"Total", operation_name(1)}
    assert [each.metric for each in comparison.total.changes] == ["throughput"]
    assert all(c.metric != "throughput" for each in comparison.operations for c in each.changes)


def test_open_runs_compare_throughput_of_every_operation() -> None:
    """At a given rate, an operation that is answered less often has regressed."""
    comparison = compared(made(1, profile=OPEN), made(2, profile=OPEN, rate=5.0))
    assert set(answers(comparison).values()) == {"regressed"}
    assert [c.metric for c in of(comparison, 0).answered("regressed")] == ["throughput"]


def test_the_margin_is_what_counts() -> None:
    """A change of 15 % is none where 30 % are allowed."""
    base, new = made(1, seconds=300), made(2, seconds=300, factors={2: 1.15})
    assert of(compared(base, new), 2).answer == "regressed"
    assert of(compared(base, new, margin=0.3), 2).answer == "equivalent"


def test_more_failures_are_a_regression() -> None:
    """A share of failures that rises from one in a thousand to three in a hundred is named."""
    comparison = compared(made(1, failing=0.001), made(2, failing=0.03))
    assert of(comparison, 0).answer == "regressed"
    assert [c.metric for c in of(comparison, 0).answered("regressed")] == ["failures"]


def test_latencies_of_failures_are_no_improvement() -> None:
    """Where many requests fail at once, fast refusals do not count as fast answers."""
    comparison = compared(made(1), made(2, failing=0.4, factors=dict.fromkeys(range(4), 0.1)))
    assert {each.answer for each in comparison.operations} == {"regressed"}
    for change in of(comparison, 0).changes[:2]:
        assert (change.answer, change.ratio) == ("cannot tell", None)
        assert "failures differ" in change.reason


def test_a_late_generator_names_no_small_change() -> None:
    """A change smaller than what the generator itself was late by may be its own."""
    base, new = made(1), made(2, factors={0: 1.5})
    assert of(compared(base, new), 0).answer == "regressed"
    late = of(compared(lagging(base, 4.0), lagging(new, 4.0)), 0)
    assert late.answer == "cannot tell"
    assert "own lateness (4 ms)" in late.changes[0].reason
    slow = made(2, factors={0: 10.0})
    assert of(compared(lagging(base, 4.0), lagging(slow, 4.0)), 0).answer == "regressed"


def test_a_rare_operation_needs_more_runs() -> None:
    """With ten requests nothing is said, but how many runs would give enough."""
    comparison = compared(made(1, rate=0.1), made(2, rate=0.1))
    change = of(comparison, 0).changes[0]
    assert change.answer == "cannot tell"
    assert "20 are needed" in change.reason
    assert change.more_runs >= 1
    assert of(comparison, 0).more_runs >= 1


def test_operations_of_one_side_are_named() -> None:
    """What is only in one of both is listed, and judged nowhere."""
    comparison = compared(made(1, operations=4), made(2, operations=3))
    assert comparison.only_in_base == (f"GET {operation_name(3)}",)
    assert comparison.only_in_new == ()
    assert len(comparison.operations) == 3


def test_the_same_results_give_the_same_comparison() -> None:
    """Nothing depends on chance, time, or the order in which files are read."""
    base, new = made(1), made(2)
    assert compared(base, new) == compared(base, new)


# ── several runs ──────────────────────────────────────────────────────────────────────────────


def test_runs_that_differ_make_no_verdict() -> None:
    """What runs of one side differ by counts, however certain each is of itself."""
    noise = replace(QUIET, run=0.2)
    runs = [made(seed, noise=noise) for seed in range(6)]
    comparison = compare(side(*runs[:3]), side(*runs[3:]))
    assert comparison.answer == "cannot tell"


def test_more_runs_decide() -> None:
    """A change that one run a side cannot show is shown by several."""
    noise = replace(QUIET, shared=0.08, seconds=10.0)
    base = [made(seed, noise=noise) for seed in range(8)]
    new = [made(50 + seed, noise=noise, factors={2: 1.25}) for seed in range(8)]
    assert of(compared(base[0], new[0]), 2).answer == "cannot tell"
    assert of(compare(side(*base), side(*new)), 2).answer == "regressed"


def test_staged_loads_are_compared_by_whole_runs() -> None:
    """One run in steps says nothing of what is certain; three of each side do."""
    steps = LoadProfile("stress", 10, 1.0, 120.0, "stress")
    base = [made(seed, profile=steps) for seed in range(3)]
    new = [made(50 + seed, profile=steps, factors={1: 1.5}) for seed in range(3)]
    single = compared(base[0], new[0])
    assert single.answer == "cannot tell"
    assert of(single, 1).more_runs == 2
    assert "at least 3 runs" in of(single, 1).reason
    several = compare(side(*base), side(*new))
    assert [each.name for each in several.answered("regressed")] == [operation_name(1)]


def test_short_runs_say_what_is_missing() -> None:
    """Twenty seconds are too short, and the answer says so."""
    comparison = compared(made(1, seconds=20), made(2, seconds=20))
    assert comparison.answer == "cannot tell"
    assert "20 s at full load are too short" in of(comparison, 0).reason


def test_a_run_that_did_not_come_to_rest_says_so() -> None:
    """Of a run that warms up for most of its time, what cannot be told has that reason."""
    new = made(2)
    cold = tuple(
        replace(
            block,
            operations=tuple(
                replace(each, latency=slower(each.latency, 1.3 ** max(0, 16 - place)))
                for each in block.operations
            ),
        )
        for place, block in enumerate(new.blocks)
    )
    comparison = compared(made(1), replace(new, blocks=cold))
    assert any("no steady state" in note for note in comparison.notes)
    undecided = comparison.answered("cannot tell")
    assert any("no steady state" in each.reason for each in undecided)


# ── what cannot be compared ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"profile": LoadProfile("simulated", 40, 10.0, 300.0)}, "10 users in base, 40 users"),
        ({"wait_time": (1.0, 3.0)}, "0-0 s in base, 1-3 s"),
        ({"profile": OPEN}, "closed in base, open"),
        ({"profile": LoadProfile("simulated", 10, 10.0, 300.0, "spike")}, "held in base, spike"),
    ],
)
def test_other_loads_are_refused(changes: dict[str, Any], what: str) -> None:
    """Latencies under different loads mean nothing beside each other."""
    with pytest.raises(UsageError, match="loads differ") as caught:
        compared(made(1), replace(made(2), **changes))
    assert what in caught.value.message


def test_runs_of_different_lengths_are_compared() -> None:
    """A held load may last longer on one side."""
    longer = replace(made(2, seconds=180), profile=LoadProfile("long", 10, 10.0, 180.0))
    assert compared(made(1), longer).answer in ("equivalent", "cannot tell")


def test_other_hosts_are_said() -> None:
    """Staging and production can be compared; that these are two places is said."""
    comparison = compared(made(1), replace(made(2), base_url="http://staging:8000"))
    assert any("http://staging:8000" in note for note in comparison.notes)


def test_other_apis_are_refused() -> None:
    """Two targets that share but a health check are not compared."""
    new = made(2)
    renamed = tuple(
        replace(
            block,
            operations=tuple(
                each if place == 0 else replace(each, name=f"/other/{place}")
                for place, each in enumerate(block.operations)
            ),
        )
        for block in new.blocks
    )
    other = replace(new, blocks=renamed, base_url="http://other:1")
    with pytest.raises(UsageError, match="different APIs"):
        compared(made(1), other)


def test_runs_without_requests_are_refused() -> None:
    """Nothing can be said of a run in which nothing was sent."""
    empty = replace(
        made(2), blocks=(), operations=(), totals=OperationStats("", "Total", 0, 0, Histogram())
    )
    with pytest.raises(UsageError, match="no request was sent"):
        compared(made(1), empty)


def test_runs_without_successes_are_refused() -> None:
    """Two runs in which all failed are not equivalent, but no measurement."""
    with pytest.raises(UsageError, match="no request succeeded"):
        compared(made(1, failing=1.0), made(2, failing=1.0))


def test_a_target_that_broke_has_regressed() -> None:
    """Where everything fails that succeeded before, that is the verdict."""
    comparison = compared(made(1), made(2, failing=1.0))
    assert {each.answer for each in comparison.operations} == {"regressed"}


def test_the_same_run_on_both_sides_is_said() -> None:
    """Comparing a run with itself names nothing, and says what was compared."""
    comparison = compared(made(1), made(1))
    assert comparison.answer in ("equivalent", "cannot tell")
    assert any("the same run stands on both sides" in note for note in comparison.notes)
    assert not any("both sides" in note for note in compared(made(1), made(2)).notes)


def test_doubtful_runs_are_named() -> None:
    """An aborted run, an invalid measurement and a swapped order are said beside the numbers."""
    base = lagging(made(1), 80.0)
    new = replace(made(2), status="aborted", status_reason="p95 was 2 s")
    older = replace(new, started_at=base.started_at.replace(year=2020))
    notes = " ".join(compared(base, older).notes)
    assert "invalid" in notes
    assert "aborted (p95 was 2 s)" in notes
    assert "older than the base" in notes
