"""A load in straight lines: its value, its area, and the moments at which that reaches a count."""

from __future__ import annotations

import itertools
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.curve import Curve, level

seconds = st.one_of(st.just(0.0), st.floats(0.5, 3600))
targets = st.one_of(st.just(0.0), st.floats(0.01, 10_000))
curves = st.lists(st.tuples(seconds, targets), min_size=1, max_size=6).map(Curve)


def test_a_ramp_a_hold_and_a_jump() -> None:
    """The value of each line, and the area below it; at a jump, what was before counts."""
    curve = Curve([(10, 20), (5, 20), (0, 100), (1, 100), (2, 0)])
    values = [curve.before(t) for t in (0, 5, 10, 15, 15.5, 16, 17, 18, 19)]
    assert values == [0, 10, 20, 20, 100, 100, 50, 0, 0]
    assert [curve.area(t) for t in (0, 10, 15, 16, 18, 99)] == [0, 100, 200, 300, 400, 400]
    assert (curve.end, curve.peak, curve.total) == (18, 100, 400)


def test_a_level_may_last_for_ever() -> None:
    """Without an end the area has none either."""
    curve = level(50)
    assert (curve.end, curve.total, curve.before(1e6), curve.area(1e6)) == (inf, inf, 50, 5e7)
    assert curve.when(5e9) == pytest.approx(1e8)


def test_nothing_arrives_while_the_value_is_0() -> None:
    """What is due at the end of a line without a rate is due when the next line begins to rise."""
    curve = Curve([(0, 10), (1, 10), (0, 0), (5, 0), (0, 10), (1, 10)])
    assert [curve.when(k) for k in (0, 9, 10, 19)] == pytest.approx([0, 0.9, 6, 6.9])
    assert curve.when(20) is None
    assert level(0).when(0) is None
    assert Curve([(3, 0)]).when(0) is None
    assert Curve([]).when(0) is None


@given(curves, st.floats(0, 1))
def test_when_is_the_inverse_of_the_area(curve: Curve, part: float) -> None:
    """At the moment at which the area reaches a value, it has that value."""
    area = curve.total * part
    moment = curve.when(area)
    if moment is None:
        assert part > 0.999 or curve.total == 0
    else:
        assert 0 <= moment <= curve.end
        assert curve.area(moment) == pytest.approx(area, rel=1e-6, abs=1e-6)


@given(curves, st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_area_and_moments_only_grow(curve: Curve, parts: list[float]) -> None:
    """A later moment has no smaller area, and a larger area comes no earlier."""
    parts.sort()
    areas = [curve.area(curve.end * part) for part in parts]
    assert all(b >= a - 1e-6 for a, b in itertools.pairwise(areas))
    moments = [m for part in parts if (m := curve.when(curve.total * part)) is not None]
    assert all(b >= a - 1e-6 for a, b in itertools.pairwise(moments))
