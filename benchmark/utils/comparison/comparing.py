"""Compares two sides: blocks become estimates, estimates ratios, and ratios verdicts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.models import (
    Answer,
    ComparedMetric,
    ComparedSide,
    Comparison,
    MetricChange,
    OperationChange,
)
from benchmark.models.comparison import MOST_RUNS
from benchmark.utils.comparison.comparable import doubts, operations_of, require_comparable
from benchmark.utils.comparison.estimates import (
    Difference,
    Estimate,
    among_others,
    between_runs,
    difference,
)
from benchmark.utils.comparison.metrics import (
    PERCENTS,
    Measured,
    draw_sides,
    has_failed,
    measure_operation,
    measure_total,
)
from benchmark.utils.comparison.runs import Side, generator_lateness
from benchmark.utils.comparison.series import Key
from benchmark.utils.comparison.verdicts import LogRatio, Verdict, judge
from benchmark.utils.figures import milliseconds, plural

MARGIN = 0.05
"""The share by which a metric may change and still count as the same."""
LEAST_REQUESTS: Mapping[ComparedMetric, int] = {
    "p50": 20,
    "p95": 40,
    "throughput": 20,
    "failures": 1,
}
"""With fewer requests on a side, nothing is said of a metric."""
FAILURE_FLOOR = 0.001
"""A share of failures that changes by less than this (0.1 %) never counts."""
FAILURES_APART = 0.02
"""Where the shares of failures differ by more than this (2 %), other answers were timed."""
MOST_FAILED = 0.5
"""Where more than this share failed, it was failures that were timed."""
WHOLE_RUNS = 3
"""So many runs a side are the least where only whole runs can be compared."""

_SEED = 20_060_401
"""The same results always give the same verdicts."""
_NONE_FAILED = "none failed"
_METRICS: tuple[ComparedMetric, ...] = ("p50", "p95", "throughput", "failures")


@dataclass(frozen=True, slots=True)
class _Pair:
    """One operation on both sides, and per metric why nothing can be said of it, if so."""

    key: Key
    base: Measured
    new: Measured
    metrics: tuple[ComparedMetric, ...]


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds for all operations of a comparison.

    `runs` is how many the side with fewer has, `lateness` that of the generator in milliseconds;
    `too_few_runs` says why nothing can be judged, `unsettled` why a run has no steady state.
    """

    margin: float
    runs: int
    lateness: Mapping[ComparedMetric, float]
    too_few_runs: str
    unsettled: str


def compare(base: Side, new: Side, margin: float = MARGIN) -> Comparison:
    """What changed from base to new. `margin` is the share that counts as no change.

    Raises UsageError where the two cannot be compared: different loads, different APIs, nothing
    that succeeded.
    """
    require_comparable(base, new)
    sides = (base, new)
    whole = any(run.steady.whole for side in sides for run in side.runs)
    fewest = min(len(side.runs) for side in sides)
    problems = [run.steady.problem for side in sides for run in side.runs]
    context = _Context(
        margin=margin,
        runs=fewest,
        lateness={m: generator_lateness(sides, (100 + p) / 2) for m, p in PERCENTS.items()},
        too_few_runs=_too_few_runs(sides) if whole and fewest < WHOLE_RUNS else "",
        unsettled="" if whole else next(filter(None, problems), ""),
    )
    drawn = draw_sides(sides, np.random.default_rng(_SEED), whole=whole)
    ours, theirs = operations_of(base), operations_of(new)
    is_open = base.runs[0].result.profile.open_model is not None
    metrics = _METRICS if is_open else tuple(m for m in _METRICS if m != "throughput")
    pairs = [
        _Pair(("", "Total"), measure_total(drawn[0]), measure_total(drawn[1]), ("throughput",))
    ]
    for key in sorted(ours & theirs, key=lambda each: (each[1], each[0])):
        failed = any(has_failed(side, key) for side in drawn)
        before, after = (
            measure_operation(side, key, throughput=is_open, failures=failed) for side in drawn
        )
        pairs.append(_Pair(key, before, after, metrics))
    total, *operations = _judged(pairs, context)
    return Comparison(
        base=_described(base),
        new=_described(new),
        margin=margin,
        answer=_worst([total.answer, *(each.answer for each in operations)]),
        total=total,
        operations=tuple(operations),
        only_in_base=tuple(_names(ours - theirs)),
        only_in_new=tuple(_names(theirs - ours)),
        notes=doubts(base, new),
    )


def _judged(pairs: Sequence[_Pair], context: _Context) -> list[OperationChange]:
    """The verdict on every operation; all of them are corrected for together."""
    ratios: dict[tuple[Key, ComparedMetric], LogRatio] = {}
    for metric in _METRICS:
        tried = [p for p in pairs if metric in p.metrics and not _unknown(p, metric, context)]
        estimates = [_estimates(pair, metric) for pair in tried]
        between = between_runs(estimates)
        changes = among_others([difference(*both, between) for both in estimates])
        for pair, change in zip(tried, changes, strict=True):
            ratios[pair.key, metric] = _ratio(pair, metric, change, context)
    verdicts = dict(zip(ratios, judge(tuple(ratios.values()), context.runs), strict=True))
    return [
        _operation(
            pair,
            tuple(
                _change(pair, m, ratios.get((pair.key, m)), verdicts.get((pair.key, m)), context)
                for m in pair.metrics
            ),
        )
        for pair in pairs
    ]


def _unknown(pair: _Pair, metric: ComparedMetric, context: _Context) -> str:
    """Why nothing can be said of a metric; "" where it can be judged."""
    if context.too_few_runs:
        return context.too_few_runs
    sides = (pair.base, pair.new)
    fewest, needed = min(side.requests for side in sides), LEAST_REQUESTS[metric]
    if fewest < needed:
        return f"only {plural(fewest, 'request')}, {needed} are needed"
    shares = [side.failure_share for side in sides]
    if metric == "failures" and not any(shares):
        return _NONE_FAILED
    if metric in PERCENTS:
        if max(shares) > MOST_FAILED:
            return "most of what was timed failed"
        if abs(shares[0] - shares[1]) > FAILURES_APART:
            return "other answers were timed: the shares of failures differ"
    return ""


def _estimates(pair: _Pair, metric: ComparedMetric) -> tuple[Estimate, Estimate]:
    """Of both sides; of failures, the higher share at least and the lower one at most."""
    base, new = pair.base.estimates[metric], pair.new.estimates[metric]
    if metric != "failures":
        return base, new
    if new.log > base.log:
        return base, pair.new.failures_at_least or new
    return pair.base.failures_at_least or base, new


def _ratio(pair: _Pair, metric: ComparedMetric, change: Difference, context: _Context) -> LogRatio:
    """What is to be judged, with the limits for it.

    A latency must change by more than the generator itself was late: so much may be its own.
    """
    smaller = min(math.exp(side.estimates[metric].log) for side in (pair.base, pair.new))
    same = limit = context.margin
    if metric == "failures":
        same = limit = max(same, FAILURE_FLOOR / smaller)
    elif metric in PERCENTS:
        limit = max(same, context.lateness[metric] / smaller)
    return LogRatio(
        log=change.log,
        error=change.error,
        freedom=change.freedom,
        same=math.log1p(same),
        limit=math.log1p(limit),
        more_is_worse=metric != "throughput",
    )


def _change(
    pair: _Pair,
    metric: ComparedMetric,
    ratio: LogRatio | None,
    verdict: Verdict | None,
    context: _Context,
) -> MetricChange:
    base, new = pair.base.value(metric), pair.new.value(metric)
    if ratio is None or verdict is None:
        reason = _unknown(pair, metric, context)
        answer: Answer = "equivalent" if reason == _NONE_FAILED else "cannot tell"
        more = _more_for_requests(pair, metric, context)
        return MetricChange(metric, base, new, answer, more_runs=more, reason=reason)
    reason = context.unsettled if verdict.answer == "cannot tell" else ""
    if verdict.answer == "cannot tell" and not verdict.more_runs:
        lateness = milliseconds(context.lateness[metric])
        reason = f"less than the generator's own lateness ({lateness})"
    low, high = ratio.interval()
    return MetricChange(
        metric=metric,
        base=base,
        new=new,
        answer=verdict.answer,
        ratio=ratio.ratio,
        low=low,
        high=high,
        limit=math.exp(ratio.limit),
        more_runs=verdict.more_runs,
        reason=reason,
    )


def _more_for_requests(pair: _Pair, metric: ComparedMetric, context: _Context) -> int:
    """How many runs more would give enough requests, or enough runs."""
    if context.too_few_runs:
        return WHOLE_RUNS - context.runs
    fewest, needed = min(pair.base.requests, pair.new.requests), LEAST_REQUESTS[metric]
    if not 0 < fewest < needed:
        return 0
    return min(MOST_RUNS, math.ceil(needed * context.runs / fewest) - context.runs)


def _operation(pair: _Pair, changes: tuple[MetricChange, ...]) -> OperationChange:
    """The worst of its metrics is the answer for an operation."""
    answers = [change.answer for change in changes]
    answer = _worst(answers)
    undecided = [change for change in changes if change.answer == "cannot tell"]
    hardest = max(undecided, key=lambda change: change.more_runs, default=None)
    return OperationChange(
        method=pair.key[0],
        name=pair.key[1],
        base_requests=pair.base.requests,
        new_requests=pair.new.requests,
        answer=answer,
        changes=changes,
        more_runs=hardest.more_runs if hardest and answer == "cannot tell" else 0,
        reason=hardest.reason if hardest and answer == "cannot tell" else "",
    )


def _worst(answers: Sequence[Answer]) -> Answer:
    for answer in ("regressed", "improved"):
        if answer in answers:
            return answer
    return "cannot tell" if "cannot tell" in answers else "equivalent"


def _too_few_runs(sides: Sequence[Side]) -> str:
    """Why single runs are not enough where only whole runs can be compared."""
    problem = next(r.steady.problem for s in sides for r in s.runs if r.steady.whole)
    return f"{problem}; at least {WHOLE_RUNS} runs of each side can be compared as wholes"


def _names(keys: set[Key]) -> list[str]:
    return [f"{method} {name}".strip() for method, name in sorted(keys, key=lambda k: k[::-1])]


def _described(side: Side) -> ComparedSide:
    first = side.runs[0].result
    steady = [run.steady for run in side.runs]
    return ComparedSide(
        label=side.label,
        base_url=first.base_url,
        started_at=first.started_at,
        runs=len(steady),
        seconds=sum(each.groups * each.seconds for each in steady),
        blocks=sum(each.groups for each in steady),
        skipped=sum(each.skipped for each in steady),
        files=tuple(run.file for run in side.runs),
    )
