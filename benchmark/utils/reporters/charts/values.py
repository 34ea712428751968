"""The values behind a chart, as a table: what the pointer reads, and what a screen reader gets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValueRow:
    """All curves at one place: at a percentage of the width, its name, and a label per curve."""

    at: float
    name: str
    labels: tuple[str, ...]
