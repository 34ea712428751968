"""The search for a capacity, as a state machine: against simulated queues, and move by move."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from statistics import fmean

import pytest
from simulated_queue import Queue, search

from benchmark.capacity.controller import (
    LONGEST_CONFIRM,
    Limits,
    Outcome,
    State,
    advance,
    begin,
    interrupted,
    written,
)
from benchmark.capacity.evidence import Sample

LIMITS = Limits()


# ── queues ────────────────────────────────────────────────────────────────────────────────────


def test_the_simulated_queue_does_as_theory_says() -> None:
    """Long simulations show the share of late answers that Erlang's formula gives."""
    for queue in (Queue(1, 0.01, 0.05), Queue(4, 0.02, 0.08), Queue(8, 0.02, 0.1)):
        rate = queue.capacity()
        done = queue.latencies(rate, 150_000 / rate, Random(1))
        late = sum(latency >= queue.limit for _, latency in done) / len(done)
        assert late == pytest.approx(0.05, rel=0.15)


QUEUES = [
    Queue(1, 0.005, 0.075),
    Queue(2, 0.01, 0.15),
    Queue(4, 0.02, 0.08),
    Queue(4, 0.02, 0.3),
    Queue(8, 0.02, 0.1),
    Queue(16, 0.05, 0.2),
    Queue(16, 0.05, 0.3),
    Queue(32, 0.05, 0.25),
]


@pytest.mark.parametrize("queue", QUEUES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_the_capacity_of_a_queue_is_found(queue: Queue, seed: int) -> None:
    """Within 10 % of the rate at which p95 reaches the limit, and within time and steps."""
    state, steps, elapsed = search(queue, LIMITS, Random(f"{queue}{seed}"))
    assert state.ending in ("found", "time")
    assert state.rate == pytest.approx(queue.capacity(), rel=0.1)
    assert len(steps) <= LIMITS.max_steps
    assert elapsed <= LIMITS.max_seconds
    low, high = state.interval
    assert high is not None
    assert low <= state.rate <= high


def test_the_answer_leans_to_neither_side() -> None:
    """On average it is the true capacity, and nine of ten intervals contain it."""
    shares, contained = [], []
    for queue in (Queue(2, 0.01, 0.15), Queue(4, 0.02, 0.3), Queue(16, 0.05, 0.2)):
        true = queue.capacity()
        for seed in range(8):
            state, _, _ = search(queue, LIMITS, Random(f"{queue}{seed}"))
            low, high = state.interval
            shares.append((state.rate or 0.0) / true)
            contained.append(low <= true <= (high or true))
    assert fmean(shares) == pytest.approx(1, abs=0.015)
    assert contained.count(True) >= 0.9 * len(contained)


@pytest.mark.parametrize("queue", [Queue(4, 0.02, 0.3), Queue(16, 0.05, 0.3)], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_noise_and_hiccups_do_not_pass_for_the_limit(queue: Queue, seed: int) -> None:
    """A second in which everything waits, whatever the load, ends no search at a low rate."""
    noisy = replace(queue, noise=0.2, hiccups=0.01)
    state, _, _ = search(noisy, LIMITS, Random(f"{noisy}{seed}"))
    assert state.rate == pytest.approx(noisy.capacity(), rel=0.1)


def test_a_shallow_limit_needs_and_uses_more_time() -> None:
    """Where a tenth more load hardly shows, longer steps still find it."""
    queue = Queue(1, 0.005, 0.02)
    limits = Limits(step_seconds=60.0, max_seconds=7200.0)
    for seed in range(3):
        state, _, _ = search(queue, limits, Random(seed))
        assert state.rate == pytest.approx(queue.capacity(), rel=0.1)


@pytest.mark.parametrize("seconds", [20.0, 60.0, 120.0])
def test_little_time_is_kept_to(seconds: float) -> None:
    """The search ends in time, with what it knows by then."""
    limits = Limits(max_seconds=seconds)
    state, _, elapsed = search(Queue(4, 0.02, 0.3), limits, Random(3))
    assert elapsed <= seconds
    assert state.ending in ("time", "found")


# ── move by move ──────────────────────────────────────────────────────────────────────────────


def share(of_all: float, kind: str = "service") -> Sample:
    """A steady share of a thousand requests that counts against a condition."""
    return Sample("p95<1s", "", kind, 0.05, ((of_all * 100, 100.0),) * 10)  # type: ignore[arg-type]


HELD = Outcome((share(0.0),), mean=20.0)
BROKEN = Outcome((share(0.3),), mean=500.0)
UNCLEAR = Outcome((share(0.05),))
NARROW = Outcome((share(0.08),))


def play(*outcomes: Outcome, limits: Limits = LIMITS) -> list[State]:
    """The states that follow from outcomes, the first one included."""
    states = [begin(limits)]
    for number, outcome in enumerate(outcomes, start=1):
        states.append(advance(states[-1], limits, outcome, 15.0 * number))
    return states


def planned(state: State) -> tuple[float, str, float]:
    """What comes next: rate, purpose and seconds."""
    assert state.planned is not None
    return state.planned.rate, state.planned.purpose, state.planned.seconds


def test_it_doubles_bisects_and_confirms() -> None:
    """The whole way of an ordinary search."""
    states = play(HELD, HELD, BROKEN, HELD, BROKEN, BROKEN, HELD, BROKEN, HELD)
    assert [planned(state)[:2] for state in states[:-1]] == [
        (10.0, "double"),
        (20.0, "double"),
        (40.0, "double"),
        (28.3, "bisect"),
        (33.6, "bisect"),
        (30.8, "bisect"),
        (29.5, "bisect"),
        (30.1, "bisect"),
        (29.5, "confirm"),
    ]
    assert planned(states[-2])[2] == 30.0
    end = states[-1]
    assert (end.ending, end.rate, end.confirmed) == ("found", 29.5, True)
    assert end.interval == (27.3, 30.1)


def test_it_halves_until_something_holds() -> None:
    """A slow target is found below the first rate, which is not the lowest."""
    states = play(BROKEN, BROKEN, HELD)
    assert [planned(state)[:2] for state in states[1:]] == [
        (5.0, "halve"),
        (2.5, "halve"),
        (3.54, "bisect"),
    ]


def test_even_the_lowest_rate_breaks() -> None:
    """Then there is no answer."""
    end = play(BROKEN, BROKEN, BROKEN, BROKEN, BROKEN)[-1]
    assert (end.ending, end.rate) == ("lowest", None)


def test_even_the_highest_rate_holds() -> None:
    """It is confirmed, and the search says that it went no further."""
    states = play(HELD, HELD, HELD, limits=Limits(max_rate=15.0))
    assert [planned(state)[:2] for state in states[:3]] == [
        (10.0, "double"),
        (15.0, "double"),
        (15.0, "confirm"),
    ]
    assert (states[-1].ending, states[-1].rate) == ("highest", 15.0)


def test_what_cannot_be_told_is_repeated_and_then_decided() -> None:
    """Three windows at one rate; then the likelier verdict counts, without being certain."""
    states = play(UNCLEAR, UNCLEAR, UNCLEAR)
    assert [planned(state)[0] for state in states] == [10.0, 10.0, 10.0, 20.0]
    assert states[-1].held == (10.0,)
    assert states[-1].interval == (0.0, None)


def test_a_rate_that_broke_narrowly_must_break_twice() -> None:
    """The first break is tried again at once; what holds then goes on upwards."""
    states = play(HELD, NARROW, HELD)
    assert planned(states[2])[:2] == (20.0, "recheck")
    assert planned(states[3])[:2] == (40.0, "double")
    assert states[3].upper is None


def test_a_longer_window_that_breaks_narrowly_steps_down_a_little() -> None:
    """The answer is near, so it is not looked for far below."""
    before = play(HELD, HELD, BROKEN, HELD, BROKEN, BROKEN, HELD, BROKEN)[-1]
    after = advance(before, LIMITS, NARROW, 135.0)
    assert planned(before)[:2] == (29.5, "confirm")
    assert planned(after)[:2] == (28.6, "confirm")


def test_distress_ends_it_at_once() -> None:
    """Nothing more is sent, and what held before is still the answer."""
    end = play(HELD, HELD, replace(BROKEN, distress="nothing was answered"))[-1]
    assert (end.ending, end.rate, end.planned) == ("distress", 20.0, None)
    assert end.interval == (18.5, 40.0)
    assert end.reason == "nothing was answered"


@pytest.mark.parametrize(
    "outcome",
    [replace(HELD, missed="the generator missed 2 %"), replace(BROKEN, doubts="it was late")],
)
def test_a_generator_that_cannot_keep_up_is_never_the_targets_limit(outcome: Outcome) -> None:
    """One busy moment is tried again; then its rate bounds the search, and the ending says why."""
    states = play(HELD, outcome, outcome)
    assert planned(states[2])[:2] == (20.0, "double")
    assert planned(states[3])[:2] == (14.1, "bisect")
    state = states[-1]
    while state.planned is not None:
        state = advance(state, LIMITS, HELD, state.elapsed + 15.0)
    assert state.ending == "generator"
    assert state.interval[1] is None
    assert state.reason


def test_a_step_that_held_in_spite_of_a_late_generator_counts() -> None:
    """Lateness only makes figures worse: what was good enough was good enough."""
    state = play(replace(HELD, doubts="it was late"))[-1]
    assert state.held == (10.0,)


def test_too_few_users_are_no_limit_of_the_target() -> None:
    """More of them are tried; where there cannot be more, the ending says that they were it."""
    waits = Outcome((share(0.0), share(0.5, "schedule")), mean=21.0, most_users=False)
    states = play(HELD, waits)
    assert states[-1].planned is not None
    assert (states[-1].planned.rate, states[-1].planned.more_users) == (20.0, 4)
    state = advance(states[-1], LIMITS, replace(waits, most_users=True), 60.0)
    while state.planned is not None:
        state = advance(state, LIMITS, HELD, state.elapsed + 15.0)
    assert (state.ending, state.interval[1]) == ("users", None)


def test_waiting_for_users_of_a_slowed_target_is_its_own_limit() -> None:
    """Where requests take three times as long as before, no number of users helps."""
    waits = Outcome((share(0.0), share(0.5, "schedule")), mean=100.0, most_users=True)
    state = play(HELD, waits)[-1]
    assert state.verdict == "broken"


def test_a_slow_rate_is_confirmed_for_long_enough() -> None:
    """A hundred iterations, if that does not take too long."""
    limits = Limits(start_rate=1.0, max_rate=1.0)
    state = play(HELD, limits=limits)[-1]
    assert planned(state) == (1.0, "confirm", 100.0)
    slower = Limits(start_rate=0.1, min_rate=0.1, max_rate=0.1)
    assert planned(play(HELD, limits=slower)[-1])[2] == LONGEST_CONFIRM


def test_time_is_left_for_the_longer_window() -> None:
    """Before time is up, the best rate so far is confirmed instead of looking further."""
    limits = Limits(max_seconds=75.0)
    states = play(HELD, HELD, limits=limits)
    assert planned(states[-1])[:2] == (20.0, "confirm")
    end = advance(states[-1], limits, HELD, 70.0)
    assert (end.ending, end.confirmed) == ("time", True)


def test_an_interruption_keeps_what_is_known() -> None:
    """Whatever ended the search, the rates that held are still there."""
    end = interrupted(play(HELD, HELD)[-1], "interrupted", "Ctrl-C")
    assert (end.ending, end.rate, end.planned) == ("interrupted", 20.0, None)
    with pytest.raises(ValueError, match="over"):
        advance(end, LIMITS, HELD, 60.0)


@pytest.mark.parametrize("outcome", [HELD, BROKEN, UNCLEAR, NARROW, replace(HELD, missed="late")])
def test_every_search_ends(outcome: Outcome) -> None:
    """Whatever is measured, steps and rates stay within their bounds."""
    limits = Limits(max_seconds=1e9, max_rate=1e5)
    state, steps = begin(limits), 0
    while state.planned is not None:
        assert limits.min_rate <= state.planned.rate <= limits.max_rate
        state = advance(state, limits, outcome, 0.0)
        steps += 1
    assert steps <= limits.max_steps


@pytest.mark.parametrize(
    ("rate", "text"), [(0.12345, 0.123), (28.284, 28.3), (5656.85, 5660.0), (0.0, 0.0)]
)
def test_rates_are_written_with_three_digits(rate: float, text: float) -> None:
    """So that people can type them."""
    assert written(rate) == text
