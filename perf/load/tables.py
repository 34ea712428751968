"""Figures of several rounds as medians, ratios and Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence


def median_and_range(values: Sequence[float], form: str = ",.0f") -> str:
    """The median, and in brackets what the rounds lay between; the median alone for one round."""
    if not values:
        return "–"
    middle = format(statistics.median(values), form)
    if len(values) == 1:
        return middle
    return f"{middle} ({format(min(values), form)}–{format(max(values), form)})"


def median(values: Sequence[float]) -> float:
    """The median; 0 where there is nothing."""
    return statistics.median(values) if values else 0.0


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """The median of the ratios round by round: what disturbs a round disturbs both.

    None where there is no round that has both.
    """
    ratios = [a / b for a, b in zip(ours, theirs, strict=False) if b]
    return statistics.median(ratios) if ratios else None


def factor(ratio: float | None) -> str:
    """A ratio for a table."""
    return "–" if ratio is None else f"{ratio:.2f}"


def verdict(value: float | None, bar: float, *, at_least: bool = True) -> str:
    """Whether a figure holds its bar, in words for a table."""
    if value is None:
        return "not measured"
    holds = value >= bar if at_least else value <= bar
    return "holds" if holds else "MISSED"


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column to the left, the others to the right."""
    lines = [
        "| " + " | ".join(columns) + " |",
        "|---|" + "---:|" * (len(columns) - 1),
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
