"""The objective: which conditions it takes, and what counts against each."""

from __future__ import annotations

import pytest
from seconds_of_steps import operation, second

from benchmark.capacity.evidence import Sample, weigh
from benchmark.capacity.objective import (
    DROPPED_CONDITION,
    latency_limit,
    parse_objective,
    results_of,
    samples_of,
)
from benchmark.errors import UsageError


def sample_of(samples: tuple[Sample, ...], condition: str, kind: str = "service") -> Sample:
    """The one sample of a condition and a kind."""
    (found,) = (each for each in samples if each.condition == condition and each.kind == kind)
    return found


def test_without_conditions_there_is_a_usual_objective() -> None:
    """Somebody who asks for nothing gets latency and failures."""
    assert [each.text for each in parse_objective(())] == ["p95<500ms", "failures<1%"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rps>100", "is what is looked for"),
        ("requests>5", "is what is looked for"),
        ("failures<5", "depends on how long"),
        ("min<5ms", "no upper limit"),
        ("p95>300ms", "no upper limit"),
        ("failures==0%", "no upper limit"),
        ("p95", "compares nothing"),
        ("", "no condition"),
    ],
)
def test_what_more_load_would_not_break_is_refused(text: str, says: str) -> None:
    """With the reason, and before anything is sent."""
    with pytest.raises(UsageError, match=says):
        parse_objective([text])


def test_the_longest_latency_is_what_users_are_reckoned_with() -> None:
    """Failures are no latency."""
    assert latency_limit(parse_objective(["p95<300ms", "GET /a: p99<2s", "failures<1%"])) == 2000
    assert latency_limit(parse_objective(["failures<1%"])) == 0


def test_a_percentile_counts_slow_requests_both_ways() -> None:
    """Of service times, and of what iterations felt who waited for a user."""
    objective = parse_objective(["p90<100ms"])
    samples = samples_of(objective, [second(operation(10, 50, 100, 200, waited=70.0))])
    service = sample_of(samples, "p90<100ms")
    assert service.seconds == ((2.0, 4.0),)
    assert service.allowed == pytest.approx(0.1)
    assert sample_of(samples, "p90<100ms", "schedule").seconds == ((3.0, 4.0),)


def test_failures_means_and_maxima() -> None:
    """Each in its own terms."""
    objective = parse_objective(["failures<1%", "avg<50ms", "max<=100ms"])
    samples = samples_of(objective, [second(operation(20, 40, 120, failures=1))])
    assert sample_of(samples, "failures<1%").seconds == ((1.0, 3.0),)
    mean = sample_of(samples, "avg<50ms")
    assert (mean.seconds, mean.is_share, weigh(mean)) == (((180.0, 3.0),), False, "broken")
    assert weigh(sample_of(samples, "max<=100ms")) == "broken"


def test_a_condition_on_a_pattern_is_one_on_each_operation() -> None:
    """With or without the method; what matches nothing has no samples, and has failed."""
    objective = parse_objective(["GET /a*: p50<30ms", "/b: p50<30ms", "POST /c: p50<1s"])
    line = second(operation(10), operation(20, name="/ab"), operation(30, 40, name="/b"))
    samples = samples_of(objective, [line])
    service = [(each.operation, each.count) for each in samples if each.kind == "service"]
    assert service == [("GET /a", 1), ("GET /ab", 1), ("GET /b", 2), ("POST /c", 0)]
    results = {(each.operation, each.kind): each for each in results_of(samples)}
    assert results["POST /c", "service"].measured is None
    assert not results["POST /c", "service"].held
    assert results["GET /a", "service"].held


def test_preparation_does_not_count() -> None:
    """Signing in and cleaning up are not what was asked for."""
    objective = parse_objective(["p95<30ms"])
    line = second(operation(10), operation(9000, role="setup"))
    assert sample_of(samples_of(objective, [line]), "p95<30ms").seconds == ((0.0, 1.0),)


@pytest.mark.parametrize(
    ("asked", "dropped", "weight"),
    [(10, 0, "held"), (10, 2, "held"), (10, 3, "broken"), (1000, 5, "held"), (1000, 6, "broken")],
)
def test_dropped_iterations_count_against_every_objective(
    asked: int, dropped: int, weight: str
) -> None:
    """But for a few that are on their way at the end of a step."""
    objective = parse_objective(["failures<1%"])
    line = second(operation(10), asked=asked, dropped=dropped)
    samples = samples_of(objective, [line])
    assert weigh(sample_of(samples, DROPPED_CONDITION, "iterations")) == weight
