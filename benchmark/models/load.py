"""Values of a load: what is asked for, over which time, and how arrivals came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ShapeName = Literal["hold", "stress", "spike", "stages"]
ArrivalKind = Literal["constant", "poisson"]


@dataclass(frozen=True, slots=True)
class Stage:
    """For some seconds the load goes in a straight line to `target`; 0 seconds are a jump.

    The target is in users or, in the open model, in iterations per second.
    """

    seconds: float
    target: float


@dataclass(frozen=True, slots=True)
class OpenModel:
    """Iterations start at a rate, however slow the answers are.

    `rate` is the highest, in iterations per second. One that could not start `max_start_delay`
    seconds after its time is dropped.
    """

    rate: float
    arrivals: ArrivalKind = "constant"
    max_start_delay: float = 10.0


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """How much load: users, users started per second, seconds, and the shape of the load.

    `shape` is "hold" (ramp up, then hold), "stress" (in steps), "spike" (a sudden peak) or "stages"
    (those in `stages`, which last as long as `run_time` says). In the open model the shape is that
    of the rate, and `users` is how many there are at most.
    """

    name: str
    users: int
    spawn_rate: float
    run_time: float
    shape: ShapeName = "hold"
    stages: tuple[Stage, ...] = ()
    open_model: OpenModel | None = None


ASKED, STARTED, DROPPED = "asked_arrivals", "started_iterations", "dropped_iterations"
"""The counters of an open run; see `benchmark.engine.counters`."""


@dataclass(frozen=True, slots=True)
class ArrivalStats:
    """What became of the iterations that an open run was asked to start, in `seconds`.

    `asked` of them were due, `started` began, `dropped` found no free user in time. The others
    were missed by the load generator: it was too slow, or one of its processes was lost.
    """

    asked: int
    started: int
    dropped: int
    seconds: float

    @classmethod
    def counted(cls, counters: Mapping[str, float], seconds: float) -> ArrivalStats:
        """What the counters of some seconds say."""
        asked, started, dropped = (int(counters.get(n, 0)) for n in (ASKED, STARTED, DROPPED))
        return cls(asked, started, dropped, seconds)

    @property
    def missed(self) -> int:
        """Neither started nor dropped."""
        return max(0, self.asked - self.started - self.dropped)

    @property
    def asked_rate(self) -> float:
        """Iterations per second that were due; 0 for an empty run."""
        return self.asked / self.seconds if self.seconds > 0 else 0.0

    @property
    def achieved_rate(self) -> float:
        """Iterations per second that began; 0 for an empty run."""
        return self.started / self.seconds if self.seconds > 0 else 0.0
