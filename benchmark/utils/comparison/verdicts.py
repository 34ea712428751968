"""From intervals to answers: regressed, improved, equivalent, or cannot tell.

"Regressed" and "improved" mean that the change lies beyond the limit, with Holm's correction over
everything that is judged (S. Holm, "A simple sequentially rejective multiple test procedure",
1979); "equivalent" that the 95 % interval of the ratio lies within the limit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.models import Answer
from benchmark.models.comparison import MOST_RUNS
from benchmark.utils.comparison import student

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class LogRatio:
    """The logarithm of new divided by base, with its standard error and degrees of freedom.

    `same` is the logarithm of the ratio within which both sides are equivalent, `limit` that of the
    one beyond which a change counts; it is larger where small changes cannot be measured.
    `more_is_worse` is true of latencies and failures, not of throughput.
    """

    log: float
    error: float
    freedom: float
    same: float
    limit: float
    more_is_worse: bool = True

    @property
    def reach(self) -> float:
        """Half the width of the 95 % interval of `log`."""
        return student.quantile(1 - ALPHA / 2, self.freedom) * self.error

    def interval(self) -> tuple[float, float]:
        """The bounds of the 95 % interval of the ratio itself."""
        return _ratio(self.log - self.reach), _ratio(self.log + self.reach)

    @property
    def ratio(self) -> float:
        """New divided by base."""
        return _ratio(self.log)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. `more_runs` on each side would probably decide; 0 where that is not so."""

    answer: Answer
    more_runs: int = 0


def judge(ratios: Sequence[LogRatio], runs: int) -> tuple[Verdict, ...]:
    """A verdict for each ratio. `runs` is how many runs the side with fewer has."""
    beyond = _holm([_chance(ratio) for ratio in ratios])
    return tuple(
        _verdict(ratio, runs, decided=decided)
        for ratio, decided in zip(ratios, beyond, strict=True)
    )


def _verdict(ratio: LogRatio, runs: int, *, decided: bool) -> Verdict:
    if decided:
        return Verdict("regressed" if (ratio.log > 0) == ratio.more_is_worse else "improved")
    if abs(ratio.log) + ratio.reach < ratio.same:
        return Verdict("equivalent")
    return Verdict("cannot tell", _more_runs(ratio, runs))


def _more_runs(ratio: LogRatio, runs: int) -> int:
    """How many runs more a side needs: the interval narrows with the square root of their number.

    None help where the change lies between what is the same and what counts.
    """
    size = abs(ratio.log)
    if ratio.same <= size <= ratio.limit:
        return 0 if ratio.same < ratio.limit else MOST_RUNS
    distance = ratio.same - size if size < ratio.same else size - ratio.limit
    if not distance * math.sqrt(MOST_RUNS + runs) > ratio.reach * math.sqrt(runs):
        return MOST_RUNS
    return max(1, math.ceil(runs * (ratio.reach / distance) ** 2 - runs))


def _chance(ratio: LogRatio) -> float:
    """How probable so large a change is, on both sides, where the true one lies on the limit."""
    distance = abs(ratio.log) - ratio.limit
    if distance <= 0:
        return 1.0
    return 2 * student.tail(distance / max(ratio.error, 1e-12), ratio.freedom)


def _holm(chances: Sequence[float]) -> list[bool]:
    """Which of the hypotheses of no change are rejected, all errors together below `ALPHA`."""
    rejected = [False] * len(chances)
    order = sorted(range(len(chances)), key=lambda index: chances[index])
    for step, index in enumerate(order):
        if chances[index] > ALPHA / (len(chances) - step):
            break
        rejected[index] = True
    return rejected


def _ratio(log: float) -> float:
    return math.exp(min(max(log, -50.0), 50.0))
