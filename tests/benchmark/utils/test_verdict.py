"""Tests of the verdict: what a stranger reads first."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_reports import (
    empty_report,
    failing_report,
    good_report,
    hour_report,
    judged,
    open_report,
)
from sample_runs import histogram_of

from benchmark.models import OperationStats, Report, Validity
from benchmark.utils.reporters import write_text
from benchmark.utils.verdict import give_verdict


def with_operation(report: Report, stats: OperationStats) -> Report:
    """The same run with one operation more; its totals stay, as one of many hardly moves them."""
    result = report.result
    return replace(report, result=replace(result, operations=(*result.operations, stats)))


def test_a_good_run_is_fine_and_names_the_slowest(tmp_path: Path) -> None:
    """In a sentence with its figures."""
    verdict = give_verdict(good_report(tmp_path))
    assert (verdict.tone, verdict.word) == ("good", "Fine")
    assert verdict.sentence.startswith("None of ")
    (slowest,) = verdict.places
    assert slowest.operation.name == "/api/v1/reports/monthly"
    assert slowest.why.startswith("the slowest: p95 ")


def test_what_fails_is_named_with_its_status(tmp_path: Path) -> None:
    """The worst first."""
    verdict = give_verdict(failing_report(tmp_path))
    assert verdict.tone in ("fair", "bad")
    assert verdict.places[0].tone == "bad"
    assert "failed, mostly with 4" in verdict.places[0].why or "503" in verdict.places[0].why
    counts = [place.operation.failures for place in verdict.places if place.tone == "bad"]
    assert counts == sorted(counts, reverse=True)


def test_one_bad_operation_in_a_good_run_is_an_exception(tmp_path: Path) -> None:
    """A total hides it; the verdict does not. One failure of many is no pattern."""
    report = good_report(tmp_path)
    fails = OperationStats("PUT", "/broken", 10, 10, histogram_of([2.0] * 10), {"500": 10})
    verdict = give_verdict(with_operation(report, fails))
    assert (verdict.tone, verdict.word) == ("fair", "Fine, with exceptions")
    assert verdict.places[0].why == "100 % of 10 requests failed, mostly with 500"
    slow = OperationStats("GET", "/slow", 10, 0, histogram_of([900.0] * 10), {"200": 10})
    verdict = give_verdict(with_operation(report, slow))
    assert verdict.word == "Fine, with exceptions"
    assert verdict.places[0].why.startswith("slow: p95 ")
    assert give_verdict(with_operation(report, replace(fails, failures=1))).word == "Fine"


def test_thresholds_decide_where_there_are_any(tmp_path: Path) -> None:
    """One that failed is named; those that held outrank a bad grade."""
    failed = give_verdict(good_report(tmp_path, "p95<1ms", "failures<1%", "GET /never: p95<1s"))
    assert (failed.tone, failed.word) == ("bad", "Not fine")
    assert failed.sentence.startswith(
        "2 of 3 thresholds failed: p95<1ms (85.7 ms), GET /never: p95<1s (no requests). "
    )
    held = give_verdict(good_report(tmp_path, "p95<10s"))
    assert (held.tone, held.word) == ("good", "Fine")
    assert held.sentence.startswith("The threshold held. ")
    where = give_verdict(good_report(tmp_path, "GET /health: p95<0.5ms"))
    assert where.sentence.startswith("The threshold failed: GET /health: p95<0.5ms (")
    many = give_verdict(good_report(tmp_path, "GET *: p95<3ms", "failures<1%"))
    assert many.sentence.startswith("1 of 2 thresholds failed: GET *: p95<3ms. ")
    (place,) = where.places
    assert (place.operation.name, place.tone) == ("/health", "bad")
    assert place.why.startswith("p95<0.5ms failed: ")
    report = replace(good_report(tmp_path, "p95<10s", "failures<1%"), grade="Poor")
    assert (give_verdict(report).tone, give_verdict(report).word) == (
        "fair",
        "Within the thresholds",
    )
    assert "Both thresholds held. Grade Poor" in give_verdict(report).sentence


@pytest.mark.parametrize(
    ("grade", "tone", "word"),
    [
        ("Good", "good", "Fine"),
        ("Acceptable", "fair", "Acceptable"),
        ("Below acceptable", "bad", "Not fine"),
        ("Poor", "bad", "Not fine"),
        ("Not judged", "unknown", "Not judged"),
    ],
)
def test_without_thresholds_the_grade_decides(
    grade: Any, tone: str, word: str, tmp_path: Path
) -> None:
    """Each grade has an answer."""
    verdict = give_verdict(replace(good_report(tmp_path), grade=grade))
    assert (verdict.tone, verdict.word) == (tone, word)


def test_numbers_that_mean_nothing_give_no_verdict(tmp_path: Path) -> None:
    """An invalid measurement, and a run without requests, say nothing about the target."""
    report = good_report(tmp_path, "p95<1ms")
    invalid = give_verdict(replace(report, validity=Validity("invalid", ("ports ran out",))))
    assert (invalid.tone, invalid.word) == ("unknown", "Not to be relied on")
    assert "The measurement is invalid: ports ran out." in invalid.sentence
    suspect = replace(good_report(tmp_path), validity=Validity("suspect", ("it was late",)))
    assert (give_verdict(suspect).tone, give_verdict(suspect).word) == ("fair", "Probably fine")
    empty = give_verdict(empty_report(tmp_path))
    assert (empty.tone, empty.word, empty.places) == ("unknown", "Nothing was measured", ())


def test_the_first_sentence_explains_the_word(tmp_path: Path) -> None:
    """Why a run was stopped, and then that its measurement is invalid."""
    result = replace(
        good_report(tmp_path).result, status="aborted", status_reason="p95<1ms for 10s did not hold"
    )
    report = replace(judged(result), validity=Validity("invalid", ("ports ran out",)))
    verdict = give_verdict(report)
    assert verdict.word == "Stopped early"
    first, *_ = verdict.sentence.partition(" The measurement")
    assert first == "The run was stopped after 40 s: p95<1ms for 10s did not hold."
    assert f"{first} The measurement is invalid: ports ran out." in verdict.sentence


def test_a_run_in_which_nothing_worked_says_so(tmp_path: Path) -> None:
    """That is a finding, whatever the measurement is called."""
    result = good_report(tmp_path).result
    dead = OperationStats("GET", "/", 50, 50, histogram_of([1.0] * 50), {"0": 50})
    totals = replace(dead, method="", name="Total")
    verdict = give_verdict(judged(replace(result, totals=totals, operations=(dead,))))
    assert (verdict.tone, verdict.word) == ("bad", "Nothing worked")
    assert "50 requests, and none of them succeeded (none × 50)." in verdict.sentence
    assert verdict.places[0].why.endswith("mostly without an answer")


def test_a_target_that_died_is_not_fine(tmp_path: Path) -> None:
    """Whatever it was before."""
    result = good_report(tmp_path).result
    silent = tuple(
        replace(each, failures=each.requests, unanswered=each.requests)
        for each in result.timeline[-10:]
    )
    died = replace(result, timeline=result.timeline[:-10] + silent)
    assert give_verdict(judged(died)).word == "Stopped answering"
    assert give_verdict(judged(died)).tone == "bad"


@pytest.mark.parametrize(
    ("status", "word", "said"),
    [
        ("aborted", "Stopped early", "The run was stopped after 40 s: too slow."),
        ("failed", "Broken off", "The run broke off after 40 s: too slow."),
        ("interrupted", "Fine as far as it went", "The run was interrupted after 40 s: too slow."),
    ],
)
def test_an_incomplete_run_says_how_it_ended(
    status: Any, word: str, said: str, tmp_path: Path
) -> None:
    """With the reason, and judged where what was measured can be."""
    result = replace(good_report(tmp_path).result, status=status, status_reason="too slow.")
    verdict = give_verdict(judged(result))
    assert verdict.word == word
    assert verdict.sentence.startswith(said)


def test_dropped_iterations_speak_against_a_run(tmp_path: Path) -> None:
    """Visitors that nobody served are no success, however quick the answers of the others."""
    report = open_report(tmp_path)
    verdict = give_verdict(report)
    assert (verdict.tone, verdict.word) == ("bad", "Not fine")
    assert verdict.sentence.startswith("8.24 % of 1,020 iterations were dropped")
    assert verdict.places[0].tone == "fair"  # the slowest, which need not be the cause
    assert any("--max-users" in tip for tip in report.tips)
    result = report.result
    few = replace(result, counters={**result.counters, "dropped_iterations": 8})
    assert give_verdict(judged(few)).word == "Fine, with exceptions"
    one = replace(result, counters={**result.counters, "dropped_iterations": 1})
    assert give_verdict(judged(one)).word == "Fine"


def test_few_places_are_named(tmp_path: Path) -> None:
    """However many operations fail."""
    assert 1 <= len(give_verdict(hour_report(tmp_path)).places) <= 4
    assert len(give_verdict(open_report(tmp_path)).places) == 1


def test_a_run_without_requests_shows_no_numbers(tmp_path: Path) -> None:
    """No latency of 0 ms, and no criterion that it would meet."""
    out = io.StringIO()
    write_text(empty_report(tmp_path), out)
    text = out.getvalue()
    assert "no requests" in text
    assert "0 ms" not in text
    assert "0 %" not in text
