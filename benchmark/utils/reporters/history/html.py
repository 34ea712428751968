"""A history as a page: one file that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.models import History, RunGroup, Shift
from benchmark.utils import figures
from benchmark.utils.history import (
    BY_NAME,
    ordered_shifts,
    runs_in_words,
    shift_in_words,
    short_moment,
    state,
    trend_in_words,
)
from benchmark.utils.reporters.charts import Tick
from benchmark.utils.reporters.history.charts import (
    MetricChart,
    date_ticks,
    draw_metric,
    run_places,
)
from benchmark.utils.reporters.pages import render_page


@dataclass(frozen=True, slots=True)
class _DrawnGroup:
    """A group with its charts, the labels of their axis, and the places of the runs on it."""

    group: RunGroup
    charts: tuple[MetricChart, ...]
    ticks: tuple[Tick, ...]
    places: tuple[float, ...]


def render_history(history: History) -> str:
    """A history as an HTML document. Everything from outside is escaped."""
    return render_page(
        "history.html.jinja",
        {
            "history": history,
            "groups": [_drawn(history, group) for group in history.groups],
            "headline": _headline(history),
            "new_levels": _new_levels,
            "ordered_shifts": ordered_shifts,
            "runs_in_words": runs_in_words,
            "shift_in_words": shift_in_words,
            "short_moment": short_moment,
            "state": state,
            "trend_in_words": trend_in_words,
            "metrics": BY_NAME,
        },
        own_style="history.css",
    )


def _drawn(history: History, group: RunGroup) -> _DrawnGroup:
    charts = (draw_metric(group, name) for name in history.metrics)
    return _DrawnGroup(
        group=group,
        charts=tuple(chart for chart in charts if chart is not None),
        ticks=date_ticks([run.started_at for run in group.runs]),
        places=run_places(len(group.runs)),
    )


def _new_levels(group: RunGroup, position: int) -> dict[str, Shift]:
    """The metrics that have a new level from a run on."""
    return {each.metric: each for each in group.shifts if each.position == position}


def _headline(history: History) -> str:
    """The outcome in one sentence, for those who read nothing else."""
    runs = sum(len(group.runs) for group in history.groups)
    shifts = [shift for group in history.groups for shift in group.shifts]
    worse = sum(shift.worse for shift in shifts)
    tests = figures.plural(len(history.groups), "test")
    said = f"{figures.plural(runs, 'run')} of {tests}"
    if not shifts:
        unclear = any("too few" in trend_in_words(group) for group in history.groups)
        return f"{said}: {'too few to tell' if unclear else 'no shift'}."
    better = len(shifts) - worse
    counted = [(worse, "for the worse"), (better, "for the better")]
    parts = [f"{figures.plural(n, 'shift')} {way}" for n, way in counted if n]
    return f"{said}: {' and '.join(parts)}."
