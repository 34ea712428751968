"""A history as a page: one file that needs nothing else and runs no script."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

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
from benchmark.utils.reporters.files import replace_file
from benchmark.utils.reporters.history.charts import Chart, date_ticks, draw_metric
from benchmark.utils.text_safety import clean_text

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def write_history_html(history: History, path: Path) -> None:
    """Writes the page, whole or not at all. Raises OSError."""
    replace_file(path, render_history(history))


def render_history(history: History) -> str:
    """A history as an HTML document. Everything from outside is escaped."""
    jinja = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["clean"] = clean_text
    style = (_TEMPLATES / "history.css").read_text(encoding="utf-8")
    return jinja.get_template("history.html.jinja").render(
        history=history,
        groups=[(group, _charts(history, group), _ticks(group)) for group in history.groups],
        style=Markup(style),  # noqa: S704  # our own file
        metrics=[BY_NAME[name] for name in history.metrics],
        headline=_headline(history),
        new_levels=_new_levels,
        ordered_shifts=ordered_shifts,
        plural=figures.plural,
        runs_in_words=runs_in_words,
        shift_in_words=shift_in_words,
        short_moment=short_moment,
        state=state,
        trend_in_words=trend_in_words,
    )


def _charts(history: History, group: RunGroup) -> list[Chart]:
    drawn = (draw_metric(group, name) for name in history.metrics)
    return [chart for chart in drawn if chart is not None]


def _ticks(group: RunGroup) -> object:
    return date_ticks([run.started_at for run in group.runs])


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
