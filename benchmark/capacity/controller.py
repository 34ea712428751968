"""Which rate to try next, and when to stop: a pure state machine.

The rate doubles until the objective breaks, or halves until it holds; then the bracket between the
highest rate that held and the lowest that broke is bisected until it is narrow, and the lower one
must hold once more in a longer window, and the upper one break once more: a moment in which the
target was busy with something else must not pass for its limit. What broke for another reason than
the target (the load generator, its users) bounds the bracket as well, and the ending says so.
Nothing here knows how a step is run: `advance` takes what was measured, and gives the next state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, inf, log10, sqrt
from typing import Literal

from benchmark.capacity.evidence import (
    CERTAIN,
    Sample,
    decide_all,
    is_overwhelming,
    pooled,
    weigh_all,
)
from benchmark.models import SearchEnding, StepPurpose, StepVerdict

USERS_GROWTH = 4
"""By how much more users a step is repeated that had too few of them."""

LEAST_CONFIRMED = 100
"""How many iterations the longer window should have, where that takes at most `LONGEST_CONFIRM`."""

LONGEST_CONFIRM = 120.0
SLOWED = 3.0
"""Requests that take so many times as long as at the highest rate that held: the target is slow,
however few users there are."""

MAX_RECHECKS = 6
_OF_TARGET = ("target", "distress")
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a search; rates in iterations per second, times in seconds.

    The bracket is narrow where its ends differ by less than `precision`. At one rate at most
    `max_windows` steps are run before the likelier verdict counts.
    """

    start_rate: float = 10.0
    min_rate: float = 1.0
    max_rate: float = 100_000.0
    step_seconds: float = 10.0
    max_seconds: float = 600.0
    precision: float = 0.03
    max_windows: int = 3
    max_steps: int = 60
    confirm_factor: float = 3.0


@dataclass(frozen=True, slots=True)
class Planned:
    """The step to run next; `more_users` multiplies the usual number of users."""

    rate: float
    seconds: float
    purpose: StepPurpose
    more_users: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step measured. The texts are sentences that say why, "" where there is nothing to say.

    `distress` says that the target was in distress, `missed` that the generator did not keep to the
    schedule, `doubts` that it was too busy or too late for its figures to be trusted. `mean` is the
    mean service time in milliseconds. `most_users` says that there cannot be more users than there
    were.
    """

    samples: tuple[Sample, ...]
    mean: float = 0.0
    distress: str = ""
    missed: str = ""
    doubts: str = ""
    most_users: bool = True


@dataclass(frozen=True, slots=True)
class Upper:
    """A rate that did not hold, and what was the limit there.

    `sure` says that it need not be tried once more.
    """

    rate: float
    limit: Literal["target", "generator", "users", "distress"]
    reason: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Certain:
    """A rate that held by more than chance, and the rate that this proves for longer times."""

    rate: float
    proves: float


@dataclass(frozen=True, slots=True)
class State:
    """Where a search is: `planned` is what to do next, None once there is an `ending`.

    `held` are the rates that held, ascending; `certain` are those, and `refuted` the rates that
    broke, where the verdict was more than the likelier one. `windows` are the samples of the
    planned rate so far, `doubted` how often its step said nothing of the target. `verdict` and
    `reason` are those of the last step. `overhead` is the longest time that a step took beside its
    window, waiting for the target included. `mean` is the mean service time at the last rate that
    held.
    """

    planned: Planned | None
    held: tuple[float, ...] = ()
    certain: tuple[Certain, ...] = ()
    refuted: tuple[float, ...] = ()
    uppers: tuple[Upper, ...] = ()
    longer: tuple[float, ...] = ()
    rechecks: int = 0
    windows: tuple[tuple[Sample, ...], ...] = ()
    doubted: int = 0
    mean: float = 0.0
    steps: int = 0
    elapsed: float = 0.0
    overhead: float = 0.0
    verdict: StepVerdict = "undecided"
    reason: str = ""
    ending: SearchEnding | None = None

    @property
    def rate(self) -> float | None:
        """The highest rate that held, if one did."""
        return self.held[-1] if self.held else None

    @property
    def confirmed(self) -> bool:
        """Whether the highest rate that held did so in a longer window too."""
        return self.rate in self.longer

    @property
    def upper(self) -> Upper | None:
        """The lowest rate that did not hold, if one did not."""
        return self.uppers[0] if self.uppers else None

    @property
    def interval(self) -> tuple[float, float | None]:
        """Between which rates the capacity lies: one that held, or 0, and one that broke, if any.

        Those whose verdict was certain are taken, and how much work comes in a window is chance
        (`_proved`), so that it is wide where there is little to judge by.
        """
        likely = self.upper.rate if self.upper and self.upper.limit in _OF_TARGET else None
        low = max((each.proves for each in self.certain), default=0.0)
        return low, min(self.refuted, default=likely)


def begin(limits: Limits) -> State:
    """The state before the first step."""
    start = min(max(limits.start_rate, limits.min_rate), limits.max_rate)
    return State(Planned(start, limits.step_seconds, "double"))


def advance(state: State, limits: Limits, outcome: Outcome, elapsed: float) -> State:
    """The state after the planned step; `elapsed` seconds have passed since the search began."""
    planned = _planned(state)
    state = replace(
        state,
        steps=state.steps + 1,
        elapsed=elapsed,
        overhead=max(state.overhead, elapsed - state.elapsed - planned.seconds),
    )
    verdict, reason, certain = _verdict(state, limits, outcome)
    state = replace(state, verdict=verdict, reason=reason)
    match verdict:
        case "distress":
            state = _below(state, Upper(planned.rate, "distress", reason))
            return replace(state, planned=None, ending="distress")
        case "held":
            is_longer = planned.purpose == "confirm"
            proved = Certain(planned.rate, _proved(planned.rate, (*state.windows, outcome.samples)))
            state = replace(
                state,
                held=tuple(sorted({*state.held, planned.rate})),
                uppers=tuple(each for each in state.uppers if each.rate > planned.rate),
                refuted=tuple(each for each in state.refuted if each > planned.rate),
                certain=(*state.certain, proved) if certain else state.certain,
                longer=(*state.longer, planned.rate) if is_longer else state.longer,
                mean=outcome.mean,
            )
            return _next(state, limits)
        case "broken":
            refuted = (*state.refuted, planned.rate) if certain else state.refuted
            state = replace(state, refuted=refuted)
            upper = Upper(planned.rate, "target", reason, _is_sure(state, outcome))
            state = _below(state, upper)
            return _stepping_down(state, limits, outcome) or _next(state, limits)
        case "users" if not outcome.most_users:
            more = replace(planned, more_users=planned.more_users * USERS_GROWTH)
            return _affordable(replace(state, windows=(), planned=more), limits)
        case "generator" if not state.doubted:  # a busy moment of its machine is no limit
            return _affordable(replace(state, windows=(), doubted=1), limits)
        case "generator" | "users":
            return _next(_below(state, Upper(planned.rate, verdict, reason)), limits)
        case "undecided":
            windows = (*state.windows, outcome.samples)
            return _affordable(replace(state, windows=windows), limits)


def interrupted(state: State, ending: SearchEnding, reason: str) -> State:
    """The state where something else than a step ended the search."""
    return replace(state, planned=None, ending=ending, reason=reason)


def _proved(rate: float, windows: tuple[tuple[Sample, ...], ...]) -> float:
    """The rate that a target bears for longer, if this one held in these windows.

    A queue that is empty at first shows an overload only when it has grown, and how much work n
    arrivals bring varies by chance: by `sqrt(2 / n)` of it where both their number and their
    service times are as random as in an M/M/c queue.
    """
    arrivals = max((sample.count for sample in pooled(windows)), default=0.0)
    return written(rate * max(0.0, 1 - CERTAIN * sqrt(2 / arrivals))) if arrivals else 0.0


def _planned(state: State) -> Planned:
    if state.planned is None:
        raise ValueError("the search is over")
    return state.planned


def _verdict(state: State, limits: Limits, outcome: Outcome) -> tuple[StepVerdict, str, bool]:
    """What the step showed, why, and whether that is certain."""
    if outcome.distress:
        return "distress", outcome.distress, True
    if outcome.missed:
        return "generator", outcome.missed, True
    windows = (*state.windows, outcome.samples)
    samples = pooled(windows)
    weight = weigh_all(samples)
    certain = weight != "undecided"
    most = limits.max_windows - (_planned(state).purpose == "confirm")  # these are longer
    if not certain and len(windows) >= most:
        weight = decide_all(samples)
    if weight != "broken":
        return weight, "", certain
    if outcome.doubts:
        return "generator", outcome.doubts, certain
    if _waits_for_users(state, samples, outcome):
        reason = "every user was at work, and the target was not slower than before"
        return "users", reason, certain
    return "broken", "", certain


def _waits_for_users(state: State, samples: tuple[Sample, ...], outcome: Outcome) -> bool:
    """Whether iterations came late or never, though the target answered as fast as before."""
    if weigh_all([sample for sample in samples if sample.kind == "service"]) == "broken":
        return False
    waited = [sample for sample in samples if sample.kind != "service"]
    slowed = state.mean > 0 and outcome.mean > SLOWED * state.mean
    return weigh_all(waited) == "broken" and not slowed


def _below(state: State, upper: Upper) -> State:
    """The state with a rate that did not hold; what held there by chance no longer counts."""
    held = tuple(rate for rate in state.held if rate < upper.rate)
    certain = tuple(each for each in state.certain if each.rate < upper.rate)
    above = (each for each in state.uppers if each.rate != upper.rate)
    uppers = tuple(sorted((upper, *above), key=lambda each: each.rate))
    longer = tuple(rate for rate in state.longer if rate < upper.rate)
    return replace(state, held=held, certain=certain, longer=longer, uppers=uppers)


def _next(state: State, limits: Limits) -> State:
    """Plan a rate that was not tried yet, or end."""
    state = replace(state, windows=(), doubted=0)
    held, upper, seconds = state.rate, state.upper, limits.step_seconds
    if upper and _is_doubtful(state, upper):
        planned = Planned(upper.rate, seconds, "recheck")
        return _affordable(replace(state, planned=planned, rechecks=state.rechecks + 1), limits)
    if state.confirmed:
        climbing = upper is None and (held or 0.0) < limits.max_rate
        return _end(state, "time" if climbing else _why(upper))
    if held is None:
        lowest = upper.rate if upper else limits.min_rate
        if lowest <= limits.min_rate:
            why = _why(upper)
            return _end(state, "lowest" if why == "found" else why)
        rate = max(limits.min_rate, written(lowest / 2))
        return _affordable(replace(state, planned=Planned(rate, seconds, "halve")), limits)
    if upper is None:
        if held >= limits.max_rate:
            return _affordable(_confirming(state, limits), limits)
        rate = min(limits.max_rate, written(held * 2))
        return _affordable(replace(state, planned=Planned(rate, seconds, "double")), limits)
    rate = written(sqrt(held * upper.rate))
    if upper.rate <= held * (1 + limits.precision) or not held < rate < upper.rate:
        return _affordable(_confirming(state, limits), limits)
    return _affordable(replace(state, planned=Planned(rate, seconds, "bisect")), limits)


def _is_sure(state: State, outcome: Outcome) -> bool:
    """Whether a rate that broke has done so beyond doubt, or for the second time."""
    again = _planned(state).purpose in ("recheck", "confirm")
    return again or any(map(is_overwhelming, outcome.samples))


def _is_doubtful(state: State, upper: Upper) -> bool:
    """Whether the rate that broke should break once more.

    That is so when it is the first one, lest the search closes in on a chance, and in the end.
    """
    climbing = len(state.uppers) == 1 and state.verdict == "broken"
    return not upper.sure and (state.confirmed or climbing) and state.rechecks < MAX_RECHECKS


def _why(upper: Upper | None) -> SearchEnding:
    if upper is None:
        return "highest"
    return "found" if upper.limit == "target" else upper.limit


def _end(state: State, ending: SearchEnding) -> State:
    reason = state.upper.reason if state.upper else ""
    return replace(state, planned=None, ending=ending, reason=reason)


def _stepping_down(state: State, limits: Limits, outcome: Outcome) -> State | None:
    """After a longer window that broke narrowly: the same a little lower, if that is new."""
    planned = _planned(state)
    if planned.purpose != "confirm" or any(map(is_overwhelming, outcome.samples)):
        return None
    rate = written(planned.rate / (1 + limits.precision))
    if rate <= max(state.rate or 0.0, limits.min_rate):
        return None
    planned = replace(planned, rate=rate)
    return _affordable(replace(state, planned=planned, windows=(), doubted=0), limits)


def _confirming(state: State, limits: Limits) -> State:
    rate = state.rate or limits.min_rate
    usual = limits.confirm_factor * limits.step_seconds
    seconds = max(usual, min(LEAST_CONFIRMED / rate, LONGEST_CONFIRM))
    return replace(state, planned=Planned(rate, float(round(seconds)), "confirm"), windows=())


def _affordable(state: State, limits: Limits) -> State:
    """The state where what is planned fits into the time; else what is more important, or the end.

    A longer window is always left time for; where it no longer fits, it is shortened.
    """
    planned = _planned(state)
    if state.steps >= limits.max_steps:
        return _end(state, "time")
    left = limits.max_seconds - state.elapsed - state.overhead
    if planned.purpose == "recheck":
        enough = planned.seconds <= left
        return state if enough else _end(state, _why(state.upper) if state.confirmed else "time")
    if planned.purpose == "confirm":
        if left < limits.step_seconds:
            return _end(state, _why(state.upper) if state.confirmed else "time")
        seconds = min(planned.seconds, float(floor(left)))
        return replace(state, planned=replace(planned, seconds=seconds))
    if state.rate is None:
        return state if planned.seconds <= left else _end(state, "time")
    confirming = _confirming(state, limits)
    reserve = _planned(confirming).seconds + state.overhead
    if planned.seconds + reserve <= left:
        return state
    return _affordable(confirming, limits)


def written(rate: float) -> float:
    """A rate with so many digits as people write."""
    if not 0 < rate < inf:
        return rate
    return round(rate, _DIGITS - 1 - floor(log10(rate)))
