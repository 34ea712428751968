"""Reports for the terminal: coloured tables there, plain ASCII tables of 100 columns elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from benchmark.models import (
    Criterion,
    GradeName,
    OperationStats,
    Report,
    ThresholdVerdict,
    ValidityName,
)
from benchmark.thresholds import count_held, in_words
from benchmark.utils.figures import (
    milliseconds,
    moment,
    number,
    percent,
    plural,
    seconds,
    size,
    statuses,
)
from benchmark.utils.grading import arrivals_in_words, users_in_words
from benchmark.utils.reporters import terminal
from benchmark.utils.text_safety import clean_text
from benchmark.utils.verdict import Tone, give_verdict

_STYLES: dict[GradeName, str] = {
    "Good": "bold green",
    "Acceptable": "bold yellow",
    "Below acceptable": "bold dark_orange",
    "Poor": "bold red",
    "Not judged": "dim",
}
_VALIDITY_STYLES: dict[ValidityName, str] = {
    "valid": "bold green",
    "suspect": "bold yellow",
    "invalid": "bold red",
}
_TONES: dict[Tone, str] = {
    "good": "bold green",
    "fair": "bold yellow",
    "bad": "bold red",
    "unknown": "bold dim",
}
_MAX_FAILURES = 10
_MAX_EXCLUDED = 20
_MAX_VERDICTS = 30
_MESSAGE = 160  # characters; the whole message is in the result file


def write_text(report: Report, out: TextIO) -> None:
    """Writes one report: the verdict first, then the operations, what failed, and what to do."""
    terminal.write_parts(_report(report), out)


def write_suite(reports: Sequence[Report], out: TextIO) -> None:
    """Writes one table with a row for each run."""
    terminal.write_parts([_suite(reports)], out)


def _report(report: Report) -> Iterable[RenderableType]:
    yield Text()
    yield _verdict(report)
    yield from _validity(report)
    yield from _thresholds_held(report)
    yield from (terminal.item(f"Mind: {note}") for note in report.result.notes)
    yield _headline(report)
    yield _facts(report)
    yield Text()
    if report.thresholds:
        yield _thresholds(report.thresholds)
        yield Text()
    if report.result.totals.requests:
        yield _criteria(report.criteria)
    if report.result.operations:
        yield terminal.heading("Operations", "latencies in ms, failures included")
        yield _operations(report)
    if report.slowest:
        yield terminal.heading("Slowest", "by p95")
        yield _ranking(report.slowest, slow=True)
    if report.most_failing:
        yield terminal.heading("Most failing")
        yield _ranking(report.most_failing, slow=False)
    if report.result.failures:
        yield terminal.heading("Failures")
        yield _failures(report)
    yield from _left_out(report)
    if report.tips:
        yield terminal.heading("What to do next")
        for tip in report.tips:
            yield terminal.item(tip)
    if report.files:
        yield terminal.heading("Files")
        for label, path in report.files.items():
            yield terminal.path_item(label, path)
    yield Text()


def _verdict(report: Report) -> Text:
    """Whether the target is fine, and why."""
    verdict = give_verdict(report)
    line = Text("Verdict: ", style="bold")
    line.append(verdict.word, style=_TONES[verdict.tone])
    return line.append(f" · {verdict.sentence}")


def _validity(report: Report) -> Iterable[RenderableType]:
    """Whether the numbers below can be trusted; one line where they can."""
    validity = report.validity
    line = Text("Measurement: ", style="bold")
    line.append(validity.verdict, style=_VALIDITY_STYLES[validity.verdict])
    yield line
    for reason in validity.reasons:
        yield terminal.item(reason)
    if validity.advice:
        yield terminal.item("To do: " + "; ".join(validity.advice))


def _headline(report: Report) -> Text:
    line = Text("Grade: ", style="bold")
    line.append(report.grade, style=_STYLES[report.grade])
    result = report.result
    line.append(f" · {clean_text(result.test_type)} run of {clean_text(result.base_url)}")
    if result.status != "completed":
        reason = f" ({clean_text(result.status_reason)})" if result.status_reason else ""
        line.append(f" · {result.status}{reason}", style="bold red")
    return line


def _facts(report: Report) -> Text:
    result = report.result
    totals = result.totals
    latency = totals.latency
    users = users_in_words(result)
    arrivals = f"\n{arrivals_in_words(result)}" if result.arrivals else ""
    when = f"{moment(result.started_at)} · {seconds(result.duration)} · {users}"
    if not totals.requests:
        return Text(f"{when} · no requests{arrivals}")
    return Text(
        f"{when} · {plural(totals.requests, 'request')} · {plural(totals.failures, 'failure')} "
        f"({percent(totals.failure_share)}) · {size(totals.received)} received\n"
        f"p50 {milliseconds(latency.percentile(50))} · p95 {milliseconds(latency.percentile(95))} "
        f"· p99 {milliseconds(latency.percentile(99))} · slowest {milliseconds(latency.highest)}"
        f"{arrivals}"
    )


def _thresholds_held(report: Report) -> Iterable[RenderableType]:
    """Whether all thresholds held, in one line; nothing where there are none."""
    if not report.thresholds:
        return
    line = Text("Thresholds: ", style="bold")
    line.append_text(_held(report.thresholds)).append(" held")
    yield line


def _held(verdicts: Sequence[ThresholdVerdict], *, of: str = " of ") -> Text:
    """How many thresholds held."""
    held, every = count_held(verdicts)
    return Text(f"{held}{of}{every}", style="bold green" if held == every else "bold red")


def _thresholds(verdicts: Sequence[ThresholdVerdict]) -> Table:
    """A row for each operation that a threshold speaks of; where they are too many, failed ones."""
    table = terminal.table("Condition", "Operation", "Measured", "Verdict", folded="Operation")
    shown = verdicts
    if len(verdicts) > _MAX_VERDICTS:
        shown = sorted(verdicts, key=lambda verdict: verdict.held)[:_MAX_VERDICTS]
    for each in shown:
        table.add_row(
            Text(clean_text(each.threshold.condition)),
            Text(clean_text(each.operation) or "all"),
            Text(in_words(each.threshold, each.measured)),
            Text("held", style="green") if each.held else Text("FAILED", style="bold red"),
        )
    if len(shown) < len(verdicts):
        more = f"… and {len(verdicts) - len(shown)} more, in the result file"
        table.add_row(Text(), Text(more), Text(), Text())
    return table


def _criteria(criteria: Iterable[Criterion]) -> Table:
    table = terminal.table("Criterion", "Measured", "Verdict", "Why", numeric=("Measured",))
    for each in criteria:
        table.add_row(
            Text(each.name),
            Text(f"{number(each.measured)} {each.unit}"),
            Text(each.verdict, style=_STYLES[each.verdict]),
            Text(each.explanation),
        )
    return table


_FIGURES = ("Requests", "Failed", "rps", "mean", "p50", "p95", "p99", "max")


def _operations(report: Report) -> Table:
    table = terminal.table("Operation", *_FIGURES, numeric=_FIGURES, folded="Operation")
    duration = report.result.duration
    for each in report.result.operations:
        table.add_row(*_figures(each, duration))
    table.add_section()
    table.add_row(*_figures(report.result.totals, duration), style="bold")
    return table


def _figures(stats: OperationStats, duration: float) -> Iterable[Text]:
    latency = stats.latency
    yield _key(stats.method, stats.name)
    yield Text(f"{stats.requests:,}")
    yield Text(f"{stats.failures:,}", style="red" if stats.failures else "")
    yield Text(number(stats.requests / duration) if duration > 0 else "-")
    times = (latency.mean, *(latency.percentile(p) for p in (50, 95, 99)), latency.highest)
    for time in times:
        yield Text(number(time) if stats.requests else "-")


def _ranking(operations: Iterable[OperationStats], *, slow: bool) -> Table:
    figures = ("p95", "p50", "Requests") if slow else ("Failed", "Share", "Statuses")
    table = terminal.table("Operation", *figures, numeric=figures, folded="Operation")
    for each in operations:
        latency = each.latency
        values = (
            (
                milliseconds(latency.percentile(95)),
                milliseconds(latency.percentile(50)),
                f"{each.requests:,}",
            )
            if slow
            else (f"{each.failures:,}", percent(each.failure_share), statuses(each.statuses))
        )
        table.add_row(_key(each.method, each.name), *(Text(value) for value in values))
    return table


def _failures(report: Report) -> Table:
    table = terminal.table("Count", "Operation", "Message", numeric=("Count",), folded="Operation")
    failures = report.result.failures
    for each in failures[:_MAX_FAILURES]:
        table.add_row(
            Text(f"{each.count:,}"),
            _key(each.method, each.name),
            Text(clean_text(each.message, _MESSAGE)),
        )
    if len(failures) > _MAX_FAILURES:
        more = plural(len(failures) - _MAX_FAILURES, "more sort")
        table.add_row(Text(), Text(f"… and {more}, in the result file"), Text())
    return table


def _left_out(report: Report) -> Iterable[RenderableType]:
    readiness = report.result.readiness
    if verified := sum(each.readiness.status == "verified" for each in readiness):
        yield Text(f"\n{verified} of {plural(len(readiness), 'operation')} verified")
    excluded = [each for each in readiness if not each.readiness.enabled]
    if not excluded:
        return
    yield terminal.heading("Left out", f"{len(excluded)} of {len(readiness)} operations")
    table = terminal.table("Operation", "Why", folded="Operation")
    for each in excluded[:_MAX_EXCLUDED]:
        reason = clean_text(each.readiness.reason or each.readiness.status)
        table.add_row(Text(clean_text(each.operation)), Text(reason))
    if len(excluded) > _MAX_EXCLUDED:
        table.add_row(Text(f"… and {len(excluded) - _MAX_EXCLUDED} more"), Text())
    yield table


def _suite(reports: Sequence[Report]) -> Table:
    figures = ("Users", "Time", "Requests", "Failed", "rps", "mean", "p95", "p99")
    judged = ("Held",) if any(report.thresholds for report in reports) else ()
    table = terminal.table("Run", *figures, "Grade", *judged, numeric=(*figures, *judged))
    for report in reports:
        result, totals = report.result, report.result.totals
        name = clean_text(result.test_type)
        values = (
            f"{result.profile.users}" if result.profile.users else "-",
            seconds(result.duration),
            f"{totals.requests:,}",
            percent(totals.failure_share),
            number(result.rps),
            number(totals.latency.mean),
            number(totals.latency.percentile(95)),
            number(totals.latency.percentile(99)),
        )
        table.add_row(
            Text(name if result.status == "completed" else f"{name} ({result.status})"),
            *(Text(value) for value in values),
            Text(report.grade, style=_STYLES[report.grade]),
            *([_held(report.thresholds, of="/")] if judged else []),
        )
    return table


def _key(method: str, name: str) -> Text:
    return Text(clean_text(f"{method} {name}".strip()))
