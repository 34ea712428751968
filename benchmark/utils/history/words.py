"""What a history says in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from benchmark.models import METRICS, RunGroup, RunSummary, Shift
from benchmark.utils.figures import percent, plural
from benchmark.utils.history.change_points import LEAST_LENGTH
from benchmark.utils.history.metrics import BY_NAME

_AMOUNTS: Mapping[str, str] = {"rps": "the rate of requests", "failures": "the share of failures"}


def shift_in_words(group: RunGroup, shift: Shift) -> str:
    """One shift: "p95 rose by 18 % with the run of 2026-11-20 14:02, from 41 ms to 48.4 ms"."""
    metric = BY_NAME[shift.metric]
    what = _AMOUNTS.get(shift.metric, metric.label)
    way = "rose" if shift.after > shift.before else "fell"
    share = abs(shift.after / shift.before - 1) if shift.before and not metric.is_share else 0.0
    by = f" by {percent(share)}" if share else ""
    began = short_moment(group.runs[shift.position].started_at)
    levels = f"from {metric.written(shift.before)} to {metric.written(shift.after)}"
    return f"{what} {way}{by} with the run of {began}, {levels}"


def ordered_shifts(group: RunGroup) -> tuple[Shift, ...]:
    """The shifts of a group, the latest first, the metrics in their usual order."""
    return tuple(
        sorted(group.shifts, key=lambda each: (-each.position, METRICS.index(each.metric)))
    )


def trend_in_words(group: RunGroup) -> str:
    """That nothing shifted, or that this cannot be told yet; "" where shifts say it."""
    if group.shifts:
        return ""
    usable = sum(not run.doubt for run in group.runs)
    missing = 2 * LEAST_LENGTH - usable
    if missing > 0:
        return f"too few runs to tell a shift from noise: {plural(missing, 'more run')} needed"
    return f"no shift in {plural(usable, 'run')}"


def runs_in_words(group: RunGroup) -> str:
    """How many runs there are, from when to when, and how many of them say nothing."""
    first, latest = (short_moment(group.runs[n].started_at) for n in (0, -1))
    span = first if first == latest else f"{first} to {latest}"
    unused = sum(bool(run.doubt) for run in group.runs)
    said = f"{plural(len(group.runs), 'run')}, {span}"
    return f"{said}; {unused} not counted" if unused else said


def state(run: RunSummary) -> str:
    """How a run came out, in a word or two."""
    return run.doubt or run.validity or run.status


def short_moment(moment: datetime) -> str:
    """A point in time to the minute, as it was where the run was started."""
    return f"{moment:%Y-%m-%d %H:%M}"
