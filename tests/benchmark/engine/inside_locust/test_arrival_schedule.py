"""When iterations arrive: exact where they are even, true to the rate where they are random."""

from __future__ import annotations

from itertools import islice, pairwise, takewhile
from math import sqrt
from statistics import fmean, pvariance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.curve import Curve, level
from benchmark.engine.arrivals.schedule import Share, arrival_times
from benchmark.models import ArrivalKind
from benchmark.stages import spike_stages

ONE = Share()
ramps = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 50)), min_size=1, max_size=4
).map(Curve)  # fmt: skip


def times(curve: Curve, share: Share = ONE, kind: ArrivalKind = "constant") -> list[float]:
    """All arrivals of a share."""
    return list(arrival_times(curve, kind, 42, share))


def test_constant_arrivals_come_at_even_moments() -> None:
    """As many as rate times seconds, the first at once, the last before the end."""
    made = times(level(10, 3))
    assert made == pytest.approx([n / 10 for n in range(30)])
    assert times(level(0.5, 9)) == pytest.approx([0, 2, 4, 6, 8])


@pytest.mark.parametrize("rate", [3, 7.3, 100, 9999.7])
def test_an_hour_has_no_drift(rate: float) -> None:
    """The arrival of number k is at k / rate to the microsecond, an hour later too."""
    hour = Share(0, 1, since=3599.0)
    first = next(arrival_times(level(rate), "constant", 1, hour))
    number = round(first * rate)
    assert abs(first - number / rate) < 1e-6
    late = next(islice(arrival_times(level(rate), "constant", 1, hour), 50, None))
    assert abs(late - (number + 50) / rate) < 1e-6


@given(ramps)
def test_as_many_arrive_as_the_area_says(curve: Curve) -> None:
    """On ramps too, and none of them early: the area has reached its number."""
    made = times(curve)
    assert len(made) - curve.total == pytest.approx(0, abs=1)
    assert all(a <= b for a, b in pairwise(made))
    assert all(abs(curve.area(moment) - k) < 1e-6 for k, moment in enumerate(made))


@given(ramps, st.integers(1, 5))
def test_shares_are_the_whole(curve: Curve, of: int) -> None:
    """The arrivals of all processes together are those of one, each exactly once."""
    parts = [moment for index in range(of) for moment in times(curve, Share(index, of))]
    assert sorted(parts) == times(curve)


@given(ramps, st.integers(1, 4), st.integers(1, 4), st.floats(0, 1))
def test_nothing_is_lost_when_shares_change(
    curve: Curve, before: int, after: int, part: float
) -> None:
    """Old shares up to a moment and new ones from then on are all arrivals, each exactly once."""
    since = curve.end * part
    parts: list[float] = []
    for index in range(before):
        parts += takewhile(lambda t: t < since, times(curve, Share(index, before)))
    for index in range(after):
        parts += times(curve, Share(index, after, since))
    assert sorted(parts) == times(curve)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 5]))
def test_random_arrivals_are_poisson(seed: int, of: int) -> None:
    """Counts in each second have mean and variance λ, the gaps a deviation like their mean."""
    rate, seconds = 40, 400
    curve = level(rate * of, seconds)
    made = list(arrival_times(curve, "poisson", seed, Share(of - 1, of)))
    counts = [0] * seconds
    for moment in made:
        counts[int(moment)] += 1
    assert abs(fmean(counts) - rate) < 5 * sqrt(rate / seconds)
    assert 0.6 < pvariance(counts) / rate < 1.5
    gaps = [b - a for a, b in pairwise(made)]
    assert sqrt(pvariance(gaps)) == pytest.approx(fmean(gaps), rel=0.06)


def test_random_arrivals_follow_the_curve() -> None:
    """A spike of the rate is one of the arrivals."""
    stages = spike_stages(1000, 30)
    made = times(Curve((one.seconds, one.target) for one in stages), kind="poisson")
    thirds = [sum(low <= t < low + 10 for t in made) for low in (0, 10, 20)]
    assert [abs(count - mean) < 5 * sqrt(mean) for count, mean in zip(
        thirds, (1000, 10_000, 1000), strict=True
    )] == [True] * 3  # fmt: skip
    assert max(made) < 30


def test_the_schedule_is_a_function_of_seed_and_share() -> None:
    """The same again, and another for another seed, share or beginning."""
    curve = level(50, 4)

    def made(seed: int, share: Share) -> list[float]:
        return list(arrival_times(curve, "poisson", seed, share))

    assert made(1, Share(0, 2)) == made(1, Share(0, 2))
    others = [made(2, Share(0, 2)), made(1, Share(1, 2)), made(1, Share(0, 2, 1.0))]
    assert all(other != made(1, Share(0, 2)) for other in others)
    assert min(made(1, Share(0, 2, 1.0))) >= 1.0
