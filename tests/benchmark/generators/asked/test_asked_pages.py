"""Endpoints that were asked for, of a target that answers every path with the same page."""

from __future__ import annotations

from benchmark.asking import find_api
from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.probe import ProbeOptions, probe
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.settings import load_config
from tests.benchmark.generators.loopback_server import Answer, serve

PAGE = Answer("<!doctype html><html><body><div id=root></div></body></html>")


def test_a_page_is_a_right_answer_where_none_is_documented() -> None:
    """Its status decides; that a path which nobody serves has the same page is said."""
    with serve({}, PAGE) as server:
        config = load_config({"host": server.url, "endpoints": ["GET /", "GET /about"]}, None, {})
        api = find_api(config, lambda _: None)
        dependencies = analyze_dependencies(api.specs)
        plan = plan_scenarios(server.url, api.specs, dependencies, PlanOptions())
        options = ProbeOptions(seed=0, seconds=60.0)
        outcome = probe(plan, api.specs, dependencies, config.target, options)
    load = api.load(outcome.plan, config, probed=True)
    found = {task.operation: (task.readiness.enabled, task.answers) for task in load.tasks()}
    assert found == {"GET /": (True, "anything"), "GET /about": (True, "anything")}
    notes = api.notes(load, config, probed=True)
    assert all("the same page as for a path that does not exist" in note for note in notes)
