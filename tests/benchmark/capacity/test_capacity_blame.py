"""Which operation is said to have broken first."""

from __future__ import annotations

from collections.abc import Mapping

from seconds_of_steps import histogram

from benchmark.capacity.blame import first_to_break
from benchmark.capacity.objective import parse_objective
from benchmark.models import CapacityStep, ConditionResult, OperationStats, StepVerdict
from benchmark.utils.timeline_sums import total_of


def stats(name: str, *latencies: float, failures: int = 0) -> OperationStats:
    """An operation with these latencies in milliseconds."""
    return OperationStats("GET", name, len(latencies), failures, histogram(*latencies))


def step(
    rate: float,
    verdict: StepVerdict,
    operations: tuple[OperationStats, ...],
    measured: Mapping[str, float | None],
    operation: str = "",
) -> CapacityStep:
    """A step in which conditions measured something; a latency above 300 ms broke."""
    return CapacityStep(
        rate, 10.0, 20, "double", verdict, "", 100, 0, 0, 10.0, total_of(operations), operations,
        tuple(
            ConditionResult(text, operation, "service", value, limit_of(text),
                            value is not None and value < limit_of(text))
            for text, value in measured.items()
        ),
    )  # fmt: skip


def limit_of(condition: str) -> float:
    """The limit of the conditions used here."""
    return 0.01 if "failures" in condition else 300.0


def test_the_operation_that_turned_slow_is_named_not_the_one_that_always_was() -> None:
    """With what it took before and then, and its part of all slow requests."""
    objective = parse_objective(["p95<300ms"])
    before = (stats("/report", *[900.0] * 10), stats("/list", *[20.0] * 300))
    after = (stats("/report", *[950.0] * 20), stats("/list", *[20.0] * 450, *[700.0] * 140))
    steps = [
        step(20, "held", before, {"p95<300ms": 100.0}),
        step(40, "broken", after, {"p95<300ms": 700.0}),
        step(80, "broken", after, {"p95<300ms": 900.0}),
    ]
    first = first_to_break(objective, steps, 20.0)
    assert first is not None
    assert (first.operation, first.condition, first.rate) == ("GET /list", "p95<300ms", 40)
    assert first.measured is not None
    assert 699 < first.measured < 701
    assert first.before is not None
    assert 19.9 < first.before < 20.1
    assert first.share == 140 / 160


def test_a_condition_on_one_operation_names_it() -> None:
    """Whatever else was slow."""
    objective = parse_objective(["p95<300ms", "GET /a: p99<300ms"])
    called = (stats("/a", *[500.0] * 50), stats("/b", *[250.0] * 50))
    conditions = {"GET /a: p99<300ms": 500.0}
    broken = step(40, "broken", called, conditions, operation="GET /a")
    first = first_to_break(objective, [broken], 0.0)
    assert first is not None
    assert (first.operation, first.measured, first.before) == ("GET /a", 500.0, None)


def test_failures_are_traced_to_where_they_came_from() -> None:
    """The condition that is furthest from its limit counts."""
    objective = parse_objective(["p95<300ms", "failures<1%"])
    called = (stats("/a", *[20.0] * 100, failures=50), stats("/b", *[20.0] * 100, failures=1))
    broken = step(40, "broken", called, {"p95<300ms": 310.0, "failures<1%": 0.25})
    first = first_to_break(objective, [broken], 0.0)
    assert first is not None
    assert (first.operation, first.condition) == ("GET /a", "failures<1%")
    assert first.measured == 0.5


def test_dropped_iterations_are_laid_to_the_operation_that_took_most_time() -> None:
    """They have no operation of their own."""
    called = (stats("/quick", *[1.0] * 100), stats("/slow", *[2000.0] * 100))
    result = ConditionResult("dropped iterations<0.5%", "", "iterations", 0.3, 0.005, held=False)
    plain = step(40, "broken", called, {})
    broken = CapacityStep(
        plain.rate, plain.seconds, plain.users, plain.purpose, "broken", "", 100, 30, 0, 10.0,
        plain.totals, called, (result,),
    )  # fmt: skip
    first = first_to_break(parse_objective(["failures<1%"]), [broken], 0.0)
    assert first is not None
    assert (first.operation, first.measured) == ("GET /slow", 0.3)


def test_what_broke_by_chance_or_not_at_all_is_nobodys() -> None:
    """A rate below the answer held when it was tried again."""
    called = (stats("/a", *[500.0] * 50),)
    broken = step(40, "broken", called, {"p95<300ms": 500.0})
    objective = parse_objective(["p95<300ms"])
    assert first_to_break(objective, [broken], 40.0) is None
    assert first_to_break(objective, [], 0.0) is None
    assert first_to_break(objective, [step(40, "broken", (), {"p95<300ms": None})], 0.0) is None
