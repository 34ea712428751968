"""A history as Markdown, for a job summary or a page of a wiki."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from benchmark.models import History, RunGroup
from benchmark.utils.history import (
    BY_NAME,
    ordered_shifts,
    runs_in_words,
    shift_in_words,
    short_moment,
    state,
    trend_in_words,
)
from benchmark.utils.reporters.markdown_text import code, plain

_MAX_RUNS = 50


def write_history_markdown(history: History, out: TextIO) -> None:
    """Writes a history: of each group what shifted, and a table of its latest runs."""
    out.write("\n".join(_lines(history)) + "\n")


def _lines(history: History) -> Iterator[str]:
    yield "# Load tests by run"
    for group in history.groups:
        yield ""
        yield f"## {plain(group.test_type)} runs of {code(group.base_url)}"
        yield ""
        yield f"{plain(group.load)}. {plain(runs_in_words(group))}."
        yield ""
        if said := trend_in_words(group):
            yield f"{said[0].upper()}{said[1:]}."
        for shift in ordered_shifts(group):
            verdict = "Worse" if shift.worse else "Better"
            yield f"- **{verdict}:** {plain(shift_in_words(group, shift))}"
        yield ""
        yield from _table(history, group)
    if history.skipped:
        yield ""
        yield f"Not read: {', '.join(code(skip.name) for skip in history.skipped[:20])}."


def _table(history: History, group: RunGroup) -> Iterator[str]:
    labels = [BY_NAME[name].label for name in history.metrics]
    yield "| " + " | ".join(["Run", "Requests", *labels, "State"]) + " |"
    yield "|---|" + "---:|" * (len(labels) + 1) + "---|"
    first = max(len(group.runs) - _MAX_RUNS, 0)
    for position, run in enumerate(group.runs[first:], first):
        begun = {each.metric for each in group.shifts if each.position == position}
        cells = [short_moment(run.started_at), f"{run.requests:,}"]
        for name in history.metrics:
            value = run.metrics.get(name)
            cell = "-" if value is None else BY_NAME[name].written(value)
            cells.append(f"**{cell}**" if name in begun else cell)
        yield "| " + " | ".join([*cells, plain(state(run))]) + " |"
