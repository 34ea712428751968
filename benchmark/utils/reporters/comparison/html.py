"""Comparisons as a page: one file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.models import Comparison, MetricChange
from benchmark.utils import comparison_words as words
from benchmark.utils.reporters.pages import render_page
from benchmark.utils.verdict import ANSWER_TONES

_WIDTH = 160.0
_REACH = math.log(2)  # the bars show a half to the double


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the parts of a bar lie, from 0 to its width."""

    low: float
    point: float
    high: float
    band: float
    band_width: float


def render_comparison_html(comparisons: Sequence[Comparison]) -> str:
    """The comparisons as an HTML document. Everything from outside is escaped."""
    return render_page(
        "comparison.html.jinja",
        {
            "comparisons": comparisons,
            "interval": _interval,
            "tones": ANSWER_TONES,
            "words": words,
        },
        own_style="comparison.css",
    )


def _interval(change: MetricChange) -> Interval:
    band = _place(change.limit)
    return Interval(
        low=_place(change.low or 1.0),
        point=_place(change.ratio or 1.0),
        high=_place(change.high or 1.0),
        band=round(_WIDTH - band, 1),
        band_width=round(2 * band - _WIDTH, 1),
    )


def _place(ratio: float) -> float:
    share = math.log(max(ratio, 1e-9)) / _REACH
    return round(_WIDTH / 2 * (1 + min(1.0, max(-1.0, share))), 1)
