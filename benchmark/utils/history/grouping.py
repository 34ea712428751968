"""Lays runs that compare beside each other, and finds where their numbers shifted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from benchmark.models import MetricName, RunGroup, RunSummary, Shift
from benchmark.utils.history.change_points import find_change_points
from benchmark.utils.history.metrics import BY_NAME


def group_runs(
    runs: Iterable[RunSummary], metrics: Sequence[MetricName], last: int = 0
) -> tuple[RunGroup, ...]:
    """The runs by target, test and load, each group oldest first, the latest group first.

    Of each group the `last` runs count, or all of them with 0.
    """
    groups: defaultdict[tuple[str, str, str], list[RunSummary]] = defaultdict(list)
    for run in runs:
        groups[run.base_url, run.test_type, run.load].append(run)
    made = []
    for (base_url, test_type, load), members in groups.items():
        ordered = tuple(sorted(members, key=lambda run: (run.started_at, run.source)))[-last:]
        shifts = tuple(shift for metric in metrics for shift in find_shifts(ordered, metric))
        made.append(RunGroup(base_url, test_type, load, ordered, shifts))
    return tuple(sorted(made, key=lambda group: group.runs[-1].started_at, reverse=True))


def find_shifts(runs: Sequence[RunSummary], metric: MetricName) -> tuple[Shift, ...]:
    """Where a metric shifted, by the runs whose numbers can be trusted alone."""
    kind = BY_NAME[metric]
    positions: list[int] = []
    levels: list[float] = []
    for position, run in enumerate(runs):
        value = None if run.doubt else run.metrics.get(metric)
        level = None if value is None else kind.level(value)
        if level is not None:
            positions.append(position)
            levels.append(level)
    if not levels:
        return ()
    requests = median(runs[position].requests for position in positions)
    points = find_change_points(levels, noise=kind.noise(requests), matters=kind.matters)
    return tuple(
        Shift(metric, positions[each.position], kind.value(each.before), kind.value(each.after))
        for each in points
    )
