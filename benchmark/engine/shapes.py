"""Load shapes for presets that are not "ramp to the users and hold": stress and spike.

Locust calls `tick` once a second; a stage is reached with a spawn rate that needs at most that
second, so that a short stage is never swallowed by the ramp of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass

from locust import LoadTestShape


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
    """A tenth of the users, the sudden peak for the middle third, and a tenth to recover."""
    base = max(1, round(users / 10))
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
        """The users that should run now and the rate to get there; None after the last stage."""
        elapsed = self.get_run_time()
        for stage in self.stages:
            if elapsed < stage.end:
                change = abs(stage.users - self.get_current_user_count())
                return stage.users, float(max(change, 1))
        return None
