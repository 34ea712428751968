"""The search with steps that are made up: every ending, and what is kept of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from seconds_of_steps import operation, second

from benchmark.capacity import draining
from benchmark.capacity.controller import Limits, Planned
from benchmark.capacity.objective import parse_objective
from benchmark.capacity.search import Search, find_capacity
from benchmark.capacity.sizing import users_for
from benchmark.capacity.stepping import WARM_UP, Measured, StepLoad, measured
from benchmark.capacity.watching import Trouble
from benchmark.errors import LocustError, TargetError
from benchmark.models import LoadProfile, OpenModel
from benchmark.utils.timeline import Timeline, TimelineReader
from benchmark.utils.timeline_lines import SecondLine

OBJECTIVE = parse_objective(["p95<300ms", "failures<1%"])
LOAD = StepLoad(OBJECTIVE, "constant", 10.0)
SEARCH = Search("http://localhost:8000", LOAD, Limits(), is_default=False, seed=42, max_users=5000)


@pytest.fixture
def nothing_recorded(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    """The timeline of a generator that nobody watched."""
    return TimelineReader(tmp_path_factory.mktemp("none") / "none").timeline()


@pytest.fixture
def target(nothing_recorded: Timeline) -> Callable[[float], Callable[[Planned, int], Measured]]:
    """Makes steps against a target that answers within 20 ms up to a rate, and then in a second."""

    def limited_to(limit: float) -> Callable[[Planned, int], Measured]:
        def run(planned: Planned, users: int) -> Measured:
            latency = 20.0 if planned.rate <= limit else 1000.0
            line = second(operation(*[latency] * round(planned.rate)))
            lines = [line] * round(WARM_UP + planned.seconds)
            return step_of(planned, users, lines, nothing_recorded)

        return run

    return limited_to


def step_of(
    planned: Planned, users: int, lines: list[SecondLine], timeline: Timeline, *found: Trouble
) -> Measured:
    """What a step says whose seconds are made up."""
    profile = LoadProfile("capacity", users, users, 12.0, open_model=OpenModel(planned.rate))
    return measured(planned, profile, LOAD, lines, timeline, found)


def quick() -> float:
    """A target that is always quick."""
    return 0.002


def test_the_answer_and_what_it_rests_on(
    target: Callable[[float], Callable[[Planned, int], Measured]],
) -> None:
    """Every step is kept, with its users, its verdict and what broke first."""
    said: list[str] = []
    found = find_capacity(SEARCH, target(100), quick, said.append)
    assert found.ending == "found"
    assert found.rate is not None
    assert 95 <= found.rate <= 100 < (found.below or 0)
    assert found.confirmed
    assert found.is_exact
    assert found.first_to_break is not None
    assert found.first_to_break.operation == "GET /a"
    assert {step.verdict for step in found.steps} == {"held", "broken"}
    assert all(step.users >= 2 * step.rate for step in found.steps)
    assert all(step.drained is not None for step in found.steps[:-1])
    assert said[0] == "Step 1: 10 iterations per second for 10 s, going up"
    assert "10/s held" in said[1]


def test_a_target_that_does_not_answer_gets_no_load(
    target: Callable[[float], Callable[[Planned, int], Measured]],
) -> None:
    """The error says so before the first step."""
    with pytest.raises(TargetError, match="does not answer"):
        find_capacity(SEARCH, target(100), lambda: None, lambda _: None)


@pytest.mark.parametrize(
    ("error", "ending"),
    [(KeyboardInterrupt("Ctrl-C"), "interrupted"), (LocustError("it broke"), "failed")],
)
def test_what_is_known_when_something_ends_it_is_kept(
    error: BaseException,
    ending: str,
    target: Callable[[float], Callable[[Planned, int], Measured]],
) -> None:
    """Steps that were done, and the highest rate that held."""
    run = target(100)

    def run_twice(planned: Planned, users: int) -> Measured:
        if planned.rate > 20:
            raise error
        return run(planned, users)

    found = find_capacity(SEARCH, run_twice, quick, lambda _: None)
    assert (found.ending, found.rate, len(found.steps)) == (ending, 20.0, 2)
    assert not found.is_exact
    assert found.reason == str(error)


def test_distress_stops_it_at_once(
    target: Callable[[float], Callable[[Planned, int], Measured]], nothing_recorded: Timeline
) -> None:
    """No other step is run, and the reason is told."""
    run = target(1000)

    def run_until_it_falls(planned: Planned, users: int) -> Measured:
        if planned.rate < 40:
            return run(planned, users)
        lines: list[SecondLine] = [second(asked=40)] * 5
        return step_of(planned, users, lines, nothing_recorded, Trouble("distress", "it fell"))

    found = find_capacity(SEARCH, run_until_it_falls, quick, lambda _: None)
    assert (found.ending, found.rate, found.below) == ("distress", 20.0, 40.0)
    assert found.reason == "it fell"
    assert [step.verdict for step in found.steps] == ["held", "held", "distress"]


def test_a_target_that_stays_slow_after_a_step_is_in_distress(
    target: Callable[[float], Callable[[Planned, int], Measured]],
) -> None:
    """The next step would measure what the one before left behind."""
    answers: Iterator[float] = iter([0.002] * 5)
    found = find_capacity(
        SEARCH, target(100), lambda: next(answers, 3.0), lambda _: None, patience=0.0
    )
    assert (found.ending, len(found.steps), found.rate) == ("distress", 1, 10.0)
    assert "not as quick as before" in found.reason


def test_missed_iterations_are_the_generators(
    target: Callable[[float], Callable[[Planned, int], Measured]], nothing_recorded: Timeline
) -> None:
    """The answer is then what the target bears at least."""
    run = target(1000)

    def run_with_a_weak_generator(planned: Planned, users: int) -> Measured:
        if planned.rate <= 20:
            return run(planned, users)
        fine = second(operation(*[20.0] * 20))
        counters = {"asked_arrivals": 40.0, "started_iterations": 20.0}
        lines: list[SecondLine] = [replace(fine, counters=counters)] * 12
        return step_of(planned, users, lines, nothing_recorded)

    found = find_capacity(SEARCH, run_with_a_weak_generator, quick, lambda _: None)
    assert (found.ending, found.rate, found.below) == ("generator", 20.0, None)
    assert "missed 50 %" in found.reason


def test_waiting_for_the_target_is_bounded() -> None:
    """Two quick answers in a row, or none in time."""
    answers = iter([None, 0.5, 0.002, 0.5, 0.002, 0.002])
    assert draining.drain(lambda: next(answers), 0.002) is not None
    assert next(answers, "all asked") == "all asked"
    assert draining.drain(lambda: None, 0.002, patience=0.0) is None


def test_a_usual_answer_is_the_median_of_some() -> None:
    """One that does not come at all makes none."""
    answers = iter([0.5, 0.001, 0.002, 0.003, 0.002])
    assert draining.usual_seconds(lambda: next(answers)) == 0.002
    holes = iter([0.5, None, 0.002, 0.003, 0.002])
    assert draining.usual_seconds(lambda: next(holes)) is None


@pytest.mark.parametrize(
    ("rate", "slo", "iteration", "more", "users"),
    [
        (1, "p95<300ms", 0.0, 1, 20),
        (100, "p95<300ms", 0.0, 1, 200),
        (100, "p95<2s", 0.0, 1, 800),
        (100, "p95<300ms", 3.0, 1, 1200),
        (100, "p95<300ms", 0.0, 4, 800),
        (10_000, "p95<300ms", 0.0, 1, 5000),
    ],
)
def test_users_are_enough_for_a_rate(
    rate: float, slo: str, iteration: float, more: int, users: int
) -> None:
    """By Little's law, with room, and never more than allowed."""
    assert users_for(rate, parse_objective([slo]), iteration, more, 5000) == users
