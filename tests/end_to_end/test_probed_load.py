"""The file that a probe leads to, run by Locust: on the server as it is, and on one that is reset.

Both runs go on at the same time, against two servers, since most of their time is waiting.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.locust_generator import render_locustfile
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.probe import ProbeOptions, probe
from benchmark.generators.probe.outcome import APART
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument, LoadPlan, LoadProfile, Target
from benchmark.run_files import RunFiles
from benchmark.runner import RunRequest, run_headless
from benchmark.utils.timeline import Timeline, read_timeline
from tests.servers.difficulties import DIFFICULTIES, credentials_for
from tests.servers.serving import Served, serving

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]
SEED = 2
USERS = 4
SECONDS = 2.0
LIMITED = "rate_limit"
SAME_UNDER_LOAD = {"conditional_undocumented", "hidden_missing", "registration_oauth2"}
"""Those whose file says the same as another one's."""
NEEDS_REHEARSAL = "lacking_parts"
"""One task's update takes away what another task needs: a rehearsal gives each its own things."""
LEAVES_THINGS = pytest.mark.xfail(reason="a load cannot delete what a create does not tell of")
NAMES = [
    pytest.param(name, marks=LEAVES_THINGS) if name == "silent_create" else name
    for name in sorted(DIFFICULTIES.keys() - SAME_UNDER_LOAD - {NEEDS_REHEARSAL})
]


def probed_plan(served: Served) -> LoadPlan:
    """The plan of the server's load, proved by the probe."""
    credentials = credentials_for(served.app)
    specs = [parse_document(ApiDocument("served", "", "memory", served.app.openapi()))]
    dependencies = analyze_dependencies(specs)
    options = PlanOptions(seed=SEED, wait_time=(0.0, 0.05), credentials=credentials)
    plan = plan_scenarios(served.url, specs, dependencies, options)
    target = Target(served.url, credentials)
    return probe(plan, specs, dependencies, target, ProbeOptions(seed=SEED)).plan


def run(served: Served, source: str, folder: Path) -> Timeline:
    """Run a locustfile against a server; its timeline."""
    folder.mkdir()
    locustfile = folder / "probed.py"
    locustfile.write_text(source, encoding="utf-8")
    profile = LoadProfile("probed", USERS, USERS, SECONDS)
    files = RunFiles(folder, "probed")
    credentials = credentials_for(served.app)
    request = RunRequest(locustfile, served.url, profile, files, credentials)
    outcome = run_headless(request, lambda: None, lambda: None)
    assert outcome.status == "completed", outcome.reason
    return read_timeline(files.path("_timeline.jsonl"))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of one run: the timeline, and what the server saw."""

    timeline: Timeline
    answers: Counter[tuple[str, int]]
    leftovers: dict[str, int]
    traps: list[str]


def loaded(name: str, folder: Path) -> tuple[LoadPlan, frozenset[str], list[Loaded]]:
    """The plan that a probe makes, what is reachable, and what the load led to on both servers."""
    make = partial(DIFFICULTIES[name], SEED)
    with serving(make) as seen, serving(make) as fresh, ThreadPoolExecutor() as threads:
        plan = probed_plan(seen)
        source = render_locustfile(plan)
        seen.app.state.answers.clear()
        servers = {"seen": seen, "fresh": fresh}
        runs = [
            threads.submit(run, served, source, folder / which) for which, served in servers.items()
        ]
        timelines = [each.result() for each in runs]
        found = [
            Loaded(timeline, served.app.state.answers, served.leftovers,
                   served.app.state.traps_touched)
            for served, timeline in zip(servers.values(), timelines, strict=True)
        ]  # fmt: skip
        return plan, seen.app.state.reachable, found


@pytest.mark.parametrize("name", NAMES)
def test_every_request_of_the_load_succeeds(name: str, tmp_path: Path) -> None:
    """Set-up and clean-up included, on the probed server and on a reset one; nothing is left.

    Where requests are limited the users wait: they are told to now and then, and nothing else
    goes wrong.
    """
    plan, reachable, both = loaded(name, tmp_path)
    enabled = {task.operation for task in plan.tasks() if task.readiness.enabled}
    apart = {task.operation for task in plan.tasks() if task.readiness.reason == APART}
    for one in both:
        refused = {key: times for key, times in one.answers.items() if not 200 <= key[1] < 300}
        failures = {failure.message for failure in one.timeline.failures}
        if name == LIMITED:
            refused = {key: times for key, times in refused.items() if key[1] != 429}
            failures -= {"HTTP 429"}
        assert (failures, refused, one.leftovers, one.traps) == (set(), {}, {}, [])
        assert {f"{each.method} {each.name}" for each in one.timeline.operations} >= enabled
        assert {key for key, _ in one.answers} >= reachable - apart


def test_a_rehearsed_load_succeeds_where_one_task_would_spoil_anothers_things(
    tmp_path: Path,
) -> None:
    """The whole command, rehearsal included: every operation runs, none fails, nothing is left."""
    settings = tmp_path / "benchmark.yaml"
    settings.write_text("dynamic: {rehearsal_seconds: 3}\n")
    with serving(partial(DIFFICULTIES[NEEDS_REHEARSAL], SEED)) as served:
        ended = subprocess.run(
            [
                sys.executable, "benchmark/run_benchmark.py", "--config", str(settings),
                "--host", served.url, "--users", str(USERS), "--run-time", "2s",
                "--wait-time", "0-0.05", "--results-dir", str(tmp_path), "--json",
            ],
            cwd=ROOT, env={k: v for k, v in os.environ.items() if k != "BENCHMARK_NO_PROBE"},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        result = json.loads(ended.stdout)
        assert result["totals"]["requests"] > 0
        assert (result["totals"]["failures"], served.leftovers) == (0, {})
        assert all(each["enabled"] for each in result["readiness"])
