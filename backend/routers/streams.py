"""How many streams of events are open, and may be, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backend.observability import Metrics
from backend.problems import Problem

MOST = 500


class Streams:
    """Counts them. Used by the event loop alone."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._open = 0

    def require_room(self) -> None:
        """Raises Problem (429) where as many are open as may."""
        if self._open >= self._most:
            raise Problem(
                429,
                "too many streams of events are open",
                "try again later, or read the result's live figures",
                {"Retry-After": "10"},
            )

    @contextmanager
    def one(self, metrics: Metrics) -> Iterator[None]:
        """One is open meanwhile."""
        self._open += 1
        metrics.stream_opened()
        try:
            yield
        finally:
            self._open -= 1
            metrics.stream_closed()
