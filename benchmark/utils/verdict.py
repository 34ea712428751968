"""The verdict on a run in a word, in a sentence, and by the names of what stands out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmark.models import Answer, OperationStats, Report, RunResult, Threshold, ThresholdVerdict
from benchmark.thresholds import by_threshold, in_words
from benchmark.utils.comparison_words import change_in_words, headline
from benchmark.utils.figures import milliseconds, number, percent, plural, seconds, statuses
from benchmark.utils.grading import ACCEPTABLE_MS, ACCEPTABLE_PERCENT, FAILURES, THROUGHPUT
from benchmark.utils.silence import silence_at_end
from benchmark.utils.text_safety import clean_text

Tone = Literal["good", "fair", "bad", "unknown"]
ANSWER_TONES: Mapping[Answer, Tone] = {
    "regressed": "bad",
    "improved": "good",
    "equivalent": "good",
    "cannot tell": "unknown",
}
"""How the answers of a comparison look."""
_AS_FAR = "Fine as far as it went"
_MOST_PLACES = 4
_MOST_NAMED = 3
DROPPED_SHARE = 0.005
"""More dropped iterations than this are said, and speak against a run: nobody served them."""
_LEAST_FAILURES = 2  # one failure of few requests is an accident, and no place to look at


@dataclass(frozen=True, slots=True)
class Place:
    """An operation to look at, and why."""

    operation: OperationStats
    tone: Tone
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`word` answers whether the target is fine, `sentence` says why, `places` where not."""

    tone: Tone
    word: str
    sentence: str
    places: tuple[Place, ...]


def give_verdict(report: Report) -> Verdict:
    """The verdict: numbers that mean nothing first, then conditions, then the grade."""
    result = report.result
    places = tuple(_places(report))
    tone, word = _answer(report, exceptions=bool(places))
    doubt = _doubt(report)
    ending = list(_ending(result))
    said = [*ending, *_reasons(report), *_figures(result)]
    # What explains the word stands first, then what makes the rest worthless; a mere doubt, last.
    explained = len(ending) if tone == "bad" else 0
    said.insert(explained if report.validity.verdict == "invalid" else len(said), doubt)
    return Verdict(
        tone, word, " ".join(filter(None, said)), places or tuple(_slowest(result, tone))
    )


def _answer(report: Report, *, exceptions: bool) -> tuple[Tone, str]:
    result, totals = report.result, report.result.totals
    failed = [each for each in report.thresholds if not each.held]
    if not totals.requests:
        return "unknown", "Nothing was measured"
    if totals.failures >= totals.requests:
        return "bad", "Nothing worked"
    if silence_at_end(result.timeline) is not None:
        return "bad", "Stopped answering"
    if result.status == "aborted":
        return "bad", "Stopped early"
    if report.validity.verdict == "invalid":
        return "unknown", "Not to be relied on"
    if failed:
        return "bad", "Not fine"
    if result.status == "failed":
        return "unknown", "Broken off"
    if _is_worse(report):
        return "bad", "Worse than the baseline"
    return _graded(report, exceptions=exceptions)


def _graded(report: Report, *, exceptions: bool) -> tuple[Tone, str]:
    """By the grade; conditions that held outrank it, since they are what was asked for."""
    bad = report.grade in ("Poor", "Below acceptable")
    dropped = _dropped_share(report.result)
    exceptions = exceptions or dropped > DROPPED_SHARE
    broken_off = report.result.status == "interrupted"
    if report.thresholds:
        if bad or exceptions:
            return "fair", "Within the thresholds"
        return ("fair", _AS_FAR) if broken_off else ("good", "Fine")
    if bad or dropped * 100 >= ACCEPTABLE_PERCENT:
        return "bad", "Not fine"
    if report.grade == "Not judged":
        return "unknown", "Not judged"
    if report.grade == "Acceptable":
        return "fair", "Acceptable"
    if exceptions:
        return "fair", "Fine, with exceptions"
    if broken_off:
        return "fair", _AS_FAR
    return ("good", "Fine") if report.validity.verdict == "valid" else ("fair", "Probably fine")


def _is_worse(report: Report) -> bool:
    return report.comparison is not None and report.comparison.answer == "regressed"


def _ending(result: RunResult) -> Iterator[str]:
    if result.status != "completed":
        how = {"aborted": "was stopped", "failed": "broke off"}.get(
            result.status, "was interrupted"
        )
        reason = clean_text(result.status_reason, 160).rstrip(".…")
        yield f"The run {how} after {seconds(result.duration)}{': ' if reason else ''}{reason}."


def _doubt(report: Report) -> str:
    totals, validity = report.result.totals, report.validity
    worked = totals.failures < totals.requests  # else that is the reason, and told anyhow
    if not worked or validity.verdict == "valid" or not validity.reasons:
        return ""
    return f"The measurement is {validity.verdict}: {validity.reasons[0]}."


def _reasons(report: Report) -> Iterator[str]:
    if report.thresholds:
        yield _thresholds(report.thresholds)
    if report.comparison is not None and _is_worse(report):
        yield f"Against the baseline: {headline(report.comparison)}."
    elif report.not_compared:
        yield f"Not compared with the baseline: {clean_text(report.not_compared, 160)}."
    if report.grade not in ("Good", "Not judged"):
        said = [
            ("" if each.name == THROUGHPUT else f"{each.name.lower()} ")
            + f"{number(each.measured)} {each.unit}"
            for each in report.criteria
            if each.verdict == report.grade and each.name != FAILURES  # those are told anyhow
        ]
        yield f"Grade {report.grade}{': ' if said else ''}{', '.join(said)}."
    if (arrivals := report.result.arrivals) and _dropped_share(report.result) > DROPPED_SHARE:
        yield (
            f"{percent(_dropped_share(report.result))} of {plural(arrivals.asked, 'iteration')} "
            "were dropped: no user was free for them in time."
        )


def _dropped_share(result: RunResult) -> float:
    """Of the iterations of an open run, those that never began for want of a free user."""
    arrivals = result.arrivals
    return arrivals.dropped / arrivals.asked if arrivals and arrivals.asked else 0.0


def _thresholds(verdicts: Sequence[ThresholdVerdict]) -> str:
    """How many failed; one that speaks of several operations is one all the same."""
    judged = by_threshold(verdicts)
    failed = [one for one, each in judged.items() if not all(verdict.held for verdict in each)]
    if not failed:
        some = {1: "The threshold", 2: "Both thresholds"}
        return f"{some.get(len(judged), f'All {len(judged)} thresholds')} held."
    said = ", ".join(_failed(each, judged[each]) for each in failed[:_MOST_NAMED])
    more = " and others" if len(failed) > _MOST_NAMED else ""
    of = f"{len(failed)} of {len(judged)} thresholds" if len(judged) > 1 else "The threshold"
    return f"{of} failed: {said}{more}."


def _failed(threshold: Threshold, verdicts: Sequence[ThresholdVerdict]) -> str:
    """A threshold and what was measured, if that is one figure."""
    missed = [each for each in verdicts if not each.held]
    measured = f" ({in_words(threshold, missed[0].measured)})" if len(missed) == 1 else ""
    return clean_text(threshold.text, 80) + measured


def _figures(result: RunResult) -> Iterator[str]:
    totals = result.totals
    if not totals.requests:
        yield "No request was sent."
        return
    sent = plural(totals.requests, "request")
    if totals.failures >= totals.requests:
        yield f"{sent}, and none of them succeeded ({statuses(totals.statuses) or 'no status'})."
        return
    failed = percent(totals.failure_share) if totals.failures else "None"
    yield (
        f"{failed} of {sent} failed, and 95 % were answered within "
        f"{milliseconds(totals.latency.percentile(95))}."
    )


def _places(report: Report) -> Iterator[Place]:
    """What missed its threshold, then what regressed, what fails, and what is slow."""
    called = {f"{each.method} {each.name}": each for each in report.result.operations}
    unmet: list[Place] = []
    for verdict in report.thresholds:
        known = [place.operation for place in unmet]
        if not verdict.held and (each := called.get(verdict.operation)) and each not in known:
            condition = clean_text(verdict.threshold.condition, 80)
            measured = in_words(verdict.threshold, verdict.measured)
            unmet.append(Place(each, "bad", f"{condition} failed: {measured}"))
    for change in report.comparison.answered("regressed") if report.comparison else ():
        known = [place.operation for place in unmet]
        if (each := called.get(change.key)) and each not in known:
            worse = ", ".join(map(change_in_words, change.answered("regressed")))
            unmet.append(Place(each, "bad", f"worse than the baseline: {worse}"))
    named = [place.operation for place in unmet]
    others = [each for each in called.values() if each.requests and each not in named]
    failing = sorted(filter(_fails, others), key=lambda each: -each.failures)
    slow = sorted(
        (each for each in others if each.latency.mean >= ACCEPTABLE_MS and each not in failing),
        key=lambda each: -each.latency.percentile(95),
    )
    # Of each sort there is something to see, where there are several.
    some = unmet[: _MOST_PLACES - min(len(failing), 1) - min(len(slow), 1)]
    some += map(_failing, failing[: _MOST_PLACES - len(some) - min(len(slow), 1)])
    some += map(_slow, slow[: _MOST_PLACES - len(some)])
    yield from some


def _slowest(result: RunResult, tone: Tone) -> Iterator[Place]:
    """Where nothing stands out, the slowest is a bound for all the others, and not to blame."""
    called = [each for each in result.operations if each.requests]
    if called:
        each = max(called, key=lambda each: each.latency.percentile(95))
        yield Place(
            each, "fair" if tone == "bad" else tone, f"the slowest: {_latency_in_words(each)}"
        )


def _failing(stats: OperationStats) -> Place:
    of = f"{percent(stats.failure_share)} of {plural(stats.requests, 'request')} failed"
    return Place(stats, "bad", of + _status_in_words(stats))


def _slow(stats: OperationStats) -> Place:
    return Place(stats, "fair", f"slow: {_latency_in_words(stats)}")


def _fails(stats: OperationStats) -> bool:
    return stats.failure_share * 100 >= ACCEPTABLE_PERCENT and stats.failures >= min(
        _LEAST_FAILURES, stats.requests
    )


def _latency_in_words(stats: OperationStats) -> str:
    p50, p95 = (milliseconds(stats.latency.percentile(p)) for p in (50, 95))
    return f"p95 {p95}, p50 {p50}"


def _status_in_words(stats: OperationStats) -> str:
    wrong = {code: n for code, n in stats.statuses.items() if not code.startswith(("2", "3"))}
    if not wrong:
        return ""
    worst = clean_text(max(wrong, key=lambda code: wrong[code]), 20)
    return ", mostly without an answer" if worst == "0" else f", mostly with {worst}"
