"""Applications behind one gateway that have logins of their own are signed in to one by one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.locust_generator import render_locustfile
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.probe import ProbeOptions, probe
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument, LoadPlan, LoadProfile, Target
from benchmark.runner import RunFiles, RunRequest, run_headless
from benchmark.utils.timeline import read_timeline
from tests.servers import two_gates
from tests.servers.difficulties import credentials_for
from tests.servers.serving import Served, serving


def proved(served: Served, users: int) -> LoadPlan:
    """The plan that a probe makes of both applications, for so many users."""
    credentials = credentials_for(served.app)
    documents = [
        ApiDocument(mount[1:], mount, "memory", part.openapi(), "a test")
        for mount, part in served.app.state.parts.items()
    ]
    specs = [parse_document(document) for document in documents]
    dependencies = analyze_dependencies(specs)
    options = PlanOptions(credentials=credentials, users=users, wait_time=(0.0, 0.05))
    plan = plan_scenarios(served.url, specs, dependencies, options)
    target = Target(served.url, credentials)
    return probe(plan, specs, dependencies, target, ProbeOptions(seconds=60)).plan


def reachable(served: Served) -> set[str]:
    """What a careful client can get a true 2xx from, in both applications."""
    found = set()
    for mount, part in served.app.state.parts.items():
        for key in part.state.reachable:
            method, _, path = key.partition(" ")
            found.add(f"{method} {mount}{path}")
    return found


@pytest.mark.parametrize("users", [10, 1])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_application_has_its_own_sign_in(seed: int, users: int) -> None:
    """A class for each, even where one user would have served both; all is verified and deleted."""
    with serving(partial(two_gates.make_app, seed)) as served:
        plan = proved(served, users)
        verified = {t.operation for t in plan.tasks() if t.readiness.status == "verified"}
        assert reachable(served) - verified == set()
        assert served.leftovers == {}
    assert [user.applications for user in plan.users] == [("north",), ("south",)]
    for user, mount in zip(plan.users, two_gates.MOUNTS, strict=True):
        assert user.sign_in is not None
        assert user.sign_in.login.startswith(f"POST {mount}/")
        assert all(task.operation.partition(" ")[2].startswith(mount) for task in user.tasks)
    assert len({user.name for user in plan.users}) == 2
    assert render_locustfile(plan).count("def sign_in(self)") == 2


@pytest.mark.end_to_end
def test_the_load_signs_in_to_both(tmp_path: Path) -> None:
    """Every request succeeds, with the token of its own application; nothing is left."""
    with serving(partial(two_gates.make_app, 2)) as served:
        plan = proved(served, 10)
        locustfile = tmp_path / "both.py"
        locustfile.write_text(render_locustfile(plan), encoding="utf-8")
        files = RunFiles(tmp_path, "both")
        credentials = credentials_for(served.app)
        request = RunRequest(
            locustfile, served.url, LoadProfile("both", 4, 4, 1.5), files, credentials
        )
        outcome = run_headless(request, lambda: None, lambda: None)
        assert outcome.status == "completed", outcome.reason
        timeline = read_timeline(files.path("_timeline.jsonl"))
        assert {failure.message for failure in timeline.failures} == set()
        called = {f"{each.method} {each.name}" for each in timeline.operations}
        enabled = {task.operation for task in plan.tasks() if task.readiness.enabled}
        assert called >= enabled
        assert served.leftovers == {}
