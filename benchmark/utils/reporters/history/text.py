"""A history for the terminal: what shifted first, then each metric by run."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import TextIO

from rich.console import RenderableType
from rich.text import Text

from benchmark.models import History, MetricName, RunGroup
from benchmark.utils.figures import number, plural
from benchmark.utils.history import (
    BY_NAME,
    ordered_shifts,
    runs_in_words,
    shift_in_words,
    short_moment,
    state,
    trend_in_words,
)
from benchmark.utils.reporters.history.sparkline import BLOCKS, PLAIN, sparkline
from benchmark.utils.reporters.terminal import heading, item, table, write_parts

_MAX_POINTS = 40
_MAX_RUNS = 20
_MAX_SKIPPED = 5
_COLUMNS: dict[MetricName, str] = {
    "p50": "p50 ms",
    "p95": "p95 ms",
    "p99": "p99 ms",
    "rps": "per s",
    "failures": "failed %",
}


def write_history_text(history: History, out: TextIO) -> None:
    """Writes a history: of each group what shifted, its metrics by run, and its latest runs."""
    write_parts(_history(history, _levels(out)), out)


def _levels(out: TextIO) -> str:
    """The characters of a sparkline that `out` can show."""
    try:
        BLOCKS.encode(getattr(out, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return PLAIN
    return BLOCKS


def _history(history: History, levels: str) -> Iterable[RenderableType]:
    for group in history.groups:
        yield heading(f"{group.test_type} runs of {group.base_url}")
        yield Text(group.load)
        yield Text(runs_in_words(group))
        yield Text()
        yield from _shifts(group)
        yield Text()
        if len(group.runs) > 1:
            yield _metrics(history, group, levels)
            yield Text()
        yield _runs(history, group)
        if (earlier := len(group.runs) - _MAX_RUNS) > 0:
            yield Text(f"{plural(earlier, 'earlier run')}: see --html or --json", style="dim")
    if history.skipped:
        yield heading("Not read")
        for skip in history.skipped[:_MAX_SKIPPED]:
            yield item(f"{skip.name}: {skip.reason}")
        if (more := len(history.skipped) - _MAX_SKIPPED) > 0:
            yield item(f"and {plural(more, 'more file')}")
    yield Text()


def _shifts(group: RunGroup) -> Iterable[RenderableType]:
    if said := trend_in_words(group):
        yield Text(said[0].upper() + said[1:], style="dim")
    for shift in ordered_shifts(group):
        line = Text("Worse: " if shift.worse else "Better: ")
        line.stylize("bold red" if shift.worse else "bold green")
        line.append(shift_in_words(group, shift), style="default not bold")
        yield line


def _metrics(history: History, group: RunGroup, levels: str) -> RenderableType:
    figures = ("lowest", "median", "highest", "latest")
    made = table("metric", "by run, oldest first", *figures, numeric=figures)
    shown = group.runs[-_MAX_POINTS:]
    hidden = len(group.runs) - len(shown)
    for name in history.metrics:
        values = [None if run.doubt else run.metrics.get(name) for run in shown]
        known = [value for value in values if value is not None]
        begins = [position - hidden for position in group.begins(name)]
        metric = BY_NAME[name]
        row = (min(known), median(known), max(known), known[-1]) if known else ()
        made.add_row(
            Text(_COLUMNS[name]),
            Text(sparkline(values, begins, levels)),
            *(Text(metric.figure(value)) for value in row),
        )
    return made


def _runs(history: History, group: RunGroup) -> RenderableType:
    figures = ["requests", *(_COLUMNS[name] for name in history.metrics)]
    made = table("run", *figures, "state", "new level of", numeric=figures)
    first = max(len(group.runs) - _MAX_RUNS, 0)
    for position, run in enumerate(group.runs[first:], first):
        values = (
            BY_NAME[name].figure(run.metrics[name]) if name in run.metrics else "-"
            for name in history.metrics
        )
        begun = ", ".join(each.metric for each in group.shifts if each.position == position)
        made.add_row(
            Text(short_moment(run.started_at)),
            Text(number(run.requests)),
            *(Text(value) for value in values),
            Text(state(run), style="dim" if run.doubt else ""),
            Text(begun),
        )
    return made
