"""The report of a capacity as a page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.models import Capacity, StepVerdict
from benchmark.utils.reporters.capacity import words
from benchmark.utils.reporters.capacity.chart import capacity_charts
from benchmark.utils.reporters.pages import render_page
from benchmark.utils.verdict import Tone

_STEP_TONES: Mapping[StepVerdict, Tone] = {"held": "good", "broken": "bad", "distress": "bad"}


def render_capacity_html(capacity: Capacity, environment: Mapping[str, str]) -> str:
    """The answer as an HTML document. Everything from outside is escaped."""
    return render_page(
        "capacity.html.jinja",
        {
            "capacity": capacity,
            "environment": dict(environment),
            "tone": _tone(capacity),
            "headline": words.headline(capacity),
            "explanation": words.explanation(capacity),
            "objective": words.objective_in_words(capacity),
            "first": words.first_in_words(capacity.first_to_break)
            if capacity.first_to_break
            else "",
            "charts": capacity_charts(capacity),
            "steps": sorted(capacity.steps, key=lambda step: step.rate),
            "step_tones": _STEP_TONES,
            "rate": words.rate_text,
            "why": words.why,
        },
        own_style="capacity.css",
    )


def _tone(capacity: Capacity) -> Tone:
    """An answer, a lower bound, or none."""
    if capacity.is_exact:
        return "good"
    return "bad" if capacity.rate is None else "fair"
