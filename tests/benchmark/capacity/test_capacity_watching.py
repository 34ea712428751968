"""What ends a step early."""

from __future__ import annotations

from dataclasses import replace

import pytest
from seconds_of_steps import operation, second

from benchmark.capacity.objective import parse_objective
from benchmark.capacity.watching import WINDOW, trouble_in
from benchmark.utils.timeline_lines import SecondLine

OBJECTIVE = parse_objective(["p95<300ms", "failures<1%"])
FINE = second(operation(*[20.0] * 20))
SLOW = second(operation(*[2000.0] * 20))
SHEDDING = second(operation(*[20.0] * 20, failures=12))
FAILING = second(operation(*[20.0] * 20, failures=20))
REFUSED = second(operation(*[1.0] * 20, failures=20, unanswered=20))
SILENT = second(asked=20)


def kind_of(seconds: list[SecondLine]) -> str:
    """Whose trouble it is, "" where there is none."""
    trouble = trouble_in(OBJECTIVE, seconds, 2)
    return trouble.kind if trouble else ""


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [
        ([FINE] * 20, ""),
        ([FAILING] * (WINDOW - 1), ""),
        ([FAILING] * WINDOW, "distress"),
        ([REFUSED] * WINDOW, "distress"),
        ([SILENT] * WINDOW, "distress"),
        ([SILENT] * (WINDOW - 1) + [FINE], ""),
        ([SHEDDING] * WINDOW, ""),  # a target that protects itself is in no distress
        ([SHEDDING] * 6, "hopeless"),
        ([SLOW] * 5, ""),
        ([SLOW] * 6, "hopeless"),
        ([SLOW, SLOW, *[FINE] * 20], ""),  # its beginning is its warm-up
    ],
)
def test_distress_and_lost_steps_are_seen(seconds: list[SecondLine], kind: str) -> None:
    """After some seconds, so that a hiccup is none."""
    assert kind_of(seconds) == kind


def test_distress_says_what_most_requests_met() -> None:
    """The commonest failure stands in the reason."""
    trouble = trouble_in(OBJECTIVE, [REFUSED] * WINDOW, 2)
    assert trouble is not None
    assert trouble.reason == "100 % of the requests got no answer, most often: connection refused"


@pytest.mark.parametrize("counter", ["descriptors_exhausted", "ports_exhausted"])
def test_what_the_generator_ran_out_of_is_no_distress_of_the_target(counter: str) -> None:
    """Even where every request fails of it."""
    line = replace(REFUSED, counters={**REFUSED.counters, counter: 3.0})
    assert kind_of([line] * WINDOW) == "generator"


def test_a_slow_objective_leaves_time_to_answer() -> None:
    """No answer for five seconds is nothing where ten are allowed."""
    slow = parse_objective(["p95<10s"])
    assert trouble_in(slow, [SILENT] * 19, 2) is None
    assert trouble_in(slow, [SILENT] * 20, 2) is not None


def test_tasks_that_send_nothing_are_no_stall() -> None:
    """Iterations that are skipped are not answered either."""
    line = replace(SILENT, skipped={"GET /a": 20})
    assert kind_of([line] * 10) == ""
