"""How uncertain a run's values are, by block bootstrap.

Single requests are no independent samples: a slow moment slows all that are under way, so an
interval made from them is far too narrow. The unit here is a block of some seconds. Neighbouring
blocks still resemble each other; whole stretches of them are drawn, on a circle, so that each block
is drawn as often as any other (Politis and Romano, "A circular block-resampling procedure for
stationary data", 1992). What stretches of that length cannot show is added by formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmark.utils.comparison.series import Floats, Grouped
from benchmark.utils.comparison.steadiness import memory_of

ROUNDS = 200
"""Enough for a standard error (Efron and Tibshirani, "An introduction to the bootstrap", 1993)."""
_PIECE = 200_000  # multiplications
_REACH_95 = 1.96  # standard deviations
_LEAST_INDEPENDENT = 1.5
_LEAST_FREEDOM = 5.0
"""How much groups vary is taken as known at least as well as six independent ones show it."""


@dataclass(frozen=True, slots=True)
class Draws:
    """How often each group of a run stands in each draw, the same for all of its operations.

    `factor` is by how much the variance of what is drawn falls short at most; `freedom` is the
    number of groups that say something of their own, less one. `length` is how many neighbours are
    drawn together.
    """

    weights: Floats
    length: int
    factor: float
    freedom: float

    @property
    def stretches(self) -> float:
        """The degrees of freedom of what the draws show.

        Stretches that overlap show half as much again as those side by side (H. Künsch, "The
        jackknife and the bootstrap for general stationary observations", 1989).
        """
        return 1.5 * len(self.weights[0]) / self.length - 1 if self.freedom else 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """One run's value of a metric, as a logarithm, and its variance.

    `variance` is what it is at most, whatever noise lies over the run; `plain` is what the draws of
    this metric alone show.
    """

    log: float
    variance: float
    plain: float


def make_draws(groups: int, memory: float, random: Generator) -> Draws:
    """Draw groups of a run; `memory` is how much of what one deviates the next one does too."""
    length = max(1, round(groups ** (1 / 3)))
    starts = random.integers(0, groups, size=(ROUNDS, -(-groups // length)))
    drawn = (starts[:, :, None] + np.arange(length)).reshape(ROUNDS, -1)[:, :groups] % groups
    places = (drawn + np.arange(ROUNDS)[:, None] * groups).ravel()
    weights = np.bincount(places, minlength=ROUNDS * groups).reshape(ROUNDS, groups)
    factor, freedom = _shortfall(groups, length, memory)
    return Draws(weights.astype(np.float64), length, factor, freedom)


def undrawn(groups: int) -> Draws:
    """For a run that is a unit as a whole: its blocks say nothing of how uncertain it is."""
    return Draws(np.ones((2, groups)), 1, 1.0, 0.0)


def _shortfall(groups: int, length: int, memory: float) -> tuple[float, float]:
    """The `factor` and `freedom` of draws.

    With a correlation of memory**k between groups that are k apart, the variance of a mean is
    (1 + memory) / (1 - memory) times that of independent groups. Stretches show a part of that;
    and groups vary less about their own mean than about the true one.
    """
    inflation = min((1 + memory) / (1 - memory), groups / _LEAST_INDEPENDENT)
    shown = 1 + 2 * sum((1 - k / length) * memory**k for k in range(1, length))
    independent = groups / inflation
    hidden = 1 - 1 / independent
    return max(1.0, inflation / shown) / hidden, max(independent - 1, _LEAST_FREEDOM)


def percentile_spreads(run: Grouped, draws: Draws, percents: tuple[int, ...]) -> tuple[Spread, ...]:
    """The logarithms of latency percentiles (milliseconds)."""
    middles = run.edges.mean(axis=1)
    counts = run.latencies.sum(axis=1)
    means = np.divide(run.latencies @ middles, counts, out=np.zeros(len(counts)), where=counts > 0)
    plain = own_factor(means[counts > 0], draws)
    fast = run.latencies.cumsum(axis=1)
    reached = _product(np.concatenate([np.ones((1, len(fast))), draws.weights]), fast)
    logs = [_percentile(reached, run.edges, percent) for percent in percents]
    return tuple(_spread(float(each[0]), each[1:], draws, plain) for each in logs)


def _product(rows: Floats, matrix: Floats) -> Floats:
    """The product of two matrices, in pieces.

    Those are too small for the library below NumPy to use threads, which take many times as long on
    a machine that has other things to do.
    """
    size = max(1, _PIECE // max(1, matrix.size))
    return np.concatenate([rows[at : at + size] @ matrix for at in range(0, len(rows), size)])


def _percentile(reached: Floats, edges: Floats, percent: int) -> Floats:
    """The percentile of each row of cumulated counts; requests lie evenly in their column.

    A row without a single request takes the value of the first, which has them all.
    """
    ranks = reached[:, -1] * percent / 100
    columns = np.minimum((reached < ranks[:, None]).sum(axis=1), reached.shape[1] - 1)
    places = np.arange(len(reached))
    before = np.where(columns > 0, reached[places, columns - 1], 0.0)
    inside = reached[places, columns] - before
    shares = np.divide(ranks - before, inside, out=np.zeros(len(reached)), where=inside > 0)
    low, high = edges[columns, 0], edges[columns, 1]
    logs = low + np.clip(shares, 0.0, 1.0) * (high - low)
    values: Floats = np.where(reached[:, -1] > 0, logs, logs[0])
    return values


def throughput_spread(requests: Floats, seconds: float, draws: Draws) -> Spread:
    """The logarithm of the requests per second; `requests` are those of groups of `seconds`."""
    whole = max(len(requests) * seconds, 1e-9)
    drawn = np.log(np.maximum(draws.weights @ requests, 0.5) / whole)
    log = float(np.log(max(requests.sum(), 0.5) / whole))
    return _spread(log, drawn, draws, own_factor(requests, draws))


def failure_spreads(run: Grouped, draws: Draws, random: Generator) -> tuple[Spread, Spread]:
    """The logarithm of the share of failures: how far it may be above, and how far below.

    Where few requests failed, or none, drawing blocks again says little of what the share might be;
    each draw's share is therefore drawn from what its counts allow (Beta, prior of Jeffreys). Such
    shares lie far more below than above, so both sides have a width of their own (MOVER: Donner and
    Zou, "Closed-form confidence intervals for functions of the normal mean", 2012).
    """
    failed = draws.weights @ run.failures
    rest = np.maximum(draws.weights @ run.requests - failed, 0.0)
    drawn = np.log(random.beta(failed + 0.5, rest + 0.5))
    log = float(np.log((run.failures.sum() + 0.5) / (run.requests.sum() + 1.0)))
    factor = own_factor(run.failures, draws)  # how latencies go on says nothing of failures
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    above, below = (max(0.0, far / _REACH_95) ** 2 for far in (high - log, log - low))
    return (
        Spread(log, above * factor, above * factor),
        Spread(log, below * factor, below * factor),
    )


def own_factor(values: Floats, draws: Draws) -> float:
    """By how much a metric's own draws fall short, as its own values in the groups show it."""
    return _shortfall(len(values), draws.length, memory_of(values))[0] if len(values) > 4 else 1.0


def _spread(log: float, drawn: Floats, draws: Draws, plain: float) -> Spread:
    variance = float(drawn.var(ddof=1))
    return Spread(log, variance * draws.factor, variance * min(plain, draws.factor))
