"""Stages of a load: how people write them, and those of the presets stress and spike.

`30s:50,2m:200,30s:0` goes from nothing to 50 users in 30 seconds, from there to 200 in two minutes,
and down to none. With `/s` behind the numbers they are iterations per second. Each stage is a ramp,
as in k6; to hold, say the same number again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.errors import UsageError
from benchmark.models import Stage

MAX_STAGES = 1000
MAX_TOTAL_SECONDS = 30 * 24 * 3600
MAX_USERS = 1_000_000
MAX_RATE = 1_000_000.0
"""The most users, and iterations per second, that are no mistake of writing."""

_SECONDS = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m(?:in)?)?(?:(\d{1,9}(?:\.\d{1,9})?)s?)?", re.A)
_TARGET = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(/s)?", re.A)
_HOW = "write '30s:50,2m:200,30s:0' for users, or '30s:50/s,2m:200/s' for iterations per second"


@dataclass(frozen=True, slots=True)
class Stages:
    """What stands behind --stages. `per_second` says that the targets are rates, not users."""

    stages: tuple[Stage, ...]
    per_second: bool

    @property
    def seconds(self) -> float:
        """How long they last together."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def peak(self) -> float:
        """The highest target."""
        return max(stage.target for stage in self.stages)

    def __str__(self) -> str:
        """As people write them."""
        unit = "/s" if self.per_second else ""
        texts = (
            f"{stage.seconds:.0f}s:{stage.target:.6f}".rstrip("0").rstrip(".") + unit
            for stage in self.stages
        )
        return ",".join(texts)


def parse_stages(text: str) -> Stages:
    """The stages that a text describes. Raises UsageError where it describes none."""
    parts = [part.strip() for part in text.strip().strip(",").split(",")]
    if len(parts) > MAX_STAGES:
        raise UsageError(f"{len(parts)} stages are too many", f"at most {MAX_STAGES} are taken")
    read = [_stage(part) for part in parts]
    units = {per_second for _, per_second in read}
    if len(units) > 1:
        raise UsageError("some stages are users and some are rates", _HOW)
    stages = Stages(tuple(stage for stage, _ in read), units.pop())
    if stages.peak <= 0:
        raise UsageError("no stage asks for any load", _HOW)
    if stages.seconds > MAX_TOTAL_SECONDS:
        raise UsageError("the stages last too long", "together at most 30 days (720h)")
    return stages


def _stage(part: str) -> tuple[Stage, bool]:
    duration, colon, wanted = (piece.strip().lower() for piece in part.partition(":"))
    time, target = _SECONDS.fullmatch(duration), _TARGET.fullmatch(wanted)
    if not colon or not time or not any(time.groups()):
        raise UsageError(f"{part!r} is no stage", _HOW)
    hours, minutes, rest = time.groups()
    seconds = float(hours or 0) * 3600 + float(minutes or 0) * 60 + float(rest or 0)
    if seconds < 1 or seconds != int(seconds):
        raise UsageError(
            f"{part!r}: a stage lasts whole seconds, 1s at least",
            "the load is set once a second; for a sudden change write 1s",
        )
    if not target:
        raise UsageError(f"{part!r}: {wanted!r} is neither a number of users nor a rate", _HOW)
    value, per_second = float(target[1]), target[2] is not None
    if not per_second and value != int(value):
        raise UsageError(f"{part!r}: there are no parts of users", _HOW)
    if value > (MAX_RATE if per_second else MAX_USERS):
        raise UsageError(f"{part!r}: that is too much", f"at most {MAX_USERS:,} are taken")
    return Stage(seconds, value), per_second


# ── the presets' shapes ───────────────────────────────────────────────────────────────────────


def stress_stages(peak: float, run_time: float, steps: int = 5) -> tuple[Stage, ...]:
    """Equal steps up to the peak: each lasts the same part of `run_time` seconds."""
    steps = max(1, min(steps, int(peak), int(run_time)))
    heights = [peak * step / steps for step in range(1, steps + 1)]
    return _steps((run_time / steps, height) for height in heights)


def spike_stages(peak: float, run_time: float) -> tuple[Stage, ...]:
    """A tenth of the peak, the sudden peak for the middle third, and a tenth to recover.

    Each lasts a second at least; below three seconds the recovery is left out, then the start.
    """
    base = peak / 10
    if run_time < 2:
        return _steps([(run_time, peak)])
    if run_time < 3:
        return _steps([(1.0, base), (run_time - 1, peak)])
    third = run_time / 3
    return _steps([(third, base), (third, peak), (third, base)])


PRESET_SHAPES = {"stress": stress_stages, "spike": spike_stages}


def _steps(steps: Iterable[tuple[float, float]]) -> tuple[Stage, ...]:
    """Levels, each of (seconds, height), with jumps between them."""
    return tuple(
        stage for seconds, height in steps for stage in (Stage(0.0, height), Stage(seconds, height))
    )
