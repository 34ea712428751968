"""Conditions against the plan of a run: typos are found before the load, not after it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.abort_conditions import parse_abort_condition
from benchmark.errors import UsageError
from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument, LoadPlan
from benchmark.run_conditions import (
    conditions_without_load,
    ending,
    follow,
    require_known_operations,
)
from benchmark.runner import RunOutcome
from benchmark.settings import BenchmarkConfig
from benchmark.thresholds import parse_threshold
from benchmark.utils.timeline import TimelineReader

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1"},
    "paths": {
        "/things": {"get": {"responses": {"200": {"description": "all"}}}},
        "/things/{thing_id}/secret": {"delete": {"responses": {"204": {"description": "gone"}}}},
    },
}


@pytest.fixture(scope="module")
def plan() -> LoadPlan:
    """A plan in which `GET /things` takes part, and the deletion does not."""
    document = ApiDocument("main", "", "http://127.0.0.1:1/openapi.json", DOCUMENT)
    specs = (parse_document(document),)
    options = PlanOptions(exclude=("DELETE *",))
    return plan_scenarios("http://127.0.0.1:1", specs, analyze_dependencies(specs), options)


def settings(*thresholds: str, abort_on: str = "") -> BenchmarkConfig:
    """The settings of a run with these conditions."""
    conditions = (parse_abort_condition(abort_on),) if abort_on else ()
    return BenchmarkConfig(
        threshold=tuple(parse_threshold(text) for text in thresholds), abort_on=conditions
    )


@pytest.mark.parametrize(
    ("threshold", "hint"),
    [
        ("GET /thinks: p95<1s", "did you mean 'GET /things'?"),
        ("/thinks: p95<1s", "did you mean '/things'?"),
        ("POST /things: p95<1s", "did you mean 'GET /things'?"),
        ("PATCH *: p95<1s", "stress-api discover finds what it has"),
    ],
)
def test_an_operation_that_the_api_does_not_have_is_refused(
    plan: LoadPlan, threshold: str, hint: str
) -> None:
    """With the nearest one: it could only fail, an hour later."""
    for config in (settings(threshold), settings(abort_on=f"{threshold} for 5s")):
        with pytest.raises(UsageError) as caught:
            require_known_operations(config, plan)
        assert repr(threshold.partition(":")[0]) in caught.value.message
        assert caught.value.hint == hint


def test_operations_that_take_no_part_are_known(plan: LoadPlan) -> None:
    """They are no typos, but their thresholds can only fail."""
    config = settings("p95<1s", "DELETE *: p95<1s", "GET /th*: p95<1s")
    require_known_operations(config, plan)
    (note,) = conditions_without_load(config, plan)
    assert note == "Note: DELETE * takes no part in the load, so its --threshold will have failed"


def test_an_abort_condition_without_load_is_said_too(plan: LoadPlan) -> None:
    """It would silently protect nothing."""
    (note,) = conditions_without_load(settings(abort_on="DELETE *: p95<1s for 5s"), plan)
    assert note == "Note: DELETE * takes no part in the load, so its --abort-on is never judged"


def test_only_a_run_that_ended_well_was_aborted() -> None:
    """One that was interrupted or broke while it stopped is that first."""
    assert ending(RunOutcome("completed", ""), "", 1) == RunOutcome("completed", "")
    assert ending(RunOutcome("completed", ""), "slow", 1) == RunOutcome("aborted", "slow")
    for outcome in (RunOutcome("interrupted", "x"), RunOutcome("failed", "x")):
        assert ending(outcome, "slow", 0) == outcome


def test_a_run_without_requests_has_failed() -> None:
    """A locustfile that sends nothing must not pass; the log may know why."""
    silent = ending(RunOutcome("completed", ""), "", 0)
    assert (silent.status, silent.reason) == ("failed", "no request was sent")
    told = ending(RunOutcome("completed", "", "no host"), "", 0)
    assert told.reason == "no request was sent: no host"


def test_what_the_timeline_says_of_conditions_is_said_once(tmp_path: Path) -> None:
    """The reason to stop as soon as it is there, and in the end what could not be judged."""
    path, said = tmp_path / "t.jsonl", list[str]()
    reader = TimelineReader(path)
    lines = [
        {"kind": "abort", "elapsed": 1.0, "reason": "p95<1s for 1s did not hold"},
        {"kind": "end", "elapsed": 1.0, "reason": "aborted", "notes": ["this", "that"]},
    ]
    follow(reader, said.append)  # there is no file yet
    for line in lines:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        follow(reader, said.append)
        follow(reader, said.append)
    assert said == ["Stopping: p95<1s for 1s did not hold", "Note: this", "Note: that"]
