"""Which operation broke the objective first, which condition, and by how much."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.capacity.objective import allowed_share, count_over
from benchmark.histogram import Histogram
from benchmark.models import (
    CapacityStep,
    ConditionResult,
    FirstToBreak,
    OperationStats,
    Threshold,
)
from benchmark.thresholds import measure

_LEAST = 10  # requests of an operation that say anything


def first_to_break(
    objective: Sequence[Threshold], steps: Sequence[CapacityStep], answer: float
) -> FirstToBreak | None:
    """The operation that broke the objective at the lowest rate above `answer` that broke it.

    None where no rate did. What broke at a lower rate did so by chance, and held when tried again.
    A condition on one operation names it. Of a condition on all together, the one counts that has
    most against it there beyond what is allowed to it, and had not yet at the highest rate that
    held: one that is always slow was no reason to break.
    """
    failed = [step for step in steps if step.verdict in ("broken", "distress")]
    broken = [step for step in failed if step.rate > answer]
    if not broken:
        return None
    step = min(broken, key=lambda each: each.rate)
    held = [each for each in steps if each.verdict == "held" and each.rate < step.rate]
    before = max(held, key=lambda each: each.rate) if held else None
    condition = _worst([each for each in step.conditions if not each.held])
    if condition is None:
        return None
    threshold = next((each for each in objective if each.text == condition.condition), None)
    if threshold is None or not condition.operation:
        return _of_all(condition, threshold, step, before)
    return FirstToBreak(
        operation=condition.operation,
        condition=condition.condition,
        rate=step.rate,
        measured=condition.measured,
        limit=condition.limit,
        before=_measured_before(condition, before),
        share=1.0,
    )


def _worst(conditions: Sequence[ConditionResult]) -> ConditionResult | None:
    """The condition that is furthest from its limit; one without samples comes last."""

    def excess(each: ConditionResult) -> float:
        if each.measured is None:
            return 0.0
        return each.measured / each.limit if each.limit else float("inf")

    # Where service times break it too, they are the cause of what the schedule shows.
    return max(conditions, key=lambda each: (each.kind == "service", excess(each)), default=None)


def _of_all(
    condition: ConditionResult,
    threshold: Threshold | None,
    step: CapacityStep,
    before: CapacityStep | None,
) -> FirstToBreak | None:
    """The operation to which a condition on all of them is due; for dropped ones, the slowest."""
    called = [each for each in step.operations if each.requests >= _LEAST] or [*step.operations]
    if not called:
        return None
    against = {_key(each): _against(threshold, each) for each in called}
    if not any(against.values()):
        against = {_key(each): each.latency.total for each in called}
    known = {_key(each): each for each in before.operations} if before else {}

    def weight(each: OperationStats) -> tuple[bool, float]:
        earlier = known.get(_key(each))
        is_new = threshold is None or earlier is None or not _breaks(threshold, earlier)
        return is_new, against[_key(each)] - _allowed(threshold) * each.requests

    worst = max(called, key=weight)
    earlier = known.get(_key(worst))
    total = sum(against.values())
    return FirstToBreak(
        operation=f"{worst.method} {worst.name}",
        condition=condition.condition,
        rate=step.rate,
        measured=measure(threshold, worst, step.seconds) if threshold else condition.measured,
        limit=condition.limit,
        before=measure(threshold, earlier, step.seconds) if threshold and earlier else None,
        share=against[_key(worst)] / total if total else 0.0,
    )


def _key(stats: OperationStats) -> tuple[str, str]:
    return stats.method, stats.name


def _against(threshold: Threshold | None, stats: OperationStats) -> float:
    """How much of an operation counts against a condition: failures, slow requests, or time."""
    if threshold is None:
        return 0.0
    if threshold.statistic == "failure share":
        return float(stats.failures)
    if threshold.statistic == "mean":
        return stats.latency.total
    return float(max(count_over(threshold, each) for each in _latencies(stats)))


def _latencies(stats: OperationStats) -> tuple[Histogram, ...]:
    return stats.latency, stats.latency_from_schedule


def _allowed(threshold: Threshold | None) -> float:
    """How much of each request may count against a condition."""
    if threshold is None:
        return 0.0
    if threshold.statistic in ("failure share", "mean"):
        return threshold.limit
    return allowed_share(threshold)


def _breaks(threshold: Threshold, stats: OperationStats) -> bool:
    measured = measure(threshold, stats, 0.0)
    return measured is not None and not threshold.holds_for(measured)


def _measured_before(condition: ConditionResult, before: CapacityStep | None) -> float | None:
    for each in before.conditions if before else ():
        if (each.condition, each.operation, each.kind) == (
            condition.condition,
            condition.operation,
            condition.kind,
        ):
            return each.measured
    return None
