"""A clock that goes on when it is told to, so that no test depends on the machine's speed."""

from __future__ import annotations


class StoppedClock:
    """Called, it tells its time in seconds, as `time.monotonic` does."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now

    def go_on(self, seconds: float) -> None:
        """Let some time pass."""
        self.now += seconds
