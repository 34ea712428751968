"""When iterations arrive: a pure function of the curve of the rate, the seed and the share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import ceil
from random import Random

from benchmark.curve import Curve
from benchmark.models import ArrivalKind


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of the arrivals a process takes: `index` of `of`, from the second `since` on."""

    index: int = 0
    of: int = 1
    since: float = 0.0


def arrival_times(curve: Curve, kind: ArrivalKind, seed: int, share: Share) -> Iterator[float]:
    """The seconds at which a share's iterations are due, ascending, `since` included.

    The rate is the value of the curve. Constant arrivals are numbered for all processes together,
    and arrival k is due when the area below the curve reaches k: nothing is added up, so nothing
    drifts. A share has every k with k mod `of` = `index`. Poisson arrivals come with independent
    gaps, exponential in that area; each share is a stream of its own, and n streams at 1/n of the
    rate are together one at the whole rate.
    """
    if kind == "poisson":
        return _poisson(curve, seed, share)
    return _constant(curve, share)


def _constant(curve: Curve, share: Share) -> Iterator[float]:
    # From one number before, since the area is not exact to the last digit.
    first = max(0, ceil(curve.area(share.since)) - 1)
    first += (share.index - first) % share.of
    for number in count(first, share.of):
        moment = curve.when(float(number))
        if moment is None:
            return
        if moment >= share.since:
            yield moment


def _poisson(curve: Curve, seed: int, share: Share) -> Iterator[float]:
    random = Random(f"{seed}/{share.index}/{share.of}/{share.since!r}")
    area = curve.area(share.since)
    while True:
        area += random.expovariate(1.0) * share.of
        moment = curve.when(area)
        if moment is None:
            return
        yield moment
