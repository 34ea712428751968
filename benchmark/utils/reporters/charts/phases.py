"""The phases of a load as it was asked for: ramps, levels and steps, as parts of the time axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmark.models import LoadProfile, Stage
from benchmark.stages import PRESET_SHAPES
from benchmark.utils.figures import number, seconds

_MOST_PHASES = 40  # more cannot be told apart


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the axis from `at` on, both in percent of the width. `kind` is ramp or level."""

    at: float
    width: float
    kind: str
    label: str
    title: str


def phases(profile: LoadProfile, end: float) -> tuple[Phase, ...]:
    """The phases that a run of `end` seconds came to; none where the load was always the same."""
    unit = "/s" if profile.open_model else " users"
    found: list[Phase] = []
    begin = level = 0.0
    stages = _stages(profile)
    for stage in stages if len(stages) <= _MOST_PHASES else ():
        until = begin + stage.seconds
        if stage.seconds > 0 and begin < end:
            flat = stage.target == level
            amount = f"{number(stage.target)}{unit}"
            found.append(
                Phase(
                    at=begin / end * 100,
                    width=(min(until, end) - begin) / end * 100,
                    kind="level" if flat else "ramp",
                    label=amount if flat else f"to {amount}",
                    title=f"{'held at' if flat else 'ramp to'} {amount} for "
                    f"{seconds(stage.seconds)}",
                )
            )
        begin, level = until, stage.target
    return tuple(found) if len(found) > 1 or any(each.kind == "ramp" for each in found) else ()


def _stages(profile: LoadProfile) -> tuple[Stage, ...]:
    """The load as stages, whichever way it was asked for."""
    peak = profile.open_model.rate if profile.open_model else float(profile.users)
    if profile.shape == "stages":
        return profile.stages
    if peak <= 0 or profile.run_time <= 0:
        return ()
    if profile.shape != "hold":
        return PRESET_SHAPES[profile.shape](peak, profile.run_time)
    return () if profile.open_model else tuple(_ramp_and_hold(profile))


def _ramp_and_hold(profile: LoadProfile) -> Iterator[Stage]:
    ramp = profile.users / profile.spawn_rate if profile.spawn_rate > 0 else 0.0
    if ramp < 1:  # as good as at once
        return
    yield Stage(min(ramp, profile.run_time), float(profile.users))
    if ramp < profile.run_time:
        yield Stage(profile.run_time - ramp, float(profile.users))


def phases_in_words(profile: LoadProfile) -> Iterable[str]:
    """Each phase as words: "ramp to 50 users in 30 s", "50 users for 2 min"."""
    unit = " iterations per second" if profile.open_model else " users"
    level = 0.0
    for stage in _stages(profile):
        amount = f"{number(stage.target)}{unit}"
        if stage.seconds > 0:
            length = seconds(stage.seconds)
            flat = stage.target == level
            yield f"{amount} for {length}" if flat else f"ramp to {amount} in {length}"
        level = stage.target
