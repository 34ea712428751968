"""Student's t distribution, for any number of degrees of freedom above zero."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_STEPS = 400
_TINY = 1e-300
_NORMAL = NormalDist()


def tail(t: float, freedom: float) -> float:
    """How probable a value above `t` is; `t` is 0 or above."""
    if math.isinf(t):
        return 0.0
    return 0.5 * _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def quantile(probability: float, freedom: float) -> float:
    """The value that is not exceeded with a probability of 0.5 to below 1, to four digits."""
    return _quantile(probability, round(min(freedom, 1000.0), 1))


@lru_cache(maxsize=4096)
def _quantile(probability: float, freedom: float) -> float:
    # Newton's method, from the quantile of the normal distribution, which is smaller: it never goes
    # too far, since the density falls.
    value, step = _NORMAL.inv_cdf(probability), math.inf
    while step > 1e-5 * value:
        step = (tail(value, freedom) - (1 - probability)) / _density(value, freedom)
        value += step
    return value


def _density(t: float, freedom: float) -> float:
    logs = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    logs -= (freedom + 1) / 2 * math.log1p(t * t / freedom)
    return math.exp(logs) / math.sqrt(freedom * math.pi)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, 0 <= x <= 1.

    Lentz's evaluation of the continued fraction in Abramowitz and Stegun, "Handbook of
    Mathematical Functions", 26.5.8.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return front * value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
