"""Writes a capacity for a terminal: the answer first, then the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TextIO

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
from benchmark.utils.text_safety import clean_text

_HEADINGS = ("asked/s", "verdict", "answers/s", "p50 ms", "p95 ms", "failed", "dropped", "users")


def write_capacity_text(capacity: Capacity, files: Mapping[str, str], out: TextIO) -> None:
    """Writes the answer, what it rests on, and where the rest stands."""
    lines = [
        "",
        f"Capacity of {clean_text(capacity.base_url)}: {headline(capacity)}",
        f"  {explanation(capacity)}",
        f"  Objective: {objective_in_words(capacity)}. Arrivals: {capacity.arrivals}.",
    ]
    if capacity.first_to_break is not None:
        lines.append(f"  First to break: {first_in_words(capacity.first_to_break)}.")
    if capacity.steps:
        lines += ["", "Steps, by load", *_table(capacity.steps)]
    lines += ["", "Files", *(f"  {label}: {clean_text(path)}" for label, path in files.items())]
    text = "\n".join(lines) + "\n"
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding))


def _table(steps: Sequence[CapacityStep]) -> list[str]:
    rows = [(_cells(step), why(step)) for step in sorted(steps, key=lambda each: each.rate)]
    widths = [
        max(len(heading), *(len(cells[column]) for cells, _ in rows))
        for column, heading in enumerate(_HEADINGS)
    ]
    lines = [_line(_HEADINGS, widths)]
    lines += [f"{_line(cells, widths)}  {reason}".rstrip() for cells, reason in rows]
    return lines


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


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
