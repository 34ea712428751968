"""What the user gave to sign in with: where the probe sends it, and that it stays unseen."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.probe import ProbeOptions, ProbeOutcome, probe
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument, Credentials, Target
from tests.benchmark.generators.loopback_server import Answer, Asked, Loopback, serve

KEY = "k-4711-very-secret"


def document(location: str) -> dict[str, Any]:
    """An API of one read that asks for a key under a name of its own."""
    scheme = {"type": "apiKey", "in": location, "name": "X-Shop-Key"}
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "components": {"securitySchemes": {"key": scheme}},
        "security": [{"key": []}],
        "paths": {"/open": {"get": {"responses": {"200": answer}}}},
    }


def probed(server: Loopback, location: str) -> ProbeOutcome:
    """The outcome of a probe with an API key."""
    credentials = Credentials(api_key=KEY)
    specs = [parse_document(ApiDocument("shop", "", "openapi.json", document(location)))]
    dependencies = analyze_dependencies(specs)
    plan = plan_scenarios(server.url, specs, dependencies, PlanOptions(credentials=credentials))
    target = Target(server.url, credentials)
    return probe(plan, specs, dependencies, target, ProbeOptions(seconds=20))


@pytest.mark.parametrize("location", ["header", "query", "cookie"])
def test_an_api_key_goes_where_the_document_says(location: str) -> None:
    """In header, query or cookie, under the declared name."""

    def answer(asked: Asked) -> Answer:
        places = {
            "header": asked.headers.get("X-Shop-Key", ""),
            "query": asked.path.partition("?")[2].removeprefix("X-Shop-Key="),
            "cookie": asked.headers.get("Cookie", "").removeprefix("X-Shop-Key="),
        }
        return Answer({"id": 1}) if places[location] == KEY else Answer({"detail": "key"}, 401)

    with serve({"/open": answer}) as server:
        tasks = list(probed(server, location).plan.tasks())
    assert [task.readiness.status for task in tasks] == ["verified"]


def test_a_secret_that_the_server_repeats_is_masked() -> None:
    """Reasons stand in locustfile and reports, and quote the server."""
    with serve({}, Answer({"detail": f"the key {KEY} is blocked"}, 400)) as server:
        (task,) = probed(server, "header").plan.tasks()
    assert "is blocked" in task.readiness.reason
    assert KEY not in task.readiness.reason
