"""Thresholds: what people write is understood, what is wrong is named, and verdicts are true."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import UsageError
from benchmark.histogram import Histogram, bucket_index
from benchmark.models import OperationStats
from benchmark.thresholds import (
    Statistic,
    Threshold,
    count_held,
    in_words,
    judge_thresholds,
    parse_threshold,
)


def _stats(method: str, name: str, latencies: list[float], failures: int = 0) -> OperationStats:
    counts: dict[int, int] = {}
    for each in latencies:
        counts[bucket_index(each)] = counts.get(bucket_index(each), 0) + 1
    lowest, highest = min(latencies, default=0.0), max(latencies, default=0.0)
    latency = Histogram(counts, sum(latencies), lowest, highest)
    return OperationStats(method, name, len(latencies), failures, latency)


READ = _stats("GET", "/things/{id}", [float(each) for each in range(1, 101)])
WRITE = _stats("POST", "/things", [200.0] * 20, failures=2)
TOTALS = _stats("", "Total", [float(each) for each in range(1, 101)] + [200.0] * 20, failures=2)


def _held(text: str, seconds: float = 10.0) -> list[bool]:
    verdicts = judge_thresholds([parse_threshold(text)], TOTALS, [READ, WRITE], seconds)
    return [verdict.held for verdict in verdicts]


@pytest.mark.parametrize(
    ("text", "statistic", "percent", "comparison", "limit"),
    [
        ("p95<500ms", "percentile", 95.0, "<", 500.0),
        ("p(99.9) <= 1.5s", "percentile", 99.9, "<=", 1500.0),
        ("p50<250", "percentile", 50.0, "<", 250.0),
        ("med<250us", "percentile", 50.0, "<", 0.25),
        ("avg < 1m", "mean", 0.0, "<", 60_000.0),
        ("max<.5s", "highest", 0.0, "<", 500.0),
        ("min>1ms", "lowest", 0.0, ">", 1.0),
        ("failures<1%", "failure share", 0.0, "<", 0.01),
        ("failures==0", "failures", 0.0, "==", 0.0),
        ("rate<0.5%", "failure share", 0.0, "<", 0.005),
        ("rate>100/s", "rate", 0.0, ">", 100.0),
        ("RPS >= 100", "rate", 0.0, ">=", 100.0),
        ("count>1000", "requests", 0.0, ">", 1000.0),
    ],
)
def test_every_statistic_and_unit_is_understood(
    text: str, statistic: Statistic, percent: float, comparison: str, limit: float
) -> None:
    """The vocabulary of the command line, and that of k6, means what it says."""
    threshold = parse_threshold(text)
    assert threshold == Threshold(text, "", statistic, percent, comparison, threshold.limit)
    assert threshold.limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("GET /users/{id}: p99<1s", "GET /users/{id}"),
        ("/jobs/7:cancel: p99<1s", "/jobs/7:cancel"),
        ("POST *: failures<1%", "POST *"),
        (" p99<1s ", ""),
    ],
)
def test_a_threshold_may_name_an_operation(text: str, operation: str) -> None:
    """Everything before the last colon is the operation, colons of its own included."""
    assert parse_threshold(text).operation == operation


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it says no condition"),
        ("p95", "it compares nothing"),
        ("p95<fast", "cannot be read"),
        ("p95<500 parsecs", "not measured in 'parsecs'"),
        ("p95<5%", "not measured in '%'"),
        ("p101<5ms", "there is no percentile p101"),
        ("p0<5ms", "there is no percentile p0"),
        ("speed>9", "'speed' is no statistic"),
        ("rate<0.01", "rate of what?"),
        ("failures<5ms", "not measured in 'ms'"),
        ("p95<-1", "cannot be read"),
        ("GET /x:", "it says no condition"),
        (f"p95<{'9' * 400}", "nothing is so much"),
        (f"{'a' * 1000}: p95<1", "too long for a threshold"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    """A condition that cannot be read is refused with its reason and with examples."""
    with pytest.raises(UsageError) as caught:
        parse_threshold(text)
    assert said in caught.value.message
    assert "p95<500ms" in caught.value.hint


@given(st.text(max_size=40))
def test_no_text_breaks_the_grammar(text: str) -> None:
    """Any text is either a threshold or a UsageError."""
    with suppress(UsageError):
        parse_threshold(text)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("p95<500ms", [True]),
        ("p95<100ms", [False]),
        ("max<=200", [True]),
        ("failures<2%", [True]),
        ("failures<1", [False]),
        ("rps>=12", [True]),
        ("rps>12", [False]),
        ("requests==120", [True]),
        ("GET /things/{id}: p99<100ms", [True]),
        ("/things/{id}: min<1ms", [False]),
        ("* /things*: p95<150ms", [True, False]),
        ("POST /things: failures<5%", [False]),
    ],
)
def test_verdicts_follow_from_what_was_measured(text: str, held: list[bool]) -> None:
    """Each threshold is judged by the numbers of the operations that it means, and by no others."""
    assert _held(text) == held


@pytest.mark.parametrize("text", ["GET /nowhere: p95<1s", "DELETE *: failures<100%"])
def test_an_operation_that_was_never_called_has_failed(text: str) -> None:
    """What was not measured has not been shown to hold."""
    (verdict,) = judge_thresholds([parse_threshold(text)], TOTALS, [READ, WRITE], 10.0)
    assert (verdict.measured, verdict.held) == (None, False)


@pytest.mark.parametrize("text", ["p95<1s", "failures<1%", "rps<5", "requests<5"])
def test_a_run_without_requests_meets_no_threshold(text: str) -> None:
    """No samples is no success, whichever way the comparison points."""
    empty = _stats("", "Total", [])
    (verdict,) = judge_thresholds([parse_threshold(text)], empty, [], 10.0)
    assert (verdict.measured, verdict.held) == (None, False)


def test_brackets_and_question_marks_of_a_name_are_not_patterns() -> None:
    """Only `*` stands for anything: other marks may be part of a path."""
    odd = _stats("GET", "/a?[x]", [1.0])
    verdicts = judge_thresholds([parse_threshold("GET /a?[x]: max<2ms")], TOTALS, [odd], 1.0)
    assert [verdict.operation for verdict in verdicts] == ["GET /a?[x]"]


UNITS = {
    "p99.9": ("", "us", "ms", "s", "m"),
    "avg": ("ms",),
    "med": ("s",),
    "failures": ("", "%"),
    "rps": ("", "/s"),
    "count": ("",),
}


@st.composite
def thresholds(draw: st.DrawFn) -> tuple[str, str, str]:
    """An operation, a comparison, and the threshold that they are part of."""
    operation = draw(st.sampled_from(["", "GET /a/{id}", "/jobs:run", "* /a b*", "ü"]))
    statistic = draw(st.sampled_from(sorted(UNITS)))
    comparison = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    number = draw(st.one_of(st.integers(0, 10**12), st.decimals(0, 10**6, places=4)))
    unit, space = draw(st.sampled_from(UNITS[statistic])), draw(st.sampled_from(["", " "]))
    condition = space.join([statistic, comparison, f"{number}{unit}"])
    return operation, comparison, f"{operation}:{space}{condition}" if operation else condition


@given(thresholds())
def test_what_is_written_is_kept_and_parses_to_the_same(written: tuple[str, str, str]) -> None:
    """A threshold can be stored as its text, and read again."""
    operation, comparison, text = written
    threshold = parse_threshold(text)
    assert (threshold.operation, threshold.comparison) == (operation, comparison)
    assert threshold.text == text
    assert parse_threshold(threshold.text) == threshold
    assert threshold.condition == text.rpartition(":")[2].strip()


@pytest.mark.parametrize(
    ("text", "measured", "words"),
    [
        ("p95<500ms", 123.456, "123 ms"),
        ("p95<=500ms", 500.4, "500.4 ms"),
        ("p95<500ms", 499.96, "499.96 ms"),
        ("p95<2s", 1234.5, "1.23 s"),
        ("p95<1s", 999.9996, "999.9996 ms"),
        ("failures<1%", 0.0123, "1.23 % failures"),
        ("failures<=1%", 0.0100001, "1.00001 % failures"),
        ("failures<5", 1234.0, "1,234 failures"),
        ("requests>5", 123456.0, "123,456 requests"),
        ("rps>=100", 99.98, "99.98 requests/s"),
        ("rps>100", 12345.6, "12,300 requests/s"),
        ("p95<1s", None, "no requests"),
    ],
)
def test_a_measured_value_shows_why_it_failed(
    text: str, measured: float | None, words: str
) -> None:
    """Three digits, or as many as tell on which side of the limit it is."""
    assert in_words(parse_threshold(text), measured) == words


def test_a_threshold_on_several_operations_holds_for_all_or_not() -> None:
    """What people gave is counted, not how many operations that means."""
    texts = ("* /things*: p95<150ms", "GET /things*: p95<150ms", "p95<1s")
    asked = [parse_threshold(text) for text in texts]
    verdicts = judge_thresholds(asked, TOTALS, [READ, WRITE], 10.0)
    assert len(verdicts) == 4
    assert count_held(verdicts) == (2, 3)
