"""Abort conditions: what people write is understood, and windows slide as they should."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.abort_conditions import (
    MIN_SAMPLES,
    AbortWatch,
    breach_in_words,
    parse_abort_condition,
)
from benchmark.errors import UsageError
from benchmark.histogram import Histogram, HistogramBuilder
from benchmark.models import AbortCondition, Breach
from benchmark.thresholds import parse_threshold

# ── the grammar ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "threshold", "seconds"),
    [
        ("p95<500ms for 10s", "p95<500ms", 10),
        ("failures < 5%  for  1m", "failures < 5%", 60),
        ("rps>100 for 30", "rps>100", 30),
        ("GET /wait for me: p99<=1s for 1h", "GET /wait for me: p99<=1s", 3600),
        ("failures==0 for 1m30s", "failures==0", 90),
    ],
)
def test_a_condition_is_a_threshold_and_a_time(text: str, threshold: str, seconds: int) -> None:
    """The last "for" divides them; an operation may have another one in its name."""
    condition = parse_abort_condition(text)
    assert (condition.threshold.text, condition.seconds) == (threshold, seconds)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("p95<500ms", "does not say for how long", "p95<500ms for 10s"),
        ("", "does not say for how long", "p95<500ms for 10s"),
        ("for 10s", "does not say for how long", "p95<500ms for 10s"),
        ("p95<500ms for ages", "'ages' is no duration", "write 90s"),
        ("p95<500ms for 1.5s", "'1.5s' is no length of a window", "whole seconds"),
        ("p95<500ms for 2h", "'2h' is no length of a window", "60m at most"),
        ("p95<500ms for 0s", "too short", ""),
        ("p95<fast for 10s", "'p95<fast' is no threshold", "p95<500ms"),
        ("p95>500ms for 10s", "would stop a run that goes well", "'p95<=500ms for 10s'"),
        ("failures>=1% for 10s", "would stop a run that goes well", "'failures<1% for 10s'"),
        ("GET /a: rps<9 for 10s", "would stop a run that goes well", "'GET /a: rps>=9 for 10s'"),
        ("requests<=9 for 10s", "would stop a run that goes well", "'requests>9 for 10s'"),
    ],
)
def test_what_is_wrong_with_a_condition_is_named(text: str, said: str, hint: str) -> None:
    """Also one whose comparison points the wrong way, with the one that was meant."""
    with pytest.raises(UsageError) as caught:
        parse_abort_condition(text)
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_what_is_proposed_instead_can_be_parsed() -> None:
    """A `>` in the name of the operation is left alone."""
    with pytest.raises(UsageError) as caught:
        parse_abort_condition("GET /a>b: p95>5ms for 10s")
    assert "'GET /a>b: p95<=5ms for 10s'" in caught.value.hint


@given(st.text(max_size=40))
def test_no_text_breaks_the_grammar_of_conditions(text: str) -> None:
    """Any text is either a condition or a UsageError."""
    with suppress(UsageError):
        parse_abort_condition(text)


LATENCIES = st.sampled_from(["p50", "p(99.9)", "avg", "mean", "min", "med", "max"])


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, int]:
    """A threshold that may be an abort condition, and seconds."""
    upper = draw(st.booleans())
    if upper:
        statistic, units = draw(
            st.one_of(
                st.tuples(LATENCIES, st.sampled_from(["", "us", "ms", "s", "m"])),
                st.tuples(st.just("failures"), st.sampled_from(["", "%"])),
            )
        )
    else:
        statistic, units = draw(st.sampled_from([("rps", ""), ("rate", "/s"), ("count", "")]))
    comparison = draw(st.sampled_from(["<", "<=", "=="] if upper else [">", ">=", "!="]))
    number = draw(st.one_of(st.integers(0, 10**9), st.decimals(0, 10**6, places=3)))
    operation = draw(st.sampled_from(["", "GET /a: ", "/jobs/{id}:cancel: ", "POST *: "]))
    return f"{operation}{statistic}{comparison}{number}{units}", draw(st.integers(1, 3600))


@given(conditions())
def test_what_is_rendered_parses_to_the_same(written: tuple[str, int]) -> None:
    """So a condition can be handed on to another process as its text."""
    threshold, seconds = written
    condition = parse_abort_condition(f"{threshold} for {seconds}")
    assert condition.text == f"{threshold} for {seconds}s"
    assert parse_abort_condition(condition.text) == condition


# ── sliding windows ───────────────────────────────────────────────────────────────────────────


def operation(
    *latencies: float, name: str = "/a", failures: int = 0, role: str = "load"
) -> dict[str, Any]:
    """An operation of a second, as the aggregator gives it."""
    builder = HistogramBuilder()
    for each in latencies:
        builder.add(each)
    return {
        "method": "GET", "name": name, "role": role, "requests": len(latencies),
        "failures": failures, "latency": builder.histogram().plain(),
    }  # fmt: skip


def breaches(watch: AbortWatch, *seconds: list[dict[str, Any]]) -> list[Breach]:
    """What no longer held after each of some seconds."""
    found: list[Breach] = []
    for operations in seconds:
        found += [each for each in watch.judge({"operations": operations}) if each is not None]
    return found


def watching(*texts: str) -> AbortWatch:
    """A watch of these conditions."""
    return AbortWatch([parse_abort_condition(text) for text in texts])


FAST = [operation(*[10.0] * 50)]
SLOW = [operation(*[900.0] * 50)]


def test_a_window_must_be_whole() -> None:
    """However slow the first seconds are, nothing is said before there are three of them."""
    watch = watching("max<100ms for 3s")
    assert breaches(watch, SLOW, SLOW) == []
    (breach,) = breaches(watch, SLOW)
    assert (breach.second, breach.measured) == (3, 900.0)


def test_the_oldest_second_leaves_the_window() -> None:
    """One slow second is seen as long as it is in the window, and not a second longer."""
    watch = watching("max<100ms for 2s")
    found = breaches(watch, FAST, SLOW, FAST, FAST, FAST)
    assert [each.second for each in found] == [2, 3]


def test_percentiles_are_those_of_the_window() -> None:
    """Of 150 requests, the 143rd by size is p95: eight slow ones decide, seven do not."""
    watch = watching("p95<100ms for 3s")
    seven = [operation(*[900.0] * 7, *[10.0] * 43)]
    eight = [operation(*[900.0] * 8, *[10.0] * 42)]
    assert breaches(watch, FAST, FAST, seven, FAST, FAST) == []
    (breach,) = breaches(watch, eight)
    assert breach.measured == pytest.approx(900, rel=0.001)


@pytest.mark.parametrize(
    ("condition", "enough"),
    [
        ("p50<100ms for 2s", True),
        ("avg<100ms for 2s", True),
        ("failures<50% for 2s", True),
        ("failures<5 for 2s", False),
        ("requests>500 for 2s", False),
        ("rps>250 for 2s", False),
    ],
)
def test_few_requests_say_nothing_of_latencies_and_shares(condition: str, enough: bool) -> None:
    """Such a window needs a hundred; how many there are, and how many failed, is certain."""
    few = [operation(*[900.0] * (MIN_SAMPLES // 2 - 1), failures=MIN_SAMPLES // 2 - 1)]
    many = [operation(*[900.0] * (MIN_SAMPLES // 2), failures=MIN_SAMPLES // 2)]
    for second, expected in ((few, not enough), (many, True)):
        watch = watching(condition)
        watch.full_load(0.0)
        assert bool(breaches(watch, FAST, second, second)) == expected


def test_a_hanging_target_is_told_by_its_rate() -> None:
    """No request ended, which is a rate of nothing."""
    watch = watching("rps>1 for 2s", "p95<1ms for 2s")
    watch.full_load(0.0)
    (breach,) = breaches(watch, [], [], [])
    assert (breach.condition.threshold.text, breach.measured) == ("rps>1", 0.0)


def test_rates_wait_for_all_users() -> None:
    """The second in which the last user came is not counted; told twice, the first one counts."""
    watch = watching("rps>100 for 2s")
    assert breaches(watch, FAST, FAST, FAST) == []
    watch.full_load(3.2)  # in the fourth second
    assert breaches(watch, FAST, FAST) == []
    watch.full_load(5.1)
    (breach,) = breaches(watch, FAST)
    assert (breach.second, breach.measured) == (6, 50.0)


def test_late_seconds_do_not_let_the_ramp_count() -> None:
    """A master may hear of a second three seconds later; the clock says when users were there."""
    watch = watching("rps>100 for 2s")
    watch.full_load(3.2)  # before it was told anything
    found = breaches(watch, *[FAST] * 6)
    assert [each.second for each in found] == [6]


def test_a_condition_on_an_operation_sees_no_other() -> None:
    """Each operation that is meant has a window of its own, from its first request on."""
    watch = watching("GET /a*: p50<100ms for 2s")
    crowd = [operation(*[900.0] * 60, name="/b")]
    assert breaches(watch, crowd, crowd) == []
    slow = operation(*[900.0] * 60, name="/a/1")
    assert breaches(watch, [slow, operation(*[10.0] * 60, name="/a/2")]) == []
    (breach,) = breaches(watch, [slow, operation(*[10.0] * 60, name="/a/2")])
    assert (breach.operation, breach.second) == ("GET /a/1", 4)


def test_totals_are_all_operations_and_nothing_but_the_load() -> None:
    """Set-up and clean-up may be slow."""
    watch = watching("p50<100ms for 1s")
    quick = [operation(*[10.0] * 60), operation(*[10.0] * 60, name="/b")]
    others = operation(*[900.0] * 500, role="clean-up")
    assert breaches(watch, [*quick, others]) == []
    (breach,) = breaches(watch, [operation(*[900.0] * 60), operation(*[900.0] * 60, name="/b")])
    assert breach.operation == ""


def test_an_operation_of_any_name_is_not_mistaken_for_the_totals() -> None:
    """Locustfiles may name requests as they like."""
    watch = watching("p50<100ms for 1s", "Total: p50<100ms for 1s")
    line = [operation(*[900.0] * 100, name="Total"), operation(*[10.0] * 200, name="/b")]
    (breach,) = breaches(watch, line)
    assert breach.operation == "GET Total"


def test_others_can_run_while_many_operations_are_judged() -> None:
    """The watch gives way after each step."""
    watch = watching("*: p95<1s for 5s")
    line = {"operations": [operation(5.0, name=f"/{number}") for number in range(300)]}
    assert sum(1 for _ in watch.judge(line)) == 600


@given(
    st.lists(st.lists(st.floats(0.01, 5000), max_size=30), min_size=1, max_size=9),
    st.floats(0.01, 5000),
    st.sampled_from([1.0, 50.0, 95.0, 99.9, 100.0]),
    st.sampled_from(["<", "<="]),
)
def test_percentiles_are_judged_as_those_of_a_finished_run(
    seconds: list[list[float]], limit: float, percent: float, comparison: str
) -> None:
    """The short way that a window takes where it may gives the verdict of its whole histogram."""
    threshold = parse_threshold(f"p{percent}{comparison}{limit:.9f}ms")
    watch = AbortWatch([AbortCondition(threshold, 2)])
    full = [[*second, *[limit] * MIN_SAMPLES] for second in seconds]
    for number, second in enumerate(full, start=1):
        found = breaches(watch, [operation(*second)])
        inside = operation(*(each for one in full[max(0, number - 2) : number] for each in one))
        measured = Histogram(**inside["latency"]).percentile(percent)
        expected = [] if number < 2 or threshold.holds_for(measured) else [measured]
        assert [each.measured for each in found] == expected


@given(st.lists(st.lists(st.floats(0.01, 5000), max_size=30), min_size=1, max_size=12))
def test_a_window_holds_what_its_seconds_held(seconds: list[list[float]]) -> None:
    """After any seconds it has the requests of the last three, their extremes and their mean."""
    never = watching("max<0 for 3s", "requests>1000 for 3s", "min<0 for 3s", "avg<0 for 3s")
    never.full_load(-2.0)
    full = [[*second, *[50.0] * MIN_SAMPLES] for second in seconds]
    for number, second in enumerate(full, start=1):
        found = breaches(never, [operation(*second)])
        inside = [each for one in full[max(0, number - 3) : number] for each in one]
        if number < 3:
            assert not found
            continue
        measured = {each.condition.threshold.statistic: each.measured for each in found}
        assert measured["highest"] == max(inside)
        assert measured["lowest"] == min(inside)
        assert measured["requests"] == len(inside)
        assert measured["mean"] == pytest.approx(sum(inside) / len(inside))


def test_a_breach_is_told_with_what_was_measured() -> None:
    """Condition, value, operation and second stand in one sentence."""
    condition = parse_abort_condition("GET *: p95<=500ms for 10s")
    breach = Breach(condition, "GET /a", 500.3, 23)
    assert breach_in_words(breach) == (
        "GET *: p95<=500ms for 10s did not hold: 500.3 ms of GET /a up to second 23"
    )
