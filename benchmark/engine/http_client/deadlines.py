"""Ends waits that take too long: one timer for all connections, in place of one for each wait."""

from __future__ import annotations

import sys
from time import perf_counter_ns
from typing import Any, Protocol

import gevent

NEVER = sys.maxsize
_SHORTEST_PAUSE = 0.005  # seconds, so that many deadlines close together cost one look


class Waiting(Protocol):
    """What may wait for a peer: `deadline_ns` (perf_counter_ns) holds while `is_waiting`."""

    deadline_ns: int

    @property
    def is_waiting(self) -> bool:
        """Whether a greenlet waits for it."""
        ...

    def expire(self) -> None:
        """End the wait with a timeout."""
        ...


class Sweeper:
    """Looks at all members when the earliest deadline that it knows of has come.

    A member that begins to wait compares its deadline with `next_ns` and calls `advance` where its
    own is earlier; that is all that a wait costs. Deadlines mostly move into the future before they
    come, so there is about one look per timeout, however many requests there are.
    """

    def __init__(self) -> None:
        self.members: set[Waiting] = set()
        self.next_ns = NEVER
        self._timer: Any = None

    def advance(self, deadline_ns: int) -> None:
        """Look at this time already."""
        self.next_ns = deadline_ns
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        seconds = max(_SHORTEST_PAUSE, (deadline_ns - perf_counter_ns()) / 1e9)
        self._timer = gevent.get_hub().loop.timer(seconds)
        self._timer.start(self._sweep, update=True)

    def _sweep(self) -> None:
        self._timer.close()
        self._timer = None
        self.next_ns = NEVER
        now = perf_counter_ns()
        waiting = [one for one in self.members if one.is_waiting]
        late = [one for one in waiting if one.deadline_ns <= now]
        earliest = min((one.deadline_ns for one in waiting if one.deadline_ns > now), default=NEVER)
        if earliest < NEVER:
            self.advance(earliest)
        for one in late:
            # Ending one wait runs a user, who may have ended another's, or begun a new one.
            if one.is_waiting and one.deadline_ns <= now:
                one.expire()


sweeper = Sweeper()
"""The sweeper of this process: Locust has one hub in it."""
