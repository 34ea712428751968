"""Load shapes for presets that are not "ramp to the users and hold": stress and spike.

Locust calls `tick` once a second; a stage is reached with a spawn rate that needs at most that
second, so that a short stage is never swallowed by the ramp of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass

from locust import LoadTestShape

EARLY_SECONDS = 0.05
"""How early a tick may come and still count for the next stage, not a whole second later."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Until `end` seconds after the start, `users` run."""

    end: float
    users: int


def stress_stages(users: int, run_time: float, steps: int = 5) -> tuple[Stage, ...]:
    """Equal steps up to `users`: each step lasts the same part of `run_time` seconds."""
    steps = max(1, min(steps, users, int(run_time)))
    return tuple(
        Stage(run_time * step / steps, max(1, round(users * step / steps)))
        for step in range(1, steps + 1)
    )


def spike_stages(users: int, run_time: float) -> tuple[Stage, ...]:
    """A tenth of the users, the sudden peak for the middle third, and a tenth to recover.

    A stage lasts a second at least; below three seconds the recovery is left out, then the start.
    """
    base = max(1, round(users / 10))
    if run_time < 2:
        return (Stage(run_time, users),)
    if run_time < 3:
        return Stage(1, base), Stage(run_time, users)
    return (
        Stage(run_time / 3, base),
        Stage(run_time * 2 / 3, users),
        Stage(run_time, base),
    )


STAGES = {"stress": stress_stages, "spike": spike_stages}


class StagedShape(LoadTestShape):
    """Walks through stages and then ends the test."""

    abstract = True  # Locust must not take it for a shape that a locustfile brings along
    use_common_options = True

    def __init__(self, stages: tuple[Stage, ...]) -> None:
        super().__init__()
        self.stages = stages

    def tick(self) -> tuple[int, float] | None:
        """The users that should run now and the rate to get there; None after the last stage.

        The answer is the same throughout a stage, else Locust would begin the ramp again.
        """
        elapsed = self.get_run_time() + EARLY_SECONDS
        before = 0
        for stage in self.stages:
            if elapsed < stage.end:
                return stage.users, float(max(abs(stage.users - before), 1))
            before = stage.users
        return None
