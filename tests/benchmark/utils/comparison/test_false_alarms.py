"""How often a comparison is wrong, on simulated runs whose noise is known.

The noise: every second deviates by 3 % for all operations together and by 2 % for each alone, both
AR(1) with a memory of 5 s; single requests deviate by 30 % (lognormal). Eight of them arrive per
second for each of four operations, at random, for 300 s: 60 blocks. `perf/false_alarms.py` tries
other strengths and lengths.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from benchmark.models import Comparison
from benchmark.utils.comparison import MeasuredRun, Side, compare, measured_run
from perf.simulated_runs import Noise, Simulated, operation_name, simulated_run

PAIRS = 200
NOISE = Noise(shared=0.03, own=0.02, seconds=5.0)
SAME = Simulated(NOISE, operations=4)


def measured(what: Simulated, number: int, seed: int) -> list[MeasuredRun]:
    """Some simulated runs of the same thing."""
    random = np.random.default_rng(seed)
    return [measured_run(simulated_run(what, random)) for _ in range(number)]


def compared(base: MeasuredRun, new: MeasuredRun) -> Comparison:
    """Two runs, compared."""
    return compare(Side("base", (base,)), Side("new", (new,)))


def changed(comparison: Comparison) -> dict[str, str]:
    """The operations with a verdict that claims a change."""
    every = (comparison.total, *comparison.operations)
    return {each.name: each.answer for each in every if each.answer in ("regressed", "improved")}


@pytest.fixture(scope="module")
def bases() -> Sequence[MeasuredRun]:
    """The runs that the others are compared with."""
    return measured(SAME, PAIRS, 1)


def test_equal_runs_raise_hardly_an_alarm(bases: Sequence[MeasuredRun]) -> None:
    """Of 200 pairs of equal runs with autocorrelated noise at most 5 % have any wrong verdict."""
    pairs = zip(bases, measured(SAME, PAIRS, 2), strict=True)
    assert sum(bool(changed(compared(*pair))) for pair in pairs) <= 0.05 * PAIRS


def test_a_real_change_is_found(bases: Sequence[MeasuredRun]) -> None:
    """Of 200 pairs in which one operation got 15 % slower, it is named in at least 90 %, alone."""
    slower = Simulated(NOISE, operations=4, factors={2: 1.15})
    named = [
        changed(compared(*pair)) for pair in zip(bases, measured(slower, PAIRS, 3), strict=True)
    ]
    found = [each.pop(operation_name(2), "") == "regressed" for each in named]
    assert sum(found) >= 0.9 * PAIRS
    assert sum(map(bool, named)) <= 0.05 * PAIRS


@pytest.mark.parametrize(
    ("noise", "seconds"),
    [
        (Noise(shared=0.1, own=0.1, seconds=20.0), 60),
        (Noise(shared=0.3, seconds=20.0), 60),
        (Noise(shared=0.3, seconds=30.0), 120),
    ],
)
def test_strong_and_long_noise_makes_no_verdicts(noise: Noise, seconds: int) -> None:
    """Where noise goes on for as long as a third of a run, the answer is that it cannot be told."""
    runs = measured(Simulated(noise, seconds=seconds, operations=10, rate=2.0), 60, 4)
    pairs = zip(runs[:30], runs[30:], strict=True)
    assert sum(bool(changed(compared(*pair))) for pair in pairs) <= 2


def test_an_improvement_is_no_regression() -> None:
    """An operation that got faster is named as improved, and so is the whole."""
    base, new = (
        measured(SAME, 1, 7),
        measured(Simulated(NOISE, operations=4, factors={1: 0.7}), 1, 8),
    )
    comparison = compared(base[0], new[0])
    assert changed(comparison) == {operation_name(1): "improved"}
    assert comparison.answer == "improved"


def test_enough_data_show_that_nothing_changed() -> None:
    """Two long runs of the same thing with little noise are equivalent, not merely undecided."""
    same = Simulated(Noise(shared=0.01, spread=0.2), seconds=600, rate=20.0, operations=3)
    assert compared(*measured(same, 2, 3)).answer == "equivalent"
