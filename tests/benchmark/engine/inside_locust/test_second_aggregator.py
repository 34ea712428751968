"""The aggregator: when a second is whole, and that nothing is lost or counted twice."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.engine.recording.aggregator import MAX_WAIT, Aggregator
from benchmark.histogram import HistogramBuilder


def latencies(*milliseconds: float) -> dict[str, Any]:
    """A histogram as it is sent."""
    builder = HistogramBuilder()
    for each in milliseconds:
        builder.add(each)
    return builder.histogram().plain()


def report(second: int, *milliseconds: float, users: int = 1, name: str = "/x") -> dict[str, Any]:
    """What one process did in one second."""
    operation = {
        "method": "GET", "name": name, "role": "load", "requests": len(milliseconds),
        "failures": 1, "received": 10, "statuses": {200: len(milliseconds)},
        "errors": [{"message": "odd", "status": 200, "count": 1, "sample": name}],
        "latency": latencies(*milliseconds), "latency_from_schedule": latencies(9.0),
    }  # fmt: skip
    return {
        "second": second, "users": users, "operations": [operation] if milliseconds else [],
        "skipped": {"no order": 2}, "counters": {"retries": 1}, "times": {"connect": latencies(3)},
        "health": {"process": f"of {users}", "cpu": 0.5},
    }  # fmt: skip


def test_a_second_is_whole_when_all_processes_have_passed_it() -> None:
    """Sums, histograms, counters and times of both, and each one's health."""
    together = Aggregator()
    together.add("a", [report(1, 1.0, 2.0, users=3)], 1)
    assert together.whole(1.2, {"a", "b"}) == []
    together.add("b", [report(1, 4.0, users=5)], 1)
    (line,) = together.whole(1.3, {"a", "b"})
    (operation,) = line["operations"]
    assert (line["elapsed"], line["users"]) == (1.0, 8)
    assert (operation["requests"], operation["failures"], operation["received"]) == (3, 2, 20)
    assert operation["statuses"] == {200: 3}
    assert operation["errors"] == [{"message": "odd", "status": 200, "count": 2, "sample": "/x"}]
    assert operation["latency"] == latencies(1.0, 2.0, 4.0)
    assert operation["latency_from_schedule"] == latencies(9.0, 9.0)
    assert line["skipped"] == {"no order": 4}
    assert line["counters"] == {"retries": 2}
    assert line["times"]["connect"] == latencies(3, 3)
    assert {each["process"] for each in line["processes"]} == {"of 3", "of 5"}
    assert together.whole(1.9, {"a", "b"}) == []


def test_nobody_is_waited_for_longer_than_three_seconds() -> None:
    """A second is given without a process that is late; its users are those that it had."""
    together = Aggregator()
    together.add("a", [report(1, users=3)], 1)
    together.add("b", [report(1, users=5)], 1)
    together.whole(1.1, {"a", "b"})
    together.add("a", [report(2, 7.0, users=4)], 2)
    assert together.whole(2 + MAX_WAIT - 0.1, {"a", "b"}) == []
    (line,) = together.whole(2 + MAX_WAIT, {"a", "b"})
    assert (line["elapsed"], line["users"]) == (2.0, 9)


def test_what_comes_late_counts_in_the_next_second() -> None:
    """Its own second is written already; the sum of all lines is right."""
    together = Aggregator()
    together.add("a", [report(1, 1.0)], 1)
    together.whole(9.0, {"a", "b"})
    together.add("b", [report(1, 2.0), report(2, 3.0)], 2)
    lines = together.rest({"a", "b"})
    assert sum(o["requests"] for line in lines for o in line["operations"]) == 2
    assert together.rest({"a", "b"}) == []


def test_a_process_that_is_gone_is_not_waited_for() -> None:
    """What it reported is kept; its users are gone with it."""
    together = Aggregator()
    together.add("a", [report(1, 1.0, users=3), report(2, 1.0, users=3)], 2)
    together.add("b", [report(1, 2.0, users=5)], 1)
    first, second = together.whole(2.1, {"a"})
    assert (first["users"], second["users"]) == (8, 3)
    assert first["operations"][0]["requests"] == 2


def test_seconds_are_given_once_over_and_in_order() -> None:
    """A process that has run ahead does not make a second that is not over yet."""
    together = Aggregator()
    together.add("a", [report(n, 1.0) for n in range(1, 6)], 5)
    assert [line["elapsed"] for line in together.whole(3.5, {"a"})] == [1.0, 2.0, 3.0]
    assert [line["elapsed"] for line in together.rest({"a"})] == [4.0, 5.0]


def test_the_master_counts_in_the_second_that_goes_on() -> None:
    """A lost worker stands in the second in which it was noticed."""
    together = Aggregator()
    together.count("lost_workers", 1.5)
    first, second = together.whole(2.5 + MAX_WAIT, {"a"})[:2]
    assert "counters" not in first
    assert second["counters"] == {"lost_workers": 1}


@pytest.mark.parametrize(
    ("fates", "taken_along"),
    [
        ({}, 7),
        ({"started_iterations": 2, "dropped_iterations": 1, "missed_arrivals": 1}, 3),
        ({"started_iterations": 7}, 0),
    ],
)
def test_what_a_lost_process_was_asked_for_and_did_not_begin_is_missed(
    fates: dict[str, int], taken_along: int
) -> None:
    """So asked is always started, dropped and missed together; it is counted once."""
    together = Aggregator()
    together.add("a", [report(1) | {"counters": {"asked_arrivals": 4}}], 1)
    together.add("a", [report(2) | {"counters": {"asked_arrivals": 3} | fates}], 2)
    together.add("b", [report(2) | {"counters": {"asked_arrivals": 5}}], 2)
    together.whole(2.0, {"a", "b"})
    together.lose("a", 2.5)
    (line,) = together.rest({"b"})
    missed = {"missed_arrivals": taken_along} if taken_along else {}
    assert line["counters"] == {"lost_workers": 1} | missed
