"""Numbers of one process that are no requests: what happened how often, and how long it took.

Whoever has something to count calls `count` or `observe`; whoever keeps numbers of its own names a
function with `add_source`. The recorder reads all of it each second; workers send theirs to the
master, where those of all processes are added up. Without a recorder (plain Locust) counting costs
a dictionary entry and nothing else. Names are fixed words, never ids or URLs.

Names that the suite knows, and what judges or shows them:

===================== ==========================================================================
`asked_arrivals`      iterations that the schedule of the open model asked for
`started_iterations`  iterations that began
`dropped_iterations`  iterations that never began: no user was idle in time
`missed_arrivals`     iterations that the generator itself lost (a late loop, a dead worker)
`reconnects`          connections made because the one before was closed
`retries`             requests sent again
`rate_limited`        answers 429 that a user waited for
`descriptors_exhausted`, `ports_exhausted`  requests that the operating system refused
`clock_steps`         seconds in which the wall clock was set
`lost_workers`        workers that vanished, or left before the end
===================== ==========================================================================

and, as times in milliseconds: `start_lateness`, how much later than its schedule an iteration
began. What our HTTP client counts has the names of `http_client/counters.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from benchmark.histogram import Histogram, HistogramBuilder

LATENESS = "lateness"
"""Key of a request's `context`: how many milliseconds after its schedule the iteration began.

The open model sets it for the first request of each iteration, 0.0 included, and for no other. The
recorder then counts response time plus lateness in the operation's `latency_from_schedule`.
"""

Source = Callable[[], Mapping[str, float]]
"""Gives numbers that only ever grow, by name; the recorder takes the differences."""

_counted: defaultdict[str, float] = defaultdict(int)
_observed: dict[str, HistogramBuilder] = {}
_sources: dict[Source, dict[str, float]] = {}


def count(name: str, number: float = 1) -> None:
    """Something happened, `number` times."""
    _counted[name] += number


def counted(name: str) -> float:
    """How much of it was counted since the last `take`."""
    return _counted.get(name, 0)


def observe(name: str, milliseconds: float) -> None:
    """Something took so long."""
    times = _observed.get(name)
    if times is None:
        times = _observed[name] = HistogramBuilder()
    times.add(milliseconds)


def add_source(read: Source) -> None:
    """Let the recorder read numbers that are kept elsewhere; the same function counts once."""
    _sources.setdefault(read, dict(read()))


def unsettled(numbers: Mapping[str, float]) -> float:
    """How many iterations were asked for of which these numbers do not say what became of them."""
    fates = ("started_iterations", "dropped_iterations", "missed_arrivals")
    return numbers.get("asked_arrivals", 0) - sum(numbers.get(fate, 0) for fate in fates)


def take() -> tuple[dict[str, float], dict[str, Histogram]]:
    """What was counted, and how long things took, since the last call."""
    numbers = _counted.copy()
    _counted.clear()
    for read, before in _sources.items():
        now = dict(read())
        for name, value in now.items():
            known = before.get(name, 0)
            numbers[name] += value - known if value >= known else value  # it began anew
        _sources[read] = now
    observed = {name: times.histogram() for name, times in _observed.items()}
    _observed.clear()
    return {name: number for name, number in numbers.items() if number}, observed
