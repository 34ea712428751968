"""The summary of a run in Markdown (GitHub's), for a pull request or the page of a job."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmark.models import OperationStats, Report, ThresholdVerdict
from benchmark.thresholds import in_words
from benchmark.utils.comparison_words import headline
from benchmark.utils.figures import (
    milliseconds,
    moment,
    number,
    percent,
    plural,
    seconds,
)
from benchmark.utils.grading import arrivals_in_words, users_in_words
from benchmark.utils.reporters.markdown_text import code, plain
from benchmark.utils.text_safety import clean_text
from benchmark.utils.verdict import Tone, give_verdict

_MAX_VERDICTS = 20
_MAX_OPERATIONS = 5
_MAX_FAILURES = 5
_PASSED, _FAILED = "✅", "❌"
_MARKS: Mapping[Tone, str] = {"good": _PASSED, "fair": "⚠️", "bad": _FAILED, "unknown": "❔"}


def render_markdown(report: Report) -> str:
    """The verdict first, then thresholds, figures, worst operations, failures, and the command."""
    return "\n".join([*_lines(report), ""])


def _lines(report: Report) -> Iterator[str]:
    result = report.result
    verdict = give_verdict(report)
    yield f"## {_MARKS[verdict.tone]} Load test: {verdict.word}"
    yield ""
    yield plain(verdict.sentence, 800)
    yield ""
    yield (
        f"{code(result.test_type)} run of {code(result.base_url)}, {moment(result.started_at)}, "
        f"{seconds(result.duration)}, {users_in_words(result)}"
    )
    yield ""
    if result.status != "completed":
        yield f"- {_FAILED} **{result.status}**: {plain(result.status_reason or 'not known why')}"
    yield from (f"- ⚠️ {plain(note, 600)}" for note in result.notes)
    yield f"- Measurement **{report.validity.verdict}**{_reasons(report.validity.reasons)}"
    yield f"- Grade **{report.grade}**"
    yield from _baseline(report)
    yield f"- {_figures(result.totals, result.rps)}"
    if result.arrivals:
        yield f"- {plain(arrivals_in_words(result))}"
    if report.thresholds:
        yield from _thresholds(report.thresholds)
    if worst := _worst(report):
        yield from _operations(worst)
    if result.failures:
        yield from _failures(report)
    if result.command:
        yield from ("", "<details><summary>Run it again</summary>", "")
        yield f"<pre>{html.escape(clean_text(result.command, 4000))}</pre>"
        yield from ("", "</details>")


def _baseline(report: Report) -> Iterator[str]:
    if report.not_compared:
        yield f"- {_FAILED} Not compared with the baseline: {plain(report.not_compared)}"
    elif comparison := report.comparison:
        said = f"**{comparison.answer}**: {plain(headline(comparison), 600)}"
        yield f"- Against the baseline {plain(comparison.base.label)} {said}"


def _reasons(reasons: Sequence[str]) -> str:
    return f": {plain('; '.join(reasons))}" if reasons else ""


def _figures(totals: OperationStats, rps: float) -> str:
    if not totals.requests:
        return "No request was sent"
    latency = totals.latency
    p50, p95, p99 = (milliseconds(latency.percentile(p)) for p in (50, 95, 99))
    return (
        f"{plural(totals.requests, 'request')}, {number(rps)} per second, "
        f"{percent(totals.failure_share)} failed; p50 {p50}, **p95 {p95}**, p99 {p99}"
    )


def _thresholds(verdicts: Sequence[ThresholdVerdict]) -> Iterator[str]:
    """The failed ones first; of many, not all."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.held)
    yield from _table("| | Threshold | Operation | Measured |", "|---|---|---|---:|")
    for each in ordered[:_MAX_VERDICTS]:
        operation = code(each.operation) if each.operation else "all"
        yield (
            f"| {_PASSED if each.held else _FAILED} | {code(each.threshold.condition)} "
            f"| {operation} | {plain(in_words(each.threshold, each.measured))} |"
        )
    if len(ordered) > _MAX_VERDICTS:
        yield f"| | and {len(ordered) - _MAX_VERDICTS} more | | |"


def _worst(report: Report) -> tuple[OperationStats, ...]:
    """Those that fail most, then the slowest."""
    chosen = dict.fromkeys(
        (each.method, each.name) for each in (*report.most_failing, *report.slowest)
    )
    known = {(each.method, each.name): each for each in report.result.operations}
    return tuple(known[key] for key in list(chosen)[:_MAX_OPERATIONS] if key in known)


def _operations(worst: Iterable[OperationStats]) -> Iterator[str]:
    yield from _table(
        "| Worst operations | Requests | Failed | p50 | p95 | p99 |",
        "|---|---:|---:|---:|---:|---:|",
    )
    for each in worst:
        p50, p95, p99 = (milliseconds(each.latency.percentile(p)) for p in (50, 95, 99))
        yield (
            f"| {code(f'{each.method} {each.name}')} | {each.requests:,} "
            f"| {percent(each.failure_share)} | {p50} | {p95} | {p99} |"
        )


def _failures(report: Report) -> Iterator[str]:
    yield from _table("| Failures | | What was answered |", "|---:|---|---|")
    failures = report.result.failures
    for each in failures[:_MAX_FAILURES]:
        said = code(clean_text(each.sample, 160)) if each.sample else plain(each.message)
        operation = code(f"{each.method} {each.name}")
        status = f"<br>status {each.status}" if each.status else ""
        yield f"| {each.count:,} | {operation}{status} | {said} |"
    if len(failures) > _MAX_FAILURES:
        yield f"| | and {plural(len(failures) - _MAX_FAILURES, 'more sort')} | |"


def _table(head: str, rule: str) -> tuple[str, ...]:
    return ("", head, rule)
