"""The report of a capacity: one HTML file that needs nothing else, not even a script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchmark.models import Capacity
from benchmark.utils import figures
from benchmark.utils.reporters.capacity import words
from benchmark.utils.reporters.capacity.chart import capacity_charts
from benchmark.utils.text_safety import clean_text

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def render_capacity_html(capacity: Capacity, environment: Mapping[str, str]) -> str:
    """The answer as an HTML document. Everything from outside is escaped; no script may run."""
    jinja = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {
        "number": figures.number,
        "percent": figures.percent,
        "seconds": figures.seconds,
        "moment": figures.moment,
        "clean": clean_text,
        "rate": words.rate_text,
        "why": words.why,
    }
    return jinja.get_template("capacity.html.jinja").render(
        capacity=capacity,
        environment=dict(environment),
        headline=words.headline(capacity),
        explanation=words.explanation(capacity),
        objective=words.objective_in_words(capacity),
        first=words.first_in_words(capacity.first_to_break) if capacity.first_to_break else "",
        tone="good" if capacity.is_exact else "none" if capacity.rate is not None else "poor",
        charts=capacity_charts(capacity),
        steps=sorted(capacity.steps, key=lambda step: step.rate),
        style=Markup((_TEMPLATES / "capacity.css").read_text(encoding="utf-8")),  # noqa: S704  # our own file
    )
