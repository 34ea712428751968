"""The load shape of a closed run: how many users there are, second by second.

Locust asks once a second and wants to know how fast to get there. The answer is what should be
there when the second is over, at once: a ramp is climbed in steps of a second, a step of the curve
comes with the tick that it falls on, and no stage is swallowed by the ramp of the one before.
"""

from __future__ import annotations

from math import floor

from locust import LoadTestShape

from benchmark.curve import Curve

EARLY_SECONDS = 0.05
"""How early a tick may come and still count for the next second, not for the one before."""


class CurveShape(LoadTestShape):
    """Follows a curve of users; the test ends with it."""

    abstract = True  # Locust must not take it for a shape that a locustfile brings along
    use_common_options = True

    def __init__(self, curve: Curve) -> None:
        super().__init__()
        self.curve = curve

    def tick(self) -> tuple[int, float] | None:
        """The users that should run now and the rate to get there; None after the end.

        The answer is the same while the number is, else Locust would begin its ramp again.
        """
        second = floor(self.get_run_time() + EARLY_SECONDS)
        if second >= self.curve.end - EARLY_SECONDS:
            return None
        return self._users(second + 1), max(self.curve.peak, 1.0)

    def _users(self, second: int) -> int:
        """Users at the end of a second: whole ones, and one at least where any are asked for."""
        value = self.curve.before(min(float(second), self.curve.end))
        return max(round(value), 1) if value > 0 else 0
