"""Turns: how many of something costly may be begun at once in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gevent
from gevent.lock import BoundedSemaphore


class Turns:
    """At most `number` at once; who takes longer than `seconds` no longer counts.

    So what costs processor time is done one after the other, without a slow server holding up those
    that wait for their turn.
    """

    def __init__(self, number: int, seconds: float) -> None:
        self._free = BoundedSemaphore(number)
        self._seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and have it."""
        self._free.acquire()
        turns = [self._free]

        def end() -> None:
            while turns:  # once, whoever is first
                turns.pop().release()

        timer = gevent.get_hub().loop.timer(self._seconds)
        timer.start(end)
        try:
            yield
        finally:
            timer.stop()
            timer.close()
            end()
