"""Tests that a change of level is found, and noise is not."""

from __future__ import annotations

import math
import random

import pytest

from benchmark.utils.history import find_change_points
from benchmark.utils.history.change_points import draw_in_outliers


def positions(values: list[float]) -> list[int]:
    """Where levels change by more than 5 %, of logarithms of values."""
    found = find_change_points(
        values, noise=0.001, matters=lambda before, after: abs(after - before) > math.log(1.05)
    )
    return [point.position for point in found]


def noisy(dice: random.Random, length: int, deviation: float, outliers: float = 0.0) -> list[float]:
    """Logarithms of latencies of one level; some runs were 1.3 to 3 times as slow as the others."""
    return [
        dice.gauss(0, deviation)
        + (math.log(dice.uniform(1.3, 3)) if dice.random() < outliers else 0.0)
        for _ in range(length)
    ]


@pytest.mark.parametrize("outliers", [0.0, 0.05])
@pytest.mark.parametrize("length", [10, 15, 20, 30, 50])
def test_noise_is_seldom_a_change(length: int, outliers: float) -> None:
    """Lognormal noise of 3 to 20 % gives a change in at most 5 % of the series."""
    dice = random.Random(f"{length} {outliers}")
    alarms = sum(
        bool(positions(noisy(dice, length, dice.choice((0.03, 0.05, 0.1, 0.2)), outliers)))
        for _ in range(300)
    )
    assert alarms <= 0.05 * 300


@pytest.mark.parametrize("length", [20, 30, 50])
def test_a_step_is_found_where_it_is(length: int) -> None:
    """A step of 15 to 20 % in noise of 3 to 5 % is found at its very run in 90 % of the series."""
    dice = random.Random(length)
    exact = near = 0
    for _ in range(300):
        step = math.log(dice.uniform(1.15, 1.2)) * dice.choice((1, -1))
        begin = dice.randint(6, length - 6)
        values = noisy(dice, length, dice.uniform(0.03, 0.05))
        found = positions([v + step * (n >= begin) for n, v in enumerate(values)])
        exact += begin in found
        near += any(abs(position - begin) <= 1 for position in found)
    assert exact >= 0.9 * 300
    assert near >= 0.97 * 300


def test_a_step_is_found_despite_outliers() -> None:
    """With one run in twenty far off, nine in ten steps are found at most a run beside."""
    dice = random.Random(7)
    near = 0
    for _ in range(200):
        begin = dice.randint(8, 22)
        values = noisy(dice, 30, 0.04, 0.05)
        found = positions([v + math.log(1.18) * (n >= begin) for n, v in enumerate(values)])
        near += any(abs(position - begin) <= 1 for position in found)
    assert near >= 0.9 * 200


def test_a_level_that_comes_and_goes_has_two_changes() -> None:
    """Five slow runs among thirty begin and end."""
    dice = random.Random(3)
    both = 0
    for _ in range(100):
        begin = dice.randint(5, 20)
        values = noisy(dice, 30, 0.04)
        found = positions([v + 0.18 * (begin <= n < begin + 5) for n, v in enumerate(values)])
        both += len(found) == 2 and abs(found[0] - begin) <= 1 and abs(found[1] - begin - 5) <= 1
    assert both >= 90


def test_several_steps_are_all_found() -> None:
    """Each of three, in a series of eighty runs."""
    dice = random.Random(11)
    values = noisy(dice, 80, 0.02)
    assert positions([v + 0.2 * (n // 20 % 2) for n, v in enumerate(values)]) == [20, 40, 60]


@pytest.mark.parametrize("length", range(6))
def test_few_values_have_no_changes(length: int) -> None:
    """Less than twice three runs say nothing."""
    assert positions([0.0, 9.0, 0.0, 9.0, 9.0][:length]) == []


def test_one_or_two_odd_runs_are_no_change() -> None:
    """Wherever they are, at the end too."""
    for odd in ({5}, {11}, {0}, {10, 11}, {5, 6}, {0, 1}):
        values = [0.01 * (n % 3) + (n in odd) for n in range(12)]
        assert positions(values) == [], odd


def test_equal_values_and_tiny_steps_are_no_change() -> None:
    """What differs less than the noise of measuring, or less than matters, is equal."""
    assert positions([1.0] * 20) == []
    assert positions([1.0] * 10 + [1.0001] * 10) == []
    assert positions([1.0] * 10 + [1.04] * 10) == []
    assert positions([1.0] * 10 + [1.06] * 10) == [10]


def test_levels_are_medians() -> None:
    """Of the values as they were measured, on both sides of the change."""
    (point,) = find_change_points(
        [1.0, 1.1, 0.9, 1.0, 3.0, 2.0, 2.1, 1.9, 2.0, 2.0],
        noise=0.001,
        matters=lambda *_: True,
    )
    assert (point.before, point.after) == (1.0, 2.0)


def test_the_same_series_has_the_same_changes() -> None:
    """Nothing is drawn by lot."""
    values = noisy(random.Random(1), 40, 0.05, 0.05)
    assert positions(values) == positions(list(values))


def test_long_series_take_no_long_time() -> None:
    """Five hundred runs are divided like fifty."""
    dice = random.Random(5)
    values = [v + 0.2 * (n >= 250) for n, v in enumerate(noisy(dice, 500, 0.03))]
    assert positions(values) == [250]


def test_outliers_are_drawn_in_and_steps_are_not() -> None:
    """Only what stands alone is changed."""
    values = [1.0, 1.1, 0.9, 1.0, 9.0, 1.1, 0.9, 1.0, 5.0, 5.1, 4.9, 5.0]
    drawn = draw_in_outliers(values)
    assert drawn[4] < 2
    assert drawn[8:] == pytest.approx(values[8:], abs=0.2)
