"""What counted seconds show of a limit."""

from __future__ import annotations

from random import Random

import pytest

from benchmark.capacity.evidence import (
    Sample,
    decide_all,
    distance,
    is_overwhelming,
    pooled,
    weigh,
    weigh_all,
)


def sample(*seconds: tuple[float, float], allowed: float = 0.05, share: bool = True) -> Sample:
    """Seconds of a condition on p95, or on another share or mean."""
    return Sample("p95<1s", "", "service", allowed, seconds, is_share=share)


@pytest.mark.parametrize(
    ("seconds", "weight"),
    [
        ([(0, 100)] * 10, "held"),
        ([(20, 100)] * 10, "broken"),
        ([(5, 100)] * 10, "undecided"),
        ([(0, 19)], "undecided"),  # one slow request would have broken it
        ([(0, 20)], "held"),
        ([], "undecided"),
        ([(0, 100)] * 9 + [(100, 100)], "undecided"),  # one bad second is no tendency
    ],
)
def test_a_share_is_weighed(seconds: list[tuple[float, float]], weight: str) -> None:
    """A verdict needs more than chance, and more than a single second."""
    assert weigh(sample(*seconds)) == weight


def test_nothing_allowed_is_broken_by_one() -> None:
    """A maximum, or no failure at all, needs no statistics."""
    assert weigh(sample((0, 3), allowed=0.0)) == "held"
    assert weigh(sample((0, 3), (1, 500), allowed=0.0)) == "broken"


def test_a_mean_is_weighed_by_how_much_its_seconds_differ() -> None:
    """Means have no share of requests to reckon with."""
    steady = [(10 * 200.0, 10.0)] * 5
    assert weigh(sample(*steady, allowed=210.0, share=False)) == "held"
    assert weigh(sample(*steady, allowed=190.0, share=False)) == "broken"
    wild = [(10 * 100.0, 10.0), (10 * 300.0, 10.0)] * 3
    assert weigh(sample(*wild, allowed=210.0, share=False)) == "undecided"


def test_verdicts_of_independent_seconds_are_seldom_wrong() -> None:
    """A share at a tenth below or above its limit is called the opposite in under 5 % of cases."""
    for share, wrong in ((0.045, "broken"), (0.055, "held")):
        random = Random(7)
        weights = []
        for _ in range(300):
            counts = [sum(random.random() < share for _ in range(100)) for _ in range(10)]
            weights.append(str(weigh(sample(*((float(count), 100.0) for count in counts)))))
        assert weights.count(wrong) <= 15


def test_likeness_of_neighbouring_seconds_counts() -> None:
    """What comes in runs says less than what comes at random."""
    runs = [(0.0, 50.0)] * 6 + [(8.0, 50.0)] * 6
    mixed = [(0.0, 50.0), (8.0, 50.0)] * 6
    assert distance(sample(*mixed)) > distance(sample(*runs)) > 0


def test_one_broken_condition_is_enough() -> None:
    """All conditions must hold; without any, nothing is known."""
    held, broken = sample(*[(0, 100)] * 5), sample(*[(50, 100)] * 5)
    unclear = sample((5, 100))
    assert weigh_all([held, held]) == "held"
    assert weigh_all([held, unclear, broken]) == "broken"
    assert weigh_all([held, unclear]) == "undecided"
    assert weigh_all([]) == "undecided"
    assert decide_all([held, unclear]) == "held"
    assert decide_all([sample()]) == "broken"


def test_windows_are_put_together_by_condition_and_operation() -> None:
    """An operation that was called in one window only is judged by that one."""
    other = Sample("p95<1s", "GET /b", "service", 0.05, ((1, 10),))
    together = pooled([[sample((1, 10))], [sample((2, 20)), other]])
    assert [each.seconds for each in together] == [((1, 10), (2, 20)), ((1, 10),)]


def test_only_much_of_much_is_overwhelming() -> None:
    """A step ends early only where nothing could turn it."""
    assert is_overwhelming(sample(*[(30, 30)] * 4))
    assert not is_overwhelming(sample(*[(3, 30)] * 4))
    assert not is_overwhelming(sample((10, 10)))
