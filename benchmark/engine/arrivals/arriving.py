"""The arrivals of one test in one process: a greenlet that issues every ticket when it is due."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain, takewhile
from math import ceil

import gevent

from benchmark.curve import Curve, level
from benchmark.engine.arrivals.queue import TicketQueue
from benchmark.engine.arrivals.schedule import Share, arrival_times
from benchmark.engine.precise_timer import PreciseTimer
from benchmark.models import ArrivalKind

LONGEST_NAP = 0.25
"""Seconds after which a sleeping greenlet looks again whether its share has changed."""

STOPPING_SECONDS = 0.25
"""How long Locust may take from the wish to stop to its event."""

SHORTEST_NAP = 0.0005
"""Seconds: where more than two thousand tickets a second are due, they are issued in bunches."""

LARGEST_BUNCH = 100
"""How many tickets are issued before anything else gets its turn."""


class Arrivals:
    """Issues the tickets of this process's share, once it has one.

    An iteration that could not start `patience` seconds after its time is not started any more.
    `process` is the number of this one; `on_end` is called when the schedule is over, if it is.
    """

    def __init__(
        self,
        kind: ArrivalKind,
        patience: float,
        seed: int,
        process: int,
        on_end: Callable[[], None],
    ) -> None:
        self.queue = TicketQueue(patience, f"{seed}/{process}")
        self._kind: ArrivalKind = kind
        self._seed = seed
        self._on_end = on_end
        self._curve = level(0.0, 0.0)
        self._share = Share()
        self._times: Iterator[float] = iter(())
        self._due: float | None = None
        self._began: float | None = None
        self._greenlet: gevent.Greenlet[[], None] | None = None

    @property
    def began(self) -> bool:
        """Whether the schedule has begun."""
        return self._began is not None

    @property
    def elapsed(self) -> float:
        """The seconds since the schedule began; 0 before."""
        return 0.0 if self._began is None else time.perf_counter() - self._began

    def take(self, curve: Curve, share: Share, elapsed: float = 0.0) -> None:
        """Take a share of the arrivals from its moment on; `curve` is the rate of all of them.

        The first share begins the schedule, which is then at `elapsed` seconds.
        """
        pending = () if self._due is None else (self._due,)
        before = takewhile(lambda due: due < share.since, chain(pending, self._times))
        self._times = chain(before, arrival_times(curve, self._kind, self._seed, share))
        self._due = None
        self._curve, self._share = curve, share
        if self._began is None:
            self._began = time.perf_counter() - elapsed
            self._greenlet = gevent.spawn(self._run)

    def finish(self) -> None:
        """The load ends here: nothing more is issued, and what has not begun is dropped.

        What should have been issued by now was missed; but for what came due while the test was
        being stopped, which takes a moment.
        """
        elapsed = self.elapsed
        until = elapsed if elapsed >= self._curve.end else elapsed - STOPPING_SECONDS
        if (due := self._next_due()) is not None and due < until:
            area = self._curve.area(until) - self._curve.area(due)
            self.queue.miss(ceil(area / self._share.of))
        self._times, self._due = iter(()), None
        self.queue.close()
        if self._greenlet is not None and self._greenlet is not gevent.getcurrent():
            self._greenlet.kill()

    def _run(self) -> None:
        timer = PreciseTimer()
        try:
            self._issue(timer)
            while (rest := self._curve.end - self.elapsed) > 0:
                self.queue.drop_late()
                _nap(timer, rest)
        finally:
            timer.close()
        self._on_end()

    def _issue(self, timer: PreciseTimer) -> None:
        """Give out every ticket of the schedule, none of them early.

        Where more are due than can be given out, the users must get their turn all the same.
        """
        queue, began = self.queue, self._began or 0.0
        bunch = 0
        while (due := self._next_due()) is not None:
            if (rest := began + due - time.perf_counter()) > 0:
                queue.drop_late()
                _nap(timer, max(rest, SHORTEST_NAP))
                bunch = 0
                continue
            self._due = None
            queue.add(began + due)
            bunch += 1
            if bunch == LARGEST_BUNCH:
                _nap(timer, 0.0)
                bunch = 0

    def _next_due(self) -> float | None:
        if self._due is None:
            self._due = next(self._times, None)
        return self._due


def _nap(timer: PreciseTimer, seconds: float) -> None:
    timer.sleep_until(time.monotonic() + min(seconds, LONGEST_NAP))
