"""The outputs of a run for other programs, by name: each is a function from a report to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmark.models import Report
from benchmark.utils.reporters.csv_table import render_csv
from benchmark.utils.reporters.junit import render_junit
from benchmark.utils.reporters.markdown import render_markdown
from benchmark.utils.reporters.openmetrics import render_openmetrics

RENDERERS: Mapping[str, Callable[[Report], str]] = {
    "junit": render_junit,
    "markdown": render_markdown,
    "csv": render_csv,
    "openmetrics": render_openmetrics,
}
ENDINGS: Mapping[str, str] = {
    "junit": "_junit.xml",
    "markdown": "_summary.md",
    "csv": "_operations.csv",
    "openmetrics": "_metrics.txt",
}
"""How the files are called: the stem of the run, and this."""
