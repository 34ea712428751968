"""What one side says of an operation: its counts, and an estimate of each metric."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmark.models import ComparedMetric
from benchmark.utils.comparison.bootstrap import (
    Draws,
    Spread,
    failure_spreads,
    make_draws,
    percentile_spreads,
    throughput_spread,
    undrawn,
)
from benchmark.utils.comparison.estimates import Estimate, Variance
from benchmark.utils.comparison.runs import MeasuredRun, Side
from benchmark.utils.comparison.series import (
    Floats,
    Key,
    grouped,
    log_percentile,
    requests_in,
)
from benchmark.utils.comparison.steadiness import UNSETTLED

MEMORY_DOUBT = 2.0
"""So many standard errors are added to how much blocks resemble each other."""

PERCENTS: Mapping[ComparedMetric, int] = {"p50": 50, "p95": 95}


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation, or all together, on one side. `seconds` is how long its runs lasted in all.

    The estimate of failures says how many there may be at most; `failures_at_least`, how few.
    """

    requests: int
    failures: int
    seconds: float
    estimates: Mapping[ComparedMetric, Estimate]
    failures_at_least: Estimate | None = None

    @property
    def failure_share(self) -> float:
        """Failures divided by requests, 0 to 1; 0 without requests."""
        return self.failures / self.requests if self.requests else 0.0

    def value(self, metric: ComparedMetric) -> float:
        """A metric as it is shown: milliseconds, requests per second, or a share; 0 without any."""
        if metric == "throughput":
            return self.requests / self.seconds if self.seconds else 0.0
        if metric == "failures":
            return self.failure_share
        return math.exp(self.estimates[metric].log) if metric in self.estimates else 0.0


@dataclass(frozen=True, slots=True)
class DrawnSide:
    """The runs of a side, each with its draws."""

    runs: tuple[tuple[MeasuredRun, Draws], ...]
    random: Generator

    @property
    def seconds(self) -> float:
        """How long the blocks that count lasted, all runs together."""
        return sum(run.steady.groups * run.steady.seconds for run, _ in self.runs)


def draw_sides(sides: Sequence[Side], random: Generator, *, whole: bool) -> list[DrawnSide]:
    """The sides with their draws; none where whole runs are the units.

    How much blocks resemble each other is judged over all runs together. Its standard error is
    added: too little of it would give false alarms, too much only needs longer runs.
    """
    steady = [run.steady for side in sides for run in side.runs if not run.steady.problem]
    groups = max(1, sum(each.groups for each in steady))
    seen = sum(each.memory * each.groups for each in steady) / groups
    memory = min(UNSETTLED, seen + MEMORY_DOUBT / math.sqrt(groups))

    def draws(run: MeasuredRun) -> Draws:
        if whole:
            return undrawn(run.steady.groups)
        own = UNSETTLED if run.steady.problem else memory
        return make_draws(run.steady.groups, own, random)

    return [DrawnSide(tuple((run, draws(run)) for run in side.runs), random) for side in sides]


def has_failed(side: DrawnSide, key: Key) -> bool:
    """Whether any request of an operation failed on a side."""
    called = (run.series.operations.get(key) for run, _ in side.runs)
    return any(bool(each.failures.any()) for each in called if each is not None)


def measure_operation(side: DrawnSide, key: Key, *, throughput: bool, failures: bool) -> Measured:
    """What a side says of one operation; of its throughput and failures if that is wanted."""
    called = [(run, draws, run.series.operations.get(key)) for run, draws in side.runs]
    parts = [
        (grouped(series, run.steady.group_of, run.steady.groups), run, draws)
        for run, draws, series in called
    ]
    requests = sum(int(part.requests.sum()) for part, _, _ in parts)
    failed = sum(int(part.failures.sum()) for part, _, _ in parts)
    answered = [(part, draws) for part, _, draws in parts if part.latencies.any()]
    estimates: dict[ComparedMetric, Estimate] = {}
    at_least = None
    if answered and requests:
        percents, own = tuple(PERCENTS.values()), [draws for _, draws in answered]
        spreads = [percentile_spreads(part, draws, percents) for part, draws in answered]
        for place, (metric, percent) in enumerate(PERCENTS.items()):
            log = log_percentile([part for part, _ in answered], percent)
            estimates[metric] = _estimate(log, [each[place] for each in spreads], own)
    if answered and requests and failures:
        own = [draws for _, draws in answered]
        log = math.log((failed + 0.5) / (requests + 1.0))
        both = [failure_spreads(part, draws, side.random) for part, draws in answered]
        estimates["failures"] = _estimate(log, [most for most, _ in both], own)
        at_least = _estimate(log, [least for _, least in both], own)
    if throughput:
        rates = [(part.requests, run, draws) for part, run, draws in parts]
        estimates["throughput"] = _throughput(rates, requests / max(side.seconds, 1e-9))
    return Measured(requests, failed, side.seconds, estimates, at_least)


def measure_total(side: DrawnSide) -> Measured:
    """What a side says of the throughput of all operations together."""
    rates = []
    for run, draws in side.runs:
        requests = np.zeros(run.steady.groups)
        for each in run.series.operations.values():
            requests = requests + requests_in(each, run.steady.group_of, run.steady.groups)
        rates.append((requests, run, draws))
    count = sum(int(requests.sum()) for requests, _, _ in rates)
    estimate = _throughput(rates, count / max(side.seconds, 1e-9))
    return Measured(count, 0, side.seconds, {"throughput": estimate})


def _throughput(rates: Sequence[tuple[Floats, MeasuredRun, Draws]], rate: float) -> Estimate:
    spreads = [
        throughput_spread(requests, run.steady.seconds, draws) for requests, run, draws in rates
    ]
    return _estimate(math.log(max(rate, 1e-9)), spreads, [draws for _, _, draws in rates])


def _estimate(log: float, spreads: Sequence[Spread], draws: Sequence[Draws]) -> Estimate:
    return Estimate(
        log=log,
        logs=tuple(each.log for each in spreads),
        cautious=Variance(
            sum(each.variance for each in spreads) / len(spreads) ** 2,
            sum(each.freedom for each in draws),
        ),
        plain=Variance(
            sum(each.plain for each in spreads) / len(spreads) ** 2,
            sum(each.stretches for each in draws),
        ),
    )
