"""What really happened to the requests of a run, computed from the server's own log.

Nothing here is shared with what is measured: percentiles are exact, of sorted lists.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

STRICT, LOOSE = (0.02, 0.2), (0.05, 2.0)
"""Share of the truth, and milliseconds: what a reported percentile may be off."""
_MILLISECOND = 1e6  # nanoseconds


@dataclass(frozen=True, slots=True)
class Truth:
    """The log of a server, times in nanoseconds of its monotonic clock.

    The n-th of `arrivals`, `answers` (0 where none was sent), `connections` and `sleeps` (how long
    it was to wait with the answer) are one request, in order of arrival. `accepted` has a time for
    each connection; `wall_clock_ahead` added to a time is one of the wall clock.
    """

    arrivals: Sequence[int]
    answers: Sequence[int]
    connections: Sequence[int]
    sleeps: Sequence[int]
    accepted: Sequence[int]
    wall_clock_ahead: int = 0

    def between(self, begin: float, end: float) -> list[float]:
        """Milliseconds of the requests answered after `begin`, until `end`, in order of size.

        `begin` and `end` are seconds of the wall clock.
        """
        first = int(begin * 1e9) - self.wall_clock_ahead
        last = int(end * 1e9) - self.wall_clock_ahead
        return sorted(
            (answer - arrival) / _MILLISECOND
            for arrival, answer in zip(self.arrivals, self.answers, strict=True)
            if first < answer <= last
        )

    def oversleeping(self) -> list[float]:
        """Milliseconds that answers came later than they should have, by size: its own error."""
        return sorted(
            (answer - arrival - sleep) / _MILLISECOND
            for arrival, answer, sleep in zip(self.arrivals, self.answers, self.sleeps, strict=True)
            if answer
        )

    def first_arrivals(self) -> list[int]:
        """When each connection's first request arrived, in order of time."""
        seen: set[int] = set()
        times = []
        for arrival, connection in zip(self.arrivals, self.connections, strict=True):
            if connection not in seen:
                seen.add(connection)
                times.append(arrival)
        return times


def read_log(path: Path) -> Truth:
    """The log that precise_server.c wrote. Raises ValueError where it is cut short."""
    with path.open("rb") as stream:
        head = json.loads(stream.readline())
        lists = []
        for count in [head["requests"]] * 4 + [head["accepted"]]:
            values = array("q")
            values.frombytes(stream.read(count * values.itemsize))
            if len(values) != count:
                raise ValueError(f"{path} is cut short")
            lists.append(values)
    arrivals, answers, connections, sleeps, accepted = lists
    ahead = head["wall_clock_ahead_ns"]
    return Truth(arrivals, answers, connections, sleeps, accepted, ahead)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The least value that `percent` of all do not exceed (nearest rank); 0 where there is none."""
    if not ordered:
        return 0.0
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def from_schedule(truth: Truth, rate: float) -> list[float]:
    """Milliseconds from when each request was due to its answer, as wrk2 corrects, by size.

    The k-th request to arrive was due k/rate seconds after the first. None can be sent before it is
    due, so the one that was least late fixes when the schedule began. It holds where requests
    start in the order in which they are due and none is left out.
    """
    interval = 1e9 / rate
    begin = min(
        (arrival - number * interval for number, arrival in enumerate(truth.arrivals)),
        default=0.0,
    )
    return sorted(
        (answer - (begin + number * interval)) / _MILLISECOND
        for number, answer in enumerate(truth.answers)
        if answer
    )


def lateness(truth: Truth, rate: float, skip: float = 0.0) -> list[float]:
    """Milliseconds that each request arrived after it was due (see `from_schedule`), by size.

    What was due in the first `skip` seconds is left out.
    """
    interval = 1e9 / rate
    begins = [arrival - number * interval for number, arrival in enumerate(truth.arrivals)]
    least = min(begins, default=0.0)
    return sorted((each - least) / _MILLISECOND for each in begins[int(skip * rate) :])


def is_within(true: float, said: float, share: float, milliseconds: float) -> bool:
    """Whether a figure is right to a share of the truth, or to so many milliseconds."""
    return abs(said - true) <= max(true * share, milliseconds)
