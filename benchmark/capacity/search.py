"""The search itself: plan, run, judge, drain, until the controller has an answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from benchmark.capacity.blame import first_to_break
from benchmark.capacity.controller import (
    Limits,
    Planned,
    State,
    advance,
    begin,
    interrupted,
)
from benchmark.capacity.draining import PATIENCE, Ask, drain, usual_seconds
from benchmark.capacity.sizing import users_for
from benchmark.capacity.stepping import Measured, StepLoad
from benchmark.errors import LocustError, TargetError
from benchmark.models import Capacity, CapacityStep
from benchmark.utils.figures import number

RunStep = Callable[[Planned, int], Measured]
"""Runs a planned step with so many users. Raises KeyboardInterrupt, LocustError."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched, within which limits. `command` is the line that asked for it."""

    base_url: str
    load: StepLoad
    limits: Limits
    is_default: bool
    seed: int
    max_users: int
    command: str = ""


def find_capacity(
    search: Search,
    run_step: RunStep,
    ask: Ask,
    say: Callable[[str], None],
    patience: float = PATIENCE,
) -> Capacity:
    """Run steps until there is an answer; Ctrl-C ends it with what is known so far.

    After each step the target has `patience` seconds to become as quick as it was before the first.
    Raises TargetError if the target does not answer before the first step.
    """
    usual = usual_seconds(ask)
    if usual is None:
        raise TargetError(
            f"{search.base_url} does not answer", "start the API, or correct the address (--host)"
        )
    started_at, began = datetime.now(UTC), time.monotonic()
    state = begin(search.limits)
    steps: list[CapacityStep] = []
    iteration_seconds = 0.0
    try:
        while state.planned is not None:
            planned = state.planned
            users, most = _users(search, planned, iteration_seconds)
            say(f"Step {len(steps) + 1}: {_in_words(planned)}")
            measured = run_step(planned, users)
            outcome = replace(measured.outcome, most_users=users >= most)
            state = advance(state, search.limits, outcome, time.monotonic() - began)
            if state.verdict == "held":
                iteration_seconds = measured.iteration_seconds
            step = replace(measured.step, verdict=state.verdict, reason=state.reason)
            steps.append(step)
            say(f"  {step_in_words(step)}")
            if state.planned is not None:
                drained = drain(ask, usual, patience)
                steps[-1] = replace(step, drained=drained)
                if drained is None:
                    state = interrupted(state, "distress", _not_drained(step, patience))
    except KeyboardInterrupt as cause:
        state = interrupted(state, "interrupted", str(cause) or "stopped by Ctrl-C")
    except TargetError as error:  # some locustfiles say so themselves
        if not steps:
            raise
        state = interrupted(state, "distress", error.message)
    except LocustError as error:
        state = interrupted(state, "failed", error.message)
    return _answer(search, state, tuple(steps), started_at, time.monotonic() - began)


def step_in_words(step: CapacityStep) -> str:
    """What one step showed, as a line of progress."""
    p50, p95 = step.latency_ms
    figures = f"p95 {number(p95)} ms, {number(step.answered)} answers/s" if p50 else "no answers"
    reason = f" ({step.reason})" if step.reason else ""
    return f"{number(step.rate)}/s {step.verdict}: {figures}{reason}"


def _in_words(planned: Planned) -> str:
    why = {
        "double": "going up",
        "halve": "going down",
        "bisect": "in between",
        "confirm": "once more, in a longer window",
        "recheck": "once more, to be sure that it breaks",
    }[planned.purpose]
    return f"{number(planned.rate)} iterations per second for {planned.seconds:g} s, {why}"


def _users(search: Search, planned: Planned, iteration_seconds: float) -> tuple[int, int]:
    """How many users a step gets, and how many there may be at most."""
    objective, more = search.load.objective, planned.more_users
    users = users_for(planned.rate, objective, iteration_seconds, more, search.max_users)
    return users, search.max_users


def _not_drained(step: CapacityStep, patience: float) -> str:
    return (
        f"after {number(step.rate)}/s the target was not as quick as before within {patience:g} s"
    )


def _answer(
    search: Search,
    state: State,
    steps: tuple[CapacityStep, ...],
    started_at: datetime,
    duration: float,
) -> Capacity:
    low, below = state.interval
    objective = search.load.objective
    return Capacity(
        base_url=search.base_url,
        objective=tuple(each.text for each in objective),
        is_default=search.is_default,
        arrivals=search.load.arrivals,
        started_at=started_at,
        duration=duration,
        step_seconds=search.limits.step_seconds,
        seed=search.seed,
        rate=state.rate,
        at_least=min(low, state.rate or 0.0),
        below=below,
        confirmed=state.confirmed,
        ending=state.ending or "interrupted",
        reason=state.reason,
        first_to_break=first_to_break(objective, steps, state.rate or 0.0),
        steps=steps,
        command=search.command,
    )
