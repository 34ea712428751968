"""Puts the report of a run together, and writes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath
from urllib.parse import quote

from benchmark.models import GradeName, Report, RunResult, ThresholdVerdict
from benchmark.thresholds import in_words
from benchmark.utils import comparison_words as words
from benchmark.utils import figures
from benchmark.utils.grading import arrivals_in_words, users_in_words
from benchmark.utils.reporters.charts import PercentilePlot, percentile_plot, time_charts
from benchmark.utils.reporters.charts.phases import phases_in_words
from benchmark.utils.reporters.html.failures import failure_groups
from benchmark.utils.reporters.html.operations import operation_rows, row_of
from benchmark.utils.reporters.pages import render_page
from benchmark.utils.verdict import ANSWER_TONES, Tone, give_verdict
from benchmark.utils.whole_files import replace_file

_MOST_PHASES = 12  # told in words
_SHOWN_THRESHOLDS = 10  # verdicts; the others are folded up
_SHOWN_CHANGES = 10  # since the baseline
_GRADE_TONES: Mapping[GradeName, Tone] = {
    "Good": "good",
    "Acceptable": "fair",
    "Below acceptable": "bad",
    "Poor": "bad",
    "Not judged": "unknown",
}


def render_html(report: Report) -> str:
    """The report as an HTML document."""
    result = report.result
    groups, more_groups = failure_groups(result)
    phases = list(phases_in_words(result.profile))
    changed = words.changed(report.comparison) if report.comparison else []
    return render_page(
        "report.html.jinja",
        {
            "report": report,
            "result": result,
            "totals": result.totals,
            "verdict": give_verdict(report),
            "grade_tones": _GRADE_TONES,
            "thresholds": [
                (each, in_words(each.threshold, each.measured))
                for each in sorted(report.thresholds, key=_held)
            ],
            "words": words,
            "answer_tones": ANSWER_TONES,
            "changed": changed[:_SHOWN_CHANGES],
            "more_changed": max(0, len(changed) - _SHOWN_CHANGES),
            "watched": _watched(result),
            "shown_thresholds": _SHOWN_THRESHOLDS,
            "environment": result.environment,
            "users": users_in_words(result),
            "arrivals": arrivals_in_words(result),
            "phases": phases[:_MOST_PHASES],
            "more_phases": max(0, len(phases) - _MOST_PHASES),
            "rows": operation_rows(result),
            "total_row": row_of(result.totals, result.duration),
            "from_schedule": _from_schedule(result),
            "time": time_charts(result),
            "distribution": _distribution(result),
            "groups": groups,
            "more_groups": more_groups,
            "links": {label: _link(path) for label, path in report.files.items()},
        },
        own_style="report.css",
    )


def write_html(report: Report, path: Path) -> None:
    """Writes the HTML report, whole or not at all. Raises OSError."""
    replace_file(path, render_html(report))


def _from_schedule(result: RunResult) -> float | None:
    """The p95 of an open run as visitors felt it, waiting for a free user included."""
    latency = result.totals.latency_from_schedule
    return latency.percentile(95) if latency.counts else None


def _distribution(result: RunResult) -> PercentilePlot | None:
    if result.profile.open_model is None:
        return percentile_plot({"latency": result.totals.latency})
    return percentile_plot(
        {
            "from sending": result.totals.latency,
            "from schedule": result.totals.latency_from_schedule,
        }
    )


def _watched(result: RunResult) -> Mapping[str, str]:
    """What the verdict on the measurement rests on, of the process that fared worst."""
    said: dict[str, str] = {}
    if result.processes:
        lag = max(each.lag.percentile(99) for each in result.processes)
        cpu = max(each.cpu for each in result.processes)
        said["Event loop"] = f"late by {figures.milliseconds(lag)} (p99)"
        said["Processor"] = f"{figures.percent(cpu)} of one, on average"
        said["Processes"] = f"{len(result.processes):,}"
    if (arrivals := result.arrivals) is not None:
        said["Arrivals missed"] = f"{arrivals.missed:,} of {arrivals.asked:,}"
    return said


def _held(verdict: ThresholdVerdict) -> bool:
    """What failed stands first."""
    return verdict.held


def _link(path: str) -> str:
    """A link to a file beside the report: a relative URL that cannot be a scheme."""
    return "./" + quote(PurePath(path).name)
