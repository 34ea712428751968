"""The runs that are compared: what is known of each, and its blocks."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.histogram import merge_histograms
from benchmark.models import Block, RunResult
from benchmark.utils.comparison.series import RunSeries, series_of
from benchmark.utils.comparison.steadiness import Steady, steady_blocks


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """One run: its result, its blocks as arrays, and which of them count."""

    result: RunResult
    series: RunSeries
    steady: Steady
    file: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One or several runs of the same thing. `label` is what the user called it."""

    label: str
    runs: tuple[MeasuredRun, ...]


def measured_run(result: RunResult, file: str = "", series: RunSeries | None = None) -> MeasuredRun:
    """A run as it is compared. `series` are its blocks, unless `result` has them.

    Raises ValueError where these are not in the order of time.
    """
    series = series_of(_blocks(result)) if series is None else series
    return MeasuredRun(result, series, steady_blocks(series, result.profile), file)


def _blocks(result: RunResult) -> tuple[Block, ...]:
    """The blocks of a result; one without any is a single block."""
    if result.blocks:
        return result.blocks
    users = max((second.users for second in result.timeline), default=result.profile.users)
    return (Block(result.duration, users, result.operations),)


def generator_lateness(sides: tuple[Side, ...], percent: float) -> float:
    """How late the generator itself was, in milliseconds: that percentile on the worse side."""
    worst = 0.0
    for side in sides:
        lags = merge_histograms(
            process.lag for run in side.runs for process in run.result.processes
        )
        worst = max(worst, lags.percentile(percent))
    return worst
