"""The objective (SLO): which conditions it may hold, and what counts against each in a second.

Latency conditions are judged twice, on service times and on latencies from schedule, and must hold
for both: the first knows every request, the second also how long iterations had to wait for a user.
An iteration that was dropped was never served, so dropped ones count against every objective.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmark.capacity.evidence import Sample, point_verdict
from benchmark.errors import UsageError
from benchmark.histogram import Histogram, bucket_value, merge_histograms
from benchmark.models import ConditionResult, LatencyKind, OperationStats, Threshold
from benchmark.models.load import ASKED, DROPPED
from benchmark.thresholds import is_meant, parse_threshold
from benchmark.utils.timeline_lines import OperationSecond, SecondLine
from benchmark.utils.timeline_sums import OperationSums, total_of

DEFAULT_OBJECTIVE = ("p95<500ms", "failures<1%")
"""What counts as well where nobody says it: quick enough to work with, and hardly any failure."""

DROPPED_ALLOWED, DROPPED_ALWAYS = 0.005, 2
"""The share, or number, of iterations that may be dropped: some are on their way at the end."""

DROPPED_CONDITION = "dropped iterations<0.5%"
_EXAMPLE = "for example --slo 'p95<300ms' --slo 'failures<1%'"


def parse_objective(texts: Sequence[str]) -> tuple[Threshold, ...]:
    """The conditions that people wrote, or the usual ones where they wrote none.

    Raises UsageError for what is no upper limit of latencies or of the share of failures: more load
    would then not break it.
    """
    return tuple(parse_condition(text) for text in texts or DEFAULT_OBJECTIVE)


def parse_condition(text: str) -> Threshold:
    """One condition of an objective. Raises UsageError."""
    threshold = parse_threshold(text)
    if threshold.statistic in ("rate", "requests"):
        raise UsageError(f"{text!r}: how much the target bears is what is looked for", _EXAMPLE)
    if threshold.statistic == "failures":
        raise UsageError(
            f"{text!r}: a number of failures depends on how long a step lasts",
            "give their share: --slo 'failures<1%'",
        )
    if threshold.statistic == "lowest" or not threshold.comparison.startswith("<"):
        raise UsageError(f"{text!r} is no upper limit, which a heavy load would break", _EXAMPLE)
    return threshold


def latency_limit(objective: Iterable[Threshold]) -> float:
    """The longest latency in milliseconds that any condition speaks of; 0 where none does."""
    limits = (each.limit for each in objective if each.statistic != "failure share")
    return max(limits, default=0.0)


@dataclass(frozen=True, slots=True)
class _Case:
    """One condition on one operation, or on all: how a second's requests count against it."""

    threshold: Threshold
    operation: str
    names: frozenset[tuple[str, str]]

    def chosen(self, second: Sequence[OperationSecond]) -> list[OperationSecond]:
        return [each for each in second if (each.method, each.name) in self.names]


def samples_of(objective: Sequence[Threshold], seconds: Sequence[SecondLine]) -> tuple[Sample, ...]:
    """What counts against each condition, second by second. Only requests of the load count."""
    load = [tuple(each for each in line.operations if each.role == "load") for line in seconds]
    stats = statistics_of(seconds)
    samples: list[Sample] = []
    for case in _cases(objective, stats):
        chosen = [case.chosen(second) for second in load]
        if case.threshold.statistic == "failure share":
            pairs = tuple(
                (float(sum(e.failures for e in second)), float(sum(e.requests for e in second)))
                for second in chosen
            )
            samples.append(_sample(case, "service", pairs, case.threshold.limit, _ratio(pairs)))
            continue
        services = [merge_histograms(e.latency for e in second) for second in chosen]
        samples.append(_latency_sample(case, "service", services))
        schedules = [merge_histograms(e.latency_from_schedule for e in s) for s in chosen]
        if any(each.counts for each in schedules):
            samples.append(_latency_sample(case, "schedule", schedules))
    return (*samples, _dropped(seconds))


def statistics_of(seconds: Iterable[SecondLine]) -> tuple[OperationStats, ...]:
    """The requests of the load in some seconds, by operation."""
    sums = OperationSums()
    for line in seconds:
        for each in line.operations:
            if each.role == "load":
                sums.add(each)
    return sums.stats()


def totals_of(operations: Iterable[OperationStats]) -> OperationStats:
    """All operations together."""
    return total_of(tuple(operations))


def results_of(samples: Iterable[Sample]) -> tuple[ConditionResult, ...]:
    """The samples as people read them."""
    return tuple(
        ConditionResult(
            condition=each.condition,
            operation=each.operation,
            kind=each.kind,
            measured=each.measured if each.count else None,
            limit=each.limit,
            held=point_verdict(each) == "held",
        )
        for each in samples
    )


def allowed_share(threshold: Threshold) -> float:
    """The share of requests that may lie over the limit of a latency."""
    return 1 - threshold.percent / 100 if threshold.statistic == "percentile" else 0.0


def count_over(threshold: Threshold, latency: Histogram) -> int:
    """How many latencies do not meet a limit."""
    counts = latency.counts.items()
    return sum(count for index, count in counts if not threshold.holds_for(bucket_value(index)))


def _cases(objective: Sequence[Threshold], stats: Sequence[OperationStats]) -> Iterable[_Case]:
    """A condition on a pattern is one on each operation that matches; on none, without samples."""
    for threshold in objective:
        chosen = [each for each in stats if is_meant(threshold.operation, each.method, each.name)]
        if not threshold.operation:
            yield _Case(threshold, "", frozenset((each.method, each.name) for each in stats))
        elif not chosen:
            yield _Case(threshold, threshold.operation, frozenset())
        for each in chosen if threshold.operation else ():
            key = (each.method, each.name)
            yield _Case(threshold, " ".join(key), frozenset({key}))


def _latency_sample(case: _Case, kind: LatencyKind, seconds: Sequence[Histogram]) -> Sample:
    threshold, whole = case.threshold, merge_histograms(seconds)
    if threshold.statistic == "mean":
        totals = tuple((each.total, float(each.count)) for each in seconds)
        return _sample(case, kind, totals, threshold.limit, whole.mean, is_share=False)
    pairs = tuple((float(count_over(threshold, each)), float(each.count)) for each in seconds)
    percent = threshold.percent if threshold.statistic == "percentile" else 100.0
    return _sample(case, kind, pairs, allowed_share(threshold), whole.percentile(percent))


def _sample(
    case: _Case,
    kind: LatencyKind,
    seconds: tuple[tuple[float, float], ...],
    allowed: float,
    measured: float,
    *,
    is_share: bool = True,
) -> Sample:
    used = tuple(pair for pair in seconds if pair[1])
    threshold = case.threshold
    return Sample(
        threshold.text, case.operation, kind, allowed, used, threshold.limit, measured, is_share
    )


def _dropped(seconds: Sequence[SecondLine]) -> Sample:
    """Iterations that were dropped: counted, not estimated, so one sum says it all."""
    dropped, asked = (sum(line.counters.get(n, 0.0) for line in seconds) for n in (DROPPED, ASKED))
    allowed = max(DROPPED_ALLOWED, DROPPED_ALWAYS / asked) if asked else DROPPED_ALLOWED
    pairs = ((dropped, asked),) if asked else ()
    share = _ratio(pairs)
    return Sample(
        DROPPED_CONDITION, "", "iterations", allowed, pairs, DROPPED_ALLOWED, share, is_share=False
    )


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    of = sum(number for _, number in pairs)
    return sum(over for over, _ in pairs) / of if of else 0.0
