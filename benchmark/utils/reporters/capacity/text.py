"""Writes a capacity for a terminal: the answer first, then the steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from benchmark.models import Capacity, CapacityStep
from benchmark.utils.figures import number, percent
from benchmark.utils.reporters.capacity.words import (
    explanation,
    first_in_words,
    headline,
    objective_in_words,
    rate_text,
    why,
)
from benchmark.utils.reporters.terminal import heading, item, table, write_parts
from benchmark.utils.text_safety import clean_text

_FIGURES = ("answers/s", "p50 ms", "p95 ms", "failed", "dropped", "users")


def write_capacity_text(capacity: Capacity, files: Mapping[str, str], out: TextIO) -> None:
    """Writes the answer, what it rests on, and where the rest stands."""
    write_parts(_parts(capacity, files), out)


def _parts(capacity: Capacity, files: Mapping[str, str]) -> Iterable[RenderableType]:
    yield Text()
    line = Text(f"Capacity of {clean_text(capacity.base_url)}: ")
    yield line.append(headline(capacity), style="bold")
    yield Text(explanation(capacity))
    yield item(f"Objective: {objective_in_words(capacity)}. Arrivals: {capacity.arrivals}.")
    if capacity.first_to_break is not None:
        yield item(f"First to break: {first_in_words(capacity.first_to_break)}.")
    if capacity.steps:
        yield heading("Steps", "by load; latencies from schedule")
        yield _table(capacity.steps)
    if files:
        yield heading("Files")
        for label, path in files.items():
            yield item(f"{label}: {path}")
    yield Text()


def _table(steps: Sequence[CapacityStep]) -> Table:
    made = table("asked/s", "verdict", *_FIGURES, "why", numeric=("asked/s", *_FIGURES))
    for step in sorted(steps, key=lambda each: each.rate):
        made.add_row(*(Text(cell) for cell in (*_cells(step), why(step))))
    return made


def _cells(step: CapacityStep) -> tuple[str, ...]:
    p50, p95 = step.latency_ms
    measured = step.totals.requests > 0
    return (
        rate_text(step.rate),
        step.verdict,
        number(step.answered),
        number(p50) if measured else "-",
        number(p95) if measured else "-",
        percent(step.totals.failure_share),
        f"{step.dropped:,}",
        f"{step.users:,}",
    )
