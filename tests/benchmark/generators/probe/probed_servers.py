"""Probes a small server, from its document to the proved plan."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.probe import ProbeOptions, ProbeOutcome, probe
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument, Target
from tests.servers.difficulties import credentials_for
from tests.servers.serving import Served


@dataclass(frozen=True, slots=True)
class Probed:
    """What a probe made of a server: its outcome, and the reason of all that is not verified."""

    outcome: ProbeOutcome
    verified: frozenset[str]
    reasons: dict[str, str]


def probed(served: Served, seed: int = 0) -> Probed:
    """Parse the server's document, plan the load, and prove the plan."""
    credentials = credentials_for(served.app)
    document = ApiDocument(
        "served", "", f"{served.url}/openapi.json", served.app.openapi(), "a test"
    )
    specs = [parse_document(document)]
    dependencies = analyze_dependencies(specs)
    options = PlanOptions(seed=seed, wait_time=(0.0, 0.05), credentials=credentials)
    plan = plan_scenarios(served.url, specs, dependencies, options)
    target = Target(served.url, credentials)
    outcome = probe(plan, specs, dependencies, target, ProbeOptions(seed=seed, seconds=60.0))
    tasks = list(outcome.plan.tasks())
    return Probed(
        outcome,
        frozenset(t.operation for t in tasks if t.readiness.status == "verified"),
        {
            t.operation: f"{t.readiness.status}: {t.readiness.reason}"
            for t in tasks
            if t.readiness.status != "verified"
        },
    )
