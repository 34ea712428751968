"""The HTML report: one file that needs nothing else, readable offline, on paper and on a phone."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from benchmark.models import OperationStats, Report, RunResult
from benchmark.utils import figures
from benchmark.utils.grading import arrivals_in_words, users_in_words
from benchmark.utils.reporters.charts import LogScale, distribution, log_scale, time_charts
from benchmark.utils.reporters.files import replace_file
from benchmark.utils.text_safety import clean_text

_TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
_MAX_FAILURES = 200
_OPTION = re.compile(r"(?<!\S)(--[a-z][a-z-]*(?: \d+)?)")
_UNIT = re.compile(r"(\d) (ms|s|min|%|kB|MB|GB)(?![\w%])")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of operations. Positions of the bar are percentages of its width."""

    stats: OperationStats
    rps: float
    mean: float
    p50: float
    p95: float
    p99: float
    highest: float
    bar_p50: float
    bar_p95: float
    bar_p99: float
    statuses: str


def render_html(report: Report) -> str:
    """The report as an HTML document.

    Everything from outside is escaped, and the page's own policy lets no script run but ours.
    """
    result = report.result
    script = _asset("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _jinja()
        .get_template("report.html.jinja")
        .render(
            report=report,
            result=result,
            totals=result.totals,
            environment=dict(result.environment),
            headline=_headline(result),
            rows=_rows(result),
            total_row=_row(result.totals, result.duration, _scale(result)),
            scale_ticks=_scale(result).ticks(),
            time=time_charts(result),
            distribution=distribution(result.totals.latency),
            failures=result.failures[:_MAX_FAILURES],
            more_failures=max(0, len(result.failures) - _MAX_FAILURES),
            links={label: _link(path) for label, path in report.files.items()},
            style=Markup(_asset("report.css")),  # noqa: S704  # our own file
            script=Markup(script),  # noqa: S704  # our own file
            script_digest=digest,
        )
    )


def write_html(report: Report, path: Path) -> None:
    """Writes the HTML report, whole or not at all. Raises OSError."""
    replace_file(path, render_html(report))


def _jinja() -> Environment:
    jinja = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {
        "number": figures.number,
        "ms": figures.milliseconds,
        "percent": figures.percent,
        "size": figures.size,
        "seconds": figures.seconds,
        "moment": figures.moment,
        "clean": clean_text,
        "path": _path,
        "prose": _prose,
        "slug": lambda text: str(text).lower().replace(" ", "-"),
    }
    jinja.globals["plural"] = figures.plural
    jinja.globals["users_in_words"] = users_in_words
    jinja.globals["arrivals_in_words"] = arrivals_in_words
    return jinja


def _prose(text: str) -> Markup:
    """Our sentences, with command-line options and figures with their units kept on one line."""
    escaped = str(escape(clean_text(text, 600)))
    escaped = _OPTION.sub(r"<code>\1</code>", escaped)
    return Markup(_UNIT.sub("\\1\u00a0\\2", escaped))  # noqa: S704  # escaped above


def _path(text: str) -> Markup:
    """A path that may be broken after its slashes."""
    escaped = str(escape(clean_text(text)))
    return Markup(escaped.replace("/", "/<wbr>"))  # noqa: S704  # escaped above


def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _headline(result: RunResult) -> str:
    """The outcome in one sentence, for those who read nothing else."""
    totals = result.totals
    if not totals.requests:
        return "No request was sent."
    sent = figures.plural(totals.requests, "request")
    if totals.failures >= totals.requests:
        return f"{sent}, and none of them succeeded."
    failed = f"{figures.percent(totals.failure_share)} failed" if totals.failures else "none failed"
    latency = totals.latency
    return (
        f"{sent} at {figures.number(result.rps)} per second; {failed}. Half were answered within "
        f"{figures.milliseconds(latency.percentile(50))}, 95 % within "
        f"{figures.milliseconds(latency.percentile(95))}."
    )


def _scale(result: RunResult) -> LogScale:
    called = [each.latency for each in result.operations if each.latency.counts]
    return log_scale(
        min((latency.percentile(50) for latency in called), default=1.0),
        max((latency.percentile(99) for latency in called), default=1.0),
    )


def _rows(result: RunResult) -> tuple[Row, ...]:
    scale = _scale(result)
    return tuple(_row(each, result.duration, scale) for each in result.operations)


def _row(stats: OperationStats, duration: float, scale: LogScale) -> Row:
    latency = stats.latency
    p50, p95, p99 = (latency.percentile(percent) for percent in (50, 95, 99))
    return Row(
        stats=stats,
        rps=stats.requests / duration if duration > 0 else 0.0,
        mean=latency.mean,
        p50=p50,
        p95=p95,
        p99=p99,
        highest=latency.highest,
        bar_p50=scale.at(p50) * 100,
        bar_p95=scale.at(p95) * 100,
        bar_p99=scale.at(p99) * 100,
        statuses=figures.statuses(stats.statuses),
    )


def _link(path: str) -> str:
    """A link to a file beside the report: a relative URL that cannot be a scheme."""
    return "./" + quote(PurePath(path).name)
