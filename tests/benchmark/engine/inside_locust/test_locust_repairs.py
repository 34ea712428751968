"""What we replace in Locust: the digits of its response times."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust import argument_parser, events, runners, stats

from benchmark.engine import RapidHttpUser
from benchmark.engine.locust_repairs import (
    CompleteCsvWriter,
    _log_request,
    install,
    log_request,
    quicken_statistics,
    three_digits,
)


@given(st.floats(0.1, 10_000_000))
def test_three_digits_stay(milliseconds: float) -> None:
    """Within half a unit of the third digit, and within half a millisecond below ten seconds."""
    kept = three_digits(milliseconds)
    assert kept == pytest.approx(milliseconds, rel=0.0051)
    assert abs(kept - milliseconds) <= max(0.5, milliseconds * 0.0005)


@given(st.lists(st.floats(0, 20_000), max_size=200))
def test_percentiles_of_a_line_are_those_of_locust(times: list[float]) -> None:
    """The quicker computation gives what Locust's own gives."""
    entry = stats.RequestStats().get("/x", "GET")
    for time in times:
        entry.log(time, 0)  # type: ignore[arg-type]  # Locust says int, and takes floats
    writer = CompleteCsvWriter.__new__(CompleteCsvWriter)  # without its files
    writer.percentiles_to_report = stats.PERCENTILES_TO_REPORT
    writer.percentiles_na = ["N/A"] * len(stats.PERCENTILES_TO_REPORT)
    theirs = [entry.get_response_time_percentile(each) for each in stats.PERCENTILES_TO_REPORT]
    expected = [round(each) for each in theirs] if times else writer.percentiles_na
    assert writer._percentile_fields(entry) == expected


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["GET", "POST"]),
            st.one_of(st.none(), st.floats(0, 20_000)),
            st.integers(0, 9999),
            st.floats(0, 3),
        ),
        max_size=50,
    ),
    st.booleans(),
)
def test_statistics_are_those_of_locust(
    requests: list[tuple[str, float | None, int, float]], use_cache: bool
) -> None:
    """Every field of every entry is what Locust's own function leaves, second by second."""
    theirs, ours = stats.RequestStats(use_cache), stats.RequestStats(use_cache)
    theirs.total.start_time = ours.total.start_time = 0.0
    now = 1_000_000.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stats, "bucket_response_time", three_digits)
        for method, milliseconds, length, pause in requests:
            now += pause
            patch.setattr("time.time", lambda now=now: now)
            _log_request(theirs, method, "/x", milliseconds, length)  # type: ignore[arg-type]
            log_request(ours, method, "/x", milliseconds, length)
    assert _fields(ours) == _fields(theirs)


def _fields(every: stats.RequestStats) -> list[dict[str, Any]]:
    left_out = {"stats", "response_times_cache"}
    return [
        {name: value for name, value in vars(entry).items() if name not in left_out}
        | {"cached": list((entry.response_times_cache or {}).values())}
        for entry in (every.total, *every.entries.values())
    ]


def test_locust_uses_what_replaces_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its buckets, its CSV writer and its interval are ours, in the version that is installed."""
    for owner, name in (
        (stats, "bucket_response_time"), (stats, "StatsCSVFileWriter"),
        (stats.RequestStats, "log_request"),
        (runners, "WORKER_REPORT_INTERVAL"), (argument_parser, "default_args_dict"),
    ):  # fmt: skip
        monkeypatch.setattr(owner, name, getattr(owner, name))  # to have it back afterwards
    install()
    entry = stats.RequestStats().get("/x", "GET")
    for time in (0.1234, 147.4, 1234.4):
        entry.log(time, 0)  # type: ignore[arg-type]  # Locust says int, and takes floats
    assert set(entry.response_times) == {0.123, 147, 1234}
    assert vars(stats.RequestStats)["log_request"] is log_request
    assert stats.StatsCSVFileWriter is CompleteCsvWriter
    assert argument_parser.default_args_dict() is argument_parser.default_args_dict()


def test_plain_locust_counts_quicker_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locustfile that stands on the engine has it done when Locust is ready; no number changes.

    What somebody else put in the place of Locust's own function stays.
    """
    assert RapidHttpUser is not None
    assert quicken_statistics in events.init._handlers
    kept = stats.bucket_response_time
    monkeypatch.setattr(stats.RequestStats, "log_request", _log_request)
    quicken_statistics(environment=None)
    assert vars(stats.RequestStats)["log_request"] is log_request
    assert stats.bucket_response_time is kept
    theirs = lambda *_: None  # noqa: E731  # shorter than a function
    monkeypatch.setattr(stats.RequestStats, "log_request", theirs)
    quicken_statistics(environment=None)
    assert vars(stats.RequestStats)["log_request"] is theirs
